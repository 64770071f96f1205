"""Reliability, calibration error and Brier score against slow loops and scikit-learn."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from ktrdr_app.neural.reliability import (
    brier_score,
    calibration_error,
    equal_mass,
    equal_width,
    reliability,
)


def drawn(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    return draw.dirichlet([1, 1, 1], rows), draw.integers(0, 3, rows)


def slow_error(p: np.ndarray, y: np.ndarray, bins: int = 15) -> float:
    """Go through the bins ((b-1)/15, b/15] one by one, as Guo and others define them."""
    total = 0.0
    for number in range(bins):
        inside = [
            (max(row), int(np.argmax(row)) == label)
            for row, label in zip(p, y, strict=True)
            if number / bins < max(row) <= (number + 1) / bins
        ]
        if inside:
            confidence = sum(entry[0] for entry in inside) / len(inside)
            accuracy = sum(entry[1] for entry in inside) / len(inside)
            total += len(inside) / len(y) * abs(accuracy - confidence)
    return total


@settings(max_examples=60, deadline=None)
@given(rows=st.integers(1, 80), seed=st.integers(0, 9_999))
def test_figures_equal_slow_loops_and_scikit_learn(rows: int, seed: int) -> None:
    p, y = drawn(rows, seed)
    assert calibration_error(reliability(p, y)) == pytest.approx(slow_error(p, y))
    assert brier_score(p, y) == pytest.approx(brier_score_loss(y, p, labels=[0, 1, 2], scale_by_half=False))


def test_bins_of_one_mass_hold_one_number_of_rows() -> None:
    p, y = drawn(1_500, 3)
    bins = reliability(p, y, equal_mass(p.max(axis=1)))
    assert [entry.rows for entry in bins] == [100] * 15
    order = np.argsort(p.max(axis=1))
    right = p.argmax(axis=1) == y
    gaps = [
        abs(right[part].mean() - p.max(axis=1)[part].mean()) * len(part) / 1_500 for part in np.array_split(order, 15)
    ]
    assert calibration_error(bins) == pytest.approx(sum(gaps))


def test_equal_confidences_are_never_parted() -> None:
    y = np.array([0] * 50 + [1] * 50)
    p = np.tile([0.5, 0.3, 0.2], (100, 1))
    (only,) = reliability(p, y, equal_mass(p.max(axis=1)))
    assert (only.rows, only.confidence, only.accuracy) == (100, 0.5, 0.5)
    assert calibration_error([only]) == 0


def test_bins_tell_their_rows_and_leave_empty_ones_out() -> None:
    p = np.array([[0.4, 0.3, 0.3], [0.4, 0.35, 0.25], [0.0, 1.0, 0.0]])
    low, high = reliability(p, np.array([0, 1, 1]))
    assert (low.rows, low.accuracy) == (2, 0.5)
    assert low.confidence == pytest.approx(0.4)
    assert low.low == pytest.approx(5 / 15)
    assert low.high == pytest.approx(6 / 15)
    assert (high.rows, high.confidence, high.accuracy, high.high) == (1, 1.0, 1.0, 1.0)


def test_a_confidence_on_an_edge_belongs_to_the_bin_below() -> None:
    p = np.array([[0.6, 0.2, 0.2]])  # 9/15
    (entry,) = reliability(p, np.array([0]), np.array([0.6]))
    assert (entry.low, entry.high) == (0.0, 0.6)
    assert len(equal_width()) == 14


def test_probabilities_that_come_true_have_next_to_no_error_and_boasts_have_one() -> None:
    draw = np.random.default_rng(5)
    p = draw.dirichlet([2, 2, 2], 40_000)
    y = (draw.random((40_000, 1)) > p.cumsum(axis=1)).sum(axis=1)
    assert calibration_error(reliability(p, y)) < 0.015
    boast = p**3 / (p**3).sum(axis=1, keepdims=True)
    assert calibration_error(reliability(boast, y)) > 0.15


@settings(max_examples=30, deadline=None)
@given(rows=st.integers(2, 120), seed=st.integers(0, 9_999), bins=st.integers(2, 20))
def test_bins_of_one_width_are_those_of_scikit_learns_curve(rows: int, seed: int, bins: int) -> None:
    p, y = drawn(rows, seed)
    confidence, right = p.max(axis=1), p.argmax(axis=1) == y
    accuracy, stated = calibration_curve(right, confidence, n_bins=bins, strategy="uniform")
    ours = reliability(p, y, equal_width(bins))
    np.testing.assert_allclose([entry.accuracy for entry in ours], accuracy, rtol=1e-12)
    np.testing.assert_allclose([entry.confidence for entry in ours], stated, rtol=1e-12)
    assert sum(entry.rows for entry in ours) == rows
    for entry in ours:
        assert entry.low <= entry.confidence <= entry.high


@settings(max_examples=30, deadline=None)
@given(
    confidences=st.lists(st.sampled_from([0.4, 0.5, 0.625, 0.75, 1.0]), min_size=1, max_size=60),
    bins=st.integers(2, 15),
)
def test_bins_of_one_mass_part_the_rows_at_values_they_have(confidences: list[float], bins: int) -> None:
    values = np.array(confidences)
    edges = equal_mass(values, bins)
    assert (np.diff(edges) > 0).all()
    assert set(edges.tolist()) <= set(confidences)
    ordered = sorted(confidences)
    # The k-th edge is the least value that at least k / bins of the rows do not exceed.
    wanted = {ordered[math.ceil(Fraction(k * len(ordered), bins)) - 1] for k in range(1, bins)}
    assert edges.tolist() == sorted(wanted)


@settings(max_examples=30, deadline=None)
@given(rows=st.integers(2, 60), seed=st.integers(0, 9_999))
def test_the_order_and_the_number_of_copies_of_the_rows_do_not_matter(rows: int, seed: int) -> None:
    p, y = drawn(rows, seed)
    order = np.random.default_rng(seed).permutation(np.repeat(np.arange(rows), 3))
    assert calibration_error(reliability(p[order], y[order])) == pytest.approx(calibration_error(reliability(p, y)))
    assert brier_score(p[order], y[order]) == pytest.approx(brier_score(p, y))


@settings(max_examples=30, deadline=None)
@given(rows=st.integers(1, 60), seed=st.integers(0, 9_999))
def test_one_bin_for_all_tells_the_whole_gap_and_finer_bins_no_less(rows: int, seed: int) -> None:
    p, y = drawn(rows, seed)
    whole = calibration_error(reliability(p, y, np.zeros(0)))
    gap = abs(float((p.argmax(axis=1) == y).mean() - p.max(axis=1).mean()))
    assert whole == pytest.approx(gap, abs=1e-12)
    # Thirds halved are sixths: a gap of a bin is at most the sum of the gaps of its parts.
    coarse, fine = (calibration_error(reliability(p, y, equal_width(bins))) for bins in (3, 6))
    assert whole <= coarse + 1e-12
    assert coarse <= fine + 1e-12


def test_a_table_by_hand() -> None:
    # Four answers of 0.5, two of them right; two of 0.75, both right; one of 1, wrong.
    p = np.array([[0.5, 0.25, 0.25]] * 4 + [[0.125, 0.75, 0.125]] * 2 + [[0.0, 0.0, 1.0]])
    table = reliability(p, np.array([0, 0, 1, 2, 1, 1, 0]), np.array([0.25, 0.5, 0.75]))
    assert [(entry.low, entry.high, entry.rows, entry.confidence, entry.accuracy) for entry in table] == [
        (0.25, 0.5, 4, 0.5, 0.5),
        (0.5, 0.75, 2, 0.75, 1.0),
        (0.75, 1.0, 1, 1.0, 0.0),
    ]
    assert calibration_error(table) == pytest.approx((4 * 0 + 2 * 0.25 + 1 * 1) / 7)
    # Right at 0.5: 0.25 + 2 / 16; wrong at 0.5: 0.25 + 9 / 16 + 1 / 16; right at 0.75: 3 / 32; wrong and sure: 2.
    assert brier_score(p, np.array([0, 0, 1, 2, 1, 1, 0])) == pytest.approx(
        (2 * 0.375 + 2 * 0.875 + 2 * 3 / 32 + 2) / 7
    )
