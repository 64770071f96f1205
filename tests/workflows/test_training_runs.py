"""Every training in one list: models, interrupted runs and damaged folders, with names, stars, trash and return."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BadInput, Cancelled, InvalidValue, NothingInTrash, StorageProblem
from ktrdr_app.core.locks import file_lock
from ktrdr_app.core.paths import Workspace, shipped
from ktrdr_app.core.progress import EpochFinished, Note, ProgressEvent
from ktrdr_app.workflows.train_checkpoints import LOCK_FILE
from ktrdr_app.workflows.train_run import train
from ktrdr_app.workflows.training_notes import TrainingRemarks
from ktrdr_app.workflows.training_runs import FINISHED, INTERRUPTED, UNUSABLE, TrainingRun, find_training
from tests.model_store.builders import STRATEGY, write_original
from tests.workflows.quick import NAME, SYMBOLS, TEXT, request, trained, with_strategy

LONG = TEXT.replace("epochs: 4", "epochs: 14, checkpoint_every: 3, patience: 14")

FIRST, SECOND = f"models/{NAME}/universal_1d_v1", f"models/{NAME}/universal_1d_v2"


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with two models and an interrupted training; copy it to change it."""
    made = Workspace(tmp_path_factory.mktemp("runs"))
    made.data.mkdir()
    for symbol in SYMBOLS:
        shutil.copy(shipped("resources") / "sample" / f"{symbol}_1d.csv", made.data)
    trained(made, epochs=3)
    trained(made, epochs=2, symbols=("AAPL", "IBM"))
    token = CancelToken("test")

    def stop(event: ProgressEvent) -> None:
        if isinstance(event, EpochFinished) and event.epoch == 7:
            token.cancel()

    with_strategy(made, LONG, "long")
    with pytest.raises(Cancelled):
        train(request(made, strategy="long", symbols=("MSFT",)), stop, token)
    return made


@pytest.fixture
def workspace(master: Workspace, tmp_path: Path) -> Workspace:
    """Return a copy of the workspace that a test may change."""
    shutil.copytree(master.root, tmp_path / "copy", symlinks=True)
    return Workspace(tmp_path / "copy")


def by_state(workspace: Workspace, state: str) -> list[TrainingRun]:
    """Return the trainings in one state."""
    return [run for run in workflows.list_trainings(workspace) if run.state == state]


def papers(workspace: Workspace, key: str) -> dict[str, Any]:
    """Return the metrics of a model as they lie in its folder."""
    return dict(json.loads((workspace.root / key / "metrics.json").read_text(encoding="utf-8")))


def test_an_empty_workspace_has_none(tmp_path: Path) -> None:
    assert workflows.list_trainings(Workspace(tmp_path / "nothing")) == []


def test_models_and_interrupted_runs_are_listed_newest_first(master: Workspace) -> None:
    runs = workflows.list_trainings(master)
    assert [run.state for run in runs] == [INTERRUPTED, FINISHED, FINISHED]
    assert [run.key for run in runs[1:]] == [SECOND, FIRST]
    assert runs[0].key == f"runs/{runs[0].path.name}"
    assert [run.when for run in runs] == sorted((run.when for run in runs), reverse=True)


@pytest.mark.parametrize(("key", "symbols", "epochs"), [(FIRST, SYMBOLS, 3), (SECOND, ("AAPL", "IBM"), 2)])
def test_a_model_has_the_figures_of_its_papers(
    master: Workspace, key: str, symbols: tuple[str, ...], epochs: int
) -> None:
    (run,) = [run for run in workflows.list_trainings(master) if run.key == key]
    told = papers(master, key)
    assert (run.symbols, run.epochs, run.best_epoch) == (symbols, epochs, told["best_epoch"])
    assert (run.strategy_name, run.timeframe, run.problem) == (NAME, "1d", "")
    for name in ("skill", "test_accuracy", "test_nll", "majority_accuracy"):
        assert run.figures[name] == told[name]
    place = told["best_epoch"] - 1
    assert run.figures["val_loss"] == told["history"]["val_loss"][place]
    assert run.figures["val_accuracy"] == told["history"]["val_accuracy"][place]
    assert run.label == run.path.name


def test_an_interrupted_run_tells_how_far_it_came(master: Workspace) -> None:
    (run,) = by_state(master, INTERRUPTED)
    (curves,) = workflows.training_curves(master, [run.key])
    assert (run.strategy_name, run.timeframe, run.symbols) == (NAME, "1d", ("MSFT",))
    assert run.epochs == len(curves.curves["val_loss"]) >= 1
    best = min(range(run.epochs), key=lambda place: curves.curves["val_loss"][place])
    assert run.best_epoch == best + 1
    assert run.figures == {
        "val_loss": curves.curves["val_loss"][best],
        "val_accuracy": curves.curves["val_accuracy"][best],
    }
    assert run.problem == ""


def test_curves_are_the_history(master: Workspace) -> None:
    found = workflows.training_curves(master, [SECOND, FIRST])
    assert [each.key for each in found] == [SECOND, FIRST]
    for each in found:
        assert each.curves == papers(master, each.key)["history"]
        assert each.best_epoch == papers(master, each.key)["best_epoch"]


def test_a_damaged_model_is_listed_with_what_is_wrong(workspace: Workspace) -> None:
    (workspace.root / FIRST / "model.pt").unlink()
    (run,) = by_state(workspace, UNUSABLE)
    assert run.key == FIRST
    assert "model.pt" in run.problem
    assert run.figures == {}


def test_a_damaged_checkpoint_is_listed_with_what_is_wrong(workspace: Workspace) -> None:
    (run,) = by_state(workspace, INTERRUPTED)
    path = run.path / "checkpoint.bin"
    path.write_bytes(path.read_bytes()[:-5])
    (found,) = by_state(workspace, INTERRUPTED)
    assert "damaged" in found.problem
    assert (found.epochs, found.best_epoch, found.figures) == (None, None, {})
    path.unlink()
    (found,) = by_state(workspace, INTERRUPTED)
    assert found.problem
    (run.path / "training.json").write_text("{", encoding="utf-8")
    (found,) = by_state(workspace, INTERRUPTED)
    assert (found.strategy_name, found.symbols) == ("", ())


def test_models_of_the_original_have_what_they_say(workspace: Workspace) -> None:
    folder = write_original(workspace.models)
    (run,) = [run for run in workflows.list_trainings(workspace) if run.path == folder]
    assert run.key == f"models/{STRATEGY}/{folder.name}"
    assert (run.symbols, run.epochs, run.best_epoch) == (("MSFT",), 10, None)
    assert "skill" not in run.figures
    with pytest.raises(BadInput, match="there is no training"):
        workflows.training_curves(workspace, ["models/x/universal_1d_v1"])


def test_copies_in_the_archive_are_no_trainings(workspace: Workspace) -> None:
    write_original(workspace.models, folder="legacy")
    assert len(workflows.list_trainings(workspace)) == 3


def test_a_training_without_epochs_says_so(workspace: Workspace) -> None:
    (run,) = by_state(workspace, INTERRUPTED)
    (run.path / "checkpoint.bin").unlink()
    with pytest.raises((BadInput, OSError)):
        workflows.training_curves(workspace, [run.key])


def test_name_and_star_are_kept_for_any(workspace: Workspace) -> None:
    (stopped,) = by_state(workspace, INTERRUPTED)
    for key in (FIRST, stopped.key):
        before = workflows.say_of_training(workspace, key, name="the good one", star=True)
        assert before == TrainingRemarks()
        (run,) = [run for run in workflows.list_trainings(workspace) if run.key == key]
        assert (run.name, run.label, run.star) == ("the good one", "the good one", True)
    workflows.say_of_training(workspace, FIRST, name="")
    (run,) = [run for run in workflows.list_trainings(workspace) if run.key == FIRST]
    assert (run.label, run.star) == ("universal_1d_v1", True)


def test_the_note_of_a_model_is_the_models_own(workspace: Workspace) -> None:
    workflows.annotate_model(workspace, workspace.root / FIRST, "from the models station")
    before = workflows.say_of_training(workspace, FIRST, note="from the training station")
    assert before.note == "from the models station"
    (model,) = [model for model in workflows.list_models(workspace) if model.version == 1]
    assert model.note == "from the training station"
    (run,) = [run for run in workflows.list_trainings(workspace) if run.key == FIRST]
    assert run.note == "from the training station"


def test_an_interrupted_run_has_a_note_too(workspace: Workspace) -> None:
    (run,) = by_state(workspace, INTERRUPTED)
    workflows.say_of_training(workspace, run.key, note="stopped for lunch")
    assert by_state(workspace, INTERRUPTED)[0].note == "stopped for lunch"


def test_nothing_is_said_of_what_is_not_there(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match="there is no training"):
        workflows.say_of_training(workspace, "models/quick/universal_1d_v9", star=True)


def test_a_deleted_model_comes_back_with_what_was_said(workspace: Workspace) -> None:
    workflows.say_of_training(workspace, FIRST, name="keep", star=True)
    before = workflows.list_trainings(workspace)
    gone = workflows.delete_training(workspace, FIRST)
    assert gone.folder.parent == workspace.trash
    assert [run.key for run in workflows.list_trainings(workspace) if run.key == FIRST] == []
    assert workflows.restore_training(workspace, FIRST).key == FIRST
    assert workflows.list_trainings(workspace) == before


def test_a_deleted_interrupted_run_comes_back_and_can_go_on(workspace: Workspace) -> None:
    (run,) = by_state(workspace, INTERRUPTED)
    files = {path.name: path.read_bytes() for path in run.path.iterdir()}
    workflows.delete_training(workspace, run.key)
    assert by_state(workspace, INTERRUPTED) == []
    assert not run.path.exists()
    workflows.restore_training(workspace, run.key)
    assert {path.name: path.read_bytes() for path in run.path.iterdir()} == files
    resumed = train(request(workspace, strategy="long", symbols=("MSFT",), resume=run.path.name))
    assert len(resumed.history) == 14


def test_one_that_is_being_trained_is_neither_listed_nor_deleted(workspace: Workspace) -> None:
    (run,) = by_state(workspace, INTERRUPTED)
    with file_lock(run.path / LOCK_FILE):
        assert by_state(workspace, INTERRUPTED) == []
        with pytest.raises(BadInput):
            workflows.delete_training(workspace, run.key)
    assert run.path.is_dir()
    assert by_state(workspace, INTERRUPTED) == [run]


def test_the_newest_deletion_of_a_name_is_the_one_brought_back(workspace: Workspace) -> None:
    (run,) = by_state(workspace, INTERRUPTED)
    for content in (b"older", b"newer"):
        (run.path / "extra.txt").write_bytes(content)
        kept = {path.name: path.read_bytes() for path in run.path.iterdir()}
        workflows.delete_training(workspace, run.key)
        if content == b"older":
            run.path.mkdir()
            for name, data in kept.items():
                (run.path / name).write_bytes(data)
    workflows.restore_training(workspace, run.key)
    assert (run.path / "extra.txt").read_bytes() == b"newer"


def test_what_is_there_again_is_not_written_over(workspace: Workspace) -> None:
    (run,) = by_state(workspace, INTERRUPTED)
    workflows.delete_training(workspace, run.key)
    run.path.mkdir()
    with pytest.raises(InvalidValue) as caught:
        workflows.restore_training(workspace, run.key)
    assert "place is free" in caught.value.hint


@pytest.mark.parametrize("key", ["runs/20200101T000000Z-train-x-1d-aaaaaa", "models/quick/universal_1d_v9"])
def test_what_was_never_deleted_cannot_come_back(workspace: Workspace, key: str) -> None:
    with pytest.raises(NothingInTrash):
        workflows.restore_training(workspace, key)
    with pytest.raises(BadInput):
        workflows.delete_training(workspace, key)


def test_the_time_of_an_interrupted_run_is_that_of_its_last_checkpoint(workspace: Workspace) -> None:
    (run,) = by_state(workspace, INTERRUPTED)
    os.utime(run.path / "training.json", (1_000_000_000, 1_000_000_000))
    os.utime(run.path / "checkpoint.bin", (1_600_000_000, 1_600_000_000))
    assert by_state(workspace, INTERRUPTED)[0].when == "2020-09-13T12:26:40+00:00"


def stopped_by_hand(workspace: Workspace, after: int = 5, **changes: Any) -> str:
    """Train the long strategy on MSFT, end it after an epoch with its best kept, and return its run."""
    token = CancelToken("test")

    def stop(event: ProgressEvent) -> None:
        if isinstance(event, EpochFinished) and event.epoch == after:
            token.wind_up()

    result = train(request(workspace, strategy="long", symbols=("MSFT",), **changes), stop, token)
    assert result.resumable is not None
    return result.resumable


class TestOneTrainingIsOneLine:
    @pytest.fixture
    def shop(self, workspace: Workspace) -> Workspace:
        (left,) = by_state(workspace, INTERRUPTED)
        workflows.delete_training(workspace, left.key)
        return workspace

    def of(self, workspace: Workspace) -> list[TrainingRun]:
        return [run for run in workflows.list_trainings(workspace) if run.symbols == ("MSFT",)]

    def test_stopped_with_its_best_kept_it_is_both_a_model_and_one_that_can_go_on(self, shop: Workspace) -> None:
        name = stopped_by_hand(shop)
        (line,) = self.of(shop)
        assert (line.state, line.stopped, line.resumable, line.kept_epochs) == (FINISHED, True, name, 5)
        assert line.key == f"models/{NAME}/universal_1d_v3"
        assert (line.epochs, line.earlier) == (5, ())
        assert find_training(shop, f"runs/{name}").state == INTERRUPTED, "its state is still known by its key"

    def test_resumed_there_is_still_one_with_what_was_said_of_it(self, shop: Workspace) -> None:
        stopped_by_hand(shop)
        (before,) = self.of(shop)
        workflows.say_of_training(shop, before.key, name="mine", star=True, note="for lunch")
        (kept,) = workflows.list_interrupted(shop)
        resumed = train(kept.request)
        (line,) = self.of(shop)
        assert line.path.resolve() == resumed.model_path.resolve()
        assert (line.name, line.star, line.note) == ("mine", True, "for lunch")
        assert (line.stopped, line.resumable, line.epochs) == (False, "", 14)
        assert line.earlier == (before.key,)
        assert len(list(shop.models.glob("*/universal_1d_v*"))) == 4, "the partial model itself stays"

    def test_stopped_twice_it_is_still_one(self, shop: Workspace) -> None:
        name = stopped_by_hand(shop)
        assert stopped_by_hand(shop, after=9, resume=name) == name
        (line,) = self.of(shop)
        assert (line.epochs, line.stopped, line.resumable, line.kept_epochs) == (9, True, name, 9)
        assert len(line.earlier) == 1

    def test_a_crash_after_it_went_on_is_told_on_the_models_line(self, shop: Workspace) -> None:
        name, token = stopped_by_hand(shop), CancelToken("test")

        def crash(event: ProgressEvent) -> None:
            if isinstance(event, EpochFinished) and event.epoch == 13:
                token.cancel()

        with pytest.raises(Cancelled):
            train(request(shop, strategy="long", symbols=("MSFT",), resume=name), crash, token)
        (line,) = self.of(shop)
        assert (line.epochs, line.kept_epochs, line.resumable) == (5, 12, name)

    def test_the_name_of_one_that_a_crash_left_goes_to_its_model(self, workspace: Workspace) -> None:
        (left,) = by_state(workspace, INTERRUPTED)
        workflows.say_of_training(workspace, left.key, name="left", note="by a crash")
        (kept,) = workflows.list_interrupted(workspace)
        train(kept.request)
        (line,) = self.of(workspace)
        assert (line.state, line.name, line.note, line.earlier) == (FINISHED, "left", "by a crash", ())

    def test_what_was_said_of_it_may_be_lost_but_not_the_model(self, workspace: Workspace) -> None:
        (kept,) = workflows.list_interrupted(workspace)
        (workspace.runs / "trainings.json").write_text("{")
        notes: list[str] = []
        result = train(kept.request, lambda event: notes.append(event.text) if isinstance(event, Note) else None)
        assert result.model_path.is_dir()
        assert f"name, star and note of runs/{kept.name} do not go on with the model" in "\n".join(notes)

    def test_a_damaged_state_is_told_on_a_line_of_its_own(self, shop: Workspace) -> None:
        name = stopped_by_hand(shop)
        path = shop.runs / name / "checkpoint.bin"
        path.write_bytes(path.read_bytes()[:-5])
        model, state = sorted(self.of(shop), key=lambda run: run.key)
        assert (model.state, model.stopped, model.resumable) == (FINISHED, True, "")
        assert (state.state, state.resumable) == (INTERRUPTED, "")
        assert "damaged" in state.problem

    def test_deleted_it_goes_whole_and_comes_back_whole(self, shop: Workspace) -> None:
        name = stopped_by_hand(shop)
        stopped_by_hand(shop, after=9, resume=name)
        before = workflows.list_trainings(shop)
        (line,) = self.of(shop)
        gone = workflows.delete_training(shop, line.key)
        assert self.of(shop) == []
        assert gone.also == (f"runs/{name}", *line.earlier)
        for key in (gone.key, *gone.also):
            workflows.restore_training(shop, key)
        assert workflows.list_trainings(shop) == before
        assert len(train(request(shop, strategy="long", symbols=("MSFT",), resume=name)).history) == 14

    def test_what_cannot_go_whole_stays_whole(self, shop: Workspace) -> None:
        stopped_by_hand(shop)
        before = workflows.list_trainings(shop)
        (line,) = self.of(shop)
        lock = line.path.parent / ".versions" / ".lock"
        lock.unlink()
        lock.mkdir()  # models cannot be deleted now, the kept state can
        with pytest.raises(StorageProblem):
            workflows.delete_training(shop, line.key)
        assert workflows.list_trainings(shop) == before

    def test_discarding_takes_all_its_models(self, shop: Workspace) -> None:
        name = stopped_by_hand(shop)
        stopped_by_hand(shop, after=9, resume=name)
        (kept,) = workflows.list_interrupted(shop)
        assert kept.model is not None
        assert len(kept.older) == 1
        workflows.discard_run(shop, name)
        assert self.of(shop) == []
        assert len(workflows.list_trashed_models(shop)) == 2
