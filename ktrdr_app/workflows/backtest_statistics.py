"""The statistics of a finished backtest, beside the workspace's other runs and the symbol's calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from ktrdr_app.backtesting.benchmark import always_hold
from ktrdr_app.backtesting.periods import Curve
from ktrdr_app.backtesting.random_entries import random_entries, stakes_of
from ktrdr_app.backtesting.statistics import MarketYear, statistics_document
from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.data.calendars.choose import calendar_named
from ktrdr_app.data.symbols import read_symbols
from ktrdr_app.workflows.statistics_sentences import statistics_sentences
from ktrdr_app.workflows.trial_ledger import read_ledger

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ktrdr_app.backtesting.config import BacktestConfig
    from ktrdr_app.backtesting.trades import OpenTrade, TradeArrays
    from ktrdr_app.core.paths import Workspace

ENOUGH = 50_000
"""Bars whose hours tell the class of a symbol that has no entry in ``symbols.yaml``."""
SEED = 0
"""Seed of bootstrap and random entries, recorded with them: two runs are set beside the same draws."""


@dataclass(frozen=True, eq=False)
class FinishedRun:
    """What statistics are taken of.

    Attributes
    ----------
    bars : DataFrame
        Bars that were traded.
    config : BacktestConfig
        Capital, costs, sizing.
    equity : ndarray of float64, shape (n_bars,)
        Account value at each bar's close.
    trades : TradeArrays
        Closed trades.
    open_trade : OpenTrade, optional
        Position left open.
    """

    bars: pd.DataFrame
    config: BacktestConfig
    equity: NDArray[np.float64]
    trades: TradeArrays
    open_trade: OpenTrade | None = None


def with_statistics(
    document: Mapping[str, Any], run: FinishedRun, workspace: Workspace, seed: int = SEED
) -> dict[str, Any]:
    """Return a ``backtest`` document with ``statistics``, ``benchmark.random_entries`` and ``benchmark.always_hold``.

    ``statistics`` is that of `statistics_document`, with ``sentences`` (plain words) and ``unreadable_runs`` (result
    files that could not be counted among the trials) beside.

    Parameters
    ----------
    document : mapping
        The document so far: ``strategy_name``, ``symbol``, ``timeframe``, ``model``, ``metrics`` and ``benchmark``.
    run : FinishedRun
        The run.
    workspace : Workspace
        Whose runs are the trials, and whose ``symbols.yaml`` names the calendar.
    seed : int
        Of bootstrap and random entries.

    Raises
    ------
    InvalidValue, StorageProblem
        If ``symbols.yaml`` cannot be read or is wrong.
    """
    index, capital = pd.DatetimeIndex(run.bars.index), run.config.initial_capital
    stamps = nanoseconds(index)
    curve = Curve.of(run.equity, stamps, capital)
    ledger = read_ledger(workspace, document["strategy_name"], document["timeframe"], but=document)
    calendar = read_symbols(workspace).settings(document["symbol"], stamps[-ENOUGH:]).calendar
    market = MarketYear(calendar, _bars_per_year(calendar, document["timeframe"]))
    statistics = statistics_document(
        curve, run.trades, seed=seed, earlier=ledger.tries, stopped=ledger.stopped, market=market
    )
    stakes = stakes_of(run.bars, run.trades, run.open_trade, run.config)
    luck = random_entries(run.bars, stakes, run.config, float(curve.values[-1]), seed)
    benchmark = {
        **document["benchmark"],
        "always_hold": always_hold(index, capital),
        "random_entries": None if luck is None else luck.to_dict(),
    }
    statistics["unreadable_runs"] = ledger.unreadable
    statistics["sentences"] = list(statistics_sentences(statistics, benchmark))
    return {**document, "benchmark": benchmark, "statistics": statistics}


@lru_cache(maxsize=64)
def _bars_per_year(calendar: str, timeframe: str) -> float:
    return calendar_named(calendar).bars_per_year(timeframe)
