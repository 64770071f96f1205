"""The record of a calibration: what it does to logits, how it is read back, what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.special import softmax

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.neural.calibration import UNCALIBRATED, Calibration

LOGITS = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)


def test_probabilities_are_the_softmax_of_shifted_logits_over_the_temperature() -> None:
    found = Calibration(2.5, (0.3, -0.1, -0.2)).probabilities(LOGITS)
    expected = softmax((LOGITS.astype(np.float64) + np.array([0.3, -0.1, -0.2])) / 2.5, axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(
        UNCALIBRATED.probabilities(LOGITS), softmax(LOGITS.astype(np.float64), axis=1), rtol=1e-12
    )


def test_a_temperature_alone_changes_no_answer() -> None:
    hot = Calibration(7.0).probabilities(LOGITS)
    np.testing.assert_array_equal(hot.argmax(axis=1), LOGITS.argmax(axis=1))
    assert hot.max() < UNCALIBRATED.probabilities(LOGITS).max()


def test_it_is_read_back_to_the_last_bit() -> None:
    written = Calibration(1 / 3, (0.1, 1e-17, -0.1))
    assert Calibration.from_document(json.loads(json.dumps(written.to_document())), "x") == written


def test_folders_without_one_are_uncalibrated() -> None:
    assert Calibration.from_document(None, "x") == UNCALIBRATED


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        "warm",
        {"temperature": "warm", "shift": [0, 0, 0]},
        {"temperature": 1.0},
        {"temperature": 0.0, "shift": [0, 0, 0]},
        {"temperature": -2.0, "shift": [0, 0, 0]},
        {"temperature": float("nan"), "shift": [0, 0, 0]},
        {"temperature": 1e9, "shift": [0, 0, 0]},
        {"temperature": 1.0, "shift": [0, 0]},
        {"temperature": 1.0, "shift": [0, 0, float("inf")]},
        {"temperature": 1.0, "shift": [0, 0, None]},
        {"temperature": 1.0, "shift": 3},
    ],
)
def test_anything_else_is_refused(document: object) -> None:
    with pytest.raises(ModelRejected) as caught:
        Calibration.from_document(document, "config.json")
    assert caught.value.where == "config.json"
