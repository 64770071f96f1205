"""The pyramid against slow loops: nothing in a span is lost, nothing is made up."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ktrdr_app.gui.charts.lod import MinMaxPyramid, bucket_step, visible_slice

pytestmark = pytest.mark.gui

NUMBERS = st.floats(-1e9, 1e9, allow_nan=False, width=64)
SERIES = st.integers(1, 260).flatmap(lambda n: hnp.arrays(np.float64, n, elements=NUMBERS))


def bars_of(middle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return lows and highs around a series, each bar of another height."""
    reach = 1.0 + np.arange(len(middle)) % 7
    return middle - reach, middle + reach


def slow_extent(low: np.ndarray, high: np.ndarray, first: int, last: int) -> tuple[float, float]:
    """Return the extent of a span by looking at each bar."""
    least, most = math.inf, -math.inf
    for bar in range(first, last):
        least, most = min(least, float(low[bar])), max(most, float(high[bar]))
    return least, most


@given(SERIES, st.integers(0, 9), st.data())
def test_no_high_and_no_low_is_lost_at_any_level(middle: np.ndarray, level: int, data: st.DataObject) -> None:
    low, high = bars_of(middle)
    first = data.draw(st.integers(0, len(middle)))
    last = data.draw(st.integers(first, len(middle)))
    buckets = MinMaxPyramid(low, high).buckets(first, last, 1 << level)
    covered = set()
    for start, stop, least, most in zip(buckets.start, buckets.stop, buckets.low, buckets.high, strict=True):
        assert (least, most) == slow_extent(low, high, int(start), int(stop))
        assert 0 < stop - start <= buckets.step
        covered |= set(range(int(start), int(stop)))
    assert covered >= set(range(first, last)), "a bar in view is in no bucket"


@given(SERIES, st.data())
def test_the_extent_of_a_span_is_exact(middle: np.ndarray, data: st.DataObject) -> None:
    low, high = bars_of(middle)
    first = data.draw(st.integers(0, len(middle) - 1))
    last = data.draw(st.integers(first + 1, len(middle)))
    assert MinMaxPyramid(low, high).extent(first, last) == slow_extent(low, high, first, last)


@given(SERIES, st.integers(0, 8), st.data())
def test_buckets_stay_where_they_are_when_the_view_moves(middle: np.ndarray, level: int, data: st.DataObject) -> None:
    """A group must not change its members while one pans, or the picture would shimmer."""
    pyramid = MinMaxPyramid(*bars_of(middle))
    whole = pyramid.buckets(0, len(middle), 1 << level)
    first = data.draw(st.integers(0, len(middle) - 1))
    part = pyramid.buckets(first, len(middle), 1 << level)
    known = dict(zip(whole.start.tolist(), zip(whole.low.tolist(), whole.high.tolist(), strict=True), strict=True))
    for start, low, high in zip(part.start.tolist(), part.low.tolist(), part.high.tolist(), strict=True):
        assert known[start] == (low, high)


def test_one_spike_among_a_million_bars_is_seen_at_full_zoom_out() -> None:
    low, high = np.full(1_000_000, 10.0), np.full(1_000_000, 11.0)
    high[777_777], low[123_456] = 99.0, 1.0
    pyramid = MinMaxPyramid(low, high)
    buckets = pyramid.buckets(0, 1_000_000, bucket_step(1_000_000 / 1400))
    assert len(buckets.start) <= 1400
    assert buckets.high.max() == 99.0
    assert buckets.low.min() == 1.0
    hit = int(np.argmax(buckets.high))
    assert buckets.start[hit] <= 777_777 < buckets.stop[hit]
    assert pyramid.extent(0, 1_000_000) == (1.0, 99.0)
    assert pyramid.extent(200_000, 700_000) == (10.0, 11.0)


def test_nan_is_passed_over_where_there_is_a_number() -> None:
    values = np.array([np.nan, 2.0, 5.0, np.nan, np.nan, np.nan, 1.0, np.nan, 3.0])
    pyramid = MinMaxPyramid(values, values)
    assert pyramid.extent(0, 9) == (1.0, 5.0)
    assert pyramid.extent(0, 3) == (2.0, 5.0)
    assert all(math.isnan(value) for value in pyramid.extent(3, 6))
    buckets = pyramid.buckets(0, 9, 2)
    assert buckets.low[[0, 1, 3, 4]].tolist() == [2.0, 5.0, 1.0, 3.0]
    assert math.isnan(buckets.low[2])


def test_the_last_bucket_is_cut_off_at_the_end_of_the_series() -> None:
    values = np.arange(10.0)
    buckets = MinMaxPyramid(values, values).buckets(0, 10, 4)
    assert buckets.start.tolist() == [0, 4, 8]
    assert buckets.stop.tolist() == [4, 8, 10]
    assert buckets.high.tolist() == [3.0, 7.0, 9.0]


def test_a_step_beyond_the_series_gives_one_bucket() -> None:
    values = np.arange(10.0)
    buckets = MinMaxPyramid(values, values).buckets(0, 10, 4096)
    assert len(buckets.start) == 1
    assert (buckets.low[0], buckets.high[0]) == (0.0, 9.0)


def test_an_empty_series_has_no_extent_and_no_buckets() -> None:
    empty = np.empty(0)
    pyramid = MinMaxPyramid(empty, empty)
    assert len(pyramid) == 0
    assert all(math.isnan(value) for value in pyramid.extent(0, 0))
    assert len(pyramid.buckets(0, 0, 8).start) == 0


@pytest.mark.parametrize(
    ("bars_per_pixel", "step"),
    [(0.01, 1), (0.99, 1), (1.0, 1), (1.01, 2), (2.0, 2), (2.5, 4), (700.0, 1024)],
)
def test_bars_are_put_together_only_when_a_pixel_holds_more_than_one(bars_per_pixel: float, step: int) -> None:
    assert bucket_step(bars_per_pixel) == step


@given(st.floats(-50, 150), st.floats(0, 120), st.integers(0, 100))
def test_the_visible_slice_holds_exactly_the_bars_whose_cell_is_in_view(left: float, width: float, size: int) -> None:
    right = left + width
    first, last = visible_slice(left, right, size)
    assert 0 <= first <= last <= size
    for bar in range(size):
        if bar + 0.5 > left and bar - 0.5 < right:
            assert first <= bar < last, "a bar in view is not drawn"
        if bar + 1.5 < left or bar - 1.5 > right:
            assert not first <= bar < last, "a bar far from the view is drawn"
