"""The market that never closes, against Python's own dates: no weekend, holiday or change of clocks leaves a hole."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.calendars.continuous import Continuous
from tests.data.calendars.clocks import DAY, HOUR, iso, ns

MARKET = Continuous()
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MOMENTS = st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2100, 1, 1))  # noqa: DTZ001
SHORT = st.timedeltas(dt.timedelta(0), dt.timedelta(days=40))


def stamp(moment: dt.datetime) -> int:
    """Return exact nanoseconds since 1970."""
    return (moment.replace(tzinfo=dt.UTC) - EPOCH) // dt.timedelta(microseconds=1) * 1000


@given(first=MOMENTS, length=SHORT)
def test_days_are_the_midnights_of_the_range(first: dt.datetime, length: dt.timedelta) -> None:
    last = first + length
    midnight = dt.datetime.combine(first.date(), dt.time())
    wanted = [midnight + step * dt.timedelta(days=1) for step in range(length.days + 3)]
    found = MARKET.days(stamp(first), stamp(last))
    assert found.tolist() == [stamp(day) for day in wanted if first <= day < last]
    assert found.dtype == np.int64


@given(first=MOMENTS, length=SHORT, timeframe=st.sampled_from(["30m", "4h", "1d", "1w"]))
def test_bars_are_those_of_a_date_range(first: dt.datetime, length: dt.timedelta, timeframe: str) -> None:
    start, end = stamp(first), stamp(first + length)
    frequency = {"30m": "30min", "4h": "4h", "1d": "1D", "1w": "7D"}[timeframe]
    # Any Monday anchors every grid, since all shorter lengths divide the week.
    grid = pd.date_range("1949-12-19", first + length, freq=frequency, tz="UTC").as_unit("ns").asi8
    found = MARKET.expected_opens(start, end, timeframe)
    assert found.tolist() == grid[(grid >= start) & (grid < end)].tolist()


@pytest.mark.parametrize("timeframe", ["5m", "1h", "1d"])
def test_a_series_off_the_hour_is_complete_on_its_own_grid(timeframe: str) -> None:
    phase, length = ns("2024-05-01 00:02"), NANOSECONDS[timeframe]
    found = MARKET.expected_opens(ns("2024-04-01"), ns("2024-04-04"), timeframe, phase)
    assert set(np.diff(found).tolist()) == {length}
    assert set(((found - phase) % length).tolist()) == {0}
    assert len(found) == 3 * DAY // length


def test_it_is_open_through_weekends_holidays_and_changes_of_clocks() -> None:
    days = ("2024-12-25", "2024-01-01", "2024-03-10 07:00", "2024-11-03 06:00", "2024-06-15", "2024-06-16 23:59")
    assert MARKET.is_open(np.array([ns(day) for day in days])).tolist() == [True] * len(days)
    assert MARKET.is_open(np.zeros(0, dtype=np.int64)).shape == (0,)


@pytest.mark.parametrize(("start", "end"), [("2024-01-01", "2024-02-01"), ("1969-12-31", "1970-01-02")])
def test_a_range_is_one_stretch_and_so_are_its_wide_and_certain_ones(start: str, end: str) -> None:
    for found in (way(ns(start), ns(end)) for way in (MARKET.spans, MARKET.wide_spans, MARKET.certain_spans)):
        assert (found.opens.tolist(), found.closes.tolist()) == ([ns(start)], [ns(end)])
        assert found.hold(np.array([ns(start), ns(end) - 1, ns(end)])).tolist() == [True, True, False]


def test_a_moment_is_a_stretch_too_and_holds_no_bar() -> None:
    found = MARKET.spans(5, 5)
    assert found.hold(np.array([4, 5, 6])).tolist() == [False, True, False]
    for timeframe in NANOSECONDS:
        assert MARKET.expected_opens(ns("2024-01-01"), ns("2024-01-01"), timeframe).size == 0


def test_bars_are_known_when_their_length_is_over() -> None:
    opens = np.array([ns("2024-02-28"), ns("2024-12-30"), ns("2024-03-10 05:00")])
    for timeframe, length in NANOSECONDS.items():
        assert MARKET.session_close(opens, timeframe).tolist() == (opens + length).tolist()


def test_a_year_has_as_many_bars_as_the_calendar_has_days() -> None:
    days = (dt.date(2024, 1, 1) - dt.date(2016, 1, 1)).days / 8
    assert MARKET.bars_per_year("1d") == days
    assert MARKET.bars_per_year("4h") == 6 * days
    assert MARKET.bars_per_year("1w") == pytest.approx(days / 7, abs=0.2)


def test_weeks_begin_on_mondays_over_the_turn_of_the_year() -> None:
    found = MARKET.expected_opens(ns("2020-12-20"), ns("2021-01-12") + HOUR, "1w")
    assert iso(found) == [f"{day} 00:00" for day in ("2020-12-21", "2020-12-28", "2021-01-04", "2021-01-11")]
    assert {dt.date.fromisoformat(day[:10]).isoweekday() for day in iso(found)} == {1}
