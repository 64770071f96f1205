"""Presets: partitions that add up to 1, evenly, by quantiles, and by the best clusters found by trying them all."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.fuzzy import check_sets
from ktrdr_app.fuzzy.presets import PRESETS, SET_NAMES, cluster_sets, even_sets, partition, quantile_sets
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet
from tests.fuzzy.shapes import by_scikit_fuzzy

COUNTS = st.integers(2, 7)


def _peaks(sets: dict[str, FuzzySet]) -> list[float]:
    return [entry.parameters[1] for entry in sets.values()]


def _total(sets: dict[str, FuzzySet], x: np.ndarray) -> np.ndarray:
    return sum(by_scikit_fuzzy(e.type, e.parameters, x, e.shoulder) for e in sets.values())  # type: ignore[return-value]


@given(st.lists(st.floats(-1e6, 1e6).map(lambda v: round(v, 4)), min_size=2, max_size=7, unique=True).map(sorted))
def test_memberships_add_up_to_1_everywhere_and_the_checks_find_nothing(peaks: list[float]) -> None:
    sets = partition(peaks)
    width = peaks[-1] - peaks[0]
    x = np.concatenate([np.linspace(peaks[0] - width, peaks[-1] + width, 500), peaks, [-math.inf, math.inf, 1e300]])
    np.testing.assert_allclose(_total(sets, x), 1.0, atol=1e-9)
    assert tuple(sets) == SET_NAMES[len(peaks)]
    assert _peaks(sets) == peaks
    assert check_sets(FuzzyInput(sets=sets)) == []


@given(low=st.floats(-1e5, 1e5), width=st.floats(1e-2, 1e5), count=COUNTS)
def test_even_sets_have_their_peaks_in_equal_steps(low: float, width: float, count: int) -> None:
    peaks = _peaks(even_sets(low, low + width, count))
    assert (peaks[0], peaks[-1]) == (low, low + width)
    np.testing.assert_allclose(np.diff(peaks), width / (count - 1), rtol=1e-6)


def test_even_sets_of_an_oscillator_are_what_one_would_write() -> None:
    sets = even_sets(0, 100, 3)
    assert [(e.parameters, e.shoulder) for e in sets.values()] == [
        ([-50, 0, 50], "left"),
        ([0, 50, 100], "none"),
        ([50, 100, 150], "right"),
    ]


@given(seed=st.integers(0, 500), count=COUNTS)
def test_quantile_sets_have_equal_shares_of_the_values_between_their_peaks(seed: int, count: int) -> None:
    values = np.random.default_rng(seed).lognormal(0, 1, 999)
    sets = quantile_sets([*values, math.nan, math.inf], count)
    ordered = sorted(values)
    for place, peak in enumerate(_peaks(sets)):
        rank = (0.05 + 0.9 * place / (count - 1)) * (len(ordered) - 1)
        low, high = ordered[math.floor(rank)], ordered[math.ceil(rank)]
        assert peak == pytest.approx(low + (rank - math.floor(rank)) * (high - low))


def _least_squares(values: list[float], count: int) -> float:
    """Return the least sum of squares over every way of cutting the ordered values."""
    ordered = np.sort(values)
    costs = []
    for cuts in itertools.combinations(range(1, len(ordered)), count - 1):
        parts = np.split(ordered, cuts)
        costs.append(sum(float(((part - part.mean()) ** 2).sum()) for part in parts))
    return min(costs)


@settings(max_examples=30)
@given(
    st.lists(st.floats(-100, 100).map(lambda v: round(v, 2)), min_size=4, max_size=11, unique=True), st.integers(2, 4)
)
def test_cluster_sets_are_the_best_of_all_ways_to_cut(values: list[float], count: int) -> None:
    peaks = np.array(_peaks(cluster_sets(values, count)))
    nearest = ((np.array(values)[:, None] - peaks) ** 2).min(axis=1).sum()
    assert nearest == pytest.approx(_least_squares(values, count), rel=1e-9, abs=1e-9)


def test_cluster_sets_find_the_clusters_that_scikit_learn_finds() -> None:
    random = np.random.default_rng(5)
    values = np.concatenate([random.normal(mean, 1, 4000) for mean in (-20, 0, 5, 30)])
    found = _peaks(cluster_sets(random.permutation(values), 4))
    peer = KMeans(4, n_init=5, random_state=0).fit(values[:, None]).cluster_centers_.ravel()
    np.testing.assert_allclose(found, np.sort(peer), atol=0.02)
    assert found == _peaks(cluster_sets(values[::-1], 4))


@pytest.mark.parametrize("name", PRESETS)
def test_presets_from_values_need_as_many_distinct_ones(name: str) -> None:
    with pytest.raises(InvalidValue, match="2 distinct"):
        PRESETS[name]([1.0, 2.0, 2.0, math.nan], 3)
    with pytest.raises(InvalidValue, match="number of sets"):
        PRESETS[name](np.arange(50.0), 8)
    assert tuple(PRESETS[name](np.arange(50.0), 7)) == SET_NAMES[7]


def test_values_that_are_nearly_all_equal_say_so() -> None:
    with pytest.raises(InvalidValue) as caught:
        quantile_sets([0.0] * 98 + [1.0, 2.0], 3)
    assert "too many of them are equal" in caught.value.hint
    assert _peaks(cluster_sets([0.0] * 98 + [1.0, 2.0], 3)) == [0.0, 1.0, 2.0]


@pytest.mark.parametrize("peaks", [[1.0], [1.0, 1.0], [2.0, 1.0], [0.0, math.inf], list(range(8))])
def test_peaks_that_make_no_partition_are_refused(peaks: list[float]) -> None:
    with pytest.raises(InvalidValue):
        partition(peaks)


@pytest.mark.parametrize("ends", [(1.0, 1.0), (2.0, 1.0), (0.0, math.inf), (math.nan, 1.0)])
def test_a_range_without_width_is_refused(ends: tuple[float, float]) -> None:
    with pytest.raises(InvalidValue, match="range"):
        even_sets(*ends)
