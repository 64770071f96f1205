"""The retail forex week: Sunday 17:00 to Friday 17:00 on the wall clock of New York."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.data.calendars.base import DAY, WEEK, SpanCalendar
from ktrdr_app.data.calendars.spans import Spans, Stamps

ZONE = "America/New_York"
_SUNDAY = 3 * DAY
"""1970-01-04, a Sunday, 00:00 on any wall clock."""
_FIVE_IN_THE_AFTERNOON = 17 * DAY // 24


class ForexWeek(SpanCalendar):
    """Open from Sunday 17:00 to Friday 17:00 in New York, summer time and all; no holidays, as venues differ."""

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
