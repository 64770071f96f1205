"""Spans and crossings of sets against memberships on a fine grid."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ktrdr_app.fuzzy.spans import LEAST_LEVEL, corners, crossing, level_cut, plateau, precedes, shared_level
from ktrdr_app.strategy.schema import FuzzySet
from tests.fuzzy.shapes import by_scikit_fuzzy, shapes

SETS = {
    "open low": FuzzySet(type="trapezoidal", parameters=[0, 10, 25, 40], shoulder="left"),
    "triangle": FuzzySet(type="triangular", parameters=[25, 50, 75]),
    "bell": FuzzySet(type="gaussian", parameters=[60, 6]),
    "open high": FuzzySet(type="trapezoidal", parameters=[60, 75, 90, 100], shoulder="right"),
}


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("level", [0.05, 0.37, 0.5, 0.999])
def test_a_level_cut_is_where_the_membership_exceeds_the_level(name: str, level: float) -> None:
    entry = SETS[name]
    x = np.linspace(-50, 150, 200_001)
    above = x[by_scikit_fuzzy(entry.type, entry.parameters, x, entry.shoulder) >= level]
    low, high = level_cut(entry, level)
    assert max(low, -50.0) == pytest.approx(above[0], abs=0.002)
    assert min(high, 150.0) == pytest.approx(above[-1], abs=0.002)


def test_a_bell_reaches_everywhere_and_has_a_bare_peak() -> None:
    assert level_cut(SETS["bell"], 0.0) == (-math.inf, math.inf)
    assert plateau(SETS["bell"]) == (60, 60)


def test_only_the_inner_corner_of_an_open_set_counts() -> None:
    assert corners(SETS["open low"]) == (25, 25)
    assert corners(SETS["open high"]) == (75, 75)
    assert corners(FuzzySet(type="trapezoidal", parameters=[0, 1, 2, 3])) == (1, 2)


@given(
    st.lists(st.floats(0, 100).map(lambda v: round(v, 2)), min_size=3, max_size=3, unique=True).map(sorted),
    st.floats(-40, 40).map(lambda v: round(v, 2)),
    st.floats(0.5, 20),
)
def test_the_crossing_is_where_both_memberships_are_equal_and_highest(
    peak_and_feet: list[float], shift: float, width: float
) -> None:
    left = FuzzySet(type="triangular", parameters=peak_and_feet)
    right = FuzzySet(type="gaussian", parameters=[peak_and_feet[1] + shift, width])
    met = crossing(left, right)
    x = np.linspace(min(-10.0, right.parameters[0]), max(110.0, right.parameters[0]), 60_001)
    both = np.minimum(*(by_scikit_fuzzy(e.type, e.parameters, x, e.shoulder) for e in (left, right)))
    between = (x >= left.parameters[1]) & (x <= right.parameters[0])
    if met is None:
        assert shift <= 0 or both[between].max(initial=0.0) <= LEAST_LEVEL * 1.01
        return
    place, level = met
    grades = [float(by_scikit_fuzzy(e.type, e.parameters, np.array([place]), e.shoulder)[0]) for e in (left, right)]
    assert grades == pytest.approx([level, level], abs=1e-6)
    steepest = max(1 / min(np.diff(peak_and_feet)), 1 / width) * (x[1] - x[0])
    assert both[between].max(initial=0.0) <= level + 1e-9
    assert both[between].max(initial=0.0) >= level - steepest - 1e-3


def test_a_partition_crosses_at_one_half_in_the_middle() -> None:
    low = FuzzySet(type="triangular", parameters=[-50, 0, 50], shoulder="left")
    high = FuzzySet(type="triangular", parameters=[0, 50, 100])
    assert crossing(low, high) == pytest.approx((25, 0.5))
    assert shared_level(low, high) == pytest.approx(0.5)


@pytest.mark.parametrize("parameters", [[0.0, 0.38, 2.0], [0.1, 0.3, 0.7], [0.0, 0.07, 0.57]])
def test_sets_with_the_same_peak_have_no_crossing(parameters: list[float]) -> None:
    triangle = FuzzySet(type="triangular", parameters=parameters)
    assert level_cut(triangle, 1.0) == (parameters[1], parameters[1])
    assert level_cut(triangle, 0.0) == (parameters[0], parameters[2])
    bell = FuzzySet(type="gaussian", parameters=[parameters[1], 1.0])
    assert crossing(triangle, bell) is None
    assert shared_level(triangle, bell) == 1.0


def test_sets_that_only_touch_or_swallow_each_other_have_no_crossing() -> None:
    one, two = (FuzzySet(type="triangular", parameters=[a, a + 10, a + 20]) for a in (0, 20))
    assert crossing(one, two) is None
    assert shared_level(one, two) == 0.0
    wide = FuzzySet(type="trapezoidal", parameters=[0, 5, 30, 40])
    assert crossing(wide, one) is None
    assert shared_level(wide, one) == 1.0
    assert crossing(SETS["open high"], SETS["bell"]) is None, "an open side never falls"


def test_the_order_is_broken_only_when_both_corners_have_passed() -> None:
    wide, peak = SETS["open high"], FuzzySet(type="triangular", parameters=[60, 75, 90])
    assert precedes(peak, wide)
    assert not precedes(FuzzySet(type="triangular", parameters=[60, 76, 90]), wide)
    assert precedes(
        FuzzySet(type="gaussian", parameters=[0, 1]), FuzzySet(type="trapezoidal", parameters=[-3, -2, 1, 3])
    )


TENTHS = st.integers(0, 1000).map(lambda tenths: tenths / 10)


@st.composite
def any_set(draw: st.DrawFn) -> FuzzySet:
    """Draw any shape, cliffs and bare peaks included, on a range of 0 to 100."""
    kind, numbers, shoulder = draw(shapes())
    if kind == "gaussian":
        numbers = [draw(TENTHS), draw(st.floats(0.5, 30))]
    else:
        low = draw(TENTHS)
        steps = draw(
            st.lists(st.sampled_from([0.0, 0.5, 7.0, 30.0]), min_size=len(numbers) - 1, max_size=3).filter(any)
        )
        numbers = [low]
        for step in steps[: 2 if kind == "triangular" else 3]:
            numbers.append(numbers[-1] + step)
    try:
        return FuzzySet(type=kind, parameters=numbers, shoulder=shoulder)  # type: ignore[arg-type]
    except ValueError:
        return FuzzySet(type="triangular", parameters=[0, 5, 10], shoulder=shoulder)  # type: ignore[arg-type]


def on_a_grid(*sets: FuzzySet) -> tuple[NDArray[np.float64], list[NDArray[np.float64]]]:
    """Return a grid that holds every corner, and the memberships there by scikit-fuzzy."""
    x = np.unique(np.concatenate([np.linspace(-150, 300, 9001), *(entry.parameters for entry in sets)]))
    return x, [by_scikit_fuzzy(entry.type, entry.parameters, x, entry.shoulder) for entry in sets]


@given(any_set(), any_set())
def test_the_shared_level_is_the_greatest_of_both_whatever_the_order(one: FuzzySet, other: FuzzySet) -> None:
    _, grades = on_a_grid(one, other)
    level = shared_level(one, other)
    assert level == shared_level(other, one)
    best = float(np.minimum(*grades).max())
    assert level >= best - LEAST_LEVEL - 1e-9
    narrow = min((step for entry in (one, other) for step in _slopes(entry)), default=1.0)
    assert level <= best + 0.05 / narrow + LEAST_LEVEL


def _slopes(entry: FuzzySet) -> list[float]:
    """Return over what distance each side of a set rises from 0 to 1; a bell's steepest rise counts."""
    if entry.type == "gaussian":
        return [entry.parameters[1] * math.sqrt(math.e)]
    return [step for step in np.diff(entry.parameters)[[0, -1]].tolist() if step > 0]


@given(any_set(), st.floats(0.01, 0.99))
def test_a_level_cut_parts_the_grid_as_the_memberships_do(entry: FuzzySet, level: float) -> None:
    x, (grades,) = on_a_grid(entry)
    low, high = level_cut(entry, level)
    inside = (x > low + 1e-9) & (x < high - 1e-9)
    outside = (x < low - 1e-9) | (x > high + 1e-9)
    assert (grades[inside] >= level - 1e-9).all()
    assert (grades[outside] <= level + 1e-9).all()


@given(any_set(), st.lists(st.floats(0.01, 0.99), min_size=2, max_size=2).map(sorted))
def test_higher_cuts_lie_in_lower_ones_and_around_the_plateau(entry: FuzzySet, levels: list[float]) -> None:
    (low, high), (inner_low, inner_high) = (level_cut(entry, level) for level in levels)
    first, last = plateau(entry)
    assert low <= inner_low <= first + 1e-9
    assert last - 1e-9 <= inner_high <= high
    assert precedes(entry, entry)
