"""Scales, ticks, thinning: against slow definitions."""

from __future__ import annotations

import itertools
import math
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.workflows.svg_scales import Scale, apart, padded, thinned, ticks, time_ticks

finite = st.floats(-1e9, 1e9)


def nanoseconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1e9


def instants(found: list[tuple[float, str]]) -> list[datetime]:
    return [datetime.fromtimestamp(ns / 1e9, tz=UTC) for ns, _ in found]


def test_a_scale_maps_its_ends_to_its_ends_and_the_middle_to_the_middle():
    scale = Scale(10.0, 20.0, 300.0, 100.0)
    assert scale.at(10.0) == 300.0
    assert scale.at(20.0) == 100.0
    assert scale.at(15.0) == 200.0
    assert scale(np.array([10.0, 12.5])).tolist() == [300.0, 250.0]


def test_a_scale_without_span_puts_everything_at_its_start():
    assert Scale(5.0, 5.0, 10.0, 90.0).at(5.0) == 10.0


@given(st.floats(-1e5, 1e5), st.floats(1e-3, 1e9), st.integers(2, 10))
def test_ticks_are_round_even_and_inside(low, span, count):
    high = low + span
    values, decimals = ticks(low, high, count)
    slack = span * 1e-6
    assert all(low - slack <= value <= high + slack for value in values)
    assert len(values) <= count + 1
    if len(values) > 1:
        step = values[1] - values[0]
        assert np.allclose(np.diff(values), step, rtol=1e-3)
        mantissa = step / 10 ** math.floor(math.log10(step * 1.001))
        assert min(abs(mantissa - nice) for nice in (1, 2, 5)) < 0.05
    assert decimals >= 0


@pytest.mark.parametrize(
    ("low", "high", "expected", "decimals"),
    [
        (0.0, 10.0, [0.0, 2.0, 4.0, 6.0, 8.0, 10.0], 0),
        (58_000.0, 152_000.0, [60_000.0, 80_000.0, 100_000.0, 120_000.0, 140_000.0], 0),
        (-0.42, 0.0, [-0.4, -0.3, -0.2, -0.1, 0.0], 1),
        (1.043, 1.071, [1.05, 1.06, 1.07], 2),
    ],
)
def test_ticks_of_known_ranges(low, high, expected, decimals):
    values, shown = ticks(low, high)
    assert values == pytest.approx(expected)
    assert shown == decimals


def test_a_range_without_height_has_one_tick():
    assert ticks(3.0, 3.0) == ([3.0], 2)


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        ("2005-03-01", "2013-03-01", ["2006", "2007", "2008", "2009", "2010", "2011", "2012", "2013"]),
        ("2017-01-01T22:00", "2017-12-29T21:00", ["Apr 2017", "Jul 2017", "Oct 2017"]),
        ("2020-01-01", "2020-01-05T12:00", ["1 Jan", "2 Jan", "3 Jan", "4 Jan", "5 Jan"]),
        ("2020-01-01", "2020-01-01T18:00", ["1 Jan 00:00", "1 Jan 06:00", "1 Jan 12:00", "1 Jan 18:00"]),
        ("1950-06-01", "2020-06-01", ["1960", "1970", "1980", "1990", "2000", "2010", "2020"]),
        ("2020-01-01T10:00", "2020-01-01T11:00", ["10:00", "10:15", "10:30", "10:45", "11:00"]),
    ],
)
def test_time_ticks_of_known_spans(first, last, labels):
    found = time_ticks(nanoseconds(first), nanoseconds(last))
    assert [label for _, label in found] == labels


def test_year_ticks_stand_on_new_year_and_month_ticks_on_the_first():
    years = instants(time_ticks(nanoseconds("2005-03-01"), nanoseconds("2013-03-01")))
    assert all((moment.month, moment.day, moment.hour) == (1, 1, 0) for moment in years)
    months = instants(time_ticks(nanoseconds("2017-01-01T22:00"), nanoseconds("2017-12-29")))
    assert all((moment.day, moment.hour) == (1, 0) for moment in months)


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2150, 1, 1)),  # noqa: DTZ001
    st.floats(60.0, 3e9),
)
def test_time_ticks_are_few_increasing_and_inside(first, seconds):
    low = first.replace(tzinfo=UTC).timestamp() * 1e9
    high = low + seconds * 1e9
    found = [ns for ns, _ in time_ticks(low, high)]
    assert len(found) <= 8
    assert found == sorted(set(found))
    assert all(low - 1000 <= ns <= high + 1000 for ns in found)


def test_a_short_line_is_not_thinned():
    x, y = np.arange(10.0), np.sin(np.arange(10.0))
    assert thinned(x, y, 5)[0] is x
    assert thinned(x, y, 5)[1] is y


@given(st.integers(0, 10_000), st.integers(500, 4000), st.integers(20, 120))
def test_a_thinned_line_keeps_each_column_extreme_and_both_ends(seed, rows, buckets):
    y = np.cumsum(np.random.default_rng(seed).normal(size=rows))
    x = np.arange(rows, dtype=np.float64)
    slim_x, slim_y = thinned(x, y, buckets)
    points = dict(zip(slim_x.tolist(), slim_y.tolist(), strict=True))
    assert points.keys() <= set(x.tolist())
    assert all(points[place] == y[int(place)] for place in points)
    assert {0.0, float(rows - 1)} <= points.keys()
    assert len(points) <= 2 * buckets + 2
    if rows > 2 * buckets:
        edges = [int(edge) for edge in np.linspace(0, rows, buckets + 1)]
        for begin, end in itertools.pairwise(edges):
            inside = [points[place] for place in points if begin <= place < end]
            assert max(inside) == max(y[begin:end])
            assert min(inside) == min(y[begin:end])


def test_two_hundred_thousand_points_become_a_few_thousand():
    index = pd.date_range("2000-01-01", periods=200_000, freq="h", tz="UTC")
    x = index.as_unit("ns").asi8.astype(np.float64)
    slim_x, slim_y = thinned(x, np.sin(np.arange(200_000.0)), 800)
    assert len(slim_x) == len(slim_y) <= 1602
    assert np.all(np.diff(slim_x) > 0)


@given(finite, finite)
def test_padding_contains_the_range_and_has_height(one, other):
    low, high = min(one, other), max(one, other)
    below, above = padded(low, high)
    assert below < above
    assert below <= low <= high <= above


@given(st.lists(st.floats(0, 300), min_size=1, max_size=5))
def test_labels_are_kept_apart_in_order_and_above_the_lowest_place(places):
    moved = apart(places, 34.0, 300.0)
    assert max(moved) <= 300.0 + 1e-9
    ordered = sorted(moved)
    assert all(after - before >= 34.0 - 1e-9 for before, after in itertools.pairwise(ordered))
    for first in range(len(places)):
        for second in range(len(places)):
            if places[first] < places[second]:
                assert moved[first] < moved[second]


def test_labels_that_are_far_apart_stay():
    assert apart([200.0, 20.0], 34.0, 280.0) == [200.0, 20.0]
    assert apart([100.0, 110.0], 16.0) == [100.0, 116.0]
    assert apart([290.0, 280.0], 34.0, 290.0) == [290.0, 256.0]
