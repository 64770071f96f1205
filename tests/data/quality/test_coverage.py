"""Coverage bar by bar, counted again by slow loops over the definition."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.data.calendars.choose import calendar_named
from ktrdr_app.data.quality.context import Context
from ktrdr_app.data.quality.coverage import CoverageMap, coverage, coverage_map
from ktrdr_app.data.quality.inspect import inspect_series
from ktrdr_app.data.quality.raw import RawSeries
from tests.conftest import make_bars

HOUR = 3_600_000_000_000


def mapped(frame: pd.DataFrame, timeframe: str = "1h", calendar: str = "24/7") -> tuple[Context, CoverageMap]:
    context = Context(RawSeries.of(frame), timeframe, calendar_named(calendar))
    return context, coverage_map(context, "TEST")


def forex_hours(start: str, days: int) -> pd.DatetimeIndex:
    """Every hour of Sunday 17:00 to Friday 17:00 New York, told by the wall clock alone."""
    hours = pd.date_range(start, periods=24 * days, freq="1h", tz="UTC")
    there = hours.tz_convert("America/New_York")
    day, hour = there.day_of_week, there.hour
    return hours[(day < 4) | ((day == 4) & (hour < 17)) | ((day == 6) & (hour >= 17))]


def test_a_weekend_is_no_hole_and_a_missing_night_is_one() -> None:
    hours = forex_hours("2024-03-04", 28)
    lost = (hours >= "2024-03-12T01:00Z") & (hours < "2024-03-12T06:00Z")
    frame = make_bars(len(hours)).set_axis(hours)[~lost]
    _, found = mapped(frame, calendar="forex")
    assert [pd.Timestamp(stamp, tz="UTC") for stamp in found.opens] == list(hours)
    assert found.missing == 5
    assert pd.Timestamp(found.holes.start[0], tz="UTC") == pd.Timestamp("2024-03-12T01:00Z")
    assert pd.Timestamp(found.holes.end[0], tz="UTC") == pd.Timestamp("2024-03-12T06:00Z")
    assert found.holes.missing.tolist() == [5]


@given(kept=st.lists(st.booleans(), min_size=3, max_size=60), width=st.integers(1, 200), shift=st.integers(-90, 90))
def test_slots_hold_what_a_loop_counts(kept: list[bool], width: int, shift: int) -> None:
    keep = np.array([True, *kept, True])
    frame = make_bars(len(keep))[keep]
    _, found = mapped(frame)
    step = width * HOUR // 20
    edges = found.start + shift * HOUR // 7 + step * np.arange(12)
    expected, present = found.between(edges[:-1], edges[1:])
    for slot, (begin, end) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
        due = [row for row, open_ in enumerate(found.opens.tolist()) if open_ < end and open_ + HOUR > begin]
        assert expected[slot] == len(due)
        assert present[slot] == sum(bool(keep[row]) for row in due)


@given(kept=st.lists(st.booleans(), min_size=1, max_size=80))
def test_holes_are_the_runs_of_missing_bars(kept: list[bool]) -> None:
    keep = np.array([True, *kept, True])
    frame = make_bars(len(keep))[keep]
    context, found = mapped(frame)
    runs = "".join("x" if there else "." for there in keep).split("x")
    assert found.holes.missing.tolist() == [len(run) for run in runs if run]
    assert int(found.holes.missing.sum()) == found.missing
    assert len(found.holes) == inspect_series(context.rows, "BTCUSD", "1h").count("gaps_unexpected")
    assert (found.holes.end - found.holes.start).tolist() == [HOUR * len(run) for run in runs if run]


@pytest.mark.parametrize(("calendar", "timeframe", "frequency"), [("24/7", "1h", "1h"), ("XNYS", "1d", "1B")])
def test_months_and_slots_count_the_same(calendar: str, timeframe: str, frequency: str) -> None:
    frame = make_bars(900, frequency=frequency)
    frame = frame[np.random.default_rng(4).random(len(frame)) > 0.1]
    context, found = mapped(frame, timeframe, calendar)
    months = coverage(context)
    assert int(months.expected.sum()) == found.opens.size
    assert int(months.present.sum()) == found.opens.size - found.missing


def test_a_complete_series_has_no_hole() -> None:
    _, found = mapped(make_bars(50))
    assert len(found.holes) == 0
    assert found.missing == 0
    assert (found.start, found.end) == (found.opens[0], found.opens[-1] + HOUR)


def test_one_bar_is_a_whole_series() -> None:
    _, found = mapped(make_bars(1))
    assert found.opens.size == 1
    assert found.present.all()
