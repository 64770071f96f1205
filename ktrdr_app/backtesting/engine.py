"""The reference engine: plain, event by event, exact to the cent; every faster one must agree with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.positions import PositionManager, Quote
from ktrdr_app.backtesting.results import BacktestResult
from ktrdr_app.backtesting.tracker import PerformanceTracker
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.progress import BarsDone, PartialEquity, Progress, silent
from ktrdr_app.data.bars import PriceArrays, check_bars, nanoseconds
from ktrdr_app.decision.actions import Action, Position
from ktrdr_app.decision.explain import explain_no_trades
from ktrdr_app.decision.orchestrator import SUM_TOLERANCE, Decision, DecisionOrchestrator
from ktrdr_app.decision.volume import volume_ratio

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

    1. the order decided at the bar before is filled at this bar's OPEN;
    2. the close is known, and the position is given to the decider, who may place an order
       (with ``fill="close"`` it is filled at this very close);
    3. the account is valued at the close.

    So the first equity point is the initial capital at the first bar's close. No order is dropped in silence.

    Parameters
    ----------
    config : BacktestConfig
        Capital, costs, fills, sizing.
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
    ) -> BacktestResult:
        """Let a model's probabilities, through the decision filters, trade the bars.

        Parameters
        ----------
        bars : DataFrame
            Bars of one symbol, as `check_bars` accepts them.
        probabilities : ndarray of float, shape (n_bars, 3)
            BUY, HOLD, SELL at each bar's close; each row sums to 1.
        orchestrator : DecisionOrchestrator
            The filters; it is reset first.
        progress : callable
            Listener of `BarsDone` and `PartialEquity`.
        cancel : CancelToken, optional
            Looked at every `CHECK_EVERY` bars.

        Raises
        ------
        InvalidValue
            If probabilities do not fit, or orchestrator and configuration differ on short positions.
        EmptyData, MalformedBars
            If the bars break their contract.
        Cancelled
            If the token was raised.
        """
        check_bars(bars, "bars")
        if orchestrator.allow_short != self.config.allow_short:
            raise InvalidValue("allow_short", orchestrator.allow_short, "the same to orchestrator and BacktestConfig")
        shares = _check_probabilities(probabilities, bars.index)
        ratios = volume_ratio(bars["volume"].to_numpy(dtype=np.float64))
        rows, activity = shares.tolist(), ratios.tolist()
        decisions: list[Decision] = []
        positions: list[str] = []

        def decide(bar: int, position: Position) -> Action:
            decision = orchestrator.decide(bar, rows[bar], activity[bar], position)
            decisions.append(decision)
            positions.append(position.name.lower())
            return decision.action

        orchestrator.reset()
        tracker, account = self._play(bars, decide, progress, cancel)
        if orchestrator.settings.volume_filter and np.isnan(ratios).all():
            tracker.note(0, "volume_filter_off", "the bars have no volume, the volume filter was not applied")
        result = tracker.result(account)
        traded = len(result.trades) or result.open_trade is not None
        return replace(
            result,
            decisions=_decision_table(decisions, bars.index, shares, ratios, positions),
            explanation="" if traded else explain_no_trades(decisions),
        )

    def simulate(
        self, bars: pd.DataFrame, decide: Decide, progress: Progress = silent, cancel: CancelToken | None = None
    ) -> BacktestResult:
        """Let any decider trade the bars.

        Parameters
        ----------
        bars : DataFrame
            Bars of one symbol, as `check_bars` accepts them.
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
        check_bars(bars, "bars")
        tracker, account = self._play(bars, decide, progress, cancel)
        return tracker.result(account)

    def _play(
        self, bars: pd.DataFrame, decide: Decide, progress: Progress, cancel: CancelToken | None
    ) -> tuple[PerformanceTracker, PositionManager]:
        prices = PriceArrays.of(bars)
        tracker = PerformanceTracker(pd.DatetimeIndex(bars.index), prices)
        account = PositionManager(self.config)
        stamps, every = nanoseconds(bars.index), max(1, len(prices) // REPORTS)
        opens, closes = prices.open.tolist(), prices.close.tolist()
        pending: Position | None = None
        for bar, close in enumerate(closes):
            if cancel is not None and bar % CHECK_EVERY == 0:
                cancel.check()
            if pending is not None:
                _fill(pending, Quote(bar, opens[bar]), account, tracker)
            pending = target_of(decide(bar, account.position), account.position, self.config.allow_short)
            if pending is not None and self.config.fill == "close":
                # What would be opened at the very close that ends the run is left as an order not filled.
                at_end = self.config.close_at_end and bar == len(closes) - 1
                if pending is Position.FLAT or not at_end:
                    _fill(pending, Quote(bar, close, at_close=True), account, tracker)
                    pending = None
            tracker.mark(bar, account, close)
            if (bar + 1) % every == 0 or bar + 1 == len(closes):
                progress(BarsDone(bar + 1, len(closes)))
                progress(PartialEquity(stamps[: bar + 1], tracker.equity[: bar + 1].copy()))
        self._finish(pending, account, tracker)
        return tracker, account

    def _finish(self, pending: Position | None, account: PositionManager, tracker: PerformanceTracker) -> None:
        last = len(tracker.index) - 1
        if pending is not None:
            message = f"the order to go {pending.name.lower()} came at the last bar's close and was not filled"
            tracker.note(last, "order_not_filled", message)
        if self.config.close_at_end and account.entry is not None:
            close = float(tracker.prices.close[last])
            tracker.trades.append(account.close(Quote(last, close, at_close=True), "end_of_data"))
            tracker.mark(last, account, close)


def _fill(target: Position, quote: Quote, account: PositionManager, tracker: PerformanceTracker) -> None:
    if account.entry is not None:
        reason = "signal" if target is Position.FLAT else "reversal"
        tracker.trades.append(account.close(quote, reason))
    if target is not Position.FLAT:
        refusal = account.open(target, quote)
        if refusal:
            tracker.note(quote.bar, "order_rejected", f"the order to go {target.name.lower()} was rejected: {refusal}")


def _check_probabilities(probabilities: NDArray[np.floating], index: pd.Index) -> NDArray[np.float64]:
    shares = np.asarray(probabilities, dtype=np.float64)
    if shares.shape != (len(index), len(Action)):
        raise InvalidValue("probabilities", f"shape {shares.shape}", f"shape ({len(index)}, {len(Action)})")
    sums = np.where(np.isfinite(shares), shares, 0.0).sum(axis=1)
    sound = ((shares >= 0) & (shares <= 1)).all(axis=1) & (np.abs(sums - 1) <= SUM_TOLERANCE)
    if not sound.all():
        row = int(np.argmin(sound))
        expected = "three probabilities of 0 to 1 that sum to 1 (BUY, HOLD, SELL)"
        where = f"probabilities, row {row + 1} ({index[row].isoformat()})"
        raise InvalidValue("probabilities", shares[row].tolist(), expected, where=where)
    return shares


def _decision_table(
    decisions: list[Decision],
    index: pd.Index,
    shares: NDArray[np.float64],
    ratios: NDArray[np.float64],
    positions: list[str],
) -> pd.DataFrame:
    refusals = [decision.refusal for decision in decisions]
    columns = {
        "raw": [decision.raw.name for decision in decisions],
        "confidence": [decision.confidence for decision in decisions],
        "buy": shares[:, Action.BUY],
        "hold": shares[:, Action.HOLD],
        "sell": shares[:, Action.SELL],
        "volume_ratio": ratios,
        "position": positions,
        "action": [decision.action.name for decision in decisions],
        "refused_by": [refusal.name if refusal else "" for refusal in refusals],
        "reason": ["; ".join(verdict.reason for verdict in decision.trail) for decision in decisions],
    }
    return pd.DataFrame(columns, index=index)
