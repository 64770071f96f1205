"""Reliability, calibration error and Brier score against slow loops and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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
