"""The forex week against a wall clock in New York."""

from __future__ import annotations

import numpy as np
import pytest

from ktrdr_app.data.calendars.forex import ForexWeek
from tests.data.calendars.clocks import DAY, HOUR, forex_is_open, forex_may_rest, iso, minutes, ns

WEEKS = {
    "spring 2024, New York changes and Europe does not": ("2024-03-08", "2024-03-13"),
    "three weeks later Europe changes too": ("2024-03-29", "2024-04-02"),
    "autumn 2024": ("2024-11-01", "2024-11-05"),
    "spring 2006, still in April": ("2006-03-31", "2006-04-04"),
    "over the year's end": ("2023-12-29", "2024-01-03"),
}


@pytest.mark.parametrize(("start", "end"), WEEKS.values(), ids=list(WEEKS))
def test_every_minute_is_as_the_wall_clock_says(start: str, end: str) -> None:
    moments = minutes(start, end)
    found = ForexWeek().is_open(moments)
    assert found.tolist() == [forex_is_open(stamp) for stamp in moments.tolist()]
    assert found.any()
    assert not found.all()


def test_every_hour_of_six_years_is_as_the_wall_clock_says() -> None:
    moments = minutes("2018-01-01", "2024-01-01", step=60)
    assert ForexWeek().is_open(moments).tolist() == [forex_is_open(stamp) for stamp in moments.tolist()]


def test_the_order_of_the_moments_does_not_matter() -> None:
    moments = minutes("2024-03-08", "2024-03-13", step=30)
    mixed = np.random.default_rng(1).permutation(moments)
    assert ForexWeek().is_open(mixed).tolist() == [forex_is_open(stamp) for stamp in mixed.tolist()]
    assert ForexWeek().is_open(np.zeros(0, dtype=np.int64)).size == 0


def test_the_year_2024_has_6288_hourly_bars() -> None:
    found = ForexWeek().expected_opens(ns("2024-01-01"), ns("2025-01-01"), "1h")
    assert found.size == 6288
    hours = minutes("2024-01-01", "2025-01-01", step=60)
    assert found.tolist() == [stamp for stamp in hours.tolist() if forex_is_open(stamp)]


def test_christmas_and_new_year_of_twenty_years_are_open_but_not_certain_to_be() -> None:
    moments = minutes("2005-01-01", "2025-02-01", step=60)
    calendar = ForexWeek()
    certain = calendar.certain_spans(int(moments[0]), int(moments[-1]) + 1)
    slow = [forex_is_open(stamp) and not forex_may_rest(stamp) for stamp in moments.tolist()]
    assert certain.hold(moments).tolist() == slow
    assert (certain.opens[1:] >= certain.closes[:-1]).all()
    assert calendar.is_open(np.array([ns("2019-12-25 15:00")])).all()


@pytest.mark.parametrize(("start", "end"), [("2024-12-24 20:00", "2024-12-24 21:00"), ("2024-06-03", "2024-06-04")])
def test_short_ranges_know_their_holidays_too(start: str, end: str) -> None:
    moments = minutes(start, end)
    found = ForexWeek().certain_spans(ns(start), ns(end)).hold(moments)
    assert found.tolist() == [not forex_may_rest(stamp) for stamp in moments.tolist()]


@pytest.mark.parametrize("year", [2008, 2016, 2019, 2021, 2024])
def test_hourly_bars_of_other_years_are_those_of_the_wall_clock(year: int) -> None:
    found = ForexWeek().expected_opens(ns(f"{year}-01-01"), ns(f"{year + 1}-01-01"), "1h")
    hours = minutes(f"{year}-01-01", f"{year + 1}-01-01", step=60).tolist()
    assert found.tolist() == [stamp for stamp in hours if forex_is_open(stamp)]


@pytest.mark.parametrize(("timeframe", "step"), [("1m", 1), ("5m", 5), ("15m", 15), ("30m", 30), ("1h", 60)])
def test_bars_are_expected_at_every_open_step(timeframe: str, step: int) -> None:
    found = ForexWeek().expected_opens(ns("2024-03-08"), ns("2024-03-13"), timeframe)
    assert found.tolist() == [at for at in minutes("2024-03-08", "2024-03-13", step).tolist() if forex_is_open(at)]


def test_a_four_hour_bar_is_expected_where_any_of_its_hours_is_open() -> None:
    start, end = ns("2024-01-01"), ns("2024-12-30")
    slow = [
        at for at in range(start, end, 4 * HOUR) if any(forex_is_open(at + hour * HOUR) for hour in range(4))
    ]  # fmt: skip
    assert ForexWeek().expected_opens(start, end, "4h").tolist() == slow
    sundays = [text for text in iso(np.array(slow)) if text.startswith("2024-01-07")]
    assert sundays == ["2024-01-07 20:00"]


def test_four_hour_bars_may_lie_on_another_grid() -> None:
    start, end = ns("2024-01-08"), ns("2024-01-11")
    phase = ns("2024-01-02 01:00")
    found = iso(ForexWeek().expected_opens(start, end, "4h", phase))
    assert found[:3] == ["2024-01-08 01:00", "2024-01-08 05:00", "2024-01-08 09:00"]
    assert len(found) == 18


def test_days_are_monday_to_friday() -> None:
    found = iso(ForexWeek().expected_opens(ns("2024-01-05"), ns("2024-01-16"), "1d"))
    assert [text[8:10] for text in found] == ["05", "08", "09", "10", "11", "12", "15"]
    assert {text[11:] for text in found} == {"00:00"}


def test_days_of_utc_have_short_sundays_on_request() -> None:
    found = iso(ForexWeek().expected_opens(ns("2024-01-05"), ns("2024-01-16"), "1d", ns("2024-01-01")))
    assert [text[8:10] for text in found] == ["05", "07", "08", "09", "10", "11", "12", "14", "15"]


def test_weeks_begin_on_monday() -> None:
    found = iso(ForexWeek().expected_opens(ns("2024-01-01"), ns("2024-02-01"), "1w"))
    # The week from Monday 2024-01-01 holds the Sunday evening of the 7th as well.
    assert found == ["2024-01-01 00:00", "2024-01-08 00:00", "2024-01-15 00:00", "2024-01-22 00:00", "2024-01-29 00:00"]


@pytest.mark.parametrize(
    ("day", "close"),
    [
        ("2024-01-08", "2024-01-09 00:00"),
        ("2024-01-12", "2024-01-12 22:00"),
        ("2024-07-12", "2024-07-12 21:00"),
        ("2024-01-14", "2024-01-15 00:00"),
        ("2024-01-13", "2024-01-14 00:00"),
    ],
    ids=["Monday ends at midnight", "Friday in winter", "Friday in summer", "Sunday's hours", "closed Saturday"],
)
def test_a_day_is_known_at_midnight_or_when_the_week_closes(day: str, close: str) -> None:
    assert iso(ForexWeek().session_close(np.array([ns(day)]), "1d")) == [close]


def test_a_week_is_known_on_friday_evening_and_hours_when_they_are_over() -> None:
    week = ForexWeek().session_close(np.array([ns("2024-01-07 22:00")]), "1w")
    assert iso(week) == ["2024-01-12 22:00"]
    hours = minutes("2024-01-08", "2024-01-10", step=60)
    assert (ForexWeek().session_close(hours, "1h") == hours + HOUR).all()


def test_no_bar_is_known_after_its_length() -> None:
    days = np.arange(ns("2020-01-01"), ns("2022-01-01"), DAY, dtype=np.int64)
    closes = ForexWeek().session_close(days, "1d")
    assert ((closes > days) & (closes <= days + DAY)).all()


def test_bars_per_year() -> None:
    # 365.25 / 7 weeks of 120 hours are 6261; the sample of eight years may lie half a week off.
    assert ForexWeek().bars_per_year("1h") == pytest.approx(365.25 / 7 * 120, abs=10)
    assert ForexWeek().bars_per_year("1d") == pytest.approx(365.25 / 7 * 5, abs=1)
