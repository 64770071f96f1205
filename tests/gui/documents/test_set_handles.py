"""What moving a handle does to a set: order is kept, a width is kept, idle numbers never stop a visible one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.fuzzy import membership
from ktrdr_app.gui.documents.set_handles import (
    GAUSSIAN_WIDTH_LEVEL,
    grain_of,
    handles_of,
    idle_numbers,
    moved,
    nudge_of,
    replaced,
    shifted,
    snapped,
)
from ktrdr_app.strategy.schema import FuzzySet, parameter_fault

pytestmark = pytest.mark.gui

TRIANGLE = FuzzySet(type="triangular", parameters=[20, 50, 80])
TRAPEZE = FuzzySet(type="trapezoidal", parameters=[10, 20, 40, 60])
BELL = FuzzySet(type="gaussian", parameters=[50, 10])
LEFT = FuzzySet(type="trapezoidal", parameters=[0, 10, 25, 40], shoulder="left")
RIGHT = FuzzySet(type="trapezoidal", parameters=[60, 75, 90, 100], shoulder="right")
LEFT_TRIANGLE = FuzzySet(type="triangular", parameters=[0, 10, 30], shoulder="left")
RIGHT_TRIANGLE = FuzzySet(type="triangular", parameters=[70, 90, 100], shoulder="right")
RIGHT_BELL = FuzzySet(type="gaussian", parameters=[50, 10], shoulder="right")
ALL = [TRIANGLE, TRAPEZE, BELL, LEFT, RIGHT, LEFT_TRIANGLE, RIGHT_TRIANGLE, RIGHT_BELL]


@st.composite
def any_set(draw: st.DrawFn) -> FuzzySet:
    """Return any valid set, cliffs and points of contact included."""
    kind = draw(st.sampled_from(["triangular", "trapezoidal", "gaussian"]))
    shoulder = draw(st.sampled_from(["none", "left", "right"]))
    number = st.integers(-200, 200).map(lambda value: value / 4)
    if kind == "gaussian":
        return FuzzySet(type=kind, parameters=[draw(number), draw(st.integers(1, 200)) / 4], shoulder=shoulder)
    size = 3 if kind == "triangular" else 4
    numbers = sorted(draw(st.lists(number, min_size=size, max_size=size).filter(lambda held: len(set(held)) > 1)))
    return FuzzySet(type=kind, parameters=numbers, shoulder=shoulder)


@pytest.mark.parametrize(
    ("entry", "roles"),
    [
        (TRIANGLE, ["left foot", "peak", "right foot"]),
        (TRAPEZE, ["left foot", "left shoulder", "right shoulder", "right foot"]),
        (BELL, ["centre", "width"]),
        (LEFT, ["right shoulder", "right foot"]),
        (RIGHT, ["left foot", "left shoulder"]),
        (LEFT_TRIANGLE, ["peak", "right foot"]),
        (RIGHT_TRIANGLE, ["left foot", "peak"]),
        (RIGHT_BELL, ["centre", "width"]),
    ],
)
def test_a_set_has_a_handle_for_every_number_that_matters(entry: FuzzySet, roles: list[str]) -> None:
    assert [handle.role for handle in handles_of(entry)] == roles


@given(any_set())
def test_handles_lie_on_the_curve_wherever_it_is_not_a_cliff(entry: FuzzySet) -> None:
    numbers = entry.parameters
    for handle in handles_of(entry):
        others = [value for place, value in enumerate(numbers) if place != handle.index]
        if entry.type != "gaussian" and handle.x in others:
            continue
        found = float(membership(entry.type, numbers, [handle.x], entry.shoulder)[0])
        assert found == pytest.approx(handle.level, abs=1e-9)


def test_the_width_of_a_bell_stands_on_its_closed_side() -> None:
    assert [handle.x for handle in handles_of(BELL)] == [50, 60]
    assert [handle.x for handle in handles_of(RIGHT_BELL)] == [50, 40]
    open_left = FuzzySet(type="gaussian", parameters=[50, 10], shoulder="left")
    assert [handle.x for handle in handles_of(open_left)] == [50, 60]
    assert handles_of(BELL)[1].level == GAUSSIAN_WIDTH_LEVEL == pytest.approx(math.exp(-0.5))


@given(any_set())
def test_idle_numbers_do_not_change_the_curve(entry: FuzzySet) -> None:
    idle = idle_numbers(entry)
    grid = np.linspace(-60, 60, 241)
    before = membership(entry.type, entry.parameters, grid, entry.shoulder)
    numbers = list(entry.parameters)
    for place in idle:
        numbers[place] += -7.5 if entry.shoulder == "left" else 7.5
    numbers = sorted(numbers) if entry.type != "gaussian" else numbers
    after = membership(entry.type, numbers, grid, entry.shoulder)
    np.testing.assert_allclose(before, after)


@pytest.mark.parametrize(
    ("entry", "index", "x", "numbers"),
    [
        (TRIANGLE, 0, 35.0, [35, 50, 80]),
        (TRIANGLE, 1, 61.0, [20, 61, 80]),
        (TRIANGLE, 2, 95.5, [20, 50, 95.5]),
        (TRAPEZE, 0, -5.0, [-5, 20, 40, 60]),
        (TRAPEZE, 1, 33.0, [10, 33, 40, 60]),
        (TRAPEZE, 2, 25.0, [10, 20, 25, 60]),
        (TRAPEZE, 3, 41.0, [10, 20, 40, 41]),
        (BELL, 0, 70.0, [70, 10]),
        (BELL, 1, 65.0, [50, 15]),
        (RIGHT_BELL, 1, 30.0, [50, 20]),
        (LEFT, 2, 30.0, [0, 10, 30, 40]),
        (RIGHT, 1, 80.0, [60, 80, 90, 100]),
    ],
)
def test_every_kind_of_handle_goes_where_it_is_put(entry: FuzzySet, index: int, x: float, numbers: list[float]) -> None:
    assert moved(entry, index, x, 0.1).parameters == numbers


@pytest.mark.parametrize(
    ("entry", "index", "x", "numbers"),
    [
        (TRIANGLE, 0, 500.0, [50, 50, 80]),
        (TRIANGLE, 1, -500.0, [20, 20, 80]),
        (TRIANGLE, 1, 500.0, [20, 80, 80]),
        (TRIANGLE, 2, -500.0, [20, 50, 50]),
        (TRAPEZE, 1, 500.0, [10, 40, 40, 60]),
        (TRAPEZE, 2, -500.0, [10, 20, 20, 60]),
        (BELL, 1, -500.0, [50, 0.1]),
        (RIGHT_BELL, 1, 500.0, [50, 0.1]),
    ],
)
def test_neighbours_stop_a_handle(entry: FuzzySet, index: int, x: float, numbers: list[float]) -> None:
    assert moved(entry, index, x, 0.1).parameters == numbers


def test_feet_that_meet_keep_a_width_between_them() -> None:
    cliff = FuzzySet(type="triangular", parameters=[20, 80, 80])
    assert moved(cliff, 0, 500.0, 0.5).parameters == [79.5, 80, 80]
    other = FuzzySet(type="triangular", parameters=[20, 20, 80])
    assert moved(other, 2, -500.0, 0.5).parameters == [20, 20, 20.5]


@pytest.mark.parametrize(
    ("entry", "index", "x", "numbers"),
    [
        (LEFT, 2, -30.0, [-30, -30, -30, 40]),
        (LEFT, 3, -30.0, [0, 10, 25, 25]),
        (RIGHT, 1, 150.0, [60, 150, 150, 150]),
        (RIGHT, 0, 150.0, [75, 75, 90, 100]),
        (LEFT_TRIANGLE, 1, -20.0, [-20, -20, 30]),
        (RIGHT_TRIANGLE, 1, 130.0, [70, 130, 130]),
    ],
)
def test_idle_numbers_give_way(entry: FuzzySet, index: int, x: float, numbers: list[float]) -> None:
    after = moved(entry, index, x, 0.1)
    assert after.parameters == numbers
    assert parameter_fault(after.type, after.parameters) == ""


@given(any_set(), st.data())
def test_any_move_of_any_set_leaves_a_valid_set(entry: FuzzySet, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 12))):
        handle = data.draw(st.sampled_from(handles_of(entry)))
        x = data.draw(st.floats(-1e4, 1e4))
        grain = data.draw(st.sampled_from([0.001, 0.1, 1.0, 10.0]))
        after = moved(entry, handle.index, x, grain)
        assert parameter_fault(after.type, after.parameters) == ""
        assert (after.type, after.shoulder) == (entry.type, entry.shoulder)
        entry = after


@given(any_set(), st.floats(-1e3, 1e3), st.sampled_from([0.01, 0.1, 1.0]))
def test_only_the_handle_and_idle_numbers_move(entry: FuzzySet, x: float, grain: float) -> None:
    for handle in handles_of(entry):
        after = moved(entry, handle.index, x, grain)
        free = set(range(len(entry.parameters))) - idle_numbers(entry) - {handle.index}
        assert all(after.parameters[place] == entry.parameters[place] for place in free)


@given(any_set(), st.floats(-500, 500), st.sampled_from([0.01, 0.1, 1.0]))
def test_a_shifted_set_keeps_its_shape(entry: FuzzySet, distance: float, grain: float) -> None:
    after = shifted(entry, distance, grain)
    assert parameter_fault(after.type, after.parameters) == ""
    if entry.type == "gaussian":
        assert after.parameters[1] == entry.parameters[1]
        assert abs(after.parameters[0] - entry.parameters[0] - distance) <= grain
    else:
        np.testing.assert_allclose(np.diff(after.parameters), np.diff(entry.parameters), atol=1e-6)
        assert abs(after.parameters[0] - entry.parameters[0] - distance) <= grain


@pytest.mark.parametrize(
    ("span", "grain", "nudge"),
    [
        (100.0, 0.1, 0.5),
        (12.0, 0.01, 0.05),
        (6.0, 0.01, 0.02),
        (0.4, 0.0001, 0.002),
        (2000.0, 1.0, 10.0),
        (0.0, 0.01, 0.01),
    ],
)
def test_steps_follow_the_scale_of_the_input(span: float, grain: float, nudge: float) -> None:
    assert grain_of(span) == pytest.approx(grain)
    assert nudge_of(span) == pytest.approx(nudge)


@given(st.floats(0.001, 1e6))
def test_a_nudge_is_a_round_number_that_can_be_seen(span: float) -> None:
    nudge = nudge_of(span)
    assert span / 600 <= nudge <= span / 199
    digits = f"{nudge:.6e}".split("e")[0]
    assert float(digits) in (1.0, 2.0, 5.0)


@pytest.mark.parametrize(
    ("x", "grain", "wanted"),
    [
        (25.04, 0.1, 25.0),
        (0.30000000000000004, 0.1, 0.3),
        (-0.04, 0.1, 0.0),
        (1234.6, 10.0, 1230.0),
        (-1.26, 0.01, -1.26),
    ],
)
def test_snapped_numbers_carry_no_dust(x: float, grain: float, wanted: float) -> None:
    found = snapped(x, grain)
    assert found == wanted
    assert str(found) == str(float(wanted))


@pytest.mark.parametrize(
    ("entry", "index", "value", "numbers"),
    [
        (TRIANGLE, 1, 33.333333333, [20, 33.333333333, 80]),
        (TRIANGLE, 0, 60.0, [60, 50, 80]),
        (LEFT, 2, 1.0, [0, 1, 1, 40]),
        (LEFT, 3, -5.0, [0, 10, 25, -5]),
        (RIGHT, 1, 95.0, [60, 95, 95, 100]),
        (RIGHT, 0, 80.0, [80, 75, 90, 100]),
        (BELL, 1, -2.0, [50, -2]),
    ],
)
def test_a_typed_number_is_kept_to_the_last_digit_and_only_idle_ones_give_way(
    entry: FuzzySet, index: int, value: float, numbers: list[float]
) -> None:
    """Whether the result is a set at all is for the document to say: a typed number is never bent."""
    assert replaced(entry, index, value) == numbers


def test_a_plateau_typed_down_to_its_foot_keeps_a_width() -> None:
    numbers = replaced(FuzzySet(type="triangular", parameters=[0, 10, 30], shoulder="left"), 2, 10.0)
    assert parameter_fault("triangular", numbers) == ""
    cliff = FuzzySet(type="triangular", parameters=[30, 30, 31], shoulder="left")
    assert parameter_fault("triangular", replaced(cliff, 2, 30.0)) == ""
