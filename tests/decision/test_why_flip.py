"""The search for the smallest flip, against looking at every one of many values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.decision import Action
from ktrdr_app.decision.why_flip import Outcomes, nearest_flip

Curve = Callable[[np.ndarray], np.ndarray]


def by_sign(curve: Curve) -> Callable[[np.ndarray], Outcomes]:
    """BUY where a curve is above 0, else HOLD; the slack is its size."""

    def outcomes(values: np.ndarray) -> Outcomes:
        heights = curve(values)
        actions = np.where(heights > 0, Action.BUY, Action.HOLD).astype(np.int8)
        return Outcomes(actions, np.abs(heights))

    return outcomes


def brute_force(curve: Curve, value: float, low: float, high: float, count: int = 200_001) -> float | None:
    """Return the least change of any of many values that flips."""
    values = np.linspace(low, high, count)
    stays = curve(np.array([value]))[0] > 0
    flipped = values[(curve(values) > 0) != stays]
    return float(np.abs(flipped - value).min()) if len(flipped) else None


def bent(seed: int, corners: int = 9) -> Curve:
    """Return a line with corners, as triangles and ReLU make them."""
    random = np.random.default_rng(seed)
    places, heights = np.sort(random.uniform(-3, 3, corners)), random.normal(0.3, 1.0, corners)
    return lambda values: np.interp(values, places, heights)


@given(st.integers(0, 100_000), st.floats(-3, 3))
def test_it_is_the_smallest_of_all(seed: int, value: float) -> None:
    curve = bent(seed)
    found = nearest_flip(by_sign(curve), value, -3.0, 3.0)
    expected = brute_force(curve, value, -3.0, 3.0)
    if expected is None:
        assert found is None
        return
    assert found is not None
    assert abs(found.change) <= expected + 1e-9, "no value that is nearer flips"
    assert (curve(np.array([found.value]))[0] > 0) != (curve(np.array([value]))[0] > 0), "and it does flip"
    assert found.change == found.value - value


def test_a_crossing_is_found_to_the_last_digits() -> None:
    found = nearest_flip(by_sign(lambda values: values - np.pi), 3.0, 0.0, 100.0)
    assert found is not None
    assert found.value == pytest.approx(np.pi, abs=1e-9)
    assert found.value > np.pi
    assert found.action is Action.BUY


def test_the_nearer_side_wins() -> None:
    two = by_sign(lambda values: (values - 2.0) * (values + 1.5))
    found = nearest_flip(two, 0.0, -10.0, 10.0)
    assert found is not None
    assert found.value == pytest.approx(-1.5)
    far = nearest_flip(two, 0.5, -10.0, 10.0)
    assert far is not None
    assert far.value == pytest.approx(2.0)


def test_a_dip_between_two_values_of_the_grid_is_seen() -> None:
    narrow = by_sign(lambda values: np.abs(values - 41.3) - 0.05)
    found = nearest_flip(narrow, 10.0, 0.0, 100.0)
    assert found is not None, "a tenth of the step of the grid wide"
    assert found.value == pytest.approx(41.25)
    assert found.action is Action.HOLD


def test_a_tiny_change_is_not_passed_over() -> None:
    found = nearest_flip(by_sign(lambda values: values - 1e-7), 0.0, -1.0, 1.0)
    assert found is not None
    assert found.value == pytest.approx(1e-7, rel=1e-6)


def test_nothing_flips() -> None:
    assert nearest_flip(by_sign(np.ones_like), 0.0, -5.0, 5.0) is None
    beyond = by_sign(lambda values: 6.0 - values)
    assert nearest_flip(beyond, 0.0, -5.0, 5.0) is None
    assert nearest_flip(beyond, 0.0, -5.0, 7.0) is not None


def test_a_value_at_the_edge_or_beyond_is_searched_on_its_one_side() -> None:
    curve = by_sign(lambda values: values - 1.0)
    for value, low, high in ((2.0, 0.0, 2.0), (5.0, 0.0, 4.0)):
        found = nearest_flip(curve, value, low, high)
        assert found is not None
        assert found.value == pytest.approx(1.0)
    assert nearest_flip(curve, 2.0, 2.0, 3.0) is None
    assert nearest_flip(curve, 2.0, 2.0, 2.0) is None


def test_it_tells_what_the_value_leads_to() -> None:
    def thirds(values: np.ndarray) -> Outcomes:
        actions = np.select([values < 1, values < 2], [Action.HOLD, Action.SELL], Action.BUY).astype(np.int8)
        return Outcomes(actions, np.minimum(np.abs(values - 1), np.abs(values - 2)))

    assert nearest_flip(thirds, 0.0, -3.0, 3.0).action is Action.SELL
    assert nearest_flip(thirds, 1.6, -3.0, 3.0).action is Action.BUY
    assert nearest_flip(thirds, 1.4, -3.0, 3.0).action is Action.HOLD


def test_a_slack_that_says_nothing_leads_to_the_grid_alone() -> None:
    def blind(values: np.ndarray) -> Outcomes:
        actions = np.where(values > 2.0, Action.SELL, Action.HOLD).astype(np.int8)
        return Outcomes(actions, np.full(len(values), np.inf))

    found = nearest_flip(blind, 0.0, 0.0, 4.0)
    assert found is not None
    assert found.value == pytest.approx(2.0, abs=1e-9)


def test_it_asks_few_questions() -> None:
    asked = []

    def counted(values: np.ndarray) -> Outcomes:
        asked.append(len(values))
        return by_sign(lambda heights: heights - 1.0)(values)

    nearest_flip(counted, 0.0, -10.0, 10.0)
    assert len(asked) < 30
    assert sum(asked) < 2000


def network(seed: int) -> Curve:
    """Return one output of a small network along a line through its inputs, as a moved indicator draws it."""
    random = np.random.default_rng(seed)
    first, bias, second = random.normal(size=12), random.normal(size=12), random.normal(size=12)
    return lambda values: np.maximum(np.outer(values, first) + bias, 0.0) @ second - 0.5


@given(st.integers(0, 100_000), st.floats(-2, 2))
def test_of_networks_too_it_is_the_smallest_of_all(seed: int, value: float) -> None:
    curve = network(seed)
    found, expected = nearest_flip(by_sign(curve), value, -2.0, 2.0), brute_force(curve, value, -2.0, 2.0, 40_001)
    assert (found is None) == (expected is None) or abs(found.change) > 0
    if found is not None and expected is not None:
        assert abs(found.change) <= expected + 1e-9


@pytest.mark.parametrize("unit", [1e-7, 1e-3, 1.0, 1e4, 1e9])
def test_the_unit_does_not_matter(unit: float) -> None:
    curve = bent(7)
    plain = nearest_flip(by_sign(curve), 0.4, -3.0, 3.0)
    scaled = nearest_flip(by_sign(lambda values: curve(values / unit)), 0.4 * unit, -3.0 * unit, 3.0 * unit)
    assert plain is not None
    assert scaled is not None
    assert scaled.change / unit == pytest.approx(plain.change, rel=1e-6)
    assert scaled.action is plain.action


@given(st.integers(0, 1000))
def test_a_mirrored_line_flips_at_the_mirrored_value(seed: int) -> None:
    curve = bent(seed)
    found = nearest_flip(by_sign(curve), 0.3, -3.0, 3.0)
    mirrored = nearest_flip(by_sign(lambda values: curve(-values)), -0.3, -3.0, 3.0)
    assert (found is None) == (mirrored is None)
    if found is not None and mirrored is not None:
        assert abs(mirrored.change) == pytest.approx(abs(found.change), rel=1e-6, abs=1e-9)


@given(st.integers(0, 1000), st.floats(0.1, 3.0))
def test_a_wider_range_never_makes_the_change_larger(seed: int, reach: float) -> None:
    curve = by_sign(bent(seed))
    narrow, wide = nearest_flip(curve, 0.0, -reach, reach), nearest_flip(curve, 0.0, -4.0, 4.0)
    if narrow is not None:
        assert wide is not None
        assert abs(wide.change) <= abs(narrow.change) + 1e-6
        assert -reach <= narrow.value <= reach


def test_steps_without_a_slope_are_found_where_they_are() -> None:
    """Memberships of float32 make stairs of what is smooth; the bracket closes on the stair's edge."""
    edge = np.float32(0.3)

    def stairs(values: np.ndarray) -> Outcomes:
        actions = np.where(values.astype(np.float32) >= edge, Action.BUY, Action.HOLD).astype(np.int8)
        return Outcomes(actions, np.abs(values - 0.3))

    found = nearest_flip(stairs, 0.0, 0.0, 1.0)
    assert found is not None
    assert np.float32(found.value) >= edge
    assert np.float32(found.value - 1e-7) < edge
