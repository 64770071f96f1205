"""A training that is ended early keeps its best model and goes on later, to the bytes of one that never stopped."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BadInput, Cancelled, RunNotFound, WorkspaceReadOnly
from ktrdr_app.core.locks import taken
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import EpochFinished, LearningStarted, ProgressEvent
from ktrdr_app.workflows import (
    delete_model,
    discard_run,
    list_interrupted,
    list_models,
    list_trashed_models,
    show_model,
)
from ktrdr_app.workflows.requests import TrainRequest, TrainResult
from ktrdr_app.workflows.train_checkpoints import CHECKPOINT_FILE, LOCK_FILE, REQUEST_FILE, TRAINING_FILE
from ktrdr_app.workflows.train_run import train
from tests.core.protected import only_looked_at
from tests.workflows.quick import TEXT, request, with_strategy

LONG = TEXT.replace("epochs: 4", "epochs: 14, checkpoint_every: 5, patience: 14")
SYMBOLS = ("AAPL", "IBM")


def ask(workspace: Workspace, **changes: Any) -> TrainRequest:
    return request(workspace, symbols=SYMBOLS, **changes)


def ended_early(workspace: Workspace, after: int = 7, **changes: Any) -> TrainResult:
    """Train, and ask for the end in an epoch."""
    token = CancelToken("training")

    def listen(event: ProgressEvent) -> None:
        if isinstance(event, EpochFinished) and event.epoch == after:
            token.wind_up()

    return train(ask(workspace, **changes), listen, token)


def broken_off(workspace: Workspace, after: int = 7, **changes: Any) -> None:
    """Train until an epoch is over, and let go without a word, as a crash does."""
    token = CancelToken("training")

    def listen(event: ProgressEvent) -> None:
        if isinstance(event, EpochFinished) and event.epoch == after:
            token.cancel()

    with pytest.raises(Cancelled):
        train(ask(workspace, **changes), listen, token)


def weights(folder: Path) -> dict[str, bytes]:
    state = torch.load(folder / "model.pt", weights_only=True)
    return {name: value.numpy().tobytes() for name, value in state.items()}


@pytest.fixture
def shop(sample_workspace: Workspace) -> Workspace:
    return with_strategy(sample_workspace, LONG)


class TestEndedEarly:
    @pytest.fixture
    def result(self, shop: Workspace) -> TrainResult:
        return ended_early(shop)

    def test_the_epoch_at_hand_is_the_last_and_the_best_is_kept(self, shop: Workspace, result: TrainResult) -> None:
        assert [epoch.epoch for epoch in result.history] == [1, 2, 3, 4, 5, 6, 7]
        best = min(result.history, key=lambda epoch: epoch.val_loss).epoch
        assert result.document["best_epoch"] == best
        told = f"Training was ended by hand after epoch 7 of at most 14; the weights are those of epoch {best}."
        assert result.sentences[0] == told
        assert weights(result.model_path) == weights(train(ask(shop, epochs=7)).model_path)

    def test_the_model_is_whole_and_says_that_it_is_part_of_a_run(self, shop: Workspace, result: TrainResult) -> None:
        (model,) = list_models(shop)
        assert model.complete
        manifest = show_model(shop, result.model_path)["training_manifest"]
        assert manifest["partial"] == {"epochs": 7, "resume": result.resumable}

    def test_it_goes_on_to_the_bytes_of_one_that_never_stopped(self, shop: Workspace, result: TrainResult) -> None:
        (run,) = list_interrupted(shop)
        assert run.name == result.resumable
        events: list[ProgressEvent] = []
        resumed = train(run.request, events.append)
        assert [event.epoch for event in events if isinstance(event, EpochFinished)] == list(range(8, 15))
        (begun,) = [event for event in events if isinstance(event, LearningStarted)]
        assert begun.history == result.history
        whole = train(ask(shop))
        assert weights(resumed.model_path) == weights(whole.model_path)
        assert resumed.resumable is None
        for name in ("metrics", "per_symbol_test", "importance", "calibration"):
            assert resumed.document[name] == whole.document[name]
        assert list_interrupted(shop) == ()
        assert [model.path.name for model in list_models(shop)].count("universal_1d_v1") == 1
        assert "partial" not in show_model(shop, resumed.model_path)["training_manifest"]

    def test_a_wish_that_comes_with_the_last_epoch_changes_nothing(self, shop: Workspace) -> None:
        result = ended_early(shop, after=14)
        assert result.resumable is None
        assert "ended by hand" not in result.sentences[0]
        assert list_interrupted(shop) == ()

    def test_it_is_kept_where_the_strategy_wants_no_checkpoints(self, shop: Workspace) -> None:
        with_strategy(shop, LONG.replace("checkpoint_every: 5", "checkpoint_every: 0"))
        result = ended_early(shop, after=3)
        (run,) = list_interrupted(shop)
        assert (run.name, run.epochs) == (result.resumable, 3)


class TestTheList:
    def test_a_crash_is_listed_with_what_was_asked_for(self, shop: Workspace) -> None:
        broken_off(shop, seed=4, combination="balanced", epochs=12, end="2012-06-30")
        (run,) = list_interrupted(shop)
        assert run.request == ask(shop, seed=4, combination="balanced", epochs=12, end="2012-06-30", resume=run.name)
        assert run.epochs == 5
        assert 1 <= run.best_epoch <= 5
        assert train(run.request).document["epochs_trained"] == 12

    def test_weights_of_symbols_come_back_as_they_were_given(self, shop: Workspace) -> None:
        given = {"AAPL": 2.0, "IBM": 1.5}
        broken_off(shop, combination="weighted", weights=given)
        (run,) = list_interrupted(shop)
        assert run.request.weights == given

    def test_the_newest_comes_first(self, shop: Workspace) -> None:
        for seed in (1, 2):
            broken_off(shop, seed=seed)
        older = next(run for run in list_interrupted(shop) if run.request.seed == 2)
        os.utime(shop.runs / older.name / CHECKPOINT_FILE, (1_000_000_000, 1_000_000_000))
        assert [run.request.seed for run in list_interrupted(shop)] == [1, 2]

    def test_one_that_is_being_trained_is_left_out_and_cannot_be_taken_or_removed(self, shop: Workspace) -> None:
        listed: list[int] = []

        def listen(event: ProgressEvent) -> None:
            if isinstance(event, EpochFinished) and event.epoch == 8:
                listed.append(len(list_interrupted(shop)))
                (path,) = shop.runs.glob(f"*/{CHECKPOINT_FILE}")
                with pytest.raises(BadInput, match="is being trained by another process"):
                    train(ask(shop, resume=path.parent.name))
                with pytest.raises(BadInput, match="is being trained"):
                    discard_run(shop, path.parent.name)

        train(ask(shop), listen)
        assert listed == [0]

    def test_what_cannot_be_read_is_passed_over(self, shop: Workspace) -> None:
        broken_off(shop)
        (path,) = shop.runs.glob(f"*/{REQUEST_FILE}")
        asked = path.read_bytes()
        strange = {"request": {"symbols": ["AAPL"], "colour": "red"}, "model": None}
        for damage in (b"{", b"[1]", json.dumps(strange).encode(), b'{"request": {}, "model": null}', b"{}"):
            path.write_bytes(damage)
            assert list_interrupted(shop) == ()
        path.write_bytes(asked)
        assert len(list_interrupted(shop)) == 1
        state = path.parent / CHECKPOINT_FILE
        state.write_bytes(state.read_bytes()[:-1])
        assert list_interrupted(shop) == ()
        (path.parent / TRAINING_FILE).unlink()
        assert list_interrupted(shop) == ()

    def test_there_is_none_in_a_new_workspace(self, tmp_path: Path) -> None:
        assert list_interrupted(Workspace(tmp_path)) == ()


class TestDiscarding:
    def test_the_model_that_came_of_it_goes_to_the_trash(self, shop: Workspace) -> None:
        result = ended_early(shop)
        (run,) = list_interrupted(shop)
        assert run.model is not None
        assert run.model.resolve() == result.model_path.resolve()
        discard_run(shop, run.name)
        assert list(list_models(shop)) == []
        assert len(list_trashed_models(shop)) == 1
        assert list_interrupted(shop) == ()

    def test_a_model_that_is_gone_already_is_no_obstacle(self, shop: Workspace) -> None:
        result = ended_early(shop)
        delete_model(shop, result.model_path)
        (run,) = list_interrupted(shop)
        assert run.model is None
        discard_run(shop, run.name)
        assert list_interrupted(shop) == ()

    def test_nothing_is_left_of_it(self, shop: Workspace) -> None:
        broken_off(shop)
        (run,) = list_interrupted(shop)
        discard_run(shop, run.name)
        assert list(shop.runs.iterdir()) == []
        with pytest.raises(RunNotFound):
            train(run.request)

    def test_a_name_that_is_none(self, shop: Workspace) -> None:
        with pytest.raises(RunNotFound):
            discard_run(shop, "yesterday")

    def test_nothing_is_removed_from_a_workspace_that_is_only_looked_at(self, shop: Workspace) -> None:
        broken_off(shop)
        (run,) = list_interrupted(shop)
        with only_looked_at(shop), pytest.raises(WorkspaceReadOnly):
            discard_run(shop, run.name)
        assert list_interrupted(shop) == (run,)

    def test_files_of_others_stay(self, shop: Workspace) -> None:
        broken_off(shop)
        (run,) = list_interrupted(shop)
        (shop.runs / run.name / "notes.txt").touch()
        discard_run(shop, run.name)
        assert [path.name for path in (shop.runs / run.name).iterdir()] == ["notes.txt"]


@pytest.fixture
def held(shop: Workspace) -> Iterator[Path]:
    """Return an interrupted run that somebody holds."""
    broken_off(shop)
    (path,) = shop.runs.glob(f"*/{LOCK_FILE}")
    handle = os.open(path, os.O_RDWR)
    assert taken(handle)
    yield path.parent
    os.close(handle)


def test_whoever_holds_a_run_keeps_others_off(held: Path, shop: Workspace) -> None:
    assert list_interrupted(shop) == ()
    with pytest.raises(BadInput, match=held.name):
        train(ask(shop, resume=held.name))
