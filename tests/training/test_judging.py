"""The judge: the prior every figure is held against, the calibration it is used with, figures of every part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.metrics import log_loss

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.neural.calibration import UNCALIBRATED
from ktrdr_app.training.combine import pool
from ktrdr_app.training.judging import class_prior, evenly
from ktrdr_app.training.universal import JudgedModel, train_universal_model
from tests.features.strategies import probe
from tests.training.blocks import planted


def test_a_prior_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidValue):
        class_prior(np.array([], dtype=np.int8))
    np.testing.assert_allclose(class_prior(np.array([0, 0], dtype=np.int8)), [0.6, 0.2, 0.2])


def test_rows_are_taken_evenly_and_all_where_there_are_few() -> None:
    rows = np.arange(100, 200)
    np.testing.assert_array_equal(evenly(rows, 100), rows)
    assert evenly(rows, 4).tolist() == [100, 125, 150, 175]
    taken = evenly(rows, 33)
    assert len(set(taken.tolist())) == 33
    assert set(np.diff(taken)) <= {3, 4}


BLOCKS = [planted("A", 500, seed=1), planted("B", 400, seed=2)]


def trained(blocks: list[FeatureBlock] = BLOCKS, **training: object) -> JudgedModel:
    strategy = probe().strategy
    fitting = {"epochs": 12, "learning_rate": 0.01, "patience": 30} | training
    shape = strategy.network.model_copy(update={"hidden_layers": [12], "dropout": 0.0})
    changed = strategy.model_copy(
        update={"training": strategy.training.model_copy(update=fitting), "network": shape},
    )
    return train_universal_model(blocks, changed, {"noise": [0], "rule": [1]}, 0)


def logits_of(model: JudgedModel, rows: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return model.network(torch.from_numpy(model.scaler.transform(pool(BLOCKS).values[rows]))).double().numpy()


def test_the_temperature_is_that_of_the_validation_rows_alone() -> None:
    model = trained()
    rows = model.split.validation
    logits, y = logits_of(model, rows), pool(BLOCKS).label[rows]
    peer = minimize_scalar(
        lambda sharpness: log_loss(y, softmax(sharpness * logits, axis=1), labels=[0, 1, 2]),
        bounds=(0.05, 20),
        method="bounded",
    )
    assert model.calibration.calibration.temperature == pytest.approx(1 / peer.x, rel=0.01)
    assert model.calibration.nll_after == pytest.approx(peer.fun, rel=1e-4)
    assert model.calibration.nll_after == pytest.approx(model.measured.validation.nll)


def test_figures_are_those_of_calibrated_probabilities_and_the_others_are_kept_beside() -> None:
    model = trained()
    rows = model.split.test
    logits, y = logits_of(model, rows), pool(BLOCKS).label[rows]
    used = model.calibration.calibration
    assert used != UNCALIBRATED
    for figures, temperature in ((model.measured.test, used.temperature), (model.measured.test_uncalibrated, 1.0)):
        assert figures is not None
        expected = log_loss(y, softmax(logits / temperature, axis=1), labels=[0, 1, 2])
        assert figures.nll == pytest.approx(expected, rel=1e-4)
    assert model.measured.test.accuracy == model.measured.test_uncalibrated.accuracy


def test_it_can_be_left_out_and_changes_no_weight() -> None:
    plain, calibrated = trained(calibration="none"), trained()
    assert plain.calibration.calibration == UNCALIBRATED
    assert plain.measured.test_uncalibrated is None
    assert plain.measured.test == replace(
        calibrated.measured.test_uncalibrated, intervals=plain.measured.test.intervals
    )
    for name, tensor in plain.network.state_dict().items():
        assert torch.equal(tensor, calibrated.network.state_dict()[name])


def test_balanced_class_weights_are_undone() -> None:
    rare = [
        replace(b, label=np.where((b.label == 0) & (np.arange(len(b)) % 4 > 0), 1, b.label).astype(np.int8))
        for b in BLOCKS
    ]
    model = trained(rare, class_weights="balanced")
    counts = np.bincount(pool(rare).label[model.split.train], minlength=3)
    expected = (
        np.log(counts) - np.log(counts).mean()
    )  # weights are n/(3 n_k), so -log w_k is log n_k but for the centre
    assert model.calibration.calibration.shift == pytest.approx(tuple(expected), abs=1e-5)


def test_every_part_has_figures_by_symbol_and_intervals_where_it_was_not_fitted() -> None:
    measured = trained().measured
    for pooled, by_symbol in (
        (measured.train, measured.per_symbol_train),
        (measured.validation, measured.per_symbol_validation),
        (measured.test, measured.per_symbol_test),
    ):
        assert pooled.intervals["skill"][0] < pooled.skill < pooled.intervals["skill"][1]
        assert sum(figures.rows for figures in by_symbol.values()) == pooled.rows
        assert {bool(figures.intervals) for figures in by_symbol.values()} == {
            by_symbol is not measured.per_symbol_train
        }
    assert set(measured.block_slots) == {"train", "validation", "test"}
    assert min(measured.block_slots.values()) >= 5  # the horizon of these labels
    assert sum(entry.rows for bins in measured.reliability.values() for entry in bins) == measured.test.rows
