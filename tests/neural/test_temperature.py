"""Temperature: against scipy's minimiser, planted miscalibrations found again, class weights undone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

from ktrdr_app.neural.calibration import FLATTEST, SHARPEST, UNCALIBRATED
from ktrdr_app.neural.temperature import best_sharpness, fit_calibration

ONES = np.ones(3)


def drawn(rows: int, seed: int, spread: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and labels drawn from their softmax."""
    draw = np.random.default_rng(seed)
    logits = spread * draw.normal(size=(rows, 3))
    shares = np.exp(logits - logsumexp(logits, axis=1, keepdims=True))
    return logits, (draw.random((rows, 1)) > shares.cumsum(axis=1)).sum(axis=1).clip(max=2)


def nll(logits: np.ndarray, y: np.ndarray) -> float:
    return float(np.mean(logsumexp(logits, axis=1) - logits[np.arange(len(y)), y]))


@settings(max_examples=60, deadline=None)
@given(rows=st.integers(5, 300), seed=st.integers(0, 9_999), factor=st.floats(0.2, 5))
def test_is_the_minimum_that_scipy_finds(rows: int, seed: int, factor: float) -> None:
    logits, y = drawn(rows, seed)
    logits = factor * logits
    found = best_sharpness(logits, y)
    peer = minimize_scalar(
        lambda sharpness: nll(sharpness * logits, y),
        bounds=(1 / FLATTEST, 1 / SHARPEST),
        method="bounded",
        options={"xatol": 1e-10},
    )
    assert nll(found * logits, y) <= peer.fun + 1e-9
    if 0.06 < peer.x < 19 and peer.fun > 1e-3:  # else the loss is flat, as rows are told apart without fault
        assert found == pytest.approx(peer.x, rel=1e-3)


@pytest.mark.parametrize("planted", [0.4, 1.0, 2.5])
def test_a_planted_temperature_is_found_again(planted: float) -> None:
    logits, y = drawn(40_000, 1)
    fit = fit_calibration((planted * logits).astype(np.float32), y, ONES)
    assert fit.calibration.temperature == pytest.approx(planted, rel=0.03)
    assert fit.calibration.shift == (0, 0, 0)
    assert fit.nll_before == pytest.approx(nll(planted * logits, y), rel=1e-5)
    assert fit.nll_after == pytest.approx(nll(planted * logits / fit.calibration.temperature, y), rel=1e-5)
    assert fit.nll_after <= fit.nll_before


def test_the_prior_that_class_weights_took_away_comes_back() -> None:
    true = np.array([0.1, 0.8, 0.1])
    draw = np.random.default_rng(2)
    logits = draw.normal(size=(30_000, 3)) + np.log(true)
    shares = np.exp(logits - logsumexp(logits, axis=1, keepdims=True))
    y = (draw.random((30_000, 1)) > shares.cumsum(axis=1)).sum(axis=1)
    frequency = np.bincount(y) / len(y)
    weights = 1 / (3 * frequency)  # what "balanced" gives, and what a network learns with it:
    learnt = (logits + np.log(weights)).astype(np.float32)
    fit = fit_calibration(learnt, y, weights)
    assert fit.calibration.temperature == pytest.approx(1, abs=0.03)
    p = fit.calibration.probabilities(learnt)
    np.testing.assert_allclose(p, shares, atol=0.02)
    np.testing.assert_allclose(p.mean(axis=0), frequency, atol=0.01)
    unweighted = UNCALIBRATED.probabilities(learnt).mean(axis=0)
    assert unweighted[1] < 0.6 < frequency[1]


def test_a_class_without_rows_is_not_shifted() -> None:
    logits, y = drawn(500, 3)
    y = np.where(y == 1, 0, y)
    fit = fit_calibration(logits, y, np.array([2.0, 0.0, 0.5]))
    assert fit.calibration.shift == pytest.approx((-np.log(2), 0, np.log(2)))


class TestLeftAsItIs:
    def test_one_class_in_the_validation_rows(self) -> None:
        logits, _ = drawn(100, 4)
        fit = fit_calibration(logits, np.ones(100, dtype=int), ONES)
        assert fit.calibration == UNCALIBRATED
        assert "one class" in fit.reason
        assert fit.nll_before == fit.nll_after

    def test_a_strategy_that_asks_for_none(self) -> None:
        logits, y = drawn(100, 5)
        fit = fit_calibration(3 * logits, y, ONES, method="none")
        assert fit.calibration == UNCALIBRATED
        assert "asks for none" in fit.reason

    def test_what_does_not_lower_the_loss(self) -> None:
        logits, y = drawn(4_000, 6)
        wrong_weights = np.array([30.0, 1.0, 1.0])  # the network did not learn with these
        fit = fit_calibration(logits, y, wrong_weights)
        assert fit.calibration == UNCALIBRATED
        assert "did not lower" in fit.reason

    def test_logits_that_say_nothing(self) -> None:
        y = np.array([0, 1, 2, 1])
        fit = fit_calibration(np.zeros((4, 3), np.float32), y, ONES)
        assert fit.calibration == UNCALIBRATED


class TestEnds:
    def test_a_network_that_is_always_wrong_is_flattened_no_further_than_the_bound(self) -> None:
        logits = 5 * np.eye(3)[np.array([0, 1, 2] * 20)]
        assert best_sharpness(logits, np.array([1, 2, 0] * 20)) == 1 / FLATTEST

    def test_one_that_is_always_right_is_sharpened_no_further(self) -> None:
        logits = 0.1 * np.eye(3)[np.array([0, 1, 2] * 20)]
        found = best_sharpness(logits, np.array([0, 1, 2] * 20))
        assert found == pytest.approx(1 / SHARPEST)

    def test_it_repeats_to_the_last_bit(self) -> None:
        logits, y = drawn(999, 7)
        assert best_sharpness(logits, y) == best_sharpness(logits.copy(), y.copy())


@settings(max_examples=20, deadline=None)
@given(rows=st.integers(5, 120), seed=st.integers(0, 9_999), factor=st.floats(0.3, 4))
def test_no_temperature_of_a_fine_grid_is_better(rows: int, seed: int, factor: float) -> None:
    logits, y = drawn(rows, seed)
    logits = factor * logits
    ours = nll(best_sharpness(logits, y) * logits, y)
    grid = np.geomspace(SHARPEST, FLATTEST, 400)
    assert ours <= min(nll(logits / temperature, y) for temperature in grid) + 1e-12


@settings(max_examples=20, deadline=None)
@given(rows=st.integers(20, 120), seed=st.integers(0, 9_999), shift=st.integers(-50, 50), power=st.integers(-1, 1))
def test_the_temperature_follows_the_size_of_the_logits_and_not_their_level(
    rows: int, seed: int, shift: int, power: int
) -> None:
    logits, y = drawn(rows, seed)
    found = best_sharpness(logits, y)
    if 0.2 < found < 8:  # inside the bounds, also after doubling or halving
        assert best_sharpness(logits * 2.0**power, y) == pytest.approx(found / 2.0**power, rel=1e-6)
        assert best_sharpness(logits + shift, y) == pytest.approx(found, rel=1e-6)
        relabelled = logits[:, [2, 0, 1]].copy()
        assert best_sharpness(relabelled, (y + 1) % 3) == pytest.approx(found, rel=1e-6)


@pytest.mark.parametrize("weights", [(2.0, 0.5, 1.0), (4.0, 0.25, 4.0)])
def test_the_shift_takes_the_logs_of_the_weights_off_and_is_centred(weights: tuple[float, float, float]) -> None:
    logits, y = drawn(4_000, 3)
    # A network trained with these weights answers as if each class were so much more frequent.
    learnt = logits + np.log(weights)
    fit = fit_calibration(learnt, y, np.array(weights))
    shift = np.array(fit.calibration.shift)
    assert not fit.reason
    assert shift.sum() == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(shift - shift[0], -np.log(weights) + np.log(weights[0]), atol=1e-12)
    assert fit.nll_after <= nll(logits, y) + 1e-12
    assert fit.rows == 4_000
