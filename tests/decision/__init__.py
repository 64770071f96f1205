"""Tests of the decision filters."""
