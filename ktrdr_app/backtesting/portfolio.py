"""Runs several symbols through the portfolio kernel: one account, in order of time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ktrdr_app.backtesting.portfolio_arrays import (
    Ledger,
    Money,
    State,
    Timeline,
    markets_of,
    money_of,
    portfolio_terms,
    state_of,
    timeline_of,
)
from ktrdr_app.backtesting.portfolio_kernel import play_steps
from ktrdr_app.backtesting.portfolio_results import PortfolioResult, open_positions, portfolio_events, trades_table
from ktrdr_app.backtesting.portfolio_terms import Leg, PortfolioConfig, ordered_legs
from ktrdr_app.backtesting.terms import NO_FILTERS
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import BarsDone, PartialEquity, Progress, silent
from ktrdr_app.core.timeframes import bar_length
from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.strategy.schema import DecisionSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ktrdr_app.backtesting.arrays import Market

REPORTS = 50
"""Progress reports of a run, at most."""
PIECE = 50_000
"""Most steps between two looks at the cancel token."""


def run_portfolio(
    legs: Sequence[Leg],
    timeframe: str,
    config: PortfolioConfig,
    filters: DecisionSettings = NO_FILTERS,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> PortfolioResult:
    """Trade several symbols with one account.

    Each symbol trades its own bars; where it has none, or one whose prices are NaN, its market is closed: its orders
    wait, and its position is worth its last close (before its first close: the market price it was opened at).

    What happens follows the order of time, a bar's close being known when the bar is over. At one moment the closes of
    bars that end come before the opens of those that begin. Of the orders that fill at one moment, all exits come
    before all entries, each in the order of the symbols' names.

    The account is valued when the bars of each instant are over: equity = cash + Σ units · last close · rate. Free cash
    is cash less twice the shorts' value, so that every position, long or short, is covered in full.

    Parameters
    ----------
    legs : sequence of Leg
        The symbols with their bars and signals.
    timeframe : str
        Length of the bars.
    config : PortfolioConfig
        Capital, costs, sizing, limits.
    filters : DecisionSettings
        The filters that look at a symbol's own position, each symbol for itself.
    progress : callable
        Listener of `BarsDone` (instants) and `PartialEquity`.
    cancel : CancelToken, optional
        Looked at now and then.

    Raises
    ------
    InvalidValue, SignalsMismatch, EmptyData, MalformedBars, NoRate
        If symbols, signals, bars or rates do not fit.
    Cancelled
        If the token was raised.
    """
    ordered = ordered_legs(legs)
    timeline = timeline_of([nanoseconds(leg.bars.index) for leg in ordered], bar_length(timeframe))
    money = money_of(ordered, timeline)
    market, signals, begins = markets_of(ordered, config.base)
    state = state_of(config, len(ordered))
    ledger = Ledger.empty(len(timeline.stamps), len(signals), len(ordered))
    terms = portfolio_terms(config, filters)
    _drive(market, signals, begins, timeline, money, terms, state, ledger, progress, cancel)
    index = pd.DatetimeIndex(pd.to_datetime(timeline.stamps, utc=True), name="timestamp").as_unit("ns")
    purse = state.purse[0]
    last_rates = np.array([1.0 if row < 0 else money.rates[row, -1] for row in money.currency])
    return PortfolioResult(
        config=config,
        symbols=tuple(leg.symbol for leg in ordered),
        index=index,
        values=ledger.equity,
        cash_values=ledger.cash,
        gross=ledger.gross,
        held=ledger.open_positions,
        units={leg.symbol: ledger.units[begins[row] : begins[row + 1]] for row, leg in enumerate(ordered)},
        worth={leg.symbol: ledger.worth[row] for row, leg in enumerate(ordered)},
        trades=trades_table(ordered, ledger.trades[: purse["trades"]], ledger.filed[: purse["trades"]]),
        events=portfolio_events(ordered, index, ledger.events[: purse["events"]], ledger.whose),
        open_positions=open_positions(ordered, state.own, state.costs, last_rates),
    )


def _drive(
    market: Market,
    signals: NDArray[np.int8],
    begins: NDArray[np.int64],
    timeline: Timeline,
    money: Money,
    terms: NDArray[np.void],
    state: State,
    ledger: Ledger,
    progress: Progress,
    cancel: CancelToken | None,
) -> None:
    steps, slots, heard = len(timeline.steps), len(timeline.stamps), progress is not silent
    piece = max(2, min(PIECE, math.ceil(steps / REPORTS))) if heard else PIECE
    for begin in range(0, steps, piece):
        if cancel is not None:
            cancel.check()
        end = min(begin + piece, steps)
        play_steps(market, signals, begins, timeline, money, terms, state, ledger, begin, end)
        closed = timeline.steps[:end] // 2
        done = int(closed[timeline.steps[:end] % 2 == 0].max(initial=-1)) + 1
        if heard and done:
            progress(BarsDone(done, slots))
            progress(PartialEquity(timeline.stamps[:done], ledger.equity[:done].copy()))
