"""What a model's run decides on: checked probabilities, activity, distances, and the filters over them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.events import BacktestEvent
from ktrdr_app.backtesting.results import BacktestResult
from ktrdr_app.backtesting.trades import REASONS
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.decision.actions import Action
from ktrdr_app.decision.log import DecisionLog
from ktrdr_app.decision.orchestrator import SUM_TOLERANCE, DecisionOrchestrator
from ktrdr_app.decision.volume import volume_ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

ORDERED = (REASONS.index("signal"), REASONS.index("reversal"))
"""Ends that a decision brought about, and that it could therefore not know of."""


@dataclass(frozen=True, eq=False)
class DecisionMaterial:
    """Everything that decisions look at but the position.

    Attributes
    ----------
    bars : DataFrame
        Bars of one symbol.
    shares : ndarray of float64, shape (n_bars, 3)
        Probabilities of BUY, HOLD, SELL.
    ratios : ndarray of float64, shape (n_bars,)
        As `volume_ratio` gives them.
    dissimilarity : ndarray of float64, shape (n_bars,)
        Distance from the training rows; NaN where not known.
    orchestrator : DecisionOrchestrator
        The filters.
    """

    bars: pd.DataFrame
    shares: NDArray[np.float64]
    ratios: NDArray[np.float64]
    dissimilarity: NDArray[np.float64]
    orchestrator: DecisionOrchestrator

    def signals(self) -> NDArray[np.int8]:
        """Return the signals that pass every filter which does not look at the position; HOLD elsewhere."""
        settings = self.orchestrator.settings
        buy, hold, sell = self.shares.T
        highest = np.maximum(np.maximum(buy, hold), sell)
        # Of equal ones the first counts, as it does for the orchestrator.
        raw = np.where(buy == highest, Action.BUY, np.where(hold == highest, Action.HOLD, Action.SELL)).astype(np.int8)
        passed = highest >= settings.confidence_threshold
        if settings.volume_filter:
            passed &= np.isnan(self.ratios) | (self.ratios >= settings.min_volume_ratio)
        if settings.max_dissimilarity is not None:
            passed &= np.isnan(self.dissimilarity) | (self.dissimilarity <= settings.max_dissimilarity)
        raw[~passed] = Action.HOLD
        return raw

    def completed(self, result: BacktestResult, held: NDArray[np.int8]) -> BacktestResult:
        """Return a run's result with what was decided in it.

        Parameters
        ----------
        result : BacktestResult
            The run.
        held : ndarray of int8, shape (n_bars,)
            Position at each decision.
        """
        trades = result.closed
        at_close = result.config.fill == "close"
        late = np.isin(trades.reason, ORDERED) & at_close
        log = DecisionLog(
            index=result.index,
            shares=self.shares,
            ratios=self.ratios,
            dissimilarity=self.dissimilarity,
            held=held,
            ended=trades.exit_bar + late,
            ended_in=trades.exit_bar,
            closed=np.isnan(self.bars["close"].to_numpy()),
            orchestrator=self.orchestrator,
        )
        return replace(result, log=log, events=(*self._filters_off(result.index[0]), *result.events))

    def _filters_off(self, time: pd.Timestamp) -> list[BacktestEvent]:
        """Return an event for each filter that was asked for and had nothing to stand on."""
        settings, off = self.orchestrator.settings, list[BacktestEvent]()
        if settings.volume_filter and np.isnan(self.ratios).all():
            message = "the bars have no volume, the volume filter was not applied"
            off.append(BacktestEvent(0, time, "volume_filter_off", message))
        if settings.max_dissimilarity is not None and np.isnan(self.dissimilarity).all():
            message = "the model keeps no training rows to measure distances by, the drift filter was not applied"
            off.append(BacktestEvent(0, time, "drift_filter_off", message))
        return off


def material_of(
    bars: pd.DataFrame,
    probabilities: NDArray[np.floating],
    orchestrator: DecisionOrchestrator,
    config: BacktestConfig,
    dissimilarity: NDArray[np.float64] | None = None,
) -> DecisionMaterial:
    """Check what a run is to decide on.

    Parameters
    ----------
    bars : DataFrame
        Bars of one symbol, already checked.
    probabilities : ndarray of float, shape (n_bars, 3)
        BUY, HOLD, SELL at each bar's close; each row sums to 1. Rows of closed bars are not looked at.
    orchestrator : DecisionOrchestrator
        The filters.
    config : BacktestConfig
        Must agree with it on short positions.
    dissimilarity : ndarray of float64, shape (n_bars,), optional
        Distances; not known by default.

    Raises
    ------
    InvalidValue
        For the first row that is not a distribution, another shape, or a disagreement on short positions.
    """
    if orchestrator.allow_short != config.allow_short:
        raise InvalidValue("allow_short", orchestrator.allow_short, "the same to orchestrator and BacktestConfig")
    shares = _check_probabilities(probabilities, bars)
    # One NaN seen from everywhere: a column of them would be memory for nothing.
    unknown = np.broadcast_to(np.nan, (len(bars),))
    distances = unknown if dissimilarity is None else np.asarray(dissimilarity, dtype=np.float64)
    if distances.shape != (len(bars),):
        raise InvalidValue("dissimilarity", f"shape {distances.shape}", f"shape ({len(bars)},)")
    ratios = volume_ratio(bars["volume"].to_numpy(dtype=np.float64))
    return DecisionMaterial(bars, shares, ratios, distances, orchestrator)


def _check_probabilities(probabilities: NDArray[np.floating], bars: pd.DataFrame) -> NDArray[np.float64]:
    shares = np.asarray(probabilities, dtype=np.float64)
    if shares.shape != (len(bars), len(Action)):
        raise InvalidValue("probabilities", f"shape {shares.shape}", f"shape ({len(bars)}, {len(Action)})")
    closed = np.isnan(bars["close"].to_numpy())
    if closed.any():
        shares = shares.copy()
        shares[closed] = np.eye(len(Action))[Action.HOLD]
    # By columns: reducing rows of three is many times slower in NumPy.
    buy, hold, sell = shares.T
    sound = np.minimum(np.minimum(buy, hold), sell) >= 0
    sound &= (np.maximum(np.maximum(buy, hold), sell) <= 1) & (np.abs(buy + hold + sell - 1) <= SUM_TOLERANCE)
    if not sound.all():
        row = int(np.argmin(sound))
        expected = "three probabilities of 0 to 1 that sum to 1 (BUY, HOLD, SELL)"
        where = f"probabilities, row {row + 1} ({bars.index[row].isoformat()})"
        raise InvalidValue("probabilities", shares[row].tolist(), expected, where=where)
    return shares
