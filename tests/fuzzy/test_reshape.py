"""Another shape in the same place: feet, middle, half width and open side against memberships."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.fuzzy import as_type, membership
from ktrdr_app.fuzzy.spans import corners
from ktrdr_app.strategy.schema import FuzzySet
from tests.fuzzy.shapes import Shape, shapes

KINDS = ("triangular", "trapezoidal", "gaussian")


def _half(entry: FuzzySet) -> tuple[float, float]:
    """Return where the membership is one half or more, by looking at a fine grid."""
    x = np.linspace(-500, 500, 400_001)
    inside = x[membership(entry.type, entry.parameters, x, entry.shoulder) >= 0.5]
    return float(inside[0]), float(inside[-1])


@pytest.mark.parametrize("shoulder", ["none", "left", "right"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("before", KINDS)
def test_every_shape_becomes_every_other_and_keeps_its_open_side(before: str, kind: str, shoulder: str) -> None:
    numbers = {"triangular": [20, 50, 80], "trapezoidal": [10, 40, 60, 90], "gaussian": [50, 12]}[before]
    entry = FuzzySet.model_validate({"type": before, "parameters": numbers, "shoulder": shoulder})
    after = as_type(entry, kind)  # type: ignore[arg-type]
    assert (after.type, after.shoulder) == (kind, shoulder)
    if kind == before:
        assert after is entry
    elif shoulder == "none":
        assert np.mean(_half(after)) == pytest.approx(50, abs=0.02)
    elif {before, kind} <= {"triangular", "trapezoidal"} or kind == "gaussian":
        ends = {"left": 1, "right": 0}[shoulder]
        assert _half(after)[ends] == pytest.approx(_half(entry)[ends], abs=0.02)


@given(st.floats(-100, 100), st.floats(0.5, 80))
def test_a_symmetric_triangle_and_a_bell_have_the_same_half_width(centre: float, reach: float) -> None:
    triangle = FuzzySet(type="triangular", parameters=[centre - reach, centre, centre + reach])
    bell = as_type(triangle, "gaussian")
    np.testing.assert_allclose(_half(bell), _half(triangle), atol=0.01)
    back = as_type(bell, "triangular")
    np.testing.assert_allclose(back.parameters, triangle.parameters, atol=1e-9 * max(1, abs(centre), reach))


def test_triangle_and_trapezoid_keep_their_feet() -> None:
    wide = as_type(FuzzySet(type="triangular", parameters=[0, 40, 60]), "trapezoidal")
    assert wide.parameters == [0, 30, 45, 60]
    assert as_type(FuzzySet(type="trapezoidal", parameters=[0, 30, 50, 60]), "triangular").parameters == [0, 40, 60]


def test_the_corner_of_an_open_side_stays_where_it_is() -> None:
    low = FuzzySet(type="trapezoidal", parameters=[0, 10, 25, 40], shoulder="left")
    assert as_type(low, "triangular").parameters == [0, 25, 40]
    assert as_type(as_type(low, "triangular"), "trapezoidal").parameters[2:] == [25, 40]


def test_a_cliff_becomes_a_bell_with_a_width() -> None:
    cliff = FuzzySet(type="triangular", parameters=[10, 10, 30])
    assert as_type(cliff, "gaussian").parameters[1] > 0
    wall = FuzzySet(type="trapezoidal", parameters=[0, 0, 40, 40], shoulder="left")
    assert as_type(wall, "gaussian").parameters == [40, 10]


def test_another_kind_is_refused() -> None:
    with pytest.raises(UnknownName, match="sigmoid"):
        as_type(FuzzySet(type="gaussian", parameters=[0, 1]), "sigmoid")  # type: ignore[arg-type]


@given(shapes(), st.sampled_from(KINDS), st.sampled_from(KINDS))
def test_any_shape_can_become_any_other_and_stays_where_it_was(drawn: Shape, kind: str, then: str) -> None:
    before, numbers, shoulder = drawn
    entry = FuzzySet(type=before, parameters=numbers, shoulder=shoulder)  # type: ignore[arg-type]
    after = as_type(entry, kind)  # type: ignore[arg-type]
    assert (after.type, after.shoulder) == (kind, shoulder)
    spread = max(abs(number) for number in [*numbers, *after.parameters]) + 1.0
    low, high = corners(entry)
    inner_low, inner_high = corners(after)
    assert inner_low <= high + 1e-9 * spread, "the plateaus still meet"
    assert inner_high >= low - 1e-9 * spread
    if {before, kind} <= {"triangular", "trapezoidal"}:
        assert after.parameters[0] == numbers[0]
        assert after.parameters[-1] == numbers[-1]
    again = as_type(after, then)  # type: ignore[arg-type]
    assert again.type == then
    if shoulder != "none":  # the side that is not open keeps its corner, however often the shape changes
        assert corners(again)[0] == pytest.approx(corners(entry)[0], abs=1e-9 * spread)
