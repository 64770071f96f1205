"""A finished backtest as one file: sealed with all it was made with, opened elsewhere, and run again there."""
