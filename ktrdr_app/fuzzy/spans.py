"""Where a fuzzy set lies: the span above a level, its plateau, and where it crosses the next set."""

from __future__ import annotations

import math

from ktrdr_app.strategy.schema import FuzzySet

LEAST_LEVEL = 1e-3
"""A crossing below this membership is none: Gaussians would cross everywhere."""
_HALVINGS = 53
"""As many as a level has bits: near a bell's peak a small step in level is a large one in place."""

Crossing = tuple[float, float]
"""Where two sets have the same membership, and how much that is."""


def level_cut(entry: FuzzySet, level: float) -> tuple[float, float]:
    """Return the interval in which the membership exceeds a level below 1, a single point for a bare peak.

    The level cut (alpha cut) of a fuzzy set: Klir and Yuan, Fuzzy Sets and Fuzzy Logic (1995), section 2.1.

    Parameters
    ----------
    entry : FuzzySet
        The set.
    level : float
        Membership, from 0 to 1.

    Returns
    -------
    tuple of float
        Its ends, in the input's unit; infinite on an open side, and for a Gaussian at level 0.
    """
    numbers = entry.parameters
    if entry.type == "gaussian":
        reach = numbers[1] * math.sqrt(-2.0 * math.log(level)) if level > 0 else math.inf
        low, high = numbers[0] - reach, numbers[0] + reach
    else:
        # Weighted so, the ends are exactly the numbers at levels 0 and 1.
        low = (1.0 - level) * numbers[0] + level * numbers[1]
        high = (1.0 - level) * numbers[-1] + level * numbers[-2]
    return (-math.inf if entry.shoulder == "left" else low, math.inf if entry.shoulder == "right" else high)


def plateau(entry: FuzzySet) -> tuple[float, float]:
    """Return where the membership is 1, as the numbers say, whether a side is open or not.

    Parameters
    ----------
    entry : FuzzySet
        The set.
    """
    numbers = entry.parameters
    return (numbers[0], numbers[0]) if entry.type == "gaussian" else (numbers[1], numbers[-2])


def corners(entry: FuzzySet) -> tuple[float, float]:
    """Return the ends of the plateau that can be seen: the inner one alone, twice, of a set with an open side.

    Parameters
    ----------
    entry : FuzzySet
        The set.
    """
    low, high = plateau(entry)
    return {"left": (high, high), "right": (low, low)}.get(entry.shoulder, (low, high))


def precedes(lower: FuzzySet, upper: FuzzySet) -> bool:
    """Return whether two sets stand in their order: not both corners of the first lie above those of the second.

    Parameters
    ----------
    lower, upper : FuzzySet
        In the order in which they are declared.
    """
    (low_1, high_1), (low_2, high_2) = corners(lower), corners(upper)
    return low_1 <= low_2 or high_1 <= high_2


def crossing(left: FuzzySet, right: FuzzySet) -> Crossing | None:
    """Return where the falling side of a set meets the rising side of the next one.

    Parameters
    ----------
    left, right : FuzzySet
        Neighbours, from low to high.

    Returns
    -------
    tuple of float, or None
        Place in the input's unit, and the membership that both have there, which is the greatest that any value has in
        both: Zadeh's consistency of two sets (Fuzzy sets as a basis for a theory of possibility, 1978). None where they
        do not meet by `LEAST_LEVEL`, or where a plateau reaches into the other.
    """
    low, high = LEAST_LEVEL, 1.0
    if _gap(left, right, low) > 0 or _gap(left, right, high) <= 0:
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _gap(left, right, middle) <= 0 else (low, middle)
    place = (level_cut(left, low)[1] + level_cut(right, low)[0]) / 2
    return place, low


def _gap(left: FuzzySet, right: FuzzySet, level: float) -> float:
    """Return how far apart the two sides are at a level; it grows with the level."""
    return level_cut(right, level)[0] - level_cut(left, level)[1]


def shared_level(first: FuzzySet, second: FuzzySet) -> float:
    """Return the greatest membership that any value has in both of two neighbours, 0 to 1.

    Parameters
    ----------
    first, second : FuzzySet
        In any order.
    """
    return min(_one_way(first, second), _one_way(second, first))


def _one_way(left: FuzzySet, right: FuzzySet) -> float:
    """Return the greatest membership at which the first set's high side is not below the second one's low side."""
    met = crossing(left, right)
    if met is not None:
        return met[1]
    return 1.0 if _gap(left, right, 1.0) <= 0 else 0.0
