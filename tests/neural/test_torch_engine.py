"""The torch trainer on an accelerator, where there is one; on the CPU `test_trainer` and `test_fused` hold it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from ktrdr_app.neural.fused import FusedEngine
from ktrdr_app.neural.torch_engine import TorchEngine
from ktrdr_app.neural.trainer import train_network
from ktrdr_app.strategy.schema import NetworkSettings, TrainingSettings
from tests.neural.planted import planted, tensor_bytes
from tests.neural.test_fused import first_weights, run

ACCELERATORS = [
    *(["cuda"] if torch.cuda.is_available() else []),
    *(["mps"] if torch.backends.mps.is_available() else []),
]
WIDE = NetworkSettings(hidden_layers=[30, 15, 8], activation="tanh", dropout=0.2)
CODES = (np.arange(500) % 4 - 1).astype(np.int16)
TRAIN = dataclasses.replace(planted(500, 0), codes=CODES, symbol_columns=4)
HELD_OUT = dataclasses.replace(planted(120, 1), codes=CODES[:120], symbol_columns=4)
FIT = TrainingSettings(learning_rate=0.01, class_weights="balanced", gradient_clip=0.5, label_smoothing=0.1)


def on(device: str, fit: TrainingSettings = FIT) -> TorchEngine:
    return TorchEngine(TRAIN, HELD_OUT, first_weights(TRAIN.inputs, WIDE), WIDE, fit, device)


@pytest.mark.skipif(not ACCELERATORS, reason="no accelerator on this machine")
class TestOnAnAccelerator:
    @pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
    def test_the_same_weights_as_the_fused_trainer(self, optimizer: str) -> None:
        fit = FIT.model_copy(update={"optimizer": optimizer})
        for device in ACCELERATORS:
            engine = on(device, fit)
            fused = FusedEngine(TRAIN, HELD_OUT, first_weights(TRAIN.inputs, WIDE), WIDE, fit)
            np.testing.assert_allclose(run(engine, fit), run(fused, fit), rtol=1e-4)
            np.testing.assert_allclose(engine.weights(), fused.weights(), rtol=1e-2, atol=1e-4)
            np.testing.assert_allclose(engine.validation_logits(), fused.validation_logits(), rtol=1e-2, atol=1e-3)

    def test_the_rows_lie_on_the_device(self) -> None:
        for device in ACCELERATORS:
            engine = on(device)
            assert {engine._train.x.device.type, engine._validation.x.device.type, engine._flat.device.type} == {device}

    def test_a_state_moves_from_one_to_another(self) -> None:
        for device in ACCELERATORS:
            before, after = on(device), on(device)
            run(before, FIT, 1)
            after.restore(before.state())
            np.testing.assert_array_equal(after.weights(), before.weights())
            np.testing.assert_allclose(run(after, FIT, 1), run(before, FIT, 1), rtol=1e-5)

    def test_a_whole_training(self) -> None:
        fit = FIT.model_copy(update={"epochs": 8})
        plain = dataclasses.replace(TRAIN, codes=None, symbol_columns=0)
        held_out = dataclasses.replace(HELD_OUT, codes=None, symbol_columns=0)
        for device in ACCELERATORS:
            fitted = train_network(plain, held_out, WIDE, fit, 1, device=device)
            assert (fitted.trainer, fitted.device) == ("torch", device)
            assert fitted.history[-1].val_loss < fitted.history[0].val_loss
            assert {tensor.device.type for tensor in fitted.network.state_dict().values()} == {"cpu"}
            reference = train_network(plain, held_out, WIDE, fit, 1, device="cpu")
            assert fitted.history[-1].val_loss == pytest.approx(reference.history[-1].val_loss, rel=1e-2)


def test_rows_of_one_block_lie_on_the_device_once() -> None:
    parts = [dataclasses.replace(TRAIN, rows=np.arange(first, first + 200)) for first in (0, 200)]
    engine = TorchEngine(*parts, first_weights(TRAIN.inputs, WIDE), WIDE, FIT)
    assert engine._validation.x is engine._train.x
    assert engine._validation.y is engine._train.y
    assert on("cpu")._validation.x is not on("cpu")._train.x


class TestState:
    def test_the_memories_are_the_optimizers(self) -> None:
        engine = on("cpu")
        run(engine, FIT, 1)
        state = engine.state()
        assert state.steps == -(-500 // 32)
        assert set(state.memories) == {"step", "exp_avg", "exp_avg_sq"}
        assert state.memories["exp_avg"].shape == state.weights.shape

    def test_it_is_a_copy(self) -> None:
        engine = on("cpu")
        run(engine, FIT, 1)
        state = engine.state()
        kept = state.weights.copy()
        run(engine, FIT, 1)
        np.testing.assert_array_equal(state.weights, kept)
        assert not np.array_equal(engine.weights(), kept)


@pytest.mark.parametrize("optimizer", ["rmsprop", "nadam"])
def test_others_resume_bit_for_bit_too(optimizer: str) -> None:
    fit = FIT.model_copy(update={"optimizer": optimizer})
    before, after = on("cpu", fit), on("cpu", fit)
    run(before, fit, 1)
    after.restore(before.state())
    run(before, fit, 1)
    run(after, fit, 1)
    assert before.weights().tobytes() == after.weights().tobytes()


def test_a_whole_training_by_torch_is_the_same_each_time() -> None:
    fit = TrainingSettings(epochs=3, trainer="torch")
    plain, held_out = planted(200, 0), planted(50, 1)
    one, other = (train_network(plain, held_out, WIDE, fit, 1) for _ in range(2))
    assert tensor_bytes(one.network) == tensor_bytes(other.network)
