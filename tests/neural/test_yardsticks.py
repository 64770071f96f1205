"""What a trainer tells before its first epoch, and that a training may be asked to end early."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import EpochFinished, LearningStarted, ProgressEvent
from ktrdr_app.neural.checkpoint import Checkpoint
from ktrdr_app.neural.rows import TrainingData
from ktrdr_app.neural.trainer import train_network
from tests.neural.planted import QUICK, SMALL, planted, tensor_bytes

TRAIN, HELD_OUT = planted(300, 0), planted(150, 1)


class Shelf:
    """Keeps checkpoints in memory."""

    def __init__(self, kept: Checkpoint | None = None) -> None:
        self.kept = kept
        self.saved: list[int] = []

    def load(self) -> Checkpoint | None:
        return self.kept

    def save(self, checkpoint: Checkpoint) -> None:
        self.kept = checkpoint
        self.saved.append(len(checkpoint.history))


def events_of(train: TrainingData = TRAIN, **options: object) -> list[ProgressEvent]:
    events: list[ProgressEvent] = []
    train_network(train, HELD_OUT, SMALL, QUICK, 0, events.append, **options)
    return events


class Until(CancelToken):
    """A token that is wound up once an epoch is told."""

    def __init__(self, epoch: int) -> None:
        super().__init__("training")
        self.epoch = epoch
        self.heard: list[EpochFinished] = []

    def __call__(self, event: ProgressEvent) -> None:
        if isinstance(event, EpochFinished):
            self.heard.append(event)
            if event.epoch == self.epoch:
                self.wind_up()


class TestYardsticks:
    def test_they_come_once_and_first(self) -> None:
        events = events_of()
        assert isinstance(events[0], LearningStarted)
        assert all(isinstance(event, EpochFinished) for event in events[1:])

    def test_they_are_what_the_class_shares_reach_symbol_by_symbol(self) -> None:
        told = events_of()[0]
        assert isinstance(told, LearningStarted)
        counts = np.array([(TRAIN.y == kind).sum() + 1 for kind in range(3)], dtype=float)
        prior, majority = counts / counts.sum(), int(counts.argmax())
        losses, rights = [], []
        for symbol in np.unique(HELD_OUT.symbol_id):
            labels = HELD_OUT.y[HELD_OUT.symbol_id == symbol]
            losses.append(-np.log(prior[labels]).mean())
            rights.append((labels == majority).mean())
        assert told.prior_loss == pytest.approx(np.mean(losses), rel=1e-6)
        assert told.majority_accuracy == pytest.approx(np.mean(rights))
        assert told.majority == majority
        assert told.rows == len(TRAIN)
        assert told.history == ()

    def test_only_the_rows_that_are_learnt_from_count(self) -> None:
        only = np.flatnonzero(TRAIN.y == 2)[:40]
        told = events_of(dataclasses.replace(TRAIN, rows=only))[0]
        assert isinstance(told, LearningStarted)
        assert (told.rows, told.majority) == (40, 2)

    def test_patience_counts_down_from_the_settings(self) -> None:
        epochs = [event for event in events_of() if isinstance(event, EpochFinished)]
        for event in epochs:
            assert event.patience_left is not None
            assert 0 < event.patience_left <= QUICK.patience


class TestWindingUp:
    @pytest.mark.parametrize("trainer", ["fused", "torch"])
    def test_gives_the_best_so_far_and_goes_on_to_the_same_bytes(self, trainer: str) -> None:
        fit = type(QUICK)(**(QUICK.model_dump() | {"trainer": trainer, "epochs": 6, "checkpoint_every": 0}))
        shelf, token = Shelf(), Until(3)
        part = train_network(TRAIN, HELD_OUT, SMALL, fit, 0, token, token, checkpoints=shelf)
        assert part.wound_up
        assert not part.stopped_early
        assert [event.epoch for event in part.history] == [1, 2, 3]
        assert shelf.saved == [3]
        assert part.reason == (
            f"was ended by hand after epoch 3 of at most 6; the weights are those of epoch {part.best_epoch}"
        )
        begun: list[ProgressEvent] = []
        rest = train_network(TRAIN, HELD_OUT, SMALL, fit, 0, begun.append, checkpoints=Shelf(shelf.kept))
        whole = train_network(TRAIN, HELD_OUT, SMALL, fit, 0)
        assert not rest.wound_up
        assert tensor_bytes(rest.network) == tensor_bytes(whole.network)
        assert isinstance(begun[0], LearningStarted)
        assert begun[0].history == part.history

    def test_without_a_place_for_checkpoints_it_ends_all_the_same(self) -> None:
        token = Until(2)
        part = train_network(TRAIN, HELD_OUT, SMALL, QUICK, 0, token, token)
        assert part.wound_up
        assert len(part.history) == 2

    def test_asked_for_before_it_begins_one_epoch_is_run(self) -> None:
        token = Until(0)
        token.wind_up()
        part = train_network(TRAIN, HELD_OUT, SMALL, QUICK, 0, token, token)
        assert len(part.history) == 1

    def test_in_the_last_epoch_nothing_is_early(self) -> None:
        token = Until(QUICK.epochs)
        whole = train_network(TRAIN, HELD_OUT, SMALL, QUICK, 0, token, token)
        assert not whole.wound_up
        assert whole.reason.startswith(f"all {QUICK.epochs} epochs were run")
