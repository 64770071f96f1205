"""Checkpoints: what is written comes back, damage is refused, an interrupted training goes on bit for bit."""

from __future__ import annotations

import dataclasses
import hashlib
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BadInput, Cancelled
from ktrdr_app.core.progress import EpochFinished, ProgressEvent
from ktrdr_app.neural import checkpoint
from ktrdr_app.neural.checkpoint import Checkpoint, check_fits, from_bytes, to_bytes
from ktrdr_app.neural.engine import EngineState
from ktrdr_app.neural.trainer import TrainedNetwork, train_network
from ktrdr_app.strategy.schema import TrainingSettings
from tests.neural.planted import SMALL, noise, tensor_bytes

EPOCH = EpochFinished(1, 9, 0.5, 0.25, 0.75, 1.0, 1, 1e6)
KEPT = Checkpoint(
    "fused",
    EngineState(
        np.arange(5, dtype=np.float32), 12, {"first": np.ones(5, np.float32), "second": np.zeros(5, np.float32)}
    ),
    np.full(5, 2, dtype=np.float32),
    (EPOCH, dataclasses.replace(EPOCH, epoch=2, val_loss=0.1 + 0.2)),
)


class InMemory:
    """Keeps the bytes of the last checkpoint, and the epochs at which one was kept."""

    def __init__(self, content: bytes | None = None) -> None:
        self.content, self.epochs = content, []

    def load(self) -> Checkpoint | None:
        return None if self.content is None else from_bytes(self.content, "memory")

    def save(self, kept: Checkpoint) -> None:
        self.content = to_bytes(kept)
        self.epochs.append(len(kept.history))


def test_there_and_back() -> None:
    back = from_bytes(to_bytes(KEPT), "x")
    assert (back.trainer, back.state.steps, back.history) == ("fused", 12, KEPT.history)
    assert back.state.weights.tobytes() == KEPT.state.weights.tobytes()
    assert back.best_weights.tobytes() == KEPT.best_weights.tobytes()
    assert {name: value.tobytes() for name, value in back.state.memories.items()} == {
        name: value.tobytes() for name, value in KEPT.state.memories.items()
    }


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_bytes_are_refused(data: st.DataObject) -> None:
    content = bytearray(to_bytes(KEPT))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BadInput, match="the checkpoint is damaged") as caught:
        from_bytes(bytes(content), "run/checkpoint.npz")
    assert caught.value.where == "run/checkpoint.npz"
    assert "--resume" in caught.value.hint


def test_a_pickle_is_not_opened() -> None:
    out = io.BytesIO()
    np.savez(out, text=np.array([{"format": 1}], dtype=object))
    content = hashlib.sha256(out.getvalue()).digest() + out.getvalue()
    with pytest.raises(ValueError, match="allow_pickle=False"):
        from_bytes(content, "x")


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = to_bytes(KEPT)
    monkeypatch.setattr(checkpoint, "FORMAT", 2)
    with pytest.raises(BadInput, match="of format 1, this version reads 2"):
        from_bytes(content, "x")


@pytest.mark.parametrize(
    ("trainer", "weights", "epochs", "told"),
    [
        ("torch", 5, 9, "the checkpoint is of the fused trainer with 5 weights, not torch with 5"),
        ("fused", 6, 9, "the checkpoint is of the fused trainer with 5 weights, not fused with 6"),
        ("fused", 5, 1, "the checkpoint has 2 epochs behind it, more than the 1 asked for"),
    ],
)
def test_the_state_of_another_training_is_refused(trainer: str, weights: int, epochs: int, told: str) -> None:
    with pytest.raises(BadInput, match=told) as caught:
        check_fits(KEPT, trainer, weights, epochs)
    assert caught.value.where == "--resume"


def test_its_own_is_taken() -> None:
    check_fits(KEPT, "fused", 5, 2)


class SlowClock(CancelToken):
    """A token by whose clock every epoch lasts a little more than ten seconds."""

    def __init__(self) -> None:
        super().__init__("training")
        self.epochs = self.looks = 0

    def clock(self) -> float:
        """Return ten seconds for each epoch that has been told, and a moment for each look."""
        self.looks += 1
        return 10.0 * self.epochs + 0.001 * self.looks


@pytest.mark.parametrize("trainer", ["fused", "torch"])
@pytest.mark.parametrize("schedule", ["constant", "plateau", "one_cycle"])
class TestInterruptedTraining:
    def fit(self, trainer: str, schedule: str) -> TrainingSettings:
        return TrainingSettings(
            epochs=14, learning_rate=0.02, patience=6, min_delta=0.0, trainer=trainer, schedule=schedule,
            plateau_patience=1, checkpoint_every=3,
        )  # fmt: skip

    def training(
        self, fit: TrainingSettings, kept: InMemory, stop_after: int = 0, token: CancelToken | None = None
    ) -> TrainedNetwork:
        token = token or CancelToken("training")

        def listen(event: ProgressEvent) -> None:
            if isinstance(event, EpochFinished) and event.epoch == stop_after:
                token.cancel()
            if isinstance(event, EpochFinished) and isinstance(token, SlowClock):
                token.epochs = event.epoch

        return train_network(noise(120, 3), noise(90, 53), SMALL, fit, 3, listen, token, checkpoints=kept)

    @pytest.mark.parametrize("stop_after", [1, 2, 3, 5, 7])
    def test_ends_with_the_bytes_of_one_that_was_not(self, trainer: str, schedule: str, stop_after: int) -> None:
        fit = self.fit(trainer, schedule)
        whole = self.training(fit, InMemory())
        first = InMemory()
        with pytest.raises(Cancelled):
            self.training(fit, first, stop_after)
        second = InMemory(first.content)
        again = self.training(fit, second)
        assert tensor_bytes(again.network) == tensor_bytes(whole.network)
        assert (again.best_epoch, again.reason) == (whole.best_epoch, whole.reason)
        for one, other in zip(again.history, whole.history, strict=True):
            assert dataclasses.replace(one, samples_per_second=0) == dataclasses.replace(other, samples_per_second=0)
        assert first.epochs[-1] <= stop_after
        assert second.epochs == [epoch for epoch in range(3, len(whole.history) + 1, 3) if epoch > first.epochs[-1]]

    def test_keeps_the_first_epoch_and_one_every_so_many(self, trainer: str, schedule: str) -> None:
        kept = InMemory()
        fitted = self.training(self.fit(trainer, schedule), kept)
        assert kept.epochs == [1, *range(3, len(fitted.history) + 1, 3)]

    def test_keeps_slow_epochs_by_the_clock(self, trainer: str, schedule: str) -> None:
        kept = InMemory()
        slow = self.fit(trainer, schedule).model_copy(update={"checkpoint_every": 1000})
        fitted = self.training(slow, kept, token=SlowClock())
        assert len(fitted.history) >= 6
        assert kept.epochs == [1, *range(4, len(fitted.history) + 1, 3)], "every third epoch is 30 seconds later"

    def test_or_none(self, trainer: str, schedule: str) -> None:
        kept = InMemory()
        self.training(self.fit(trainer, schedule).model_copy(update={"checkpoint_every": 0}), kept)
        assert kept.epochs == []
