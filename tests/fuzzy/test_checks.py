"""What the checks of set shapes find, and what they leave in peace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.paths import Workspace
from ktrdr_app.fuzzy import SetProblem, check_sets
from ktrdr_app.strategy import load_strategy
from ktrdr_app.strategy.schema import FuzzyInput
from tests.fuzzy.shapes import Shape, by_scikit_fuzzy, fuzzy_input, shapes


def _codes(problems: list[SetProblem]) -> list[str]:
    return [problem.code for problem in problems]


def _partition(**more: Shape) -> FuzzyInput:
    return fuzzy_input(
        low=("trapezoidal", [0, 10, 25, 50], "left"),
        middle=("triangular", [25, 50, 75], "none"),
        high=("trapezoidal", [50, 75, 90, 100], "right"),
        **more,
    )


def test_a_proper_partition_has_no_problem() -> None:
    assert check_sets(_partition()) == []
    assert check_sets(_partition(), np.random.default_rng(0).uniform(0, 100, 5_000)) == []


@pytest.mark.parametrize("name", ["neuro_mean_reversion", "trend_momentum"])
def test_shipped_strategies_have_no_problem_of_shape(name: str, tmp_path: Path) -> None:
    for entry in load_strategy(name, Workspace(tmp_path)).strategy.fuzzy_sets.values():
        assert check_sets(entry) == []


def test_gap_is_named_with_its_ends() -> None:
    sets = fuzzy_input(low=("triangular", [0, 1, 2], "none"), high=("triangular", [5, 6, 7], "none"))
    (problem,) = check_sets(sets)
    assert problem == SetProblem("gap", "no set covers 2 to 5, between low and high", ("low", "high"))


def test_gap_at_a_single_point_is_found() -> None:
    sets = fuzzy_input(low=("triangular", [0, 1, 2], "none"), high=("triangular", [2, 3, 4], "none"))
    (problem,) = check_sets(sets)
    assert problem.code == "gap"
    assert "no set covers 2," in problem.message


@pytest.mark.parametrize("low", [[0, 1, 2], [0, 2, 2]])
@pytest.mark.parametrize("high", [[2, 3, 4], [2, 2, 4]])
def test_a_vertical_edge_covers_the_point_where_sets_touch(low: list[float], high: list[float]) -> None:
    sets = fuzzy_input(low=("triangular", low, "none"), high=("triangular", high, "none"))
    covered = low[1] == 2 or high[1] == 2
    assert ("gap" in _codes(check_sets(sets))) != covered


def test_touching_point_covered_by_a_third_set_is_no_gap() -> None:
    sets = fuzzy_input(
        low=("triangular", [0, 1, 2], "none"),
        wide=("triangular", [0, 2, 4], "none"),
        high=("triangular", [2, 3, 4], "none"),
    )
    assert "gap" not in _codes(check_sets(sets))


def test_a_short_set_inside_a_long_one_does_not_hide_a_gap() -> None:
    sets = fuzzy_input(
        long=("trapezoidal", [0, 1, 9, 10], "none"),
        short=("triangular", [2, 3, 4], "none"),
        far=("triangular", [12, 13, 14], "none"),
    )
    gaps = [problem for problem in check_sets(sets) if problem.code == "gap"]
    assert gaps == [SetProblem("gap", "no set covers 10 to 12, between long and far", ("long", "far"))]


def test_shoulders_and_gaussians_leave_no_gap() -> None:
    assert check_sets(fuzzy_input(a=("gaussian", [0, 1], "none"), b=("gaussian", [50, 1], "none"))) == []
    sets = fuzzy_input(a=("triangular", [0, 1, 2], "right"), b=("triangular", [50, 51, 52], "none"))
    assert "gap" not in _codes(check_sets(sets))


@settings(max_examples=100, deadline=None)
@given(drawn=st.lists(shapes(), min_size=1, max_size=5))
def test_gap_is_reported_exactly_if_a_value_inside_belongs_to_no_set(drawn: list[Shape]) -> None:
    sets = {f"s{i}": shape for i, shape in enumerate(drawn)}
    reported = "gap" in _codes(check_sets(fuzzy_input(**sets)))
    if any(kind == "gaussian" for kind, _, _ in drawn):
        assert not reported
        return
    corners = np.unique(np.concatenate([parameters for _, parameters, _ in drawn]))
    x = np.sort(np.concatenate([corners, (corners[:-1] + corners[1:]) / 2]))
    highest = np.max([by_scikit_fuzzy(kind, numbers, x, side) for kind, numbers, side in drawn], axis=0)
    covered = np.flatnonzero(highest > 0)
    first = 0 if any(side == "left" for _, _, side in drawn) else covered[0]
    end = len(x) if any(side == "right" for _, _, side in drawn) else covered[-1] + 1
    inside = highest[first:end]
    assert reported == bool((inside == 0).any())


def test_order_is_checked_between_neighbours() -> None:
    sets = fuzzy_input(
        high=("trapezoidal", [50, 75, 90, 100], "right"),
        middle=("triangular", [25, 50, 75], "none"),
        low=("trapezoidal", [0, 10, 25, 50], "left"),
    )
    problems = check_sets(sets)
    assert _codes(problems) == ["order", "order"]
    assert problems[0].sets == ("high", "middle")
    assert "middle is declared after high but lies below it" in problems[0].message


def test_near_twins_overlap() -> None:
    sets = fuzzy_input(one=("triangular", [0, 5, 10], "none"), other=("triangular", [1, 6, 11], "none"))
    (problem,) = check_sets(sets)
    # both sides above 0.75: one from 3.75 to 6.25, other from 4.75 to 7.25
    assert problem == SetProblem("overlap", "one and other both exceed 0.75 from 4.75 to 6.25", ("one", "other"))


def test_overlap_is_seen_between_sets_that_are_no_neighbours() -> None:
    problems = check_sets(_partition(above=("triangular", [51, 52, 54], "none")))
    assert {problem.sets for problem in problems if problem.code == "overlap"} == {("middle", "above")}


@pytest.mark.parametrize(("apart", "overlap"), [(1.0, True), (1.4, True), (1.6, False), (3.0, False)])
def test_gaussians_overlap_below_one_and_a_half_widths(apart: float, overlap: bool) -> None:
    # exp(-z²/2) = 0.75 at z = 0.7585; two such reaches are 1.517
    sets = fuzzy_input(a=("gaussian", [0, 1], "none"), b=("gaussian", [apart, 1], "none"))
    assert ("overlap" in _codes(check_sets(sets))) == overlap


def test_shoulders_overlap_without_end() -> None:
    sets = fuzzy_input(a=("triangular", [0, 1, 2], "right"), b=("triangular", [1, 2, 3], "right"))
    (problem,) = check_sets(sets)
    assert problem.message.endswith("from 1.75 to inf")


def test_dead_set_is_named() -> None:
    problems = check_sets(_partition(), np.random.default_rng(0).uniform(0, 45, 2_000))
    assert problems == [SetProblem("dead", "high is never active on 2000 values", ("high",))]


def test_nearly_dead_set_is_named_with_its_share() -> None:
    values = np.random.default_rng(0).uniform(0, 45, 1_000)
    values[:4] = 80.0
    assert check_sets(_partition(), values) == [
        SetProblem("rare", "high is active on only 0.40% of 1000 values", ("high",))
    ]


def test_a_gaussian_far_away_is_dead_though_never_0() -> None:
    sets = fuzzy_input(near=("gaussian", [0, 1], "none"), far=("gaussian", [20, 1], "none"))
    problems = check_sets(sets, np.random.default_rng(0).normal(0, 0.5, 500))
    assert ("dead", ("far",)) in [(problem.code, problem.sets) for problem in problems]


def test_set_that_nearly_always_holds_is_saturated() -> None:
    values = np.random.default_rng(0).normal(50, 5, 2_000)
    found = {problem.code: problem for problem in check_sets(_partition(), values)}
    assert found["saturated"].sets == ("middle",)
    assert "tells little" in found["saturated"].message


def test_an_only_set_is_never_called_saturated() -> None:
    assert check_sets(fuzzy_input(only=("triangular", [0, 5, 10], "none")), np.full(100, 5.0)) == []


def test_values_outside_every_set_are_counted() -> None:
    sets = fuzzy_input(low=("triangular", [0, 1, 3], "none"), high=("triangular", [1, 3, 4], "none"))
    values = np.r_[np.full(30, 1.1), np.full(30, 2.9), np.full(40, 9.0)]
    message = "40.00% of 100 values (1 % to 99 %: 1.1 to 9) belong to no set"
    assert check_sets(sets, values) == [SetProblem("uncovered", message, ())]


def test_values_that_the_sets_hardly_describe_are_counted() -> None:
    sets = fuzzy_input(low=("triangular", [0, 1, 3], "left"), high=("triangular", [2.9, 4, 5], "right"))
    values = np.r_[np.full(45, 0.5), np.full(5, 2.8), np.full(50, 4.5)]
    message = "5.00% of 100 values (1 % to 99 %: 0.5 to 4.5) belong to sets by less than 0.2 in all"
    assert check_sets(sets, values) == [SetProblem("faint", message, ())]


@pytest.mark.parametrize("values", [[], [np.nan], [np.nan, np.inf, -np.inf]])
def test_no_usable_values_say_nothing(values: list[float]) -> None:
    assert check_sets(_partition(), np.array(values)) == []


def test_values_that_are_not_finite_are_left_out() -> None:
    values = np.random.default_rng(0).uniform(0, 100, 1_000)
    with_gaps = np.r_[np.full(5_000, np.nan), values, np.inf]
    assert check_sets(_partition(), with_gaps) == check_sets(_partition(), values) == []
