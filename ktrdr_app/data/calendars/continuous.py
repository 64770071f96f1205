"""Markets that never close: crypto exchanges."""

from __future__ import annotations

import numpy as np

from ktrdr_app.data.calendars.base import DAY, SpanCalendar
from ktrdr_app.data.calendars.spans import Spans, Stamps


class Continuous(SpanCalendar):
    """Open at every moment, every day of the week."""

    name = "24/7"
    words = "open round the clock, every day"

    def spans(self, start: int, end: int) -> Spans:
        """Return the whole range as one stretch.

        Parameters
        ----------
        start, end : int
            Nanoseconds UTC; the end is not part of the range.
        """
        return Spans(np.array([start], dtype=np.int64), np.array([max(end, start + 1)], dtype=np.int64))

    def days(self, start: int, end: int) -> Stamps:
        """Return every day whose 00:00 UTC lies in a range.

        Parameters
        ----------
        start, end : int
            Nanoseconds UTC; the end is not part of the range.
        """
        return np.arange(-(-start // DAY) * DAY, end, DAY, dtype=np.int64)
