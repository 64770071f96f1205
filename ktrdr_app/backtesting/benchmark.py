"""What doing nothing would have brought: buy once and hold to the end, or keep the cash."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.metrics import measure, periods_per_year
from ktrdr_app.backtesting.results import BacktestResult
from ktrdr_app.backtesting.signals import run_signals
from ktrdr_app.backtesting.trades import TradeArrays
from ktrdr_app.decision.actions import Action

if TYPE_CHECKING:
    import pandas as pd


def buy_and_hold_result(bars: pd.DataFrame, config: BacktestConfig) -> BacktestResult:
    """Run buy and hold through the engine: BUY at the first bar's close with all the cash, then HOLD.

    Parameters
    ----------
    bars : DataFrame
        Bars of one symbol.
    config : BacktestConfig
        Capital, costs, fill and ``close_at_end`` are taken from it; sizing is all-in whatever it says.
    """
    signals = np.full(len(bars), Action.HOLD, dtype=np.int8)
    signals[:1] = Action.BUY
    return run_signals(bars, signals, replace(config, sizing={"kind": "all_in"}))


def buy_and_hold(bars: pd.DataFrame, config: BacktestConfig) -> dict[str, Any]:
    """Return the metrics of buy and hold, with ``initial_capital`` and ``final_equity`` beside them.

    Parameters
    ----------
    bars : DataFrame
        Bars of one symbol.
    config : BacktestConfig
        As `buy_and_hold_result` takes it.
    """
    result = buy_and_hold_result(bars, config)
    return {"initial_capital": config.initial_capital, "final_equity": result.final_equity, **result.metrics}


def always_hold(index: pd.DatetimeIndex, initial_capital: float) -> dict[str, Any]:
    """Return the metrics of deciding HOLD at every bar: the cash stays what it is, and no cost is paid.

    A strategy that loses money is beaten by it, whatever its accuracy.

    Parameters
    ----------
    index : DatetimeIndex
        Bar opens.
    initial_capital : float
        Account currency.
    """
    flat = np.full(len(index), float(initial_capital))
    metrics = measure(flat, _no_trades(), periods_per_year(index), initial_capital, exposed=0)
    return {"initial_capital": float(initial_capital), "final_equity": float(initial_capital), **metrics}


def _no_trades() -> TradeArrays:
    rows, sides, figures = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int8), np.zeros(0)
    return TradeArrays(rows, rows, sides, *(figures,) * 8, reason=sides)
