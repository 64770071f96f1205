"""How widely an input's values are spread."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.features.raw_inputs import BEYOND, Reading, Spread


def test_the_range_reaches_three_deviations_beyond_what_was_seen() -> None:
    spread = Spread.of(np.array([1.0, 3.0, np.nan, np.inf]))
    assert (spread.deviation, spread.low, spread.high) == (1.0, 1.0 - BEYOND, 3.0 + BEYOND)


@pytest.mark.parametrize(("least", "most", "low", "high"), [(0.0, 4.0, 0.0, 4.0), (None, 5.0, -2.0, 5.0)])
def test_bounds_of_the_formula_are_kept(least: float | None, most: float, low: float, high: float) -> None:
    spread = Spread.of(np.array([1.0, 3.0]), least, most)
    assert (spread.low, spread.high) == (low, high)


def test_an_input_that_never_changed_has_no_range() -> None:
    spread = Spread.of(np.full(5, 7.0))
    assert (spread.deviation, spread.low, spread.high) == (0.0, 7.0, 7.0)


def test_nothing_is_known_of_nothing() -> None:
    spread = Spread.of(np.array([np.nan]))
    assert spread.deviation == 0.0
    assert math.isnan(spread.low)
    assert math.isnan(spread.high)


def test_the_strongest_set_of_a_reading() -> None:
    reading = Reading("rsi", "rsi", "", "raw", "oscillator", 30.0, 30.0, (("low", 0.2), ("mid", 0.7), ("high", 0.7)))
    assert reading.strongest == ("mid", 0.7)


@given(st.floats(-1e6, 1e6), st.integers(1, 200))
def test_a_constant_has_no_deviation_whatever_rounding_leaves(value: float, count: int) -> None:
    spread = Spread.of(np.full(count, value))
    assert (spread.deviation, spread.low, spread.high) == (0.0, value, value)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30),
    st.integers(0, 3),
    st.floats(-1e6, 0) | st.none(),
    st.floats(0, 1e6) | st.none(),
)
def test_the_range_holds_what_was_seen_within_its_bounds(
    values: list[float], unknown: int, least: float | None, most: float | None
) -> None:
    known = np.clip(values, least, most) if least is not None or most is not None else np.array(values)
    spread = Spread.of(np.concatenate([known, np.full(unknown, np.nan)]), least, most)
    assert spread.low <= known.min()
    assert known.max() <= spread.high
    assert least is None or spread.low >= least
    assert most is None or spread.high <= most
    mean = math.fsum(known) / len(known)
    assert spread.deviation == pytest.approx(
        math.sqrt(math.fsum((x - mean) ** 2 for x in known) / len(known)), abs=1e-6, rel=1e-6
    )


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_no_set_of_a_reading_is_stronger_than_the_strongest(grades: list[float]) -> None:
    pairs = tuple((f"set {number}", grade) for number, grade in enumerate(grades))
    name, grade = Reading("rsi", "rsi", "", "raw", "oscillator", 1.0, 1.0, pairs).strongest
    assert grade == max(grades)
    assert name == f"set {grades.index(grade)}", "of equals the first in declared order"
