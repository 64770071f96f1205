"""Windows put together from blocks against windows added up one by one, where a running sum would drift."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ktrdr_app.indicators.blocks import midpoints, slide_extremes, slide_sums


def window_sums(values: NDArray[np.float64], period: int) -> NDArray[np.float64]:
    """Drive `slide_sums` over a series; the second series is the first one doubled."""
    out, doubled = values.copy(), 2 * values
    tails = np.zeros(period + 1), np.zeros(period + 1)
    for start in range(0, len(values), period):
        rows = min(period, len(values) - start)
        slide_sums(out[start : start + rows], doubled[start : start + rows], *tails, rows)
    np.testing.assert_array_equal(doubled, 2 * out)
    return out


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.floats(0, 1e12), max_size=60), period=st.integers(1, 25))
def test_sums_are_those_of_each_window(values: list[float], period: int) -> None:
    sums = window_sums(np.array(values, dtype=np.float64), period)
    for t, found in enumerate(sums):
        exact = math.fsum(values[max(0, t - period + 1) : t + 1])
        assert math.isclose(found, exact, rel_tol=1e-13)


def test_what_left_the_window_leaves_no_trace() -> None:
    values = np.array([1e300, 1e-300, 3.0, 0.0, 0.0, 0.0, 5.0])
    assert window_sums(values, 2).tolist() == [1e300, 1e300, 3.0, 3.0, 0.0, 0.0, 5.0]


@pytest.mark.parametrize("period", [14, 1000])
def test_a_million_bars_keep_their_digits(period: int) -> None:
    rng = np.random.default_rng(3)
    values = np.exp(rng.normal(0, 8, 1_000_000))
    sums = window_sums(values, period)
    for t in rng.integers(period, len(values), 500):
        assert math.isclose(sums[t], math.fsum(values[t - period + 1 : t + 1]), rel_tol=1e-12)


def test_extremes_forget_what_left_the_window() -> None:
    high, low = np.array([9.0, 1, 2, 3, 2, 1, 1]), np.array([5.0, 0, 1, 2, 1, 1, 1])
    period = 3
    tails = np.full(period + 1, -np.inf), np.full(period + 1, np.inf)
    for start in range(0, 7, period):
        rows = min(period, 7 - start)
        slide_extremes(high[start : start + rows], low[start : start + rows], *tails, rows)
    assert high.tolist() == [9, 9, 9, 3, 3, 3, 2]
    assert low.tolist() == [5, 0, 0, 0, 1, 1, 1]


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.integers(1, 20), max_size=60), period=st.integers(1, 25))
def test_midpoints_are_those_of_each_window(values: list[int], period: int) -> None:
    high = np.array(values, dtype=np.float64)
    line = midpoints(high, high - 0.5, period)
    for t, found in enumerate(line):
        window = values[max(0, t - period + 1) : t + 1]
        assert math.isnan(found) if t < period - 1 else found == (max(window) + min(window) - 0.5) / 2
