"""Data station: which series are there, and how to get the first ones."""
