"""Tests of the import of vendors' files."""
