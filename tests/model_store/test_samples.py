"""Sample rows of a model: evenly drawn copies, asked again alike, symbols' vectors included, and what is no sample."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.model_store.samples import ROWS, TOLERANCE, SampleRows, largest_difference, sample_rows, samples_document
from ktrdr_app.neural.mlp import build_network
from ktrdr_app.neural.model import MLPTradingModel
from ktrdr_app.neural.symbols import UNKNOWN
from ktrdr_app.strategy.schema import NetworkSettings

SYMBOLS = ("AAPL", "IBM")
SCALED = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
CODES = (np.arange(40) % 3 - 1).astype(np.int16)


def model(embedded: tuple[str, ...] = SYMBOLS, seed: int = 0) -> MLPTradingModel:
    inputs = 3 + (len(embedded) + 1 if embedded else 0)
    return MLPTradingModel(
        build_network(inputs, NetworkSettings(hidden_layers=[5]), seed), None, tuple("abc"), embedded
    )


def drawn() -> SampleRows:
    return sample_rows(SCALED, CODES, np.arange(10, 40))


def document(asked: MLPTradingModel | None = None) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(samples_document(asked or model(), drawn())))
    return made


@given(st.integers(1, 60), st.integers(0, 5))
def test_rows_are_spread_evenly_first_and_last_included(count: int, first: int) -> None:
    values = np.arange(70, dtype=np.float32)[:, None]
    rows = np.arange(first, first + count)
    picked = sample_rows(values, np.zeros(70, np.int16), rows).scaled[:, 0]
    assert len(picked) == min(ROWS, count)
    assert (picked[0], picked[-1]) == (first, first + count - 1)
    steps = np.diff(picked)
    assert len(steps) == 0 or steps.max() - steps.min() <= 1


def test_rows_are_copies() -> None:
    values = SCALED.copy()
    rows = sample_rows(values, CODES, np.arange(40))
    kept = rows.scaled.copy()
    values[:] = 0
    np.testing.assert_array_equal(rows.scaled, kept)


@pytest.mark.parametrize("embedded", [(), SYMBOLS])
def test_the_same_model_says_the_same_of_them(embedded: tuple[str, ...]) -> None:
    asked = model(embedded)
    assert largest_difference(asked, document(asked), "x") == (ROWS, 0.0)


def test_each_row_is_asked_as_its_own_symbol() -> None:
    asked = model()
    network = [part.detach().numpy() for part in asked.network.state_dict().values()]
    said = document(asked)
    for scaled, code, found in zip(said["scaled"], said["codes"], said["probabilities"], strict=True):
        symbol = np.zeros(3)
        symbol[2 if code == UNKNOWN else code] = 1
        hidden = np.maximum(network[0] @ np.concatenate([scaled, symbol]) + network[1], 0)
        powers = np.exp(network[2] @ hidden + network[3])
        np.testing.assert_allclose(found, powers / powers.sum(), rtol=1e-5)


def test_another_model_is_found_out() -> None:
    assert largest_difference(model(seed=1), document(), "x")[1] > 100 * TOLERANCE
    network = model().network
    with torch.no_grad():
        next(iter(network.parameters()))[0, 0] += 0.05
    touched = MLPTradingModel(network, None, tuple("abc"), SYMBOLS)
    assert largest_difference(touched, document(), "x")[1] > TOLERANCE


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"scaled": "many"}, "not readable"),
        ({"codes": [[0]]}, "have shapes"),
        ({"probabilities": [[1.0, 0.0]]}, "have shapes"),
        ({"scaled": [], "codes": [], "probabilities": []}, "have shapes"),
        ({"codes": [2] * ROWS}, "symbols that the model does not have"),
        ({"codes": [-2] * ROWS}, "symbols that the model does not have"),
        ({"codes": [10**9] * ROWS}, "not readable"),
        ({"scaled": [[None, 0.0, 0.0]] * ROWS}, "not finite"),
        ({"probabilities": [[float("nan"), 0.0, 0.0]] * ROWS}, "not finite"),
    ],
)
def test_what_is_no_sample_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ModelRejected, match=told):
        largest_difference(model(), document() | change, "models/x/samples.json")


def test_a_part_that_is_missing_is_told() -> None:
    said = document()
    del said["codes"]
    with pytest.raises(ModelRejected, match="codes") as caught:
        largest_difference(model(), said, "models/x/samples.json")
    assert "models/x/samples.json" in caught.value.message + caught.value.where
