"""Longer bars made of shorter ones, and the join back onto them that uses closing times alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.kernels import kernel, warms_up
from ktrdr_app.core.timeframes import NANOSECONDS, bar_length
from ktrdr_app.data.bars import COLUMNS, nanoseconds
from ktrdr_app.data.calendars.base import MONDAY

Stamps = NDArray[np.int64]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class LongerBars:
    """Bars of a longer time frame, and when each of them may be used.

    Attributes
    ----------
    bars : DataFrame
        Bars under the contract of a series, indexed by the opens of their windows. A window without any bar in it
        has no row.
    known : ndarray of int64, shape (n_windows,)
        Nanoseconds UTC from which a bar is known: the end of its window, or the close of the last bar in it where
        that lies later.
    whole : ndarray of bool, shape (n_windows,)
        False for a first window that began before the data, and for a last one that had not ended when the data
        did; such bars may still change when data are added.
    """

    bars: pd.DataFrame
    known: Stamps
    whole: NDArray[np.bool_]

    def complete(self) -> LongerBars:
        """Return the whole windows only."""
        return LongerBars(self.bars[self.whole], self.known[self.whole], self.whole[self.whole])


def longer_than(longer: str, timeframe: str, where: str = "timeframe") -> int:
    """Return the length of a time frame that must be longer than the bars it is made of.

    Parameters
    ----------
    longer : str
        Time frame wanted.
    timeframe : str
        Time frame of the bars. Every longer one of `NANOSECONDS` is a multiple of it.
    where : str
        Entry or option that asks for it, for messages.

    Returns
    -------
    int
        Nanoseconds.

    Raises
    ------
    UnknownName
        If there is no such time frame.
    InvalidValue
        If it is not longer.
    """
    if bar_length(longer) <= bar_length(timeframe):
        choices = [name for name, length in NANOSECONDS.items() if length > bar_length(timeframe)]
        words = f"a time frame longer than the {timeframe} bars it is made of ({', '.join(choices) or 'there is none'})"
        raise InvalidValue("timeframe", longer, words, where=where)
    return bar_length(longer)


def resample_bars(bars: pd.DataFrame, timeframe: str, longer: str) -> LongerBars:
    """Return the bars of a longer time frame.

    Parameters
    ----------
    bars : DataFrame
        Bars of one symbol, as `ktrdr_app.data.bars.check_bars` wants them.
    timeframe : str
        Their length.
    longer : str
        Length wanted. Windows lie on the grid of UTC: days begin at 00:00 UTC, weeks on Monday 00:00 UTC. A bar
        belongs to the window that its open lies in.

    Returns
    -------
    LongerBars
        Open of the first bar in each window, highest high, lowest low, close of the last bar, sum of the volumes
        that are there (NaN where every one is absent).

    Raises
    ------
    InvalidValue, UnknownName
        If ``longer`` is not longer than ``timeframe``, or one of them is unknown.
    """
    length = longer_than(longer, timeframe)
    opens = nanoseconds(bars.index)
    columns = [_frozen(bars[name].to_numpy(dtype=np.float64)) for name in COLUMNS]
    starts, last, table = _aggregate(_frozen(opens), length, MONDAY % length, *columns)
    index = pd.DatetimeIndex(starts, tz="UTC", name="timestamp").as_unit("ns")
    frame = pd.DataFrame(table.T, index=index, columns=list(COLUMNS))
    ends, closes = starts + length, opens[last] + bar_length(timeframe)
    whole = np.ones(len(starts), dtype=np.bool_)
    if len(starts):
        whole[0] = opens[0] == starts[0]
        whole[-1] &= closes[-1] >= ends[-1]
    return LongerBars(frame, np.maximum(ends, closes), whole)


def as_of_close(base_close_times: Stamps, high_close_times: Stamps) -> NDArray[np.intp]:
    """Return which longer bar was the newest known one at the close of each bar.

    Parameters
    ----------
    base_close_times : ndarray of int64, shape (n,)
        When each bar is known, nanoseconds UTC.
    high_close_times : ndarray of int64, shape (m,)
        When each longer bar is known, rising.

    Returns
    -------
    ndarray of int, shape (n,)
        Row of the newest longer bar whose time is not later than the bar's own; -1 where none is known yet.
    """
    return np.searchsorted(high_close_times, base_close_times, side="right") - 1


def taken(values: Array, place: NDArray[np.intp]) -> Array:
    """Return the values of longer bars on the bars that know them.

    Parameters
    ----------
    values : ndarray of float64, shape (m,)
        One value per longer bar.
    place : ndarray of int, shape (n,)
        As `as_of_close` gives it.

    Returns
    -------
    ndarray of float64, shape (n,)
        NaN where nothing is known yet.
    """
    if not len(values):
        return np.full(len(place), np.nan)
    found = values[np.maximum(place, 0)]
    found[place < 0] = np.nan
    return found


def _frozen(values: NDArray[Any]) -> NDArray[Any]:
    """Return a contiguous, read-only view: columns of a frame are that already, and the kernel knows no other."""
    view = np.ascontiguousarray(values).view()
    view.flags.writeable = False
    return view


@kernel
def _aggregate(
    opens: Stamps, length: int, offset: int, first: Array, high: Array, low: Array, close: Array, volume: Array
) -> tuple[Stamps, Stamps, Array]:
    """Return the start of each window, the row of its last bar, and its five columns."""
    n = len(opens)
    most = 0 if n == 0 else min(n, (opens[n - 1] - opens[0]) // length + 2)
    starts = np.empty(most, np.int64)
    last = np.empty(most, np.int64)
    table = np.empty((5, most))
    window = -1
    for i in range(n):
        if window < 0 or opens[i] >= starts[window] + length:
            window += 1
            starts[window] = opens[i] - (opens[i] - offset) % length
            table[0, window] = first[i]
            table[1, window] = high[i]
            table[2, window] = low[i]
            table[4, window] = np.nan
        table[1, window] = max(table[1, window], high[i])
        table[2, window] = min(table[2, window], low[i])
        table[3, window] = close[i]
        last[window] = i
        if volume[i] == volume[i]:
            before = table[4, window]
            table[4, window] = volume[i] if before != before else before + volume[i]
    return starts[: window + 1], last[: window + 1], table[:, : window + 1]


@warms_up
def _warm_up() -> None:
    stamps, ones = _frozen(np.arange(2, dtype=np.int64)), _frozen(np.ones(2))
    _aggregate(stamps, 2, 0, ones, ones, ones, ones, ones)
