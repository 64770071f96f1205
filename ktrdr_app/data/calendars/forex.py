"""The retail forex week: Sunday 17:00 to Friday 17:00 on the wall clock of New York."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.data.calendars.base import DAY, WEEK, SpanCalendar
from ktrdr_app.data.calendars.spans import Spans, Stamps

ZONE = "America/New_York"
_SUNDAY = 3 * DAY
"""1970-01-04, a Sunday, 00:00 on any wall clock."""
_FIVE_IN_THE_AFTERNOON = 17 * DAY // 24
HOLIDAYS = ((12, 25), (1, 1))
"""Month and day of the two holidays that retail venues keep; on all others, Good Friday too, they trade."""
HOLIDAY_BEGIN, HOLIDAY_END = dt.time(12), dt.time(8)
"""Wall clock of New York within which venues close: noon of the day before, eight in the morning of the day after."""


class ForexWeek(SpanCalendar):
    """Open from Sunday 17:00 to Friday 17:00 in New York, summer time and all.

    Over Christmas and New Year venues differ: some trade through, some close for an hour, some for a day and a half.
    So the market counts as open then, but not as certain to be: a bar may be there, and may be missing.
    """

    name = "forex"
    words = "open from Sunday 17:00 to Friday 17:00 in New York"

    def spans(self, start: int, end: int) -> Spans:
        """Return the weeks that touch a range.

        Parameters
        ----------
        start, end : int
            Nanoseconds UTC; the end is not part of the range.
        """
        first = (start - WEEK - _SUNDAY) // WEEK
        last = (end + DAY - _SUNDAY) // WEEK
        sundays = np.arange(first, last + 1, dtype=np.int64) * WEEK + _SUNDAY
        opens, closes = _in_utc(sundays), _in_utc(sundays + 5 * DAY)
        touching = (closes > start) & (opens < end)
        return Spans(opens[touching], closes[touching])

    def certain_spans(self, start: int, end: int) -> Spans:
        """Return the weeks that touch a range, Christmas and New Year cut out.

        Parameters
        ----------
        start, end : int
            Nanoseconds UTC; the end is not part of the range.
        """
        return self.spans(start, end).without(_holidays(start, end))

    def days(self, start: int, end: int) -> Stamps:
        """Return the trading days, Monday to Friday; Sunday's hours belong to Monday.

        Parameters
        ----------
        start, end : int
            Nanoseconds UTC; the end is not part of the range.
        """
        days = np.arange(-(-start // DAY) * DAY, end, DAY, dtype=np.int64)
        from_sunday = (days - _SUNDAY) // DAY % 7
        return days[np.isin(from_sunday, (0, 6), invert=True)]


def _in_utc(wall_midnights: Stamps) -> Stamps:
    """Return 17:00 in New York of each day; clocks change at night, so that hour is never doubtful."""
    return nanoseconds(pd.DatetimeIndex(wall_midnights + _FIVE_IN_THE_AFTERNOON).tz_localize(ZONE))


def _holidays(start: int, end: int) -> Spans:
    """Return the holidays of the years that a range touches."""
    years = range(pd.Timestamp(start).year, pd.Timestamp(end).year + 2)
    edges = [_around(dt.date(year, month, day)) for year in years for month, day in HOLIDAYS]
    begins, ends = zip(*sorted(edges), strict=True)
    return Spans(nanoseconds(pd.DatetimeIndex(begins, tz=ZONE)), nanoseconds(pd.DatetimeIndex(ends, tz=ZONE)))


def _around(holiday: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Return when venues may close for a holiday: from Friday on and over Monday where it falls on a Sunday."""
    extra = dt.timedelta(days=2 if holiday.weekday() == 6 else 1)
    begin, end = dt.datetime.combine(holiday - extra, HOLIDAY_BEGIN), dt.datetime.combine(holiday + extra, HOLIDAY_END)
    return begin, end
