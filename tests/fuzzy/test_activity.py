"""How values use sets, counted one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.fuzzy.activity import activity
from ktrdr_app.fuzzy.presets import even_sets
from ktrdr_app.strategy.schema import FuzzyInput
from tests.fuzzy.shapes import Shape, by_scikit_fuzzy, fuzzy_input, shapes


@settings(max_examples=30)
@given(drawn=st.lists(shapes(), min_size=1, max_size=4), seed=st.integers(0, 100))
def test_shares_and_sums_are_those_counted_one_by_one(drawn: list[Shape], seed: int) -> None:
    sets = {f"s{i}": shape for i, shape in enumerate(drawn)}
    centre, width = drawn[0][1][0], abs(drawn[0][1][-1]) + 1
    values = np.random.default_rng(seed).normal(centre, width, 60)
    found = activity(fuzzy_input(**sets), np.r_[values, math.nan, math.inf])
    grades = [by_scikit_fuzzy(kind, numbers, values, shoulder) for kind, numbers, shoulder in drawn]
    assert found.values == 60
    for entry, expected in zip(found.sets, grades, strict=True):
        assert entry.active == sum(grade >= 0.01 for grade in expected) / 60
        assert entry.strong == sum(grade >= 0.5 for grade in expected) / 60
        assert entry.mean == pytest.approx(sum(expected) / 60)
    sums = [sum(row) for row in zip(*grades, strict=True)]
    deviations = [abs(total - 1) for total in sums]
    assert found.sum_mean_deviation == pytest.approx(sum(deviations) / 60)
    assert found.sum_max_deviation == pytest.approx(max(deviations))
    assert found.faint == sum(total < 0.2 for total in sums) / 60
    assert found.uncovered == sum(total == 0 for total in sums) / 60
    assert found.low <= found.median <= found.high


def test_a_partition_has_no_deviation_and_the_percentiles_are_numpys() -> None:
    values = np.random.default_rng(3).normal(50, 20, 5000)
    found = activity(FuzzyInput(sets=even_sets(0, 100, 5)), values)
    assert found.sum_max_deviation < 1e-12
    assert (found.low, found.median, found.high) == tuple(np.percentile(values, (1, 50, 99)))
    assert (found.faint, found.uncovered) == (0.0, 0.0)


@pytest.mark.parametrize("values", [[], [math.nan], [math.inf, -math.inf]])
def test_without_values_nothing_is_active(values: list[float]) -> None:
    found = activity(fuzzy_input(a=("triangular", [0, 1, 2], "none")), np.array(values))
    assert found.values == 0
    assert [(entry.active, entry.strong, entry.mean) for entry in found.sets] == [(0, 0, 0)]
    assert math.isnan(found.median)
