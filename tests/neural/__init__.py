"""Tests of the network: built, fitted, asked and judged."""
