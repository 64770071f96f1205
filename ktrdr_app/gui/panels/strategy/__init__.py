"""Strategy station: the strategy files, their text and their problems."""
