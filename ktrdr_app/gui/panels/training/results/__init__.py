"""After a training: figures by symbol, the bars behind them, what the model relies on, and every run so far."""
