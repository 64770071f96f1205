"""One bar's decision judged anew: the filters as they stood at that moment, for any probabilities."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ktrdr_app.decision.actions import Action, Position
from ktrdr_app.decision.filters import Candidate, FilterVerdict, verdicts_of
from ktrdr_app.decision.orchestrator import Decision
from ktrdr_app.strategy.schema import DecisionSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

CERTAIN = 1.0
"""A confidence that no threshold refuses."""


@dataclass(frozen=True)
class Standing:
    """What the filters know of a bar beside the model's answer.

    Attributes
    ----------
    position : Position
        Position at the bar's close.
    bars_since : int or None
        Bars since the last signal that was acted on; None before the first.
    hours_since : float or None
        Hours between the opens of this bar and of that of the last signal that was acted on.
    bars_since_exit : int or None
        Bars since the last position's end that the decision knew of.
    volume_ratio : float
        Volume over its usual amount; NaN where that is unknown.
    allow_short : bool
        Whether SELL while flat may open a short position.
    """

    position: Position
    bars_since: int | None
    hours_since: float | None
    bars_since_exit: int | None
    volume_ratio: float
    allow_short: bool


@dataclass(frozen=True)
class BarJudge:
    """The filters at one bar.

    Attributes
    ----------
    settings : DecisionSettings
        With ``confidence_threshold`` as the run's mode has it (`DecisionOrchestrator.settings`).
    standing : Standing
        Position and past.
    """

    settings: DecisionSettings
    standing: Standing

    def decide(self, bar: int, shares: NDArray[np.float64], dissimilarity: float = math.nan) -> Decision:
        """Return the decision that other probabilities would have led to.

        Parameters
        ----------
        bar : int
            Row of the bar.
        shares : ndarray of float64, shape (3,)
            Probabilities of BUY, HOLD, SELL.
        dissimilarity : float
            As `Candidate` has it.
        """
        raw = Action(int(shares.argmax()))
        confidence = float(shares[raw])
        if raw is Action.HOLD:
            return Decision(bar, raw, confidence, raw, ())
        trail = self._trail(raw, confidence, dissimilarity)
        passed = all(verdict.passed for verdict in trail)
        return Decision(bar, raw, confidence, raw if passed else Action.HOLD, trail)

    def actions(self, shares: NDArray[np.float64], dissimilarity: NDArray[np.float64]) -> NDArray[np.int8]:
        """Return the actions that many answers would have led to.

        Parameters
        ----------
        shares : ndarray of float64, shape (n, 3)
            Probabilities of BUY, HOLD, SELL.
        dissimilarity : ndarray of float64, shape (n,)
            As `Candidate` has it.

        Returns
        -------
        ndarray of int8, shape (n,)
            Numbers of `Action`.
        """
        raw: NDArray[np.int8] = shares.argmax(axis=1).astype(np.int8)
        passed = shares.max(axis=1) >= self.settings.confidence_threshold
        limit = self.settings.max_dissimilarity
        if limit is not None:
            passed &= np.isnan(dissimilarity) | (dissimilarity <= limit)
        passed &= np.isin(raw, self.open_ways())
        raw[~passed] = Action.HOLD
        return raw

    def slack(
        self, action: Action, shares: NDArray[np.float64], dissimilarity: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return how far answers are from another action than one: above 0 as long as that action stands.

        Parameters
        ----------
        action : Action
            The action that was taken.
        shares, dissimilarity : ndarray
            As `actions` takes them.

        Returns
        -------
        ndarray of float64, shape (n,)
            Infinite where no answer at all could lead to another action.
        """
        if action is not Action.HOLD:
            return self._reach(action, shares, dissimilarity)
        reaches = [-self._reach(way, shares, dissimilarity) for way in self.open_ways()]
        return np.min(reaches, axis=0) if reaches else np.full(len(shares), np.inf)

    def open_ways(self) -> tuple[Action, ...]:
        """Return the actions that no filter outside the model would refuse at this bar."""
        ways = (Action.BUY, Action.SELL)
        return tuple(way for way in ways if all(verdict.passed for verdict in self._trail(way, CERTAIN, math.nan)))

    def outer_refusals(self) -> tuple[str, ...]:
        """Return why neither BUY nor SELL could have been acted on, whatever the model said; empty where one could."""
        if self.open_ways():
            return ()
        trails = [self._trail(way, CERTAIN, math.nan) for way in (Action.BUY, Action.SELL)]
        return tuple(dict.fromkeys(verdict.reason for trail in trails for verdict in trail if not verdict.passed))

    def _reach(
        self, action: Action, shares: NDArray[np.float64], dissimilarity: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return by how much answers lead to an action: the least of what its filters leave; below 0 they do not."""
        own = shares[:, action]
        others = np.delete(shares, int(action), axis=1).max(axis=1)
        found = np.minimum(own - others, own - self.settings.confidence_threshold)
        limit = self.settings.max_dissimilarity
        if limit is not None:
            room = np.where(np.isnan(dissimilarity), np.inf, limit - dissimilarity)
            found = np.minimum(found, room)
        return np.asarray(found, dtype=np.float64)

    def _trail(self, action: Action, confidence: float, dissimilarity: float) -> tuple[FilterVerdict, ...]:
        standing = self.standing
        signal = Candidate(
            action,
            confidence,
            standing.bars_since,
            standing.volume_ratio,
            standing.position,
            standing.allow_short,
            hours_since=standing.hours_since,
            bars_since_exit=standing.bars_since_exit,
            dissimilarity=dissimilarity,
        )
        return verdicts_of(signal, self.settings)
