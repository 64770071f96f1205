"""Tests of run bundles."""
