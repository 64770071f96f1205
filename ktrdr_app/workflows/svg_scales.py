"""Where things go in a picture: scales, round ticks, calendar ticks, thinned lines, labels kept apart."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_TIME_STEPS: tuple[tuple[str, int, str], ...] = (
    ("Y", 10, "%Y"),
    ("Y", 5, "%Y"),
    ("Y", 2, "%Y"),
    ("Y", 1, "%Y"),
    ("M", 6, "%b %Y"),
    ("M", 3, "%b %Y"),
    ("M", 1, "%b %Y"),
    ("D", 14, "%-d %b %Y"),
    ("D", 7, "%-d %b %Y"),
    ("D", 2, "%-d %b"),
    ("D", 1, "%-d %b"),
    ("h", 6, "%-d %b %H:%M"),
    ("h", 1, "%H:%M"),
    ("m", 15, "%H:%M"),
    ("m", 1, "%H:%M"),
)


@dataclass(frozen=True)
class Scale:
    """A straight line from values to drawing units.

    Attributes
    ----------
    low, high : float
        Values at the two ends.
    start, end : float
        Drawing units at the two ends.
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, values: Floats | float) -> Floats:
        """Return the place of each value.

        Parameters
        ----------
        values : float or ndarray of float64
            Values in the scale's unit.
        """
        span = self.high - self.low or 1.0
        return self.start + (np.asarray(values, dtype=np.float64) - self.low) / span * (self.end - self.start)

    def at(self, value: float) -> float:
        """Return the place of one value.

        Parameters
        ----------
        value : float
            A value in the scale's unit.
        """
        return float(self(value))


def ticks(low: float, high: float, count: int = 5) -> tuple[list[float], int]:
    """Return round values that lie between two values, and the decimals they need.

    Steps are 1, 2 or 5 times a power of ten (Heckbert, "Nice numbers for graph labels",
    Graphics Gems, 1990).

    Parameters
    ----------
    low, high : float
        Ends of the axis.
    count : int
        About how many ticks.
    """
    span = high - low
    if not span > 0:
        return [low], 2
    raw = span / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return [index * step for index in range(first, last + 1)], decimals


def time_ticks(first: float, last: float, most: int = 8) -> list[tuple[float, str]]:
    """Return calendar instants between two instants, with their labels.

    Parameters
    ----------
    first, last : float
        Nanoseconds UTC.
    most : int
        Most ticks that fit.
    """
    chosen: list[tuple[float, str]] = []
    for unit, step, pattern in _TIME_STEPS:
        moments = _calendar(int(first), int(last), unit, step)
        if len(moments) > most:
            break
        if moments.size:
            chosen = [(float(ns), _label(ns, pattern)) for ns in moments.astype("datetime64[ns]").astype(np.int64)]
    return chosen


def _calendar(first: int, last: int, unit: str, step: int) -> NDArray[np.datetime64]:
    """Return the multiples of a calendar step from the first to the last instant."""
    begin = np.datetime64(first, "ns").astype(f"datetime64[{unit}]").astype(np.int64)
    end = np.datetime64(last, "ns").astype(f"datetime64[{unit}]").astype(np.int64)
    numbers = np.arange(begin - begin % step, end + 1, step, dtype=np.int64)
    moments = numbers.astype(f"datetime64[{unit}]")
    exact = moments.astype("datetime64[ns]").astype(np.int64)
    return np.asarray(moments[(exact >= first) & (exact <= last)])


def _label(nanoseconds: int, pattern: str) -> str:
    moment = np.datetime64(int(nanoseconds), "ns").astype("datetime64[s]").item()
    return str(moment.strftime(pattern.replace("%-d", str(moment.day))))


def thinned(x: Floats, y: Floats, buckets: int) -> tuple[Floats, Floats]:
    """Return a line that looks the same with at most two points per bucket: its lowest and its highest.

    Parameters
    ----------
    x, y : ndarray of float64
        Points, by increasing x; y must be finite.
    buckets : int
        Columns of the drawing.
    """
    if len(x) <= 2 * buckets:
        return x, y
    edges = np.linspace(0, len(x), buckets + 1).astype(np.int64)
    keep = {0, len(x) - 1}
    for begin, end in itertools.pairwise(edges):
        part = y[begin:end]
        keep.update((int(begin + part.argmin()), int(begin + part.argmax())))
    rows = np.fromiter(sorted(keep), dtype=np.int64)
    return x[rows], y[rows]


def padded(low: float, high: float, share: float = 0.05) -> tuple[float, float]:
    """Return the range with room above and below, and never without height.

    Parameters
    ----------
    low, high : float
        Lowest and highest value shown.
    share : float
        Room as a share of the range.
    """
    room = (high - low) * share or abs(high) * share or 1.0
    return low - room, high + room


def apart(places: Sequence[float], least: float, lowest: float = math.inf) -> list[float]:
    """Return the places moved until neighbours are far enough from each other, in the same order.

    Parameters
    ----------
    places : sequence of float
        Wanted places, in any order.
    least : float
        Least distance.
    lowest : float
        No place may lie beyond this one; the places before it make room.
    """
    moved = list(places)
    order = sorted(range(len(moved)), key=lambda item: moved[item])
    above = -math.inf
    for index in order:
        moved[index] = above = max(moved[index], above + least)
    below = lowest + least
    for index in reversed(order):
        moved[index] = below = min(moved[index], below - least)
    return moved
