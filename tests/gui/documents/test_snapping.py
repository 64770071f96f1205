"""What handles snap to: the grid, percentiles against counting, vertices of sets that stand still."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.gui.documents.snapping import (
    EVERYTHING,
    GRID,
    OFF,
    PERCENTILES,
    PERCENTS,
    VERTICES,
    Snapping,
    grid_step,
    nearest_target,
    percentile_targets,
    vertex_targets,
)
from ktrdr_app.strategy.schema import FuzzySet

SETS = {
    "low": FuzzySet(type="trapezoidal", parameters=[0, 10, 25.123, 40], shoulder="left"),
    "middle": FuzzySet(type="triangular", parameters=[25, 50, 75]),
    "bell": FuzzySet(type="gaussian", parameters=[80, 5]),
}
VALUES = np.random.default_rng(1).normal(50, 10, 999)


def test_percentiles_have_their_share_of_the_values_below_them() -> None:
    found = percentile_targets(VALUES, ["A", "B"], 0.01)
    assert [target.label for target in found] == [f"p{share} of all symbols" for share in PERCENTS]
    for share, target in zip(PERCENTS, found, strict=True):
        assert np.mean(target.x > VALUES) == pytest.approx(share / 100, abs=0.003)
        assert target.x == pytest.approx(round(target.x, 2))
    assert percentile_targets(VALUES, ["A"], 0.1)[0].label == "p1 of A"
    assert percentile_targets(np.empty(0), [], 0.1) == ()


def test_vertices_are_those_of_the_sets_that_stand_still() -> None:
    found = {target.label: target.x for target in vertex_targets(SETS, ["middle"])}
    assert found == {
        "right shoulder of low": 25.123,
        "right foot of low": 40,
        "centre of bell": 80,
        "width of bell": 85,
    }


@pytest.mark.parametrize("span", [0.003, 0.9, 7.3, 100, 123_456])
def test_grid_lines_are_round_and_about_forty(span: float) -> None:
    step = grid_step(span)
    mantissa = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert min(abs(mantissa - wanted) for wanted in (1, 2, 5)) < 1e-9
    assert 40 <= span / step + 1e-9 <= 101


def test_the_nearest_within_reach_wins() -> None:
    targets = percentile_targets(VALUES, ["A"], 0.1)
    best = min(targets, key=lambda target: abs(target.x - 50.4))
    assert nearest_target(targets, 50.4, 5) == best
    assert nearest_target(targets, 500, 5) is None


@pytest.mark.parametrize(
    ("mode", "x", "label"),
    [
        (OFF, 25.0, ""),
        (GRID, 25.01, "grid of 2"),
        (VERTICES, 25.3, "right shoulder of low"),
        (VERTICES, 60.0, ""),
        (PERCENTILES, 50.0, "p50 of A"),
        (EVERYTHING, 25.3, "right shoulder of low"),
        (EVERYTHING, 49.9, "p50 of A"),
    ],
)
def test_each_mode_offers_its_own(mode: str, x: float, label: str) -> None:
    percentiles = tuple(target for target in percentile_targets(VALUES, ["A"], 0.1) if target.label == "p50 of A")
    target = Snapping(mode, percentiles).target(SETS, ["middle"], x, 1.2, 100)
    assert (target.label if target else "") == label


@given(
    mode=st.sampled_from([OFF, GRID, PERCENTILES, VERTICES, EVERYTHING]),
    x=st.floats(-20, 120),
    reach=st.floats(0.01, 6),
    moving=st.sets(st.sampled_from(list(SETS))),
)
def test_a_handle_never_jumps_farther_than_its_reach_and_never_to_itself(
    mode: str, x: float, reach: float, moving: set[str]
) -> None:
    """The reference looks at every target there is, the nearest of each kind, in the order of the kinds."""
    percentiles = percentile_targets(VALUES, ["A"], 0.1)
    vertices = [place for key, places in VERTICES_OF.items() if key not in moving for place in places]
    grid = [2.0 * number for number in range(-30, 90)]
    kinds = {
        OFF: [],
        GRID: [grid],
        PERCENTILES: [[target.x for target in percentiles]],
        VERTICES: [vertices],
        EVERYTHING: [vertices, [target.x for target in percentiles], grid],
    }[mode]
    wanted = None
    for places in kinds:
        near = [place for place in places if abs(place - x) <= reach]
        if near:
            wanted = min(abs(place - x) for place in near)
            break
    found = Snapping(mode, percentiles).target(SETS, sorted(moving), x, reach, 100)
    assert (found is None) is (wanted is None)
    if found is not None:
        assert abs(found.x - x) == pytest.approx(wanted, abs=1e-9)
        assert not any(found.label.endswith(f" of {key}") for key in moving)


VERTICES_OF = {"low": [25.123, 40.0], "middle": [25.0, 50.0, 75.0], "bell": [80.0, 85.0]}
"""Where the handles of `SETS` stand: the open side of low has none."""
