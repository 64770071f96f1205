"""Confirmed swings against moves worked out by hand and against a search that looks at the whole past each time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.indicators.swings import bars_since, confirmed_turns, spread, taken_back
from tests.reference.indicators_levels import turns

NAN = math.nan


def known(highs: list[float], lows: list[float], closes: list[float], threshold: float) -> list[tuple[int, int, float]]:
    """Return the turns: bar that proves it, bar of the turn, price."""
    columns = (np.array(column, dtype=np.float64) for column in (highs, lows, closes))
    return list(zip(*(line.tolist() for line in confirmed_turns(*columns, threshold)), strict=True))


def of_closes(closes: list[float], threshold: float) -> list[tuple[int, int, float]]:
    """Return the turns of closes alone."""
    return known(closes, closes, closes, threshold)


def test_a_turn_is_known_only_from_the_close_that_proves_it() -> None:
    assert of_closes([100, 110, 105, 98, 95, 100, 110], 0.1) == [(1, 0, 100), (3, 1, 110), (6, 4, 95)]


@pytest.mark.parametrize(("low", "high", "threshold"), [(3.0, 3.3, 0.1), (0.7, 0.721, 0.03), (100.0, 105.0, 0.05)])
def test_a_move_of_just_the_threshold_counts(low: float, high: float, threshold: float) -> None:
    assert of_closes([low, high], threshold) == [(1, 0, low)]
    assert of_closes([low, high * (1 - 1e-9)], threshold) == []


def test_a_bar_may_prove_its_own_high() -> None:
    assert known([100, 112, 101], [100, 99, 90], [100, 100, 95], 0.1) == [(1, 1, 112)]


def test_the_low_of_the_bar_of_the_high_does_not_count_as_coming_after_it() -> None:
    # Bar 1 makes the high 120, closes 105 and proves it; its low of 80 may have come first. The low since is 104.
    assert known([100, 120, 118], [100, 80, 104], [100, 105, 118], 0.1) == [(1, 1, 120), (2, 2, 104)]


def test_the_next_leg_starts_from_the_extreme_since_the_turn_not_since_its_proof() -> None:
    highs = [90, 100, 98, 99, 96, 96.5, 96]
    lows = [90, 99, 90.5, 95.5, 94.5, 95, 93]
    closes = [90, 100, 96, 96, 94.9, 96, 94]
    assert known(highs, lows, closes, 0.05) == [(1, 0, 90), (4, 1, 100), (5, 2, 90.5), (6, 3, 99)]


def test_no_bars_and_one_bar() -> None:
    assert of_closes([], 0.1) == []
    assert of_closes([5.0], 0.1) == []


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.tuples(*[st.integers(0, 12)] * 3), min_size=1, max_size=70),
    threshold=st.sampled_from([0.01, 0.05, 0.1, 0.25]),
    unit=st.sampled_from([1.0, 0.01, 7.3, 1e-7]),
)
def test_equals_the_search_of_the_whole_past(rows: list[tuple[int, int, int]], threshold: float, unit: float) -> None:
    lows = [(90 + min(row)) * unit for row in rows]
    highs = [(90 + max(row)) * unit for row in rows]
    closes = [(90 + row[2]) * unit for row in rows]
    expected = [(proven, turned, price) for proven, turned, _, price in turns(highs, lows, closes, threshold)]
    assert known(highs, lows, closes, threshold) == expected


def test_spread_puts_values_into_force_from_their_bar_on() -> None:
    lines = np.empty((2, 5))
    spread(np.array([[1.0, 2.0, 9.0], [3.0, 4.0, 9.0]]), np.array([1, 3]), lines)
    np.testing.assert_array_equal(lines, [[NAN, 1, 1, 2, 2], [NAN, 3, 3, 4, 4]])
    spread(np.empty((2, 0)), np.empty(0, np.int64), lines)
    assert np.isnan(lines).all()


def test_bars_are_counted_from_the_turn_once_it_is_known() -> None:
    line = np.empty(6)
    bars_since(np.array([0, 2]), np.array([1, 4]), line)
    np.testing.assert_array_equal(line, [NAN, 1, 2, 3, 2, 3])
    bars_since(np.empty(0, np.int64), np.empty(0, np.int64), line)
    assert np.isnan(line).all()


def test_a_swing_is_taken_back_from_its_end_to_its_begin() -> None:
    close, line = np.array([5.0, 10.0, 20.0, 12.5, 10.0]), np.empty(5)
    taken_back(close, np.array([10.0, 20.0, 10.0]), np.array([2, 4]), line)
    np.testing.assert_array_equal(line, [NAN, NAN, 0, 0.75, 0])
    taken_back(close, np.array([10.0]), np.empty(0, np.int64), line)
    assert np.isnan(line).all()
