"""Models of before come back once, when they are asked for, and never in the place of a training under way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.panels.training.recalling import Recalling
from ktrdr_app.gui.panels.training.runs import TrainingRuns
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.workflows.requests import TrainRequest
from tests.gui.helpers import settle

pytestmark = pytest.mark.gui


class Bench:
    """A station on a workspace with one model, and what it is told of it."""

    def __init__(self, qtbot: QtBot, context: AppContext) -> None:
        self.qtbot, self.context = qtbot, context
        self.station = Station(context)
        qtbot.addWidget(self.station)
        self.runs = TrainingRuns(context, self.station)
        self.recalling = Recalling(self.runs, self.station)
        self.newest: list[str] = []
        self.older: list[str] = []
        self.recalling.newest.connect(lambda view: self.newest.append(view.name))
        self.recalling.older.connect(lambda view: self.older.append(view.name))

    @property
    def model(self) -> Path:
        """Return the folder of the one model."""
        return self.context.workspace.models / "quick" / "universal_1d_v1"

    def train(self, _models: object = None) -> None:
        """Begin a training that waits before it has done anything."""
        self.runs.add(TrainRequest(self.context.workspace, "quick", ("AAPL",), "1d"))
        self.runs.toggle_pause()

    def look(self) -> None:
        """Read the lists, as when the window opens, and wait for all but the training."""
        self.context.catalog.refresh()
        self.rest()

    def rest(self) -> None:
        """Wait for all but the training."""
        self.qtbot.waitUntil(lambda: all(not task.quiet for task in self.context.tasks.running), timeout=20_000)


@pytest.fixture
def bench(qtbot: QtBot, dark: object, tasks: TaskManager, trained_workspace: Workspace) -> Iterator[Bench]:
    made = Bench(qtbot, AppContext(trained_workspace, tasks))
    yield made
    tasks.cancel_all()
    settle(qtbot, tasks)


def test_the_newest_comes_back_once(bench: Bench) -> None:
    for _ in range(2):
        bench.look()
        assert bench.newest == ["universal_1d_v1"]


def test_where_something_is_shown_already_it_does_not(bench: Bench) -> None:
    bench.recalling.leave()
    bench.look()
    assert bench.newest == []


def test_nor_while_a_training_runs(bench: Bench, qtbot: QtBot) -> None:
    bench.train()
    bench.look()
    assert bench.newest == []
    bench.context.tasks.cancel_all()
    settle(qtbot, bench.context.tasks)
    bench.look()
    assert bench.newest == ["universal_1d_v1"], "that one came to nothing"


def test_nor_where_one_begins_while_it_is_read(bench: Bench) -> None:
    bench.context.catalog.models.loaded.connect(bench.train, Qt.ConnectionType.SingleShotConnection)
    bench.look()
    assert bench.runs.running
    assert bench.newest == []


def test_an_older_one_comes_back_when_it_is_asked_for(bench: Bench) -> None:
    bench.recalling.recall(bench.model)
    bench.rest()
    assert (bench.older, bench.newest) == (["universal_1d_v1"], [])


def test_while_a_training_runs_that_is_told_instead(bench: Bench) -> None:
    told: list[str] = []
    bench.context.notified.connect(lambda _level, text, _details: told.append(text))
    bench.train()
    bench.recalling.recall(bench.model)
    bench.rest()
    assert (bench.older, told) == ([], ["A training runs; older ones can be shown when it is over"])


def test_an_older_one_gives_way_to_a_training_that_begins_while_it_is_read(bench: Bench) -> None:
    bench.recalling.recall(bench.model)
    bench.train()
    bench.rest()
    assert bench.older == []
