"""Exchanges beyond New York against facts that they publish."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from ktrdr_app.data.calendars.sessions import ExchangeSessions
from tests.data.calendars.clocks import DAY, iso, minutes, ns

HOURS = {
    "XLON": ("Europe/London", [("08:00", "16:30")]),
    "XFRA": ("Europe/Berlin", [("09:00", "17:30")]),
    "XPAR": ("Europe/Paris", [("09:00", "17:30")]),
    "XHKG": ("Asia/Hong_Kong", [("09:30", "12:00"), ("13:00", "16:00")]),
    "XTKS": ("Asia/Tokyo", [("09:00", "11:30"), ("12:30", "15:00")]),
    "XASX": ("Australia/Sydney", [("10:00", "16:00")]),
    "XTSE": ("America/Toronto", [("09:30", "16:00")]),
}
DAYS = ("2024-03-06", "2024-03-12", "2024-04-03", "2024-07-10", "2024-10-30")
"""Wednesdays and a Tuesday around the changes of clocks, no holiday anywhere."""


@pytest.mark.parametrize("name", HOURS)
@pytest.mark.parametrize("day", DAYS)
def test_a_day_is_open_as_the_local_clock_says(name: str, day: str) -> None:
    zone, sessions = HOURS[name]
    moments = minutes(day, iso(np.array([ns(day) + DAY]))[0][:10], step=10) - DAY // 2
    found = ExchangeSessions(name).is_open(moments)
    slow = []
    for text in iso(moments):
        local = np.datetime64(text.replace(" ", "T")).item().replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone))
        clock = f"{local:%H:%M}"
        slow.append(local.isoweekday() <= 5 and any(start <= clock < end for start, end in sessions))
    assert found.tolist() == slow
    assert found.any()


@pytest.mark.parametrize(
    ("name", "holiday"),
    [
        ("XLON", "2024-05-06"),
        ("XLON", "2024-08-26"),
        ("XFRA", "2024-05-01"),
        ("XTKS", "2024-05-03"),
        ("XTKS", "2024-01-02"),
        ("XHKG", "2024-02-12"),
        ("XASX", "2024-01-26"),
        ("XTSE", "2024-07-01"),
    ],
)
def test_holidays_have_no_session(name: str, holiday: str) -> None:
    calendar = ExchangeSessions(name)
    assert calendar.expected_opens(ns(holiday), ns(holiday) + DAY, "1d").size == 0
    around = calendar.expected_opens(ns(holiday) - 7 * DAY, ns(holiday) + 7 * DAY, "1d")
    assert 3 < around.size < 14


@pytest.mark.parametrize("name", HOURS)
def test_days_close_after_they_open_and_before_the_next(name: str) -> None:
    calendar = ExchangeSessions(name)
    days = calendar.expected_opens(ns("2023-01-01"), ns("2024-01-01"), "1d")
    closes = calendar.session_close(days, "1d")
    assert 240 < days.size < 262
    assert ((closes > days) & (closes < days + DAY)).all()
    assert (np.diff(closes) > 0).all()
    assert not calendar.is_open(closes).any()
    assert calendar.is_open(closes - 1).all()


@pytest.mark.parametrize("name", HOURS)
def test_bars_per_year_follow_the_hours(name: str) -> None:
    calendar = ExchangeSessions(name)
    _, sessions = HOURS[name]
    length = sum(int(end[:2]) * 60 + int(end[3:]) - int(start[:2]) * 60 - int(start[3:]) for start, end in sessions)
    days = calendar.bars_per_year("1d")
    assert 240 < days < 260
    assert calendar.bars_per_year("5m") == pytest.approx(days * length / 5, rel=0.01)
