"""Training station: what to train on, the live run, and what it is worth."""
