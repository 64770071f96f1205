"""Sessions of exchanges with their holidays and early closes, from the library exchange_calendars."""

from __future__ import annotations

import threading
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from ktrdr_app.core.errors import EnvironmentProblem, UnknownName
from ktrdr_app.core.lazy import load
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.calendars.base import DAY, SpanCalendar
from ktrdr_app.data.calendars.spans import Spans, Stamps

_HOUR = NANOSECONDS["1h"]
WIDE = {"XNYS": (11 * _HOUR // 2, 4 * _HOUR)}
"""How long before the open and after the close an exchange's shares trade: New York from 04:00 to 20:00."""
_ABSENT = np.iinfo(np.int64).min
_one_at_a_time = threading.RLock()


@dataclass(frozen=True)
class _Timetable:
    """Session days (00:00 UTC), their closes, and the open stretches with breaks cut out."""

    days: Stamps
    closes: Stamps
    spans: Spans


class ExchangeSessions(SpanCalendar):
    """The sessions of one exchange.

    Parameters
    ----------
    name : str
        Market identifier code, such as XNYS.

    Raises
    ------
    UnknownName
        If the library does not know it.
    """

    def __init__(self, name: str) -> None:
        if name not in exchange_names():
            raise UnknownName("calendar", name, exchange_names())
        self.name = name
        self.words = f"open in the sessions of {name}"

    def spans(self, start: int, end: int) -> Spans:
        """Return the sessions (or their parts, where there is a lunch break) that touch a range.

        Parameters
        ----------
        start, end : int
            Nanoseconds UTC; the end is not part of the range.
        """
        return _between(self._timetable(start, end).spans, start, end)

    def wide_spans(self, start: int, end: int) -> Spans:
        """Return the sessions with the trading before and after them, where the exchange has such.

        Parameters
        ----------
        start, end : int
            Nanoseconds UTC; the end is not part of the range.
        """
        before, after = WIDE.get(self.name, (0, 0))
        inner = self._timetable(start, end).spans
        return _between(Spans(inner.opens - before, inner.closes + after), start, end)

    def days(self, start: int, end: int) -> Stamps:
        """Return the session days whose 00:00 UTC lies in a range.

        Parameters
        ----------
        start, end : int
            Nanoseconds UTC; the end is not part of the range.
        """
        days = self._timetable(start, end).days
        return days[(days >= start) & (days < end)]

    def _own_slots(self, spans: Spans, length: int) -> Stamps:
        return spans.slots_from_opens(length)

    def _last_close(self, opens: Stamps, ends: Stamps) -> Stamps:
        """Return the close of the last session day that a bar covers; ``ends`` where it covers none."""
        table = self._timetable(int(opens.min()), int(ends.max()))
        first = opens // DAY * DAY
        place = np.searchsorted(table.days, first + (ends - opens)) - 1
        covered = (place >= 0) & (table.days[np.maximum(place, 0)] >= first)
        closes = table.closes[np.maximum(place, 0)]
        return np.where(covered & (closes > opens), closes, ends)

    def _timetable(self, start: int, end: int) -> _Timetable:
        # Whole decades, so that a few timetables serve every series.
        first = pd.Timestamp(start - 7 * DAY).year // 10 * 10
        last = pd.Timestamp(end + 7 * DAY).year // 10 * 10 + 9
        with _one_at_a_time:
            return _read(self.name, first, last)


def exchange_names() -> tuple[str, ...]:
    """Return the codes of the exchanges that the library knows."""
    names = load("exchange_calendars").get_calendar_names(include_aliases=False)
    return tuple(sorted(name for name in names if "/" not in name))


def _between(spans: Spans, start: int, end: int) -> Spans:
    touching = (spans.closes > start) & (spans.opens < end)
    return Spans(spans.opens[touching], spans.closes[touching])


@lru_cache(maxsize=16)
def _read(name: str, first_year: int, last_year: int) -> _Timetable:
    """Return an exchange's timetable, as far as the library knows it within these years."""
    found = _found(name, pd.Timestamp(first_year, 1, 1), pd.Timestamp(last_year, 12, 31))
    if found is None:
        nothing = np.zeros(0, dtype=np.int64)
        return _Timetable(nothing, nothing, Spans(nothing, nothing))
    days = pd.DatetimeIndex(found.sessions).as_unit("ns").asi8
    opens, closes = found.opens_nanos, found.closes_nanos
    broken = found.break_starts_nanos != _ABSENT
    starts = np.sort(np.concatenate([opens, found.break_ends_nanos[broken]]))
    ends = np.sort(np.concatenate([found.break_starts_nanos[broken], closes]))
    return _Timetable(days, closes, Spans(starts, ends))


def _found(name: str, first: pd.Timestamp, last: pd.Timestamp) -> Any:
    """Return the library's calendar within the years that it knows, or None where it knows none of them."""
    library: Any = load("exchange_calendars")
    with warnings.catch_warnings():
        # Its constructors read Series.values and Index.weekday, which pandas 3.1 announces to change.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            bounds = library.get_calendar(name)
            first, last = max(first, bounds.bound_min() or first), min(last, bounds.bound_max() or last)
            return library.get_calendar(name, start=first, end=last) if first < last else None
        except (NotImplementedError, ValueError) as error:
            what, hint = f"the calendar {name}", "choose another exchange of the same country, or XNYS, 24/7, forex"
            raise EnvironmentProblem(what, "exchange_calendars cannot build it with this pandas", hint) from error
