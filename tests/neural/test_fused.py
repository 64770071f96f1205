"""The fused trainer against the torch trainer: the same weights from the same rows, orders and masks."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.neural.draws import epoch_key, epoch_order
from ktrdr_app.neural.engine import Engine
from ktrdr_app.neural.fused import FusedEngine, Layout, whole_tiles
from ktrdr_app.neural.mlp import build_network
from ktrdr_app.neural.torch_engine import TorchEngine
from ktrdr_app.strategy.schema import NetworkSettings, TrainingSettings
from tests.neural.planted import planted

TRAIN, HELD_OUT = planted(500, 0), planted(120, 1)
WIDE = NetworkSettings(hidden_layers=[30, 15, 8], activation="tanh", dropout=0.2)
TOKEN = CancelToken("training")


def first_weights(inputs: int, shape: NetworkSettings) -> np.ndarray:
    network = build_network(inputs, shape, 1)
    return torch.cat([parameter.detach().reshape(-1) for parameter in network.parameters()]).numpy()


def pair(
    shape: NetworkSettings, fit: TrainingSettings, train: object = TRAIN, held_out: object = HELD_OUT
) -> list[Engine]:
    weights = first_weights(train.inputs, shape)
    return [kind(train, held_out, weights, shape, fit) for kind in (FusedEngine, TorchEngine)]


def run(engine: Engine, fit: TrainingSettings, epochs: int = 3, rows: np.ndarray | None = None) -> list[float]:
    rows = np.arange(len(TRAIN)) if rows is None else rows
    losses = []
    for epoch in range(1, epochs + 1):
        order = rows[epoch_order(9, epoch, len(rows))]
        rates = np.linspace(1, 0.5, -(-len(rows) // fit.batch_size)) * fit.learning_rate
        losses.append(engine.epoch(order, rates, epoch_key(9, epoch), TOKEN).nll)
    return losses


class TestSameMeaning:
    @pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
    @pytest.mark.parametrize(
        "more",
        [
            {},
            {"class_weights": "balanced", "weight_decay": 0.01},
            {"class_weights": "effective", "gradient_clip": 0.3, "label_smoothing": 0.1},
            {"focal_gamma": 2.0},
            {"focal_gamma": 0.7, "label_smoothing": 0.05, "class_weights": "balanced"},
        ],
        ids=lambda more: "-".join(more) or "plain",
    )
    def test_three_epochs_give_the_same_weights(self, optimizer: str, more: dict[str, object]) -> None:
        fit = TrainingSettings(learning_rate=0.01, optimizer=optimizer, **more)
        fused, reference = pair(WIDE, fit)
        np.testing.assert_allclose(run(fused, fit), run(reference, fit), rtol=1e-5)
        np.testing.assert_allclose(fused.weights(), reference.weights(), rtol=1e-3, atol=2e-6)
        np.testing.assert_allclose(fused.validation_logits(), reference.validation_logits(), rtol=1e-3, atol=1e-5)

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(st.integers(1, 40), min_size=1, max_size=4),
        st.sampled_from([1, 5, 31, 32, 33, 64, 100, 499, 500, 4096]),
        st.sampled_from([0.0, 0.3]),
    )
    def test_layers_and_batches_of_any_size(self, layers: list[int], batch: int, dropout: float) -> None:
        shape = NetworkSettings(hidden_layers=layers, activation="tanh", dropout=dropout)
        fit = TrainingSettings(learning_rate=0.01, batch_size=batch, optimizer="sgd")
        fused, reference = pair(shape, fit)
        np.testing.assert_allclose(run(fused, fit, 1), run(reference, fit, 1), rtol=1e-5)
        np.testing.assert_allclose(fused.weights(), reference.weights(), rtol=1e-3, atol=5e-6)

    @pytest.mark.parametrize("activation", ["relu", "leaky_relu", "tanh"])
    def test_activations(self, activation: str) -> None:
        shape = NetworkSettings(hidden_layers=[12, 7], activation=activation, dropout=0.4)
        fit = TrainingSettings(learning_rate=0.005)
        fused, reference = pair(shape, fit)
        np.testing.assert_allclose(run(fused, fit, 2), run(reference, fit, 2), rtol=1e-5)
        np.testing.assert_allclose(fused.weights(), reference.weights(), rtol=1e-3, atol=2e-6)

    def test_symbols(self) -> None:
        codes = (np.arange(500) % 4 - 1).astype(np.int16)
        train = dataclasses.replace(TRAIN, codes=codes, symbol_columns=4)
        held_out = dataclasses.replace(HELD_OUT, codes=codes[:120], symbol_columns=4)
        fit = TrainingSettings(learning_rate=0.01)
        fused, reference = pair(WIDE, fit, train, held_out)
        run(fused, fit)
        run(reference, fit)
        np.testing.assert_allclose(fused.weights(), reference.weights(), rtol=1e-3, atol=2e-6)
        np.testing.assert_allclose(fused.validation_logits(), reference.validation_logits(), rtol=1e-3, atol=1e-5)

    def test_some_of_the_rows(self) -> None:
        rows = np.arange(499, 100, -3)
        fit = TrainingSettings(learning_rate=0.01)
        fused, reference = pair(WIDE, fit, dataclasses.replace(TRAIN, rows=rows))
        run(fused, fit, rows=rows)
        run(reference, fit, rows=rows)
        np.testing.assert_allclose(fused.weights(), reference.weights(), rtol=1e-3, atol=2e-6)

    def test_dropout_is_on(self) -> None:
        fit = TrainingSettings(learning_rate=0.01)
        losses = [run(pair(WIDE.model_copy(update={"dropout": rate}), fit)[0], fit)[-1] for rate in (0.0, 0.5)]
        assert losses[1] > losses[0] + 0.1


@pytest.mark.parametrize("kind", [FusedEngine, TorchEngine])
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_restored_state_goes_on_bit_for_bit(kind: type, optimizer: str) -> None:
    fit = TrainingSettings(learning_rate=0.01, optimizer=optimizer)
    through, before, after = (kind(TRAIN, HELD_OUT, first_weights(6, WIDE), WIDE, fit) for _ in range(3))
    run(through, fit, 2)
    run(before, fit, 1)
    after.restore(before.state())
    order = epoch_order(9, 2, len(TRAIN))
    rates = np.linspace(1, 0.5, -(-len(order) // fit.batch_size)) * fit.learning_rate
    after.epoch(order, rates, epoch_key(9, 2), TOKEN)
    assert after.weights().tobytes() == through.weights().tobytes()
    assert after.state().steps == through.state().steps


class TestLayout:
    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.integers(1, 40), min_size=2, max_size=5), st.integers(0, 100))
    def test_there_and_back(self, widths: list[int], seed: int) -> None:
        layout = Layout(widths)
        count = sum(above * (below + 1) for below, above in itertools.pairwise(widths))
        flat = np.random.default_rng(seed).normal(size=count).astype(np.float32)
        padded = layout.padded(flat)
        np.testing.assert_array_equal(layout.flat(padded), flat)
        assert np.count_nonzero(padded) == np.count_nonzero(flat)

    def test_the_padding_stays_zero_in_training(self) -> None:
        fit = TrainingSettings(learning_rate=0.01, weight_decay=0.1)
        fused, _ = pair(WIDE, fit)
        run(fused, fit)
        for held in (fused._network.weights, fused._network.first, fused._network.second):
            assert np.count_nonzero(held) <= len(fused.weights())
            np.testing.assert_array_equal(fused._layout.padded(fused._layout.flat(held)), held)

    @pytest.mark.parametrize(("count", "whole"), [(0, 0), (1, 8), (8, 8), (9, 16)])
    def test_whole_tiles(self, count: int, whole: int) -> None:
        assert whole_tiles(count) == whole
