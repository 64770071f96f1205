"""The handles of a fuzzy set - feet, shoulders, peaks, centre, width - and what moving one does to its numbers.

Plain functions: whatever is asked, the numbers come out in order and the set keeps a width.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from ktrdr_app.strategy.schema import FuzzySet

GAUSSIAN_WIDTH_LEVEL = math.exp(-0.5)
"""Membership one standard deviation from the centre, where the width handle sits."""

_ROLES = {
    "triangular": ("left foot", "peak", "right foot"),
    "trapezoidal": ("left foot", "left shoulder", "right shoulder", "right foot"),
    "gaussian": ("centre", "width"),
}
_LEVELS = {"triangular": (0.0, 1.0, 0.0), "trapezoidal": (0.0, 1.0, 1.0, 0.0), "gaussian": (1.0, GAUSSIAN_WIDTH_LEVEL)}


@dataclass(frozen=True)
class Handle:
    """A point of a set that can be moved.

    Attributes
    ----------
    index : int
        Which of the set's numbers it moves.
    role : str
        What it is called.
    x : float
        Where, in the input's unit.
    level : float
        Membership there.
    """

    index: int
    role: str
    x: float
    level: float

    @property
    def is_foot(self) -> bool:
        """Whether the set ends here; what it is called depends on the language."""
        return self.index >= 0 and self.level == 0.0

    @property
    def is_width(self) -> bool:
        """Whether this is the width of a gaussian."""
        return self.index == 1 and self.level == GAUSSIAN_WIDTH_LEVEL


def idle_numbers(entry: FuzzySet) -> frozenset[int]:
    """Return which numbers have no effect, because that side of the set is open.

    Parameters
    ----------
    entry : FuzzySet
        The set.
    """
    count = len(entry.parameters)
    if entry.type == "gaussian" or entry.shoulder == "none":
        return frozenset()
    idle = 1 if entry.type == "triangular" else 2
    return frozenset(range(idle)) if entry.shoulder == "left" else frozenset(range(count - idle, count))


def handles_of(entry: FuzzySet) -> tuple[Handle, ...]:
    """Return the handles of a set, from left to right; the width of a gaussian stands on its closed side.

    Parameters
    ----------
    entry : FuzzySet
        The set.
    """
    places = list(entry.parameters)
    if entry.type == "gaussian":
        places[1] = entry.parameters[0] + _side(entry) * entry.parameters[1]
    idle = idle_numbers(entry)
    roles, levels = _ROLES[entry.type], _LEVELS[entry.type]
    return tuple(
        Handle(index, QCoreApplication.translate("fuzzy", roles[index]), place, levels[index])
        for index, place in enumerate(places)
        if index not in idle
    )


def grain_of(span: float) -> float:
    """Return the power of ten to which dragged numbers are rounded: about a 500th of the span or finer.

    Parameters
    ----------
    span : float
        Width of what is shown, in the input's unit.
    """
    return float(10.0 ** math.floor(math.log10(span / 500.0))) if span > 0 else 0.01


def nudge_of(span: float) -> float:
    """Return how far an arrow key moves a handle: 1, 2 or 5 times a power of ten, about a 200th of the span.

    Parameters
    ----------
    span : float
        Width of what is shown.
    """
    return round_part(span, 200)


def round_part(span: float, parts: int) -> float:
    """Return the greatest of 1, 2 or 5 times a power of ten that is no more than a part of a span.

    Parameters
    ----------
    span : float
        Width; 0 gives 0.01.
    parts : int
        How many parts it has.
    """
    wanted = span / parts if span > 0 else 0.01
    power = float(10.0 ** math.floor(math.log10(wanted)))
    return next(round(step * power, 12) for step in (5, 2, 1) if step * power <= wanted * (1 + 1e-9))


def snapped(x: float, grain: float) -> float:
    """Round to a multiple of the grain, without the dust of binary fractions.

    Parameters
    ----------
    x : float
        Any number.
    grain : float
        A power of ten, or a small multiple of one.
    """
    return round(round(x / grain) * grain, max(0, 2 - math.floor(math.log10(grain)))) + 0.0


def limits(entry: FuzzySet, index: int, grain: float) -> tuple[float, float]:
    """Return between which places a handle can stand beside its set's other numbers; infinite where none stops it.

    Parameters
    ----------
    entry : FuzzySet
        The set.
    index : int
        Which of its numbers.
    grain : float
        The least width of a set.
    """
    numbers = entry.parameters
    if entry.type == "gaussian":
        if index == 0:
            return -math.inf, math.inf
        return (numbers[0] + grain, math.inf) if _side(entry) > 0 else (-math.inf, numbers[0] - grain)
    idle = idle_numbers(entry)
    free = [place for place in range(len(numbers)) if place not in idle]
    low = max((numbers[place] for place in free if place < index), default=-math.inf)
    high = min((numbers[place] for place in free if place > index), default=math.inf)
    if not idle:  # the outer two must stay apart even where a cliff lets all others meet
        low = max(low, numbers[0] + grain) if index == len(numbers) - 1 else low
        high = min(high, numbers[-1] - grain) if index == 0 else high
    return low, high


def moved(entry: FuzzySet, index: int, x: float, grain: float, *, exact: bool = False) -> FuzzySet:
    """Return the set with one handle at a new place, stopped by its neighbours.

    Parameters
    ----------
    entry : FuzzySet
        The set.
    index : int
        Which of its numbers.
    x : float
        Where the handle is wanted.
    grain : float
        Rounding, and the least width of a set.
    exact : bool
        Whether the place is taken to the last digit, as when a handle snaps to another.
    """
    numbers = list(entry.parameters)
    low, high = limits(entry, index, grain)
    if entry.type == "gaussian":
        if index == 0:
            numbers[0] = x if exact else snapped(x, grain)
        else:
            reach = _side(entry) * (min(max(x, low), high) - numbers[0])
            numbers[1] = max(grain, reach if exact else snapped(reach, grain))
        return _with(entry, numbers)
    idle = idle_numbers(entry)
    free = [place for place in range(len(numbers)) if place not in idle]
    numbers[index] = min(max(x if exact else snapped(x, grain), low), high)
    return _with(entry, _push_idle(numbers, free, grain))


def replaced(entry: FuzzySet, index: int, value: float) -> list[float]:
    """Return a set's numbers with one of them as typed; idle numbers give way, others may then be out of order.

    Parameters
    ----------
    entry : FuzzySet
        The set.
    index : int
        Which of its numbers.
    value : float
        What it becomes, to the last digit.
    """
    numbers = list(entry.parameters)
    numbers[index] = value
    idle = idle_numbers(entry)
    free = [place for place in range(len(numbers)) if place not in idle]
    in_order = all(numbers[left] <= numbers[right] for left, right in itertools.pairwise(free))
    return _push_idle(numbers, free, 1e-6 * max(1.0, abs(value))) if idle and in_order else numbers


def shifted(entry: FuzzySet, distance: float, grain: float, *, exact: bool = False) -> FuzzySet:
    """Return the whole set moved sideways, its shape unchanged.

    Parameters
    ----------
    entry : FuzzySet
        The set.
    distance : float
        How far.
    grain : float
        Rounding of the distance.
    exact : bool
        Whether the distance is taken to the last digit, as when the set snaps to something.
    """
    step = distance if exact else snapped(distance, grain)
    moving = 1 if entry.type == "gaussian" else len(entry.parameters)
    places = max(0, (9 if exact else 6) - math.floor(math.log10(grain)))
    return _with(entry, [round(v + step, places) if i < moving else v for i, v in enumerate(entry.parameters)])


def _side(entry: FuzzySet) -> int:
    return -1 if entry.shoulder == "right" else 1


def _push_idle(numbers: list[float], free: list[int], grain: float) -> list[float]:
    """Move numbers without effect out of the way, so that they never stop a handle that one can see."""
    for place in range(free[0] - 1, -1, -1):
        numbers[place] = min(numbers[place], numbers[place + 1])
    for place in range(free[-1] + 1, len(numbers)):
        numbers[place] = max(numbers[place], numbers[place - 1])
    if numbers[-1] - numbers[0] < grain:
        if free[0] > 0:
            numbers[0] = numbers[-1] - grain
        else:
            numbers[-1] = numbers[0] + grain
    return numbers


def _with(entry: FuzzySet, numbers: list[float]) -> FuzzySet:
    return FuzzySet(type=entry.type, parameters=[float(number) for number in numbers], shoulder=entry.shoulder)
