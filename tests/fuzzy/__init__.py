"""Tests of the fuzzy sets."""
