"""An interrupted training: what is left of it, who may go on from it, and that it ends with the same bytes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BadInput, Cancelled, KtrdrError, RunNotFound, WorkspaceReadOnly
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import EpochFinished, Note, silent
from ktrdr_app.neural.checkpoint import Checkpoint
from ktrdr_app.neural.engine import EngineState
from ktrdr_app.workflows.train_checkpoints import (
    CHECKPOINT_FILE,
    LOCK_FILE,
    REQUEST_FILE,
    TRAINING_FILE,
    RunCheckpoints,
    remove_run,
)
from ktrdr_app.workflows.train_run import train
from tests.core.children import REPO, environment, run_python
from tests.core.protected import only_looked_at
from tests.workflows.quick import TEXT, files_below, request, with_strategy

LONG = TEXT.replace("epochs: 4", "epochs: 14, checkpoint_every: 3, patience: 14")


@pytest.fixture
def shop(sample_workspace: Workspace) -> Workspace:
    return with_strategy(sample_workspace, LONG)


def weights(folder: Path) -> dict[str, bytes]:
    state = torch.load(folder / "model.pt", weights_only=True)
    return {name: value.numpy().tobytes() for name, value in state.items()}


def interrupted(workspace: Workspace, after: int = 7, **changes: object) -> tuple[Path, list[Note]]:
    """Train until an epoch is over, and return the folder that is left, and what was said."""
    token, notes = CancelToken("training"), []

    def listen(event: object) -> None:
        if isinstance(event, EpochFinished) and event.epoch == after:
            token.cancel()
        if isinstance(event, Note):
            notes.append(event)

    with pytest.raises(Cancelled):
        train(request(workspace, **changes), listen, token)
    (path,) = workspace.runs.glob(f"*/{CHECKPOINT_FILE}")
    return path.parent, notes


def refusal(workspace: Workspace, **changes: object) -> KtrdrError:
    before = files_below(workspace.runs)
    with pytest.raises(KtrdrError) as caught:
        train(request(workspace, **changes))
    assert files_below(workspace.runs) == before
    assert not workspace.models.exists() or not files_below(workspace.models)
    return caught.value


class TestGoingOn:
    def test_ends_with_the_bytes_of_a_training_that_was_not_interrupted(self, shop: Workspace) -> None:
        folder, notes = interrupted(shop)
        assert any(f"--resume {folder.name}" in note.text for note in notes)
        assert files_below(shop.models) == []
        epochs: list[int] = []
        resumed = train(
            request(shop, resume=folder.name),
            lambda event: epochs.append(event.epoch) if isinstance(event, EpochFinished) else None,
        )
        assert epochs == list(range(7, 15))
        assert not folder.exists()
        whole = train(request(shop))
        assert weights(resumed.model_path) == weights(whole.model_path)
        assert resumed.document["epochs_trained"] == whole.document["epochs_trained"] == 14
        assert not list(shop.runs.glob(f"*/{CHECKPOINT_FILE}"))

    def test_by_path_and_with_more_epochs(self, shop: Workspace) -> None:
        folder, _ = interrupted(shop, epochs=9)
        resumed = train(request(shop, resume=str(folder), epochs=12))
        whole = train(request(shop, epochs=12))
        assert weights(resumed.model_path) == weights(whole.model_path)

    def test_the_latest_is_that_of_the_beginning_though_another_one_breaks_off_meanwhile(self, shop: Workspace) -> None:
        folder, _ = interrupted(shop)
        later = shop.runs / "29990101T000000Z-train-quick-1d-ffffff"

        def listen(_event: object) -> None:
            if not later.exists():
                shutil.copytree(folder, later)

        train(request(shop, resume="latest"), listen)
        assert list(shop.runs.iterdir()) == [later]

    def test_after_the_process_was_killed(self, shop: Workspace) -> None:
        code = (
            "import sys; from pathlib import Path; from ktrdr_app.core.paths import Workspace\n"
            "from tests.workflows.quick import request; from ktrdr_app.workflows.train_run import train\n"
            "from ktrdr_app.core.progress import EpochFinished\n"
            "def say(event):\n"
            "    if isinstance(event, EpochFinished):\n"
            "        print(event.epoch, flush=True)\n"
            "        if event.epoch == 8: sys.stdin.read()\n"
            "train(request(Workspace(Path(sys.argv[1]))), say)\n"
        )
        child = subprocess.Popen(
            [sys.executable, "-c", code, str(shop.root)],
            cwd=REPO, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert child.stdout is not None
        while child.stdout.readline().strip() != "8":
            assert child.poll() is None
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
        resumed = train(request(shop, resume="latest"))
        assert weights(resumed.model_path) == weights(train(request(shop)).model_path)


class TestTheFirstCheckpoint:
    """Of a training that wants one every ten epochs."""

    @pytest.fixture
    def shop(self, sample_workspace: Workspace) -> Workspace:
        return with_strategy(sample_workspace, TEXT.replace("epochs: 4", "epochs: 14, patience: 14"))

    @pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is a thing of POSIX")
    def test_killed_in_its_second_epoch_it_ends_with_the_bytes_of_one_that_was_not(self, shop: Workspace) -> None:
        code = (
            "import os, signal, sys; from pathlib import Path; from ktrdr_app.core.paths import Workspace\n"
            "from tests.workflows.quick import request; from ktrdr_app.workflows.train_run import train\n"
            "from ktrdr_app.core.progress import EpochFinished\n"
            "def die(event):\n"
            "    if isinstance(event, EpochFinished) and event.epoch == 2:\n"
            "        os.kill(os.getpid(), signal.SIGKILL)\n"
            "train(request(Workspace(Path(sys.argv[1]))), die)\n"
        )
        assert run_python(code, shop.root).returncode == -signal.SIGKILL
        (path,) = shop.runs.glob(f"*/{CHECKPOINT_FILE}")
        epochs: list[int] = []
        resumed = train(
            request(shop, resume=path.parent.name),
            lambda event: epochs.append(event.epoch) if isinstance(event, EpochFinished) else None,
        )
        assert epochs == list(range(2, 15)), "one epoch is all that was lost"
        whole = train(request(shop))
        assert weights(resumed.model_path) == weights(whole.model_path)
        assert list(shop.runs.iterdir()) == []

    def test_a_short_training_hears_nothing_of_it_and_leaves_nothing(self, shop: Workspace) -> None:
        notes: list[str] = []
        train(request(shop, epochs=9), lambda event: notes.append(event.text) if isinstance(event, Note) else None)
        assert not any("--resume" in text for text in notes)
        assert list(shop.runs.iterdir()) == []

    def test_one_that_is_cancelled_says_how_it_goes_on(self, shop: Workspace) -> None:
        folder, notes = interrupted(shop, after=2)
        assert [note.text for note in notes if f"--resume {folder.name}" in note.text] == [notes[-1].text]

    def test_none_is_written_where_none_is_wanted(self, shop: Workspace) -> None:
        with_strategy(shop, TEXT.replace("epochs: 4", "epochs: 14, checkpoint_every: 0, patience: 14"))
        token = CancelToken("training")

        def listen(event: object) -> None:
            if isinstance(event, EpochFinished) and event.epoch == 12:
                token.cancel()

        with pytest.raises(Cancelled):
            train(request(shop), listen, token)
        assert not shop.runs.exists()


class TestRefusals:
    def test_no_such_run(self, shop: Workspace) -> None:
        error = refusal(shop, resume="yesterday")
        assert isinstance(error, RunNotFound)
        assert error.hint == "no training of this workspace was interrupted"

    def test_the_runs_that_are_there_are_told(self, shop: Workspace) -> None:
        folder, _ = interrupted(shop)
        assert folder.name in refusal(shop, resume="yesterday").hint

    def test_a_name_that_leaves_the_folder(self, shop: Workspace) -> None:
        assert isinstance(refusal(shop, resume="../.."), RunNotFound)

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"seed": 5}, "seed was 0, now it is 5"),
            ({"symbols": ("AAPL", "IBM")}, "symbols was ['AAPL', 'IBM', 'MSFT']"),
            ({"batch_size": 64}, "strategy.training.batch_size was 32, now it is 64"),
            ({"end": "2010-01-01"}, "data_fingerprints.AAPL was"),
        ],
    )
    def test_another_training(self, shop: Workspace, changes: dict[str, object], told: str) -> None:
        folder, _ = interrupted(shop)
        error = refusal(shop, resume=folder.name, **changes)
        assert isinstance(error, BadInput)
        assert f"run {folder.name} trained something else: {told}" in error.message

    def test_a_damaged_checkpoint(self, shop: Workspace) -> None:
        folder, _ = interrupted(shop)
        path = folder / CHECKPOINT_FILE
        path.write_bytes(path.read_bytes()[:-1])
        assert "the checkpoint is damaged" in refusal(shop, resume=folder.name).message

    def test_a_damaged_description(self, shop: Workspace) -> None:
        folder, _ = interrupted(shop)
        (folder / TRAINING_FILE).write_text("{", encoding="utf-8")
        assert "is damaged" in refusal(shop, resume=folder.name).message

    def test_it_is_told_before_anything_is_computed(self, shop: Workspace) -> None:
        events: list[object] = []
        with pytest.raises(RunNotFound):
            train(request(shop, resume="yesterday"), events.append)
        assert events == []

    def test_how_long_it_may_go_on_and_what_comes_after_are_no_other_training(self, shop: Workspace) -> None:
        folder, _ = interrupted(shop)
        longer = LONG.replace("patience: 14", "patience: 12").replace(
            "confidence_threshold: 0.3", "confidence_threshold: 0.4"
        )
        with_strategy(shop, longer)
        assert train(request(shop, resume=folder.name)).document["epochs_trained"] > 7


class TestTheFolder:
    def test_what_cannot_be_removed_is_told_and_the_model_stays(self, shop: Workspace) -> None:
        notes: list[str] = []

        def listen(event: object) -> None:
            if isinstance(event, EpochFinished) and event.epoch == 14:
                (kept,) = shop.runs.glob(f"*/{CHECKPOINT_FILE}")
                kept.unlink()
                kept.mkdir()
            if isinstance(event, Note):
                notes.append(event.text)

        result = train(request(shop), listen)
        assert result.model_path.is_dir()
        assert any("the model is saved, but runs/" in note for note in notes)

    def test_says_what_was_trained(self, shop: Workspace) -> None:
        folder, _ = interrupted(shop)
        told = json.loads((folder / TRAINING_FILE).read_text())
        assert told["symbols"] == ["AAPL", "IBM", "MSFT"]
        assert "epochs" not in told["strategy"]["training"]
        assert files_below(folder) == [CHECKPOINT_FILE, LOCK_FILE, REQUEST_FILE, TRAINING_FILE]

    def test_a_short_training_leaves_none(self, sample_workspace: Workspace) -> None:
        train(request(with_strategy(sample_workspace)))
        assert not sample_workspace.runs.exists() or not list(sample_workspace.runs.iterdir())


def test_what_a_killed_write_left_goes_with_the_run_and_what_is_not_ours_stays(shop: Workspace) -> None:
    folder, _ = interrupted(shop, after=1)
    (folder / f".{CHECKPOINT_FILE}.0a1b2c3d.tmp").write_bytes(b"half of it")
    mine = folder / "notes.tmp"
    mine.write_text("mine")
    remove_run(folder)
    assert files_below(folder) == ["notes.tmp"]
    mine.unlink()
    remove_run(folder)
    assert not folder.exists()


def test_what_a_protected_workspace_keeps_of_a_run_is_neither_written_nor_removed(sample_workspace: Workspace) -> None:
    weights = np.zeros(3, dtype=np.float32)
    kept = RunCheckpoints(request(sample_workspace), {"strategy": {"name": "quick"}}, silent)
    with only_looked_at(sample_workspace), pytest.raises(WorkspaceReadOnly):
        kept.save(Checkpoint("fused", EngineState(weights, 1, {}), weights, ()))
    kept.folder.mkdir(parents=True)
    (kept.folder / TRAINING_FILE).touch()
    with only_looked_at(sample_workspace), pytest.raises(WorkspaceReadOnly):
        kept.remove()
    kept.remove()
    assert not kept.folder.exists()
