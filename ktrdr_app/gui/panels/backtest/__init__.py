"""Station 6: a model judged on one symbol, drawn, measured beside buy and hold, trade by trade."""

from ktrdr_app.gui.panels.backtest.panel import BacktestPanel

__all__ = ["BacktestPanel"]
