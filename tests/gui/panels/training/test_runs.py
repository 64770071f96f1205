"""One training after another: what each comes to is told once, and nothing is left behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import EpochFinished, LearningStarted
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.runs import FinishedRun, TrainingRuns, request_words
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.workflows.requests import TrainRequest
from tests.gui.helpers import settle

pytestmark = pytest.mark.gui


class Heard(QObject):
    """Writes down what runs tell, in order."""

    def __init__(self, runs: TrainingRuns) -> None:
        super().__init__()
        self.told: list[str] = []
        self.finished: list[FinishedRun] = []
        self.errors: list[KtrdrError] = []
        self.epochs: list[int] = []
        runs.begun.connect(lambda request: self.told.append(f"begun {request.seed}"))
        runs.succeeded.connect(self._succeeded)
        runs.failed.connect(self._failed)
        runs.stopped.connect(lambda: self.told.append("stopped"))
        runs.ended.connect(lambda: self.told.append("ended"))
        runs.progressed.connect(self._progressed)

    def _succeeded(self, run: FinishedRun) -> None:
        self.told.append("succeeded")
        self.finished.append(run)

    def _failed(self, error: KtrdrError) -> None:
        self.told.append("failed")
        self.errors.append(error)

    def _progressed(self, events: tuple[object, ...]) -> None:
        self.epochs += [event.epoch for event in events if isinstance(event, EpochFinished)]


@pytest.fixture
def runs(qtbot: QtBot, dark: object, tasks: TaskManager, small_workspace: Workspace) -> Iterator[TrainingRuns]:
    context = AppContext(small_workspace, tasks)
    made = TrainingRuns(context, context)
    yield made
    made._set_queue(())
    tasks.cancel_all()
    settle(qtbot, tasks)


@pytest.fixture
def heard(runs: TrainingRuns) -> Heard:
    return Heard(runs)


@pytest.fixture
def ask(small_workspace: Workspace) -> Callable[..., TrainRequest]:
    def make(seed: int = 0, strategy: str = "quick", epochs: int = 2) -> TrainRequest:
        return TrainRequest(small_workspace, strategy, ("AAPL", "IBM"), "1d", epochs=epochs, seed=seed)

    return make


def test_a_training_is_told_from_its_beginning_to_its_end(
    runs: TrainingRuns, heard: Heard, ask: Callable[..., TrainRequest], qtbot: QtBot, tasks: TaskManager
) -> None:
    wanted = ask(seed=4)
    runs.add(wanted)
    assert runs.running
    assert runs.request is wanted
    assert runs.task is not None
    assert runs.task.title == "Train quick on AAPL, IBM"
    settle(qtbot, tasks)
    assert heard.told == ["begun 4", "succeeded", "ended"]
    assert heard.epochs == [1, 2]
    assert (runs.running, runs.request, runs.task, runs.ending, runs.paused) == (False, None, None, False, False)
    (model,) = workflows.list_models(wanted.workspace)
    (run,) = heard.finished
    assert (Path(run.view.path), run.resumable, run.epochs) == (model.path, None, 2)


def test_a_failure_is_told_and_the_next_begins_all_the_same(
    runs: TrainingRuns, heard: Heard, ask: Callable[..., TrainRequest], qtbot: QtBot, tasks: TaskManager
) -> None:
    for seed, strategy in ((1, "missing"), (2, "missing"), (3, "quick")):
        runs.add(ask(seed, strategy))
    assert [request.seed for request in runs.queue] == [2, 3]
    settle(qtbot, tasks)
    assert heard.told == ["begun 1", "failed", "ended", "begun 2", "failed", "ended", "begun 3", "succeeded", "ended"]
    assert all("missing" in error.message for error in heard.errors)
    assert runs.queue == ()


def test_stopped_before_it_has_learnt_anything_it_leaves_nothing(
    runs: TrainingRuns, heard: Heard, ask: Callable[..., TrainRequest], qtbot: QtBot, tasks: TaskManager
) -> None:
    runs.add(ask(1))
    runs.stop()
    assert runs.ending
    settle(qtbot, tasks)
    assert heard.told == ["begun 1", "stopped", "ended"]
    assert list(workflows.list_models(ask().workspace)) == []


def test_without_a_training_nothing_can_be_stopped_or_paused(runs: TrainingRuns, heard: Heard) -> None:
    runs.stop()
    runs.toggle_pause()
    assert heard.told == []
    assert (runs.running, runs.paused, runs.ending) == (False, False, False)


def test_a_pause_is_told_on_and_off(
    runs: TrainingRuns, ask: Callable[..., TrainRequest], qtbot: QtBot, tasks: TaskManager
) -> None:
    told: list[bool] = []
    runs.pauseChanged.connect(told.append)
    runs.add(ask())
    runs.toggle_pause()
    assert runs.paused
    runs.toggle_pause()
    assert not runs.paused
    settle(qtbot, tasks)
    assert told == [True, False]


def test_a_training_in_one_line(ask: Callable[..., TrainRequest]) -> None:
    assert request_words(ask()) == "quick 1d · AAPL, IBM"


def test_there_is_something_to_keep_once_an_epoch_is_over_here_or_before(
    runs: TrainingRuns, ask: Callable[..., TrainRequest]
) -> None:
    runs.add(ask())
    runs.toggle_pause()
    task = runs.task
    assert task is not None
    epoch = EpochFinished(3, 10, 1.0, 1.0, 0.5, 0.5, 2, 1.0)
    for history, keeps in ((), False), ((epoch,), True):
        task.progressed.emit((LearningStarted(100, 1.0, 0.5, 1, history),))
        assert task.keeps is keeps
    task.keeps = False
    task.progressed.emit((epoch,))
    assert task.keeps
