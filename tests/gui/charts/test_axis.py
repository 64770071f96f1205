"""The date axis: every tick is a bar, labels say the bar's own date, nights and weekends leave no hole."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.gui.charts.axis import (
    LABEL_PIXELS,
    LINE_PIXELS,
    BarDateAxis,
    ValueAxis,
    boundaries,
    date_labels,
    tick_bars,
    tick_times,
    write_percent,
    write_value,
)

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


pytestmark = pytest.mark.gui


def stamps(index: pd.DatetimeIndex) -> np.ndarray:
    """Return an index as nanoseconds."""
    return np.asarray(index.as_unit("ns").asi8)


WEEKDAYS = stamps(pd.bdate_range("2005-01-03", "2013-03-01"))
HOURS = stamps(pd.DatetimeIndex([t for t in pd.date_range("2017-01-02", "2017-06-30", freq="1h") if t.day_of_week < 5]))


@pytest.mark.parametrize(
    ("unit", "count", "frequency"),
    [
        ("m", 15, "15min"),
        ("h", 6, "6h"),
        ("D", 1, "1D"),
        ("W", 1, "W-MON"),
        ("M", 1, "MS"),
        ("M", 3, "QS"),
        ("Y", 1, "YS"),
    ],
)
def test_boundaries_are_those_of_the_calendar(unit: str, count: int, frequency: str) -> None:
    first, last = pd.Timestamp("2011-05-17 03:20"), pd.Timestamp("2011-05-18 22:10")
    if unit in "WMY":
        last = first + pd.Timedelta(days=1500)
    found = pd.DatetimeIndex(boundaries(first.value, last.value, unit, count))
    wanted = pd.date_range(first.floor("D") - pd.Timedelta(days=400), last, freq=frequency)
    wanted = wanted[(wanted >= first) & (wanted <= last)]
    inside = found[(found >= first) & (found <= last)]
    assert list(inside) == list(wanted)


def test_steps_of_years_are_round_years() -> None:
    first, last = pd.Timestamp("1961-02-01").value, pd.Timestamp("2031-02-01").value
    for count, wanted in ((5, {1965, 1970, 2030}), (10, {1970, 1980, 2030}), (20, {1980, 2000, 2020})):
        years = {stamp.year for stamp in pd.DatetimeIndex(boundaries(first, last, "Y", count))}
        assert wanted <= years
        assert all(year % count == 0 for year in years)


@given(
    st.integers(0, len(WEEKDAYS) - 2),
    st.integers(2, len(WEEKDAYS)),
    st.integers(200, 2000),
    st.sampled_from(["days", "hours"]),
)
def test_ticks_are_bars_in_view_with_room_for_their_labels(left: int, width: int, pixels: int, kind: str) -> None:
    times = WEEKDAYS if kind == "days" else HOURS
    right = min(left + width, len(times) - 1)
    left = min(left, right - 1)
    bars = tick_bars(times, left, right, pixels)
    assert bars == sorted(set(bars))
    assert all(left <= bar <= right for bar in bars)
    assert bars, "an axis without a single date"
    least = 0.7 * LABEL_PIXELS * (right - left) / pixels
    assert all(after - before >= least for before, after in itertools.pairwise(bars))


def test_daily_ticks_never_name_a_day_that_is_no_bar() -> None:
    """A month may begin on a Saturday: the tick is then the first bar of the month, with its own date."""
    bars = tick_bars(WEEKDAYS, 0, 260, 1200)
    days = pd.DatetimeIndex(WEEKDAYS[bars])
    assert len(bars) >= 6
    assert all(day.day_of_week < 5 for day in days)
    for bar, day in zip(bars, days, strict=True):
        before = pd.Timestamp(WEEKDAYS[bar - 1]) if bar else None
        assert before is None or before.month != day.month, "the tick is not the first bar of its month"


def test_a_weekend_of_hourly_bars_takes_no_room_and_gets_no_label() -> None:
    friday = int(np.searchsorted(HOURS, pd.Timestamp("2017-03-10 12:00").value))
    labels = []
    bars = tick_bars(HOURS, friday, friday + 48, 900)
    for bar in bars:
        moment = pd.Timestamp(HOURS[bar])
        assert moment.day_of_week < 5
        labels.append(moment)
    last_of_friday = max(bar for bar, moment in zip(bars, labels, strict=True) if moment.day_of_week == 4)
    first_of_monday = min(bar for bar, moment in zip(bars, labels, strict=True) if moment.day_of_week == 0)
    assert first_of_monday - last_of_friday <= 12, "the weekend left a hole"
    words = date_labels(HOURS[bars])
    assert not any(word.startswith(("11 ", "12 ")) for word in words), "Saturday or Sunday is named"
    assert "13 Mar" in words


@pytest.mark.parametrize(
    ("moments", "words"),
    [
        (["2011-11-01", "2011-12-01", "2012-01-02", "2012-02-01"], ["Nov 2011", "Dec", "Jan 2012", "Feb"]),
        (["2010-01-04", "2011-01-03", "2012-01-03"], ["2010", "2011", "2012"]),
        (["2012-03-05", "2012-03-12", "2012-03-19", "2012-04-02"], ["Mar 2012", "12 Mar", "19 Mar", "Apr"]),
        (["2012-03-05 22:00", "2012-03-06 00:00", "2012-03-06 06:00"], ["Mar 2012", "6 Mar", "06:00"]),
        (["2012-03-26", "2012-04-09"], ["Mar 2012", "9 Apr"]),
        ([], []),
    ],
)
def test_labels_say_what_changed(moments: list[str], words: list[str]) -> None:
    assert date_labels(stamps(pd.DatetimeIndex(moments))) == words


def test_a_view_beside_the_bars_has_no_ticks() -> None:
    assert tick_bars(WEEKDAYS, -300, -10, 800) == []
    assert tick_bars(WEEKDAYS, len(WEEKDAYS) + 5, len(WEEKDAYS) + 50, 800) == []
    assert tick_bars(np.empty(0, dtype=np.int64), 0, 10, 800) == []
    assert tick_bars(WEEKDAYS, 10, 10, 800) == []


def test_a_single_bar_still_has_a_date() -> None:
    assert tick_bars(WEEKDAYS[:1], -0.5, 0.5, 800) == [0]


def test_a_million_minutes_are_labelled_without_walking_over_them() -> None:
    times = stamps(pd.date_range("2015-01-01", periods=1_000_000, freq="1min"))
    for left, right in ((0, 999_999), (500_000, 510_000), (500_000, 500_060)):
        bars = tick_bars(times, left, right, 1200)
        assert 2 <= len(bars) <= 1200 / (0.7 * LABEL_PIXELS)


def test_the_axis_item_shows_the_dates_of_its_bars(qapp: QApplication) -> None:
    axis = BarDateAxis()
    axis.set_times(WEEKDAYS)
    ((spacing, values),) = axis.tickValues(0, 520, 900)
    assert spacing > 0
    words = axis.tickStrings(values, 1.0, spacing)
    assert len(words) == len(values)
    assert words[0].endswith("2005")
    assert sum("2006" in word for word in words) == 1
    axis.set_times(WEEKDAYS[:0])
    assert axis.tickStrings([], 1.0, 1.0) == []


@pytest.mark.parametrize(
    ("value", "spacing", "words"),
    [
        (450.0, 50.0, "450"),
        (1.25, 0.05, "1.25"),
        (-2.5, 0.5, "−2.5"),
        (120_000.0, 20_000.0, "120\u202f000"),
        (0.1234, 0.001, "0.123"),
    ],
)
def test_prices_have_as_many_places_as_their_ticks_need(value: float, spacing: float, words: str) -> None:
    assert write_value(value, spacing) == words


@pytest.mark.parametrize(
    ("value", "spacing", "words"),
    [(-0.2, 0.1, "−20\u202f%"), (0.0, 0.05, "0\u202f%"), (-0.015, 0.005, "−1.5\u202f%")],
)
def test_fractions_are_written_as_percent(value: float, spacing: float, words: str) -> None:
    assert write_percent(value, spacing) == words


def test_vertical_axes_have_one_width_so_that_plots_line_up(qapp: QApplication) -> None:
    axes = [ValueAxis(write) for write in (write_value, write_percent)]
    assert {axis.maximumWidth() for axis in axes} == {axes[0].minimumWidth()}
    assert axes[0].orientation == "right"
    assert axes[1].tickStrings([-0.1, 0.0], 1.0, 0.1) == ["−10\u202f%", "0\u202f%"]
    assert ValueAxis(write_value, "bottom").maximumWidth() > 1000


@pytest.mark.parametrize("size", [24, 40, 80, 200, 600])
@pytest.mark.parametrize(("low", "high"), [(-0.64, 0.01), (95_000.0, 405_000.0), (1.09, 1.12), (0.0, 1.0)])
def test_figures_of_a_low_plot_do_not_lie_over_each_other(
    size: int, low: float, high: float, qapp: QApplication
) -> None:
    ((spacing, values),) = ValueAxis(write_value).tickValues(low, high, size)
    assert values or size < 2 * LINE_PIXELS
    assert all(low <= value <= high for value in values)
    places = sorted(size * (value - low) / (high - low) for value in values)
    assert all(after - before >= LINE_PIXELS - 1e-6 for before, after in itertools.pairwise(places))
    assert all(abs(value / spacing - round(value / spacing)) < 1e-6 for value in values), "the figures are not round"


@pytest.mark.parametrize("span", ["3h", "2D", "40D", "900D", "9000D"])
def test_ticks_of_real_time_are_boundaries_with_room_for_their_labels(span: str) -> None:
    first = pd.Timestamp("2021-03-05T07:13Z").value
    last = first + pd.Timedelta(span).value
    marks = tick_times(first, last, 600.0)
    assert 2 <= len(marks) <= 600 / 40
    assert (marks >= first).all()
    assert (marks <= last).all()
    assert all(pd.Timestamp(mark, tz="UTC").floor("min").value == mark for mark in marks.tolist())
    least = 84 * (last - first) / 600 * 0.9
    assert (np.diff(marks) >= least).all()
