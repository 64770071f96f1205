"""Tests of the backtest station."""
