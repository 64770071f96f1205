"""Tests of the model folders."""
