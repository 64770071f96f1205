"""The smallest change of one number that flips an action: a grid, a closer look where it is near, then bisection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ktrdr_app.decision.actions import Action

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRID = 193
"""Values over the whole range that are tried first."""
NEAR = 24
"""Values on each side, ever closer to the one at hand, that are tried with them."""
LOOKS = 6
"""Places on each side that come nearest to a flip and are looked at more closely."""
FINER = 33
"""Values that a place is looked at with, and that a bracket is cut by."""
ROUNDS = 2
CUTS = 6
"""Rounds of cutting a bracket: each makes it `FINER` - 1 times narrower, all of them a thousand million times."""


class Outcomes(NamedTuple):
    """What values lead to.

    Attributes
    ----------
    actions : ndarray of int8, shape (n,)
        Numbers of `Action`.
    slack : ndarray of float64, shape (n,)
        How far each is from another action; small near a flip. It guides the search and decides nothing.
    """

    actions: NDArray[np.int8]
    slack: NDArray[np.float64]


Try = Callable[["NDArray[np.float64]"], Outcomes]


@dataclass(frozen=True)
class Flip:
    """A value that leads to another action.

    Attributes
    ----------
    value : float
        The value nearest to the one at hand that was found to.
    change : float
        Value less the one at hand.
    action : Action
        What it leads to.
    """

    value: float
    change: float
    action: Action


def nearest_flip(outcomes: Try, value: float, low: float, high: float) -> Flip | None:
    """Return the smallest change of a value that leads to another action; None if none within the range does.

    The action is held to be that of ``value`` itself. Both sides are searched: `GRID` values over the range and `NEAR`
    values close by; between them, where the slack has a least value, `FINER` ones twice over; then the bracket around
    the first flip is cut until it is 1e-9 of the distance to its neighbour. A pair of flips closer together than the
    finest of these steps, with no dip of the slack around it, may be passed over.

    Parameters
    ----------
    outcomes : callable
        Takes values, float64 of shape (n,), and returns their `Outcomes`.
    value : float
        The value at hand, finite.
    low, high : float
        Range, finite; widened to hold ``value``.
    """
    low, high = min(low, value), max(high, value)
    taken = int(outcomes(np.array([value])).actions[0])
    found = [_one_way(outcomes, value, end, taken) for end in (low, high) if end != value]
    return min((flip for flip in found if flip is not None), key=lambda flip: abs(flip.change), default=None)


@dataclass(frozen=True)
class _Tried:
    """Values in the order in which they depart from the one at hand, and what they lead to."""

    places: NDArray[np.float64]
    actions: NDArray[np.int8]
    slack: NDArray[np.float64]

    @classmethod
    def of(cls, outcomes: Try, places: NDArray[np.float64]) -> _Tried:
        return cls(places, *outcomes(places))

    def merged(self, other: _Tried, value: float) -> _Tried:
        places = np.concatenate([self.places, other.places])
        order = np.argsort(np.abs(places - value), kind="stable")
        actions = np.concatenate([self.actions, other.actions])[order]
        return _Tried(places[order], actions, np.concatenate([self.slack, other.slack])[order])

    def up_to_the_flip(self, taken: int) -> _Tried:
        flipped = np.flatnonzero(self.actions != taken)
        end = flipped[0] + 1 if len(flipped) else len(self.places)
        return _Tried(self.places[:end], self.actions[:end], self.slack[:end])


def _one_way(outcomes: Try, value: float, end: float, taken: int) -> Flip | None:
    near = value + (end - value) * np.geomspace(1e-6, 0.1, NEAR)
    places = np.concatenate([np.linspace(value, end, GRID), near])
    tried = _Tried.of(outcomes, places[np.argsort(np.abs(places - value))]).up_to_the_flip(taken)
    for _ in range(ROUNDS):
        finer = _closer_look(tried, taken)
        if finer is None:
            break
        tried = tried.merged(_Tried.of(outcomes, finer), value).up_to_the_flip(taken)
    if tried.actions[-1] == taken:
        return None
    return _cut(outcomes, float(tried.places[-2]), float(tried.places[-1]), value, taken)


def _closer_look(tried: _Tried, taken: int) -> NDArray[np.float64] | None:
    """Return finer values around the least slacks before the flip; None where there is nothing between."""
    slack = np.where(tried.actions == taken, tried.slack, np.inf)
    inner = np.flatnonzero((slack[1:-1] <= slack[:-2]) & (slack[1:-1] <= slack[2:]) & np.isfinite(slack[1:-1])) + 1
    if not len(inner):
        return None
    chosen = inner[np.argsort(slack[inner], kind="stable")[:LOOKS]]
    return np.concatenate([np.linspace(tried.places[at - 1], tried.places[at + 1], FINER)[1:-1] for at in chosen])


def _cut(outcomes: Try, same: float, other: float, value: float, taken: int) -> Flip:
    """Narrow a bracket between a value that keeps the action and one that does not."""
    for _ in range(CUTS):
        places = np.linspace(same, other, FINER)
        actions = outcomes(places).actions
        actions[0] = taken
        first = int(np.argmax(actions != taken))
        same, other = float(places[first - 1]), float(places[first])
    action = Action(int(outcomes(np.array([other])).actions[0]))
    return Flip(other, other - value, action)
