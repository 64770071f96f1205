"""Runs bars through the event kernel, in pieces where somebody listens or may stop it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ktrdr_app.backtesting.arrays import ACCOUNT, NEVER, Books, Market, market_of, new_account
from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.events import BacktestEvent, Happening, event_of
from ktrdr_app.backtesting.kernel import finish, play
from ktrdr_app.backtesting.material import material_of
from ktrdr_app.backtesting.results import BacktestResult
from ktrdr_app.backtesting.terms import NO_FILTERS, terms_of
from ktrdr_app.backtesting.trades import OpenTrade
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import BarsDone, PartialEquity, Progress, silent
from ktrdr_app.data.bars import PriceArrays, check_bars
from ktrdr_app.decision.actions import Position
from ktrdr_app.decision.orchestrator import DecisionOrchestrator
from ktrdr_app.strategy.schema import DecisionSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

REPORTS = 50
"""Progress reports of a run, at most."""
LEAST_PIECE = 2_000
"""Fewest bars between two reports."""
CANCEL_PIECE = 1_000_000
"""Bars between two looks at the cancel token where nobody listens: some hundredths of a second."""


def run_probabilities(
    bars: pd.DataFrame,
    probabilities: NDArray[np.floating],
    orchestrator: DecisionOrchestrator,
    config: BacktestConfig,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    dissimilarity: NDArray[np.float64] | None = None,
) -> BacktestResult:
    """Let a model's probabilities, through the decision filters, trade the bars: `BacktestingEngine.run`, fast.

    Parameters
    ----------
    bars : DataFrame
        Bars of one symbol, as `check_bars` accepts them, closed ones too.
    probabilities : ndarray of float, shape (n_bars, 3)
        BUY, HOLD, SELL at each bar's close; each row sums to 1.
    orchestrator : DecisionOrchestrator
        The filters.
    config : BacktestConfig
        Capital, costs, fills, sizing, stops.
    progress : callable
        Listener of `BarsDone` and `PartialEquity`.
    cancel : CancelToken, optional
        Looked at now and then.
    dissimilarity : ndarray of float64, shape (n_bars,), optional
        Distance of each bar's features from the training rows; NaN where not known.

    Raises
    ------
    InvalidValue
        If probabilities do not fit, or orchestrator and configuration differ on short positions.
    EmptyData, MalformedBars
        If the bars break their contract.
    Cancelled
        If the token was raised.
    """
    prices = check_bars(bars, "bars", closed=True)
    material = material_of(bars, probabilities, orchestrator, config, dissimilarity)
    result, books = simulate(bars, material.signals(), config, orchestrator.settings, progress, cancel, prices)
    return material.completed(result, books.held)


def simulate(
    bars: pd.DataFrame,
    signals: NDArray[np.int8],
    config: BacktestConfig,
    filters: DecisionSettings = NO_FILTERS,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    prices: PriceArrays | None = None,
) -> tuple[BacktestResult, Books]:
    """Run checked signals through the kernel.

    Parameters
    ----------
    bars : DataFrame
        Bars of one symbol, already checked.
    signals : ndarray of int8, shape (n_bars,)
        BUY 0, HOLD 1, SELL 2, already checked.
    config : BacktestConfig
        Capital, costs, fills, sizing, stops.
    filters : DecisionSettings
        The filters that look at the position; none by default.
    progress : callable
        Listener of `BarsDone` and `PartialEquity`.
    cancel : CancelToken, optional
        Looked at now and then.
    prices : PriceArrays, optional
        The columns of the bars, where they have been read already.

    Returns
    -------
    result : BacktestResult
        The run, without decisions.
    books : Books
        What the kernel wrote.

    Raises
    ------
    Cancelled
        If the token was raised.
    """
    market, terms = market_of(bars, config, prices), terms_of(config, filters)
    books, account = Books.empty(len(bars)), new_account(config.initial_capital)
    orders = np.ascontiguousarray(signals, dtype=np.int8).view()
    orders.flags.writeable = False
    _drive(market, orders, terms, account, books, progress, cancel)
    finish(market, terms, account, books)
    index, state = pd.DatetimeIndex(bars.index), account[0]
    result = BacktestResult(
        config=config,
        index=index,
        values=books.equity,
        holdings=books.holdings(int(state["changes"])),
        closed=books.closed(int(state["trades"])),
        events=_events(books, int(state["events"]), index),
        open_trade=open_trade_of(state, index),
    )
    return result, books


def _drive(
    market: Market,
    signals: NDArray[np.int8],
    terms: NDArray[np.void],
    account: NDArray[np.void],
    books: Books,
    progress: Progress,
    cancel: CancelToken | None,
) -> None:
    bars, heard = len(signals), progress is not silent
    piece = max(LEAST_PIECE, math.ceil(bars / REPORTS)) if heard else CANCEL_PIECE
    for begin in range(0, bars, piece):
        if cancel is not None:
            cancel.check()
        end = min(begin + piece, bars)
        play(market, signals, terms, account, books, begin, end)
        if heard:
            progress(BarsDone(end, bars))
            progress(PartialEquity(market.stamps[:end], books.equity[:end].copy()))


def _events(books: Books, count: int, index: pd.DatetimeIndex) -> tuple[BacktestEvent, ...]:
    return tuple(
        event_of(bar, index[bar], Happening(kind), Position(target), numbers)
        for bar, kind, target, *numbers in books.events[:count].tolist()
    )


def open_trade_of(account: np.void, index: pd.DatetimeIndex) -> OpenTrade | None:
    """Return the position that an account holds after the last bar; None if it is flat.

    Parameters
    ----------
    account : record of `ACCOUNT`
        The account.
    index : DatetimeIndex
        Bar opens.
    """
    figures = dict(zip(ACCOUNT.names or (), account.item(), strict=True))
    units, price, last = figures["units"], figures["entry_price"], figures["last_close"]
    if units == 0 or figures["entry_bar"] == NEVER:
        return None
    side = Position.LONG if units > 0 else Position.SHORT
    moves = [side * (extreme / price - 1) for extreme in (max(figures["highest"], last), min(figures["lowest"], last))]
    paid = figures["commission"] + figures["financing"]
    return OpenTrade(
        entry_time=index[figures["entry_bar"]],
        side=side.name.lower(),
        quantity=abs(units),
        entry_price=price,
        last_price=last,
        commission=figures["commission"],
        slippage_cost=figures["slippage"],
        financing=figures["financing"],
        unrealized_pnl=side * (last - price) * abs(units) - paid,
        mfe=max(0.0, *moves),
        mae=min(0.0, *moves),
        bars_held=len(index) - figures["entry_bar"],
    )
