"""The population stability index against its definition value by value, and where ties make bins collapse."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.stats import norm

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.features.psi import FLOOR, band, bin_numbers, contributions, quantile_edges
from tests.reference import coverage as slow

VALUES = arrays(np.float32, st.integers(1, 120), elements=st.floats(-1e6, 1e6, width=32, allow_subnormal=False))
TIED = arrays(np.float32, st.integers(1, 120), elements=st.sampled_from([np.float32(x) for x in (-1, 0, 0.1, 0.5, 1)]))


def psi(reference: NDArray[np.float32], values: NDArray[np.float32]) -> float:
    edges = quantile_edges(reference)
    counts = [np.bincount(bin_numbers(part, edges), minlength=len(edges) + 1) for part in (reference, values)]
    return float(contributions(*counts).sum())


@given(st.one_of(VALUES, TIED), st.one_of(VALUES, TIED))
def test_the_index_is_that_of_the_definition(reference: NDArray[np.float32], values: NDArray[np.float32]) -> None:
    expected = slow.psi(reference.tolist(), values.tolist())
    assert psi(reference, values) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(VALUES)
def test_quantiles_are_numpys_of_the_inverted_distribution(values: NDArray[np.float32]) -> None:
    cuts = np.quantile(values, np.arange(1, 10) / 10, method="inverted_cdf")
    edges = quantile_edges(values)
    assert set(cuts.tolist()) <= set(edges.tolist())
    assert (np.diff(edges) > 0).all()
    extra = sorted(set(edges.tolist()) - set(cuts.tolist()))
    twice = sorted({cut for cut in cuts.tolist() if np.sum(cuts == cut) > 1})
    after = [float(np.nextafter(np.float32(cut), np.float32(np.inf))) if cut else 2.0**-126 for cut in twice]
    assert extra == [edge for edge in after if edge not in cuts]


@given(st.one_of(VALUES, TIED), st.integers(0, 9))
def test_order_is_nothing_and_the_reference_is_like_itself(values: NDArray[np.float32], seed: int) -> None:
    shuffled = np.random.default_rng(seed).permutation(values)
    assert quantile_edges(shuffled).tolist() == quantile_edges(values).tolist()
    assert psi(values, shuffled) == 0.0


def test_values_that_differ_fall_into_tenths() -> None:
    values = np.random.default_rng(0).permutation(1000).astype(np.float32)
    edges = quantile_edges(values)
    assert edges.tolist() == [99, 199, 299, 399, 499, 599, 699, 799, 899]
    counts = np.bincount(bin_numbers(values, edges))
    assert counts.tolist() == [99, *[100] * 8, 101]


def test_a_known_shift_has_a_known_index() -> None:
    """All of it moved above the reference: nine tenths of the bins are empty there, and one holds everything."""
    reference = np.arange(1, 10_001, dtype=np.float32)
    e = [999 / 10_000, *[1000 / 10_000] * 8, 1001 / 10_000]
    expected = sum((FLOOR - share) * math.log(FLOOR / share) for share in e[:-1]) + (1 - e[-1]) * math.log(1 / e[-1])
    assert psi(reference, reference + 20_000) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("shift", "word"), [(0.2, "alike"), (0.4, "shifted"), (1.0, "different")])
def test_a_shifted_normal_has_the_index_of_its_tails(shift: float, word: str) -> None:
    """The shares follow from the normal distribution itself; a little less than its divergence, shift squared."""
    observed = np.diff(norm.cdf(norm.ppf(np.arange(11) / 10) - shift))
    expected = float(np.sum((observed - 0.1) * np.log(observed / 0.1)))
    assert 0.9 * shift**2 < expected < shift**2
    normal = norm.ppf((np.arange(50_000) + 0.5) / 50_000)
    found = psi(normal.astype(np.float32), (normal + shift).astype(np.float32))
    assert found == pytest.approx(expected, rel=0.002)
    assert band(found) == word


def test_one_distribution_drawn_twice_is_alike() -> None:
    random = np.random.default_rng(2)
    rows = [random.normal(size=5000).astype(np.float32) for _ in range(2)]
    assert psi(*rows) < 4 * 9 * (1 / 5000 + 1 / 5000)
    assert band(psi(*rows)) == "alike"


@pytest.mark.parametrize("moved", [-1.0, 1.0])
def test_a_constant_feature_has_a_bin_of_its_own_on_both_sides(moved: float) -> None:
    reference = np.full(50, 7.25, np.float32)
    assert quantile_edges(reference).tolist() == [7.25, float(np.nextafter(np.float32(7.25), np.float32(9)))]
    assert psi(reference, reference[:3]) == 0.0
    everything = 2 * (1 - FLOOR) * math.log(1 / FLOOR)
    assert psi(reference, reference + np.float32(moved)) == pytest.approx(everything)
    nearly = np.nextafter(reference, np.float32(moved * np.inf))
    assert psi(reference, nearly) == pytest.approx(everything)


def test_a_membership_that_is_mostly_nought_keeps_its_other_bins() -> None:
    values = np.concatenate([np.zeros(600), np.linspace(0.001, 1, 400)]).astype(np.float32)
    edges = quantile_edges(values)
    counts = np.bincount(bin_numbers(values, edges), minlength=len(edges) + 1)
    assert edges[0] == 0
    assert counts[:2].tolist() == [0, 600], "nothing lies below, and the noughts are a bin"
    assert counts[2:].tolist() == [99, 100, 100, 101]


def test_a_flag_is_two_bins_with_values() -> None:
    flags = np.array([0] * 30 + [1] * 70, np.float32)
    edges = quantile_edges(flags)
    counts = np.bincount(bin_numbers(flags, edges), minlength=len(edges) + 1)
    assert sorted(counts.tolist(), reverse=True)[:3] == [70, 30, 0]
    assert psi(flags, np.array([0] * 70 + [1] * 30, np.float32)) == pytest.approx(2 * 0.4 * math.log(7 / 3))


@pytest.mark.parametrize("count", [1, 2, 5, 9, 10, 11])
def test_a_few_values_are_enough_for_bins(count: int) -> None:
    values = np.arange(count, dtype=np.float32)
    edges = quantile_edges(values)
    assert np.bincount(bin_numbers(values, edges)).sum() == count
    assert set(np.floor(edges).tolist()) <= set(values.tolist())


def test_many_rows_are_compared_at_once() -> None:
    random = np.random.default_rng(3)
    expected, observed = random.integers(0, 50, (2, 4, 6))
    together = contributions(expected, observed)
    for row in range(4):
        np.testing.assert_array_equal(together[row], contributions(expected[row], observed[row]))


def test_without_values_there_is_no_index() -> None:
    with pytest.raises(InvalidValue):
        quantile_edges(np.empty(0, np.float32))
    full, empty = np.array([1, 2]), np.array([0, 0])
    for pair in ((full, empty), (empty, full)):
        with pytest.raises(InvalidValue):
            contributions(*pair)


@pytest.mark.parametrize(
    ("value", "word"),
    [(0.0, "alike"), (0.0999, "alike"), (0.1, "shifted"), (0.2499, "shifted"), (0.25, "different"), (9.0, "different")],
)
def test_the_bands_are_the_customary_ones(value: float, word: str) -> None:
    assert band(value) == word
