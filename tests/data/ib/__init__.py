"""Bars from Interactive Brokers, against a gateway of our own that speaks the real protocol."""
