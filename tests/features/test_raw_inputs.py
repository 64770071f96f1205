"""How widely an input's values are spread."""

from __future__ import annotations

import math

import numpy as np
import pytest

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
