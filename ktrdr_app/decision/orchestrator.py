"""One decision per bar, with the trail of what every filter said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.decision.actions import Action, Position
from ktrdr_app.decision.filters import Candidate, FilterVerdict, verdicts_of
from ktrdr_app.strategy.schema import DecisionSettings

Mode = Literal["backtest", "paper", "live"]
MODES = get_args(Mode)
HOUR = 3_600_000_000_000
"""Nanoseconds."""
SUM_TOLERANCE = 1e-3
"""How far the three probabilities of a bar may be from 1 in sum: room for float32, none for logits."""


@dataclass(frozen=True)
class Decision:
    """What was decided at one bar's close.

    Attributes
    ----------
    bar : int
        Row of the bar.
    raw : Action
        The model's most probable class; of equal ones, the first.
    confidence : float
        Probability of ``raw``, 0 to 1.
    action : Action
        ``raw`` if every filter passed, else HOLD.
    trail : tuple of FilterVerdict
        Verdicts in declared order; empty when the model itself said HOLD.
    """

    bar: int
    raw: Action
    confidence: float
    action: Action
    trail: tuple[FilterVerdict, ...]

    @property
    def refusal(self) -> FilterVerdict | None:
        """The first filter that refused the signal, if one did."""
        return next((verdict for verdict in self.trail if not verdict.passed), None)


class DecisionOrchestrator:
    """Turns probabilities into actions; its only state is when it last acted.

    It keeps no position of its own: the caller, who knows what was really filled, hands it in.

    Parameters
    ----------
    settings : DecisionSettings
        The strategy's ``decision`` section.
    allow_short : bool
        Whether SELL while flat opens a short position.
    mode : str
        ``backtest``, ``paper`` or ``live``: which of the strategy's ``confidence_thresholds`` counts.

    Raises
    ------
    UnknownName
        For another mode.

    Attributes
    ----------
    settings : DecisionSettings
        The section, with ``confidence_threshold`` as the mode has it.
    """

    def __init__(self, settings: DecisionSettings, allow_short: bool = False, mode: Mode = "backtest") -> None:
        if mode not in MODES:
            raise UnknownName("mode", mode, MODES)
        threshold = settings.confidence_thresholds.get(mode, settings.confidence_threshold)
        self.settings = settings.model_copy(update={"confidence_threshold": threshold})
        self.allow_short = allow_short
        self._seen: int | None = None
        self._acted: int | None = None
        self._acted_at: int | None = None

    def reset(self) -> None:
        """Forget the past, before another series."""
        self._seen = None
        self._acted = None
        self._acted_at = None

    def decide(
        self,
        bar: int,
        probabilities: Sequence[float] | NDArray[np.floating],
        volume_ratio: float,
        position: Position,
        *,
        time: int | None = None,
        last_exit: int | None = None,
        dissimilarity: float = math.nan,
    ) -> Decision:
        """Decide at one bar's close.

        Parameters
        ----------
        bar : int
            Row of the bar; it must rise from call to call.
        probabilities : sequence of float, length 3
            Probabilities of BUY, HOLD, SELL.
        volume_ratio : float
            As `volume_ratio` gives it; NaN where volume is not known.
        position : Position
            Position at this close.
        time : int, optional
            The bar's open, nanoseconds since 1970 UTC; without it no separation in hours is asked for.
        last_exit : int, optional
            Row of the bar in which the last position ended; without it no cooldown is asked for.
        dissimilarity : float
            As `Candidate` has it.

        Raises
        ------
        InvalidValue
            If the probabilities are not three numbers of 0 to 1 that sum to 1, or the bar is not after the last.
        """
        shares = _checked(probabilities, bar)
        if self._seen is not None and bar <= self._seen:
            raise InvalidValue("bar", bar, f"a bar after {self._seen}, or call reset() before another series")
        self._seen = bar
        confidence = max(shares)
        raw = Action(shares.index(confidence))
        if raw is Action.HOLD:
            return Decision(bar, raw, confidence, raw, ())
        since = None if self._acted is None else bar - self._acted
        signal = Candidate(
            raw,
            confidence,
            since,
            float(volume_ratio),
            position,
            self.allow_short,
            hours_since=None if time is None or self._acted_at is None else (time - self._acted_at) / HOUR,
            bars_since_exit=None if last_exit is None else bar - last_exit,
            dissimilarity=dissimilarity,
        )
        trail = verdicts_of(signal, self.settings)
        if not all(verdict.passed for verdict in trail):
            return Decision(bar, raw, confidence, Action.HOLD, trail)
        self._acted, self._acted_at = bar, time
        return Decision(bar, raw, confidence, raw, trail)


def _checked(probabilities: Sequence[float] | NDArray[np.floating], bar: int) -> list[float]:
    shares = [float(share) for share in probabilities]
    sound = len(shares) == len(Action) and all(math.isfinite(share) and 0 <= share <= 1 for share in shares)
    if not sound or abs(sum(shares) - 1) > SUM_TOLERANCE:
        expected = "three probabilities of 0 to 1 that sum to 1 (BUY, HOLD, SELL)"
        raise InvalidValue("probabilities", shares, expected, where=f"probabilities, bar {bar}")
    return shares
