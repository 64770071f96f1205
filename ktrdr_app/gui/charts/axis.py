"""Axes: bar indices shown as UTC dates, without holes for nights and weekends; values as prices or percent."""

# ruff: noqa: ARG002 - pyqtgraph's own signatures

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.gui.charts.grid_axis import GridAxis
from ktrdr_app.gui.ui import numbers

Stamps = NDArray[np.int64]

LABEL_PIXELS = 84
"""Room for one date."""

LINE_PIXELS = 16
"""Room for one figure above another."""

_STEPS: tuple[tuple[str, int], ...] = (
    ("m", 1), ("m", 5), ("m", 15), ("m", 30), ("h", 1), ("h", 3), ("h", 6), ("h", 12), ("D", 1), ("D", 2),
    ("W", 1), ("W", 2), ("M", 1), ("M", 3), ("M", 6), ("Y", 1), ("Y", 2), ("Y", 5), ("Y", 10), ("Y", 20),
)  # fmt: skip
"""Calendar steps between ticks, finest first."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CLOSED = 40.0
"""A span is at most so many times longer than its sessions; steps that would be too fine even then are not tried."""
_SECONDS = {"m": 60, "h": 3600, "D": 86_400, "W": 604_800, "M": 2_629_746, "Y": 31_556_952}


def boundaries(first: int, last: int, unit: str, count: int) -> Stamps:
    """Return the calendar boundaries in a span: full hours, Mondays, first days of months, ...

    Parameters
    ----------
    first, last : int
        Ends of the span, nanoseconds UTC.
    unit : str
        ``m`` minutes, ``h`` hours, ``D`` days, ``W`` weeks from Monday, ``M`` months, ``Y`` years.
    count : int
        Every how many units.
    """
    numpy_unit = "D" if unit == "W" else unit
    low = int(np.datetime64(first, "ns").astype(f"datetime64[{numpy_unit}]").astype(np.int64))
    high = int(np.datetime64(last, "ns").astype(f"datetime64[{numpy_unit}]").astype(np.int64)) + 1
    every, phase = (7 * count, 4) if unit == "W" else (count, 0)  # day 4 of 1970 was a Monday
    if unit == "Y":
        phase = 1970 % count and count - 1970 % count  # round years, not multiples from 1970
    begin = -(-(low - phase) // every) * every + phase
    steps = np.arange(begin, high + 1, every, dtype=np.int64)
    return steps.astype(f"datetime64[{numpy_unit}]").astype("datetime64[ns]").astype(np.int64)


def tick_bars(times: Stamps, left: float, right: float, pixels: float) -> list[int]:
    """Return the bars that get a tick: the first bar at or after each boundary of the finest step that fits.

    Parameters
    ----------
    times : ndarray of int64, shape (n,)
        Bar opens, nanoseconds UTC, increasing.
    left, right : float
        Edges of the view, in bar indices.
    pixels : float
        Width of the axis.
    """
    first, last = max(0, int(np.ceil(left))), min(len(times) - 1, int(np.floor(right)))
    if first > last or right <= left:
        return []
    least_gap = LABEL_PIXELS * (right - left) / max(pixels, 1.0)
    span = (int(times[last]) - int(times[first])) / 1e9
    most = _CLOSED * max(pixels, LABEL_PIXELS) / LABEL_PIXELS
    for unit, count in _STEPS:
        if span / (_SECONDS[unit] * count) > most:
            continue
        marks = boundaries(int(times[first]), int(times[last]), unit, count)
        bars = np.unique(np.searchsorted(times, marks[marks <= times[last]]))
        bars = bars[(bars >= first) & (bars <= last)]
        # one close pair (a short month, a holiday) is thinned out; a crowd asks for a coarser step
        if len(bars) <= 1 or np.median(np.diff(bars)) >= least_gap:
            return _thinned(bars, least_gap)
    return [first]


def tick_times(first: int, last: int, pixels: float) -> Stamps:
    """Return the calendar boundaries that get a tick on an axis of real time: those of the finest step that fits.

    Parameters
    ----------
    first, last : int
        Ends of the axis, nanoseconds UTC.
    pixels : float
        Its width.
    """
    span = (last - first) / 1e9
    for unit, count in _STEPS:
        if _SECONDS[unit] * count * pixels >= LABEL_PIXELS * span:
            marks = boundaries(first, last, unit, count)
            return marks[(marks >= first) & (marks <= last)]
    return np.empty(0, dtype=np.int64)


def _thinned(bars: NDArray[np.int64], least_gap: float) -> list[int]:
    kept: list[int] = []
    for bar in bars.tolist():
        if not kept or bar - kept[-1] >= least_gap * 0.75:
            kept.append(bar)
    return kept


def date_labels(stamps: Stamps) -> list[str]:
    """Return a short text per tick: the coarsest thing that changed since the tick before.

    Parameters
    ----------
    stamps : ndarray of int64
        Times of the ticks, nanoseconds UTC, increasing.
    """
    moments = [np.datetime64(int(stamp), "ns").astype("datetime64[m]").item() for stamp in stamps]
    texts = []
    yearly = all(moment.month == 1 for moment in moments)
    for place, moment in enumerate(moments):
        before = moments[place - 1] if place else None
        if before is None or moment.year != before.year:
            month = "" if yearly and len(moments) > 1 else f"{_MONTHS[moment.month - 1]} "
            texts.append(f"{month}{moment.year}")
        elif moment.month != before.month:
            day = f"{moment.day} " if moment.day > 7 else ""
            texts.append(f"{day}{_MONTHS[moment.month - 1]}")
        elif moment.day != before.day:
            texts.append(f"{moment.day} {_MONTHS[moment.month - 1]}")
        else:
            texts.append(f"{moment:%H:%M}")
    return texts


class DateTicks:
    """The ticks of one series, found once for all axes that show the same span of it.

    Attributes
    ----------
    times : ndarray of int64, shape (n,)
        Bar opens, nanoseconds UTC.
    wall : ndarray of int64, shape (n,)
        The same moments as a clock on the wall shows them, which ticks and their texts follow.
    """

    def __init__(self) -> None:
        self.times: Stamps = np.empty(0, dtype=np.int64)
        self.wall: Stamps = self.times
        self._asked: tuple[float, float, float] | None = None
        self._found: list[float] = []

    def set_times(self, times: Stamps, wall: Stamps | None = None) -> None:
        """Take other bars.

        Parameters
        ----------
        times : ndarray of int64, shape (n,)
            Bar opens, nanoseconds UTC, increasing.
        wall : ndarray of int64, shape (n,), optional
            As a clock on the wall shows them; UTC by default.
        """
        self.times = times
        self.wall = times if wall is None else wall
        self._asked = None

    def bars(self, left: float, right: float, pixels: float) -> list[float]:
        """Return the bars that get a tick, as `tick_bars` does.

        Parameters
        ----------
        left, right : float
            Edges of the view, in bar indices.
        pixels : float
            Width of the axis.
        """
        asked = (left, right, round(pixels))
        if asked != self._asked:
            self._found = [float(bar) for bar in tick_bars(self.wall, left, right, pixels)]
            self._asked = asked
        return self._found


class BarDateAxis(GridAxis):
    """A horizontal axis of bar indices that shows each tick's own date, in UTC unless told otherwise.

    Parameters
    ----------
    ticks : DateTicks, optional
        Ticks that are shared with axes of the same bars; its own by default.
    """

    def __init__(self, ticks: DateTicks | None = None) -> None:
        super().__init__("bottom")
        self._ticks = ticks or DateTicks()

    @property
    def times(self) -> Stamps:
        """Bar opens, nanoseconds UTC."""
        return self._ticks.times

    def set_times(self, times: Stamps, wall: Stamps | None = None) -> None:
        """Show other bars.

        Parameters
        ----------
        times : ndarray of int64, shape (n,)
            Bar opens, nanoseconds UTC, increasing.
        wall : ndarray of int64, shape (n,), optional
            As a clock on the wall shows them; UTC by default.
        """
        self._ticks.set_times(times, wall)
        self.redraw()

    def redraw(self) -> None:
        """Draw anew after shared ticks have taken other bars."""
        self.picture = None
        self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        """Return one level of ticks at calendar boundaries.

        Parameters
        ----------
        minVal, maxVal : float
            Edges of the view, in bar indices.
        size : float
            Width in pixels.
        """
        return [(1.0, self._ticks.bars(minVal, maxVal, size))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return the dates of the ticks.

        Parameters
        ----------
        values : list of float
            Bar indices.
        scale, spacing : float
            Not used.
        """
        bars = np.asarray(values, dtype=np.int64)
        return date_labels(self._ticks.wall[bars]) if len(bars) else []


class ValueAxis(GridAxis):
    """An axis of values; a vertical one has a fixed width, so that plots above each other line up.

    Parameters
    ----------
    write : callable
        Takes a value and the spacing of ticks, returns its text.
    side : str
        ``left``, ``right`` or ``bottom``.
    width : int
        Pixels of a vertical axis.
    """

    def __init__(self, write: Callable[[float, float], str], side: str = "right", width: int = 66) -> None:
        super().__init__(side)
        self._write = write
        self._logarithmic = False
        if side != "bottom":
            self.setWidth(width)

    def set_logarithmic(self, on: bool) -> None:
        """Take places on the axis for logarithms to base 10, or for the values themselves.

        Parameters
        ----------
        on : bool
            Whether for logarithms.
        """
        self._logarithmic = on
        self.picture = None
        self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        """Return one level of ticks; of those that would write over each other every other is left out.

        Parameters
        ----------
        minVal, maxVal : float
            Ends of the axis.
        size : float
            Its length in pixels.
        """
        if self._logarithmic:
            return [(0.0, log_ticks(minVal, maxVal, size))]
        levels = super().tickValues(minVal, maxVal, size)
        if not levels or self.orientation == "bottom":
            return list(levels)
        spacing, values = levels[0]
        while len(values) > 1 and spacing * size < LINE_PIXELS * abs(maxVal - minVal):
            spacing *= 2
            values = [value for value in values if abs(value / spacing - round(value / spacing)) < 0.1]
        return [(spacing, values)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return the texts of the ticks.

        Parameters
        ----------
        values : list of float
            Their values.
        scale : float
            Not used.
        spacing : float
            Distance between ticks.
        """
        if not self._logarithmic:
            return [self._write(value, spacing) for value in values]
        shown = [10.0**value for value in values]
        gaps = [later - earlier for earlier, later in pairwise(shown)]
        return [self._write(value, min(gaps, default=value)) for value in shown]


def log_ticks(low: float, high: float, pixels: float) -> list[float]:
    """Return where round values lie on a logarithmic axis: 1, 2, 5, 10, ... or, where those are too few, even steps.

    Parameters
    ----------
    low, high : float
        Ends of the axis: logarithms to base 10.
    pixels : float
        Its length.
    """
    most = max(2.0, pixels / (2.5 * LINE_PIXELS))
    first, last = 10.0**low, 10.0**high
    for mantissas in ((1, 1.5, 2, 3, 4, 5, 6, 8), (1, 2, 5), (1,)):
        values = [
            mantissa * 10.0**power
            for power in range(math.floor(low), math.ceil(high) + 1)
            for mantissa in mantissas
            if first <= mantissa * 10.0**power <= last
        ]
        if 4 <= len(values) <= most:
            return [math.log10(value) for value in values]
    rough = (last - first) / most
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    even = np.arange(math.ceil(first / step), math.floor(last / step) + 1) * step
    kept: list[float] = []
    for place in np.log10(even[even > 0]).tolist():
        if not kept or (place - kept[-1]) * pixels >= LINE_PIXELS * (high - low):
            kept.append(place)
    return kept


def _places(spacing: float) -> int:
    return int(np.clip(np.ceil(-np.log10(spacing) - 1e-9), 0, 8)) if spacing > 0 else 2


def write_value(value: float, spacing: float) -> str:
    """Write a price or an amount with as many places as its ticks need.

    Parameters
    ----------
    value : float
        The value.
    spacing : float
        Distance between ticks.
    """
    return numbers.decimal(value, _places(spacing))


def write_percent(value: float, spacing: float) -> str:
    """Write a fraction as a percentage with as many places as its ticks need.

    Parameters
    ----------
    value : float
        The fraction.
    spacing : float
        Distance between ticks.
    """
    return numbers.percent(value, _places(spacing * 100))


def write_short(value: float, spacing: float) -> str:
    """Write an amount in thousands, millions or more, as volumes have it.

    Parameters
    ----------
    value : float
        The amount.
    spacing : float
        Distance between ticks.
    """
    for unit, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= unit:
            return f"{numbers.decimal(value / unit, min(_places(spacing / unit), 2))} {sign}"
    return numbers.decimal(value, min(_places(spacing), 2))
