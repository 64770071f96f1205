"""Kernels over a curve against loops over lists, and in the form that is compiled once for all."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.backtesting.curve import checked_curve, frozen
from ktrdr_app.backtesting.metrics_kernels import level_sums, sided_sums, spread_sums, water_sums

curves = st.lists(st.floats(1.0, 1e4).map(lambda value: round(value, 2)), min_size=1, max_size=50)
capitals = st.floats(1.0, 1e4).map(lambda value: round(value, 2))
DAY = 86_400_000_000_000


@given(curves, capitals)
def test_levels(curve: list[float], capital: float) -> None:
    mean, deepest, total, lowest = level_sums(checked_curve(curve), capital)
    wealth = [capital, *curve[1:]]
    falls = [value / max([capital, *curve[: bar + 1]]) - 1 for bar, value in enumerate(curve)]
    assert mean == pytest.approx(math.fsum(curve) / len(curve))
    assert deepest == pytest.approx(min(falls), abs=1e-12)
    assert total == pytest.approx(math.fsum(b / a - 1 for a, b in itertools.pairwise(wealth)), abs=1e-9)
    assert lowest == min(wealth[:-1], default=capital)


@given(curves, capitals, st.floats(-0.1, 0.1))
def test_spreads(curve: list[float], capital: float, mean: float) -> None:
    sums = spread_sums(checked_curve(curve), capital, mean)
    moves = [after / before - 1 for before, after in itertools.pairwise([capital, *curve[1:]])]
    expected = [math.fsum((move - mean) ** power for move in moves) for power in (2, 3, 4)]
    assert sums == pytest.approx([*expected, math.fsum(min(move, 0) ** 2 for move in moves)], rel=1e-9, abs=1e-9)


@given(st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=50))
def test_sides(returns: list[float]) -> None:
    gains, losses, rising, best, worst = sided_sums(frozen(np.array(returns)))
    assert gains == pytest.approx(math.fsum(value for value in returns if value > 0))
    assert losses == pytest.approx(-math.fsum(value for value in returns if value < 0))
    assert (rising, best, worst) == (sum(value > 0 for value in returns), max(returns), min(returns))


def test_a_lost_account_is_seen_before_the_last_bar_only() -> None:
    assert level_sums(checked_curve([100.0, -3.0, 5.0]), 100.0)[3] == -3.0
    assert level_sums(checked_curve([100.0, 50.0, -3.0]), 100.0)[3] == 50.0
    assert level_sums(checked_curve([100.0, 50.0, -3.0]), 100.0)[1] == pytest.approx(-1.03)


def test_the_longest_of_two_stretches_under_water() -> None:
    curve = checked_curve([100.0, 90.0, 101.0, 80.0, 80.0, 102.0, 101.0])
    squares, under, longest, first, last = water_sums(curve, np.arange(7) * DAY, 100.0)
    assert (under, longest, first, last) == (4, 3 * DAY, 2, 5)
    falls = [10 / 100, 21 / 101, 21 / 101, 1 / 102]
    assert squares == pytest.approx(sum(fall**2 for fall in falls))
