"""What every check looks at: the rows, each stamp once, and the bars that the calendar expects."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.timeframes import NANOSECONDS, bar_length
from ktrdr_app.data.calendars.base import Calendar
from ktrdr_app.data.calendars.spans import among
from ktrdr_app.data.quality.raw import RawSeries

FAR = 366 * NANOSECONDS["1d"]
"""A stretch without bars near either end, beyond which a handful of bars is stray."""


@dataclass(frozen=True)
class Context:
    """A series under inspection.

    Attributes
    ----------
    rows : RawSeries
        Everything that was read.
    timeframe : str
        Bar length that the series claims.
    calendar : Calendar
        When its market is open.
    """

    rows: RawSeries
    timeframe: str
    calendar: Calendar

    @property
    def length(self) -> int:
        """Bar length in nanoseconds."""
        return bar_length(self.timeframe)

    @cached_property
    def every_bar(self) -> RawSeries:
        """The rows with each stamp once: the first of those that share it."""
        stamp = self.rows.stamp
        return self.rows.take(np.concatenate([[True], np.diff(stamp) != 0]))

    @cached_property
    def stray(self) -> NDArray[np.bool_]:
        """Which of `every_bar` are a few at either end, over a year from the rest: an empty date read as 1970."""
        return stray_stamps(self.every_bar.stamp)

    @cached_property
    def bars(self) -> RawSeries:
        """The bars that all further checks look at: each stamp once, without the stray ones."""
        return self.every_bar.take(~self.stray)

    @cached_property
    def sound(self) -> RawSeries:
        """The bars whose four prices are finite and above 0: those that prices can be compared on."""
        prices = self.bars.prices
        return self.bars.take(np.asarray((np.isfinite(prices) & (prices > 0)).all(axis=1)))

    @cached_property
    def scheduled(self) -> NDArray[np.int64]:
        """Opens of the bars that the calendar has between the first bar and the last, holidays or not.

        Bars may be counted from the session's open or lie on a fixed grid (hourly shares stamped on the hour);
        the way that meets more of the bars is taken, the market's own where both meet the same.
        """
        stamp = self.bars.stamp
        start, end = int(stamp[0]), int(stamp[-1]) + 1
        offsets, counts = np.unique(stamp % self.length, return_counts=True)
        usual = self.calendar.expected_opens(start, end, self.timeframe)
        grid = self.calendar.expected_opens(start, end, self.timeframe, int(offsets[counts.argmax()]))
        return grid if among(stamp, grid).sum() > among(stamp, usual).sum() else usual

    @cached_property
    def expected(self) -> NDArray[np.int64]:
        """Opens of the bars that a complete series has; of holidays that some venues keep, those that are there."""
        due = self.scheduled
        if not due.size:
            return due
        certain = self.calendar.certain_spans(int(due[0]), int(due[-1]) + self.length).meet(due, self.length)
        return due[certain | self._there(due)]

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """Which of the expected bars are there: a bar begins at that time or before the next is due."""
        return self._there(self.expected)

    def _there(self, opens: NDArray[np.int64]) -> NDArray[np.bool_]:
        stamp = self.bars.stamp
        return np.searchsorted(stamp, opens + self.length) > np.searchsorted(stamp, opens)

    @cached_property
    def steps(self) -> NDArray[np.int64]:
        """Time from each bar's open to the next one's, nanoseconds."""
        return np.diff(self.bars.stamp)

    @cached_property
    def unusual_scale(self) -> NDArray[np.float64]:
        """Mean absolute change of the log close around each sound bar, without the largest changes.

        Each bar's own two changes are left out, so that a spike does not excuse itself.
        """
        change = np.abs(np.diff(np.log(self.sound.prices[:, 3])))
        if not change.size:
            return np.zeros(len(self.sound))
        usual = float(np.quantile(change, 0.9))
        capped = np.minimum(change, max(20 * usual, 1e-12))
        total = np.concatenate([[0.0], np.cumsum(capped)])
        place = np.arange(len(self.sound))
        first, last = np.maximum(place - 26, 0), np.minimum(place + 26, change.size)
        own = np.concatenate([[0.0], capped]) + np.concatenate([capped, [0.0]])
        held = (place > 0).astype(np.float64) + (place < change.size)
        around = (total[last] - total[first] - own) / np.maximum(last - first - held, 1.0)
        return np.asarray(np.maximum(around, usual / 2))


def stray_stamps(stamps: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which stamps are a few at either end, over a year from the rest.

    Parameters
    ----------
    stamps : ndarray of int64, shape (n,)
        Nanoseconds UTC, rising, each once.

    Returns
    -------
    ndarray of bool, shape (n,)
        At most ten at each end, and at most one in a hundred; none of fewer than ten stamps.
    """
    few = min(max(stamps.size // 100, 1), 10)
    holes = np.flatnonzero(np.diff(stamps) > FAR)
    stray = np.zeros(stamps.size, dtype=np.bool_)
    if stamps.size < 10:
        return stray
    for hole in holes[holes < few]:
        stray[: hole + 1] = True
    for hole in holes[holes >= stamps.size - 1 - few]:
        stray[hole + 1 :] = True
    return stray
