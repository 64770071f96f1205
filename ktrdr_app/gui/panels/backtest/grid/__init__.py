"""One model on many symbols: a small account for each, sorted, and the run behind each."""
