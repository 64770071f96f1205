"""Handles that belong to two sets: their crossings; and the order of sets, which no handle may break.

Plain functions, like `set_handles`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication

from ktrdr_app.fuzzy.spans import crossing, precedes
from ktrdr_app.gui.documents.set_handles import Handle, limits, moved
from ktrdr_app.strategy.schema import FuzzySet

CROSSING = -1
"""Index of a handle that moves a foot of each of two sets."""
_HALVINGS = 40

Sets = dict[str, FuzzySet]


def crossings_of(sets: Mapping[str, FuzzySet]) -> dict[str, tuple[str, Handle]]:
    """Return the handle of each crossing of neighbours, by the lower set, with the name of the upper one.

    Parameters
    ----------
    sets : mapping of str to FuzzySet
        From low to high.
    """
    found = {}
    for (one, first), (other, second) in itertools.pairwise(sets.items()):
        met = crossing(first, second)
        if met is not None:
            found[one] = (
                other,
                Handle(CROSSING, QCoreApplication.translate("fuzzy", "crossing with {0}").format(other), *met),
            )
    return found


def moved_crossing(left: FuzzySet, right: FuzzySet, x: float, grain: float) -> tuple[FuzzySet, FuzzySet]:
    """Return two neighbours whose feet have moved by one distance so that the sets cross at another place.

    Parameters
    ----------
    left, right : FuzzySet
        Neighbours that cross, from low to high.
    x : float
        Where the crossing is wanted; the nearest place that both feet can follow to, in steps of ``grain``.
    grain : float
        Rounding, and the least width of a set.
    """
    lowest, high = _steps(left, right, grain)
    low = lowest
    while low < high:  # the crossing moves with the feet, so the first step that takes it to x can be halved for
        middle = (low + high) // 2
        met = crossing(*_feet_moved(left, right, middle, grain))
        low, high = (middle + 1, high) if met is None or met[0] < x else (low, middle)
    before, after = (_feet_moved(left, right, steps, grain) for steps in (max(low - 1, lowest), low))
    near = [pair for pair in (before, after) if crossing(*pair) is not None]
    return min(near, key=lambda pair: abs(_place(pair) - x), default=(left, right))


def linked_feet(left: FuzzySet, right: FuzzySet, distance: float, grain: float) -> tuple[FuzzySet, FuzzySet]:
    """Return two neighbours whose feet have moved by one distance, as far as both can.

    Parameters
    ----------
    left, right : FuzzySet
        Neighbours, from low to high: the right foot of the first moves with the left foot of the second.
    distance : float
        How far.
    grain : float
        Rounding, and the least width of a set.
    """
    low, high = _steps(left, right, grain)
    return _feet_moved(left, right, min(max(round(distance / grain), low), high), grain)


def _place(pair: tuple[FuzzySet, FuzzySet]) -> float:
    met = crossing(*pair)
    return math.inf if met is None else met[0]


def _foot(entry: FuzzySet, side: int) -> float:
    """Return the foot on one side, one standard deviation from the centre for a Gaussian."""
    if entry.type == "gaussian":
        return entry.parameters[0] + side * entry.parameters[1]
    return entry.parameters[-1 if side > 0 else 0]


def _with_foot(entry: FuzzySet, side: int, x: float, grain: float) -> FuzzySet:
    if entry.type == "gaussian":
        width = max(grain, side * (x - entry.parameters[0]))
        return entry.model_copy(update={"parameters": [entry.parameters[0], round(width, 12)]})
    return moved(entry, len(entry.parameters) - 1 if side > 0 else 0, x, grain, exact=True)


def _steps(left: FuzzySet, right: FuzzySet, grain: float) -> tuple[int, int]:
    """Return how many grains both feet can go to the left (below 0) and to the right."""
    last = len(left.parameters) - 1
    lowest = left.parameters[0] + grain if left.type == "gaussian" else limits(left, last, grain)[0]
    highest = right.parameters[0] - grain if right.type == "gaussian" else limits(right, 0, grain)[1]
    back, forth = _foot(left, 1) - lowest, highest - _foot(right, -1)
    return -math.floor(max(back, 0.0) / grain + 1e-9), math.floor(max(forth, 0.0) / grain + 1e-9)


def _feet_moved(left: FuzzySet, right: FuzzySet, steps: int, grain: float) -> tuple[FuzzySet, FuzzySet]:
    places = max(0, 6 - math.floor(math.log10(grain)))
    lower, upper = (round(foot + steps * grain, places) for foot in (_foot(left, 1), _foot(right, -1)))
    return _with_foot(left, 1, lower, grain), _with_foot(right, -1, upper, grain)


def in_order(sets: Mapping[str, FuzzySet], before: Mapping[str, FuzzySet]) -> bool:
    """Return whether no two neighbours have changed places that stood in order before.

    Parameters
    ----------
    sets, before : mapping of str to FuzzySet
        The same sets after and before a move.
    """
    for one, other in itertools.pairwise(sets):
        if not precedes(sets[one], sets[other]) and precedes(before[one], before[other]):
            return False
    return True


def kept_in_order(
    before: Mapping[str, FuzzySet], place: Callable[[float], Sets], start: float, wanted: float, grain: float
) -> tuple[Sets, float]:
    """Return the sets moved as far towards a place as their order allows, and that place.

    Parameters
    ----------
    before : mapping of str to FuzzySet
        All sets of the input, where the move begins.
    place : callable
        Returns the sets that change when the handle stands at a place.
    start, wanted : float
        Where the handle begins, and where it is wanted.
    grain : float
        How near to the limit it gets.
    """
    found = place(wanted)
    if in_order({**before, **found}, before):
        return found, wanted
    low, high = start, wanted
    for _ in range(_HALVINGS):
        if abs(high - low) <= grain / 4:
            break
        middle = (low + high) / 2
        low, high = (middle, high) if in_order({**before, **place(middle)}, before) else (low, middle)
    return place(low), low
