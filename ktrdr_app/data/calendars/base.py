"""What every calendar answers, and the answers that follow from its open spans alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.timeframes import NANOSECONDS, bar_length
from ktrdr_app.data.calendars.spans import Spans, Stamps

DAY = NANOSECONDS["1d"]
WEEK = NANOSECONDS["1w"]
MONDAY = 4 * DAY
"""A Monday 00:00 UTC (1970-01-05): the grid of weekly bars."""
_TYPICAL = ("2016-01-01", "2024-01-01")
"""Years over which bars per year are averaged: eight, two of them leap years."""


class Calendar(Protocol):
    """When a market is open, and which bars it should have."""

    @property
    def name(self) -> str:
        """Name as ``symbols.yaml`` takes it."""
        ...

    @property
    def words(self) -> str:
        """Hours in words, for messages."""
        ...

    def spans(self, start: int, end: int) -> Spans:
        """Return the open stretches that touch ``[start, end)``, nanoseconds UTC."""
        ...

    def wide_spans(self, start: int, end: int) -> Spans:
        """Return the same with trading before and after the session."""
        ...

    def certain_spans(self, start: int, end: int) -> Spans:
        """Return the same without the holidays on which some venues trade and others do not."""
        ...

    def is_open(self, moments: Stamps) -> NDArray[np.bool_]:
        """Return which ``moments`` (nanoseconds UTC) the market is open at."""
        ...

    def expected_opens(self, start: int, end: int, timeframe: str, phase: int | None = None) -> Stamps:
        """Return the opens in ``[start, end)`` of the bars of ``timeframe``, on the grid of ``phase``."""
        ...

    def session_close(self, opens: Stamps, timeframe: str) -> Stamps:
        """Return when the bars of ``timeframe`` that begin at ``opens`` are known."""
        ...

    def bars_per_year(self, timeframe: str) -> float:
        """Return how many bars of ``timeframe`` a year has on average."""
        ...


class SpanCalendar(ABC):
    """A calendar made of its open spans."""

    name: str
    words: str

    @abstractmethod
    def spans(self, start: int, end: int) -> Spans:
        """Return the open stretches that touch a range.

        Parameters
        ----------
        start, end : int
            Nanoseconds UTC; the end is not part of the range.
        """

    @abstractmethod
    def days(self, start: int, end: int) -> Stamps:
        """Return the trading days whose 00:00 UTC lies in a range.

        Parameters
        ----------
        start, end : int
            Nanoseconds UTC; the end is not part of the range.

        Returns
        -------
        ndarray of int64
            00:00 UTC of each day.
        """

    def wide_spans(self, start: int, end: int) -> Spans:
        """Return the open stretches with trading before and after the session; here there is none.

        Parameters
        ----------
        start, end : int
            Nanoseconds UTC; the end is not part of the range.
        """
        return self.spans(start, end)

    def certain_spans(self, start: int, end: int) -> Spans:
        """Return the open stretches in which every venue trades; here those are all.

        Parameters
        ----------
        start, end : int
            Nanoseconds UTC; the end is not part of the range.
        """
        return self.spans(start, end)

    def is_open(self, moments: Stamps) -> NDArray[np.bool_]:
        """Return which moments the market is open at.

        Parameters
        ----------
        moments : ndarray of int64, shape (n,)
            Nanoseconds UTC, in any order.

        Returns
        -------
        ndarray of bool, shape (n,)
        """
        if not moments.size:
            return np.zeros(0, dtype=np.bool_)
        return self.spans(int(moments.min()), int(moments.max()) + 1).hold(moments)

    def expected_opens(self, start: int, end: int, timeframe: str, phase: int | None = None) -> Stamps:
        """Return the opens of the bars that a complete series has.

        Parameters
        ----------
        start, end : int
            Nanoseconds UTC; opens lie at ``start`` or later and before ``end``.
        timeframe : str
            Bar length.
        phase : int, optional
            Open of any bar, for series on a fixed grid of UTC (hourly shares stamped on the hour). By default
            the market's own way: from the session's open, one bar per trading day, weeks from Monday.

        Returns
        -------
        ndarray of int64
            Rising.

        Raises
        ------
        UnknownName
            If the time frame is none of ours.
        """
        length = bar_length(timeframe)
        if phase is None and timeframe == "1d":
            return self.days(start, end)
        # A bar that begins before the span does still belongs to it, so the range is looked at with its margins.
        around = self.spans(start - length, end + length)
        if phase is None and timeframe != "1w":
            found = self._own_slots(around, length)
        else:
            found = around.slots(length, MONDAY if phase is None else phase)
        return found[(found >= start) & (found < end)]

    def _own_slots(self, spans: Spans, length: int) -> Stamps:
        return spans.slots(length, 0)

    def session_close(self, opens: Stamps, timeframe: str) -> Stamps:
        """Return when bars are known: intraday at open + length, longer ones when their last session closes.

        Parameters
        ----------
        opens : ndarray of int64, shape (n,)
            Bar opens, nanoseconds UTC.
        timeframe : str
            Bar length.

        Returns
        -------
        ndarray of int64, shape (n,)
            Nanoseconds UTC, never after open + length.
        """
        length = bar_length(timeframe)
        ends = opens + length
        if length < DAY or not opens.size:
            return ends
        return np.minimum(ends, self._last_close(opens, ends))

    def _last_close(self, opens: Stamps, ends: Stamps) -> Stamps:
        """Return the close of the last span that begins before ``ends``; ``ends`` where that is before ``opens``."""
        spans = self.spans(int(opens.min()), int(ends.max()))
        if not spans.opens.size:
            return ends
        place = np.maximum(np.searchsorted(spans.opens, ends) - 1, 0)
        closes = spans.closes[place]
        return np.where((closes > opens) & (spans.opens[place] < ends), closes, ends)

    def bars_per_year(self, timeframe: str) -> float:
        """Return how many bars a year has, averaged over eight years.

        Parameters
        ----------
        timeframe : str
            Bar length.
        """
        start, end = (pd.Timestamp(day).value for day in _TYPICAL)
        return self.expected_opens(start, end, timeframe).size / 8.0
