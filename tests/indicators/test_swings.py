"""Confirmed swings against moves worked out by hand and against a search that looks at the whole past each time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.indicators.swings import confirmed_swings
from tests.reference.indicators_levels import known_turns, turns

NAN = math.nan


def swings(highs: list[float], lows: list[float], closes: list[float], threshold: float) -> list[list[float]]:
    """Return the four lines as lists."""
    columns = (np.array(column, dtype=np.float64) for column in (highs, lows, closes))
    return [line.tolist() for line in confirmed_swings(*columns, threshold)]


def of_closes(closes: list[float], threshold: float) -> list[list[float]]:
    """Return the swings of closes alone."""
    return swings(closes, closes, closes, threshold)


def test_a_turn_is_known_only_from_the_close_that_proves_it() -> None:
    last, before, age, direction = of_closes([100, 110, 105, 98, 95, 100, 110], 0.1)
    np.testing.assert_array_equal(last, [NAN, 100, 100, 110, 110, 110, 95])
    np.testing.assert_array_equal(before, [NAN, NAN, NAN, 100, 100, 100, 110])
    np.testing.assert_array_equal(age, [NAN, 1, 2, 2, 3, 4, 2])
    np.testing.assert_array_equal(direction, [NAN, 1, 1, -1, -1, -1, 1])


@pytest.mark.parametrize(("low", "high", "threshold"), [(3.0, 3.3, 0.1), (0.7, 0.721, 0.03), (100.0, 105.0, 0.05)])
def test_a_move_of_just_the_threshold_counts(low: float, high: float, threshold: float) -> None:
    assert of_closes([low, high], threshold)[0][1] == low
    assert math.isnan(of_closes([low, high * (1 - 1e-9)], threshold)[0][1])


def test_a_bar_may_prove_its_own_high() -> None:
    last, _, age, direction = swings([100, 112, 101], [100, 99, 90], [100, 100, 95], 0.1)
    assert (last[1], age[1], direction[1]) == (112, 0, -1)
    assert last[2] == 112


def test_the_low_of_the_bar_of_the_high_does_not_count_as_coming_after_it() -> None:
    # Bar 1 makes the high 120, closes 105 and proves it; its low of 80 may have come first. The low since is 105.
    last, _, age, _ = swings([100, 120, 118], [100, 80, 104], [100, 105, 118], 0.1)
    assert (last[1], age[1]) == (120, 0)
    assert (last[2], age[2]) == (104, 0)


def test_the_next_leg_starts_from_the_extreme_since_the_turn_not_since_its_proof() -> None:
    # 100 at bar 1 is proven at bar 4, 90.5 at bar 2 at bar 5, 99 at bar 3 at bar 6.
    highs = [90, 100, 98, 99, 96, 96.5, 96]
    lows = [90, 99, 90.5, 95.5, 94.5, 95, 93]
    closes = [90, 100, 96, 96, 94.9, 96, 94]
    last, before, age, direction = swings(highs, lows, closes, 0.05)
    np.testing.assert_array_equal(last, [NAN, 90, 90, 90, 100, 90.5, 99])
    np.testing.assert_array_equal(before, [NAN, NAN, NAN, NAN, 90, 100, 90.5])
    np.testing.assert_array_equal(age, [NAN, 1, 2, 3, 3, 3, 3])
    np.testing.assert_array_equal(direction, [NAN, 1, 1, 1, -1, 1, -1])


def test_no_bars_and_one_bar() -> None:
    assert of_closes([], 0.1) == [[], [], [], []]
    assert all(math.isnan(line[0]) for line in of_closes([5.0], 0.1))


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
    found = known_turns(turns(highs, lows, closes, threshold), len(rows))
    last, before, age, direction = swings(highs, lows, closes, threshold)
    for t, known in enumerate(found):
        expected = (known[-1][3], t - known[-1][1], known[-1][2]) if known else (NAN, NAN, NAN)
        np.testing.assert_array_equal((last[t], age[t], direction[t]), expected)
        np.testing.assert_array_equal(before[t], known[0][3] if len(known) == 2 else NAN)
