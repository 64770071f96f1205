"""The reference engine: plain, event by event, exact to the cent; the kernel must agree with it, trade by trade."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.backtesting.arrays import DAY, average_true_range
from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.events import Happening
from ktrdr_app.backtesting.material import material_of
from ktrdr_app.backtesting.positions import PositionManager, Quote, Refusal
from ktrdr_app.backtesting.results import BacktestResult
from ktrdr_app.backtesting.tracker import PerformanceTracker
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import BarsDone, PartialEquity, Progress, silent
from ktrdr_app.data.bars import PriceArrays, check_bars, nanoseconds
from ktrdr_app.decision.actions import Action, Position
from ktrdr_app.decision.orchestrator import DecisionOrchestrator

Decide = Callable[[int, Position], Action]
REPORTS = 50
"""Progress reports of a run, at most."""
CHECK_EVERY = 256
"""Bars between two looks at the cancel token."""


def target_of(action: Action, position: Position, allow_short: bool) -> Position | None:
    """Return the position that an action leads to; None if it asks for no order.

    Parameters
    ----------
    action : Action
        Decided at a bar's close.
    position : Position
        Position at that close.
    allow_short : bool
        Whether selling may go below flat. Then BUY and SELL in the other position turn it round in one order.
    """
    if action is Action.BUY and position is not Position.LONG:
        return Position.LONG
    if action is Action.SELL and position is not Position.SHORT:
        if allow_short:
            return Position.SHORT
        return Position.FLAT if position is Position.LONG else None
    return None


class BacktestingEngine:
    """Runs bars through one account. At each bar, in this order:

    1. interest is charged for the nights since the bar before, on the last close;
    2. the order decided before is filled at this bar's OPEN;
    3. within the bar, stop and target are watched, the stop first;
    4. the close is known, and the position is given to the decider, who may place an order
       (with ``fill="close"`` it is filled at this very close);
    5. the account is valued at the close.

    So the first equity point is the initial capital at the first bar's close. A bar whose four prices are NaN is one
    in which the market was closed: nothing is filled or decided there, and orders wait. No order is dropped in silence.

    Parameters
    ----------
    config : BacktestConfig
        Capital, costs, fills, sizing, stops.
    """

    def __init__(self, config: BacktestConfig) -> None:
        self.config = config

    def run(
        self,
        bars: pd.DataFrame,
        probabilities: NDArray[np.floating],
        orchestrator: DecisionOrchestrator,
        progress: Progress = silent,
        cancel: CancelToken | None = None,
        dissimilarity: NDArray[np.float64] | None = None,
    ) -> BacktestResult:
        """Let a model's probabilities, through the decision filters, trade the bars.

        Parameters
        ----------
        bars : DataFrame
            Bars of one symbol, as `check_bars` accepts them, closed ones too.
        probabilities : ndarray of float, shape (n_bars, 3)
            BUY, HOLD, SELL at each bar's close; each row sums to 1.
        orchestrator : DecisionOrchestrator
            The filters; it is reset first.
        progress : callable
            Listener of `BarsDone` and `PartialEquity`.
        cancel : CancelToken, optional
            Looked at every `CHECK_EVERY` bars.
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
        check_bars(bars, "bars", closed=True)
        material = material_of(bars, probabilities, orchestrator, self.config, dissimilarity)
        stamps = nanoseconds(bars.index).tolist()
        rows, activity, strange = (
            column.tolist() for column in (material.shares, material.ratios, material.dissimilarity)
        )
        held = np.zeros(len(bars), dtype=np.int8)
        account = PositionManager(self.config, orchestrator.settings.max_position_size)
        tracker = PerformanceTracker(pd.DatetimeIndex(bars.index), PriceArrays.of(bars))

        def decide(bar: int, position: Position) -> Action:
            ended = tracker.trades[-1].exit.quote.bar if tracker.trades else None
            return orchestrator.decide(
                bar,
                rows[bar],
                activity[bar],
                position,
                time=stamps[bar],
                last_exit=ended,
                dissimilarity=strange[bar],
            ).action

        orchestrator.reset()
        run = _Run(self.config, bars, tracker, account, held)
        run.play(decide, progress, cancel)
        result = tracker.result(account)
        return material.completed(result, held)

    def simulate(
        self, bars: pd.DataFrame, decide: Decide, progress: Progress = silent, cancel: CancelToken | None = None
    ) -> BacktestResult:
        """Let any decider trade the bars.

        Parameters
        ----------
        bars : DataFrame
            Bars of one symbol, as `check_bars` accepts them, closed ones too.
        decide : callable
            Called at each bar's close with the row of the bar and the position; returns an `Action`.
        progress : callable
            Listener of `BarsDone` and `PartialEquity`.
        cancel : CancelToken, optional
            Looked at every `CHECK_EVERY` bars.

        Raises
        ------
        EmptyData, MalformedBars
            If the bars break their contract.
        Cancelled
            If the token was raised.
        """
        check_bars(bars, "bars", closed=True)
        tracker = PerformanceTracker(pd.DatetimeIndex(bars.index), PriceArrays.of(bars))
        account = PositionManager(self.config)
        _Run(self.config, bars, tracker, account, np.zeros(len(bars), dtype=np.int8)).play(decide, progress, cancel)
        return tracker.result(account)


class _Run:
    """One pass over the bars."""

    def __init__(
        self,
        config: BacktestConfig,
        bars: pd.DataFrame,
        tracker: PerformanceTracker,
        account: PositionManager,
        held: NDArray[np.int8],
    ) -> None:
        self.config, self.tracker, self.account, self.held = config, tracker, account, held
        prices, self.stamps = tracker.prices, nanoseconds(bars.index)
        self.bars = np.column_stack((prices.open, prices.high, prices.low, prices.close)).tolist()
        self.ranges = average_true_range(bars, config).tolist() if config.needs_atr else [math.nan] * len(bars)
        self.pending: Position | None = None
        self.order_atr = self.last_close = math.nan
        self.span = 0.0

    def play(self, decide: Decide, progress: Progress, cancel: CancelToken | None) -> None:
        """Go through all bars, then end the run."""
        last, every = len(self.bars) - 1, max(1, len(self.bars) // REPORTS)
        days = (self.stamps // DAY).tolist()
        for bar, (_, _, _, close) in enumerate(self.bars):
            if cancel is not None and bar % CHECK_EVERY == 0:
                cancel.check()
            if bar and self.account.entry is not None and days[bar] > days[bar - 1]:
                self.account.charge(self.last_close, days[bar] - days[bar - 1])
            if math.isnan(close):
                self.held[bar] = self.account.position
                self._closed(bar, decide(bar, self.account.position))
            else:
                self._open_bar(bar, decide)
            self.tracker.mark(bar, self.account, 0.0 if math.isnan(self.last_close) else self.last_close)
            if (bar + 1) % every == 0 or bar == last:
                progress(BarsDone(bar + 1, last + 1))
                progress(PartialEquity(self.stamps[: bar + 1], self.tracker.equity[: bar + 1].copy()))
        self._finish(last)

    def _open_bar(self, bar: int, decide: Decide) -> None:
        opened, high, low, close = self.bars[bar]
        if self.pending is not None:
            self._fill(self.pending, Quote(bar, opened, span=self.span))
        if self.account.entry is not None:
            self._watch(bar, opened, high, low)
        self.held[bar] = self.account.position
        self.last_close, self.span = close, high - low
        target = target_of(decide(bar, self.account.position), self.account.position, self.config.allow_short)
        if target is None:
            return
        self.pending, self.order_atr = target, self.ranges[bar]
        # What would be opened at the very close that ends the run is left as an order not filled.
        at_end = self.config.close_at_end and bar == len(self.bars) - 1
        if self.config.fill == "close" and (target is Position.FLAT or not at_end):
            self._fill(target, Quote(bar, close, at_close=True, span=self.span))

    def _closed(self, bar: int, action: Action) -> None:
        if action is not Action.HOLD:
            target = Position.LONG if action is Action.BUY else Position.SHORT
            self.tracker.note(bar, target, Refusal(Happening.CLOSED))

    def _watch(self, bar: int, opened: float, high: float, low: float) -> None:
        """Stop or take the position within a bar; a bar that opens beyond the price fills at its open."""
        side, guard = self.account.position, self.account.guard
        if guard is None:
            return
        worst, best = (low, high) if side is Position.LONG else (high, low)
        level, reason = guard.level(side)
        if side * worst <= side * level:
            price = opened if side * opened <= side * level else level
            self._leave(Quote(bar, price, span=self.span), reason)
        elif side * best >= side * guard.target:
            price = opened if side * opened >= side * guard.target else guard.target
            self._leave(Quote(bar, price, span=self.span), "take_profit")
        else:
            guard.peak = max(guard.peak, high) if side is Position.LONG else min(guard.peak, low)

    def _fill(self, target: Position, quote: Quote) -> None:
        self.pending = None
        if self.account.entry is not None:
            self._leave(quote, "signal" if target is Position.FLAT else "reversal")
        if target is not Position.FLAT:
            for refusal in self.account.open(target, quote, self.order_atr):
                self.tracker.note(quote.bar, target, refusal)

    def _leave(self, quote: Quote, reason: str) -> None:
        self.tracker.trades.append(self.account.close(quote, reason))

    def _finish(self, last: int) -> None:
        if self.pending is not None:
            self.tracker.note(last, self.pending, Refusal(Happening.NOT_FILLED))
        if not self.config.close_at_end or self.account.entry is None:
            return
        close = self.bars[last][3]
        if math.isnan(close):
            self.tracker.note(last, Position.FLAT, Refusal(Happening.LEFT_OPEN))
            return
        self._leave(Quote(last, close, at_close=True, span=self.span), "end_of_data")
        self.tracker.mark(last, self.account, close)
