"""Window kernels against NumPy's sliding windows, across the edges of their chunks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from ktrdr_app.indicators import windows
from ktrdr_app.indicators.windows import SMALLEST_CHUNK

PERIODS = [1, 2, 3, 4, 5, 7, 8, 14, 20, 31, 32, 33, 200, SMALLEST_CHUNK - 1, SMALLEST_CHUNK + 1]


def values_of(rows: int, seed: int = 0) -> np.ndarray:
    """Draw values of which many are equal."""
    return np.random.default_rng(seed).integers(-40, 40, rows) / 8.0


@pytest.mark.parametrize("period", PERIODS)
def test_highest_and_lowest_are_those_of_numpy(period: int) -> None:
    values = values_of(period + 700)
    seen, out = sliding_window_view(values, period), np.empty(701)
    windows.highest(values, period, 1.0, windows.scratch(period, 2), out)
    np.testing.assert_array_equal(out, seen.max(axis=1))
    windows.highest(values, period, -1.0, windows.scratch(period, 2), out)
    np.testing.assert_array_equal(out, seen.min(axis=1))


@pytest.mark.parametrize(("width", "period"), [(1, 1), (2, 3), (9, 26), (26, 52), (26, 27), (7, 1000), (1024, 1025)])
def test_long_windows_are_put_together_from_shorter_ones(width: int, period: int) -> None:
    values, work = values_of(period + 700), windows.scratch(period, 2)
    seen, out = sliding_window_view(values, period), np.empty(701)
    shorter = sliding_window_view(values, width)
    windows.highest(shorter.max(axis=1), period, 1.0, work, out, width)
    np.testing.assert_array_equal(out, seen.max(axis=1))
    windows.highest(shorter.min(axis=1), period, -1.0, work, out, width)
    np.testing.assert_array_equal(out, seen.min(axis=1))


@pytest.mark.parametrize("period", PERIODS)
def test_age_is_that_of_the_newest_of_equals(period: int) -> None:
    values = values_of(period + 700, seed=1)
    newest_first, out = sliding_window_view(values, period)[:, ::-1], np.empty(701)
    windows.age_of_highest(values, period, 1.0, windows.scratch(period, 4), out)
    np.testing.assert_array_equal(out, newest_first.argmax(axis=1))
    windows.age_of_highest(values, period, -1.0, windows.scratch(period, 4), out)
    np.testing.assert_array_equal(out, newest_first.argmin(axis=1))


@pytest.mark.parametrize("period", PERIODS)
def test_sums_are_those_of_numpy(period: int) -> None:
    values = values_of(period + 700, seed=2)
    out = np.empty(701)
    windows.window_sums(values, period, windows.scratch(period, 2), out)
    np.testing.assert_array_equal(out, sliding_window_view(values, period).sum(axis=1))


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.floats(0, 1e12), min_size=1, max_size=60), period=st.integers(1, 25))
def test_sums_lose_no_digit(values: list[float], period: int) -> None:
    padded = np.array([0.0] * (period - 1) + values)
    out = np.empty(len(values))
    windows.window_sums(padded, period, windows.scratch(period, 2), out)
    exact = [math.fsum(window) for window in sliding_window_view(padded, period)]
    np.testing.assert_allclose(out, exact, rtol=1e-13)


def test_sums_of_widely_spread_values_keep_their_digits() -> None:
    values = np.exp(np.random.default_rng(3).normal(0, 8, 3 * SMALLEST_CHUNK))
    for period in (14, 1000):
        count = 1 + len(values) - 2 * SMALLEST_CHUNK
        out, seen = np.empty(count), values[: count + period - 1]
        windows.window_sums(seen, period, windows.scratch(period, 2), out)
        np.testing.assert_allclose(out, [math.fsum(w) for w in sliding_window_view(seen, period)], rtol=1e-12)


@pytest.mark.parametrize("period", PERIODS)
def test_means_are_those_of_numpy(period: int) -> None:
    values, out = values_of(period + 700, seed=3), np.empty(701)
    windows.window_means(values, period, windows.scratch(period, 2), out)
    np.testing.assert_allclose(out, sliding_window_view(values, period).mean(axis=1), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("period", PERIODS[1:])
@pytest.mark.parametrize("level", [0.0, 1e6])
def test_moments_keep_their_digits_at_any_level(period: int, level: float) -> None:
    values = values_of(period + 700, seed=4) + level
    mean, deviation = np.empty(701), np.empty(701)
    windows.window_moments(values, period, windows.scratch(period, 4), mean, deviation)
    seen = sliding_window_view(values, period)
    np.testing.assert_allclose(mean, seen.mean(axis=1), rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(deviation, seen.std(axis=1), rtol=1e-9, atol=1e-9 * (level > 0))


@settings(max_examples=60, deadline=None)
@given(value=st.floats(1e-8, 1e8), power=st.integers(1, 7), rest=st.integers(0, 7))
def test_equal_values_have_no_deviation(value: float, power: int, rest: int) -> None:
    period = 2**power + (2**rest if rest < power else 0)
    mean, deviation = np.empty(20), np.empty(20)
    windows.window_moments(np.full(period + 19, value), period, windows.scratch(period, 4), mean, deviation)
    assert (deviation <= 1e-15 * value).all()
    assert mean == pytest.approx(value, rel=1e-15)


def test_an_outlier_leaves_no_trace_behind_it() -> None:
    values = values_of(600, seed=5)
    values[100] = 1e15
    out = np.empty(581)
    windows.window_sums(values, 20, windows.scratch(20, 2), out)
    assert out[300] == math.fsum(values[300:320])


def test_what_left_the_window_leaves_no_trace() -> None:
    out = np.empty(6)
    windows.window_sums(np.array([1e300, 1e-300, 3.0, 0.0, 0.0, 0.0, 5.0]), 2, windows.scratch(2, 2), out)
    assert out.tolist() == [1e300, 3.0, 3.0, 0.0, 0.0, 5.0]
