"""Slow calendars read off wall clocks, one moment at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

NEW_YORK = ZoneInfo("America/New_York")
MINUTE = 60_000_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def ns(text: str) -> int:
    """Return an ISO date in UTC as nanoseconds."""
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp()) * 1_000_000_000


def iso(stamps: NDArray[np.int64]) -> list[str]:
    """Return stamps as ``2024-07-03 17:00`` in UTC."""
    return [f"{datetime.fromtimestamp(stamp // 1_000_000_000, UTC):%Y-%m-%d %H:%M}" for stamp in stamps.tolist()]


def minutes(start: str, end: str, step: int = 1) -> NDArray[np.int64]:
    """Return every ``step``-th minute from start to end, the end left out."""
    return np.arange(ns(start), ns(end), step * MINUTE, dtype=np.int64)


def forex_is_open(stamp: int) -> bool:
    """Whether a New York wall clock shows a time from Sunday 17:00 up to Friday 17:00."""
    local = datetime.fromtimestamp(stamp // 1_000_000_000, UTC).astimezone(NEW_YORK)
    weekday = local.isoweekday()
    if weekday == 6:
        return False
    if weekday == 7:
        return local.hour >= 17
    return weekday < 5 or local.hour < 17


def new_york_is_open(stamp: int, holidays: set[date], early: dict[date, int]) -> bool:
    """Whether a New York wall clock shows a time in a session, 09:30 to 16:00 or an early close."""
    local = datetime.fromtimestamp(stamp // 1_000_000_000, UTC).astimezone(NEW_YORK)
    today = local.date()
    if local.isoweekday() > 5 or today in holidays:
        return False
    passed = local.hour * 60 + local.minute
    return 9 * 60 + 30 <= passed < early.get(today, 16) * 60


def weekdays(first: date, last: date, holidays: set[date]) -> list[date]:
    """Return the days from Monday to Friday that are no holidays."""
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    return [day for day in days if day.isoweekday() <= 5 and day not in holidays]


def forex_may_rest(stamp: int) -> bool:
    """Whether a moment lies in the time around Christmas or New Year in which some forex venues close."""
    local = datetime.fromtimestamp(stamp / 1e9, ZoneInfo("America/New_York"))
    today, one = local.date(), timedelta(days=1)
    if _kept(today) or (_kept(today + one) and local.hour >= 12) or (_kept(today - one) and local.hour < 8):
        return True
    before_sunday = today.weekday() == 4 and _kept(today + 2 * one) and local.hour >= 12
    return before_sunday or (today.weekday() == 5 and _kept(today + one))


def _kept(day: date) -> bool:
    """Whether it is Christmas Day, New Year's Day, or the Monday after one that is a Sunday."""
    named = {(12, 25), (1, 1)}
    sunday = day - timedelta(days=1)
    return (day.month, day.day) in named or (day.weekday() == 0 and (sunday.month, sunday.day) in named)
