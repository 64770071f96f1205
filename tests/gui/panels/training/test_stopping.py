"""A run by clicks: paused, ended early with its best model kept, resumed to the same bytes, discarded, queued."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import EpochFinished, ProgressEvent
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.log.tasks import TaskList
from ktrdr_app.gui.panels.training.panel import TrainingPanel
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows.requests import TrainRequest
from tests.gui.helpers import QUICK_STRATEGY, child, click, settle, tick

pytestmark = pytest.mark.gui

PATIENT = QUICK_STRATEGY.replace(
    "epochs: 3, batch_size: 256, patience: 50", "epochs: 3, batch_size: 32, patience: 5000"
)
"""One whose epochs are slow enough to be stopped between two of them."""


@pytest.fixture
def shop(small_workspace: Workspace) -> Workspace:
    (small_workspace.strategies / "quick.yaml").write_text(PATIENT, encoding="utf-8")
    return small_workspace


def opened(qtbot: QtBot, tasks: TaskManager, workspace: Workspace) -> TrainingPanel:
    made = TrainingPanel(AppContext(workspace, tasks))
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.show()
    made.refresh()
    settle(qtbot, tasks)
    made.form.strategy.setCurrentIndex(made.form.strategy.findData("quick"))
    return made


@pytest.fixture
def panel(qtbot: QtBot, dark: object, tasks: TaskManager, shop: Workspace) -> TrainingPanel:
    return opened(qtbot, tasks, shop)


def press(qtbot: QtBot, panel: TrainingPanel, name: str) -> None:
    click(qtbot, child(panel, QPushButton, f"trainingPanel.{name}"))


def headline(panel: TrainingPanel) -> str:
    return child(panel, QLabel, "trainingPanel.headline").text()


def learnt(panel: TrainingPanel) -> int:
    return len(panel.board.loss.points("val")[0])


def begin(qtbot: QtBot, panel: TrainingPanel, *symbols: str, epochs: int, until: int = 3) -> None:
    """Start a training and wait until it has learnt something."""
    tick(qtbot, panel.form.symbols, *symbols)
    panel.form.epochs.setValue(epochs)
    press(qtbot, panel, "trainButton")
    qtbot.waitUntil(lambda: learnt(panel) >= until, timeout=60_000)


def models(panel: TrainingPanel) -> list[str]:
    return [model.path.name for model in workflows.list_models(panel.context.workspace)]


def weights(folder: Path) -> dict[str, bytes]:
    state = torch.load(folder / "model.pt", weights_only=True)
    return {name: value.numpy().tobytes() for name, value in state.items()}


def offers(panel: TrainingPanel) -> list[str]:
    return [run.name for run in panel.interrupted.offered]


def crashed(workspace: Workspace, after: int = 11) -> TrainRequest:
    """Leave a training behind as a crash does, after a checkpoint."""
    request = TrainRequest(workspace, "quick", ("AAPL", "IBM"), "1d", epochs=20, seed=5)
    token = CancelToken("training")

    def listen(event: ProgressEvent) -> None:
        if isinstance(event, EpochFinished) and event.epoch == after:
            token.cancel()

    with pytest.raises(Cancelled):
        workflows.train(request, listen, token)
    return request


class TestStopAndKeepBest:
    def test_the_best_model_is_kept_and_may_go_on(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        begin(qtbot, panel, "AAPL", "IBM", epochs=5000)
        press(qtbot, panel, "stopButton")
        assert not panel.stop_button.isEnabled()
        assert not panel.buttons.pause.isEnabled()
        assert "stopping" in panel.card.words.text()
        settle(qtbot, panel.context.tasks)
        assert models(panel) == ["universal_1d_v1"]
        epochs = learnt(panel)
        assert headline(panel).startswith(f"Stopped at epoch {epochs}; best epoch ")
        assert headline(panel).endswith(" is kept as universal_1d_v1")
        assert panel.card.strip.states["save"] == "done"
        (run,) = panel.interrupted.offered
        assert run.epochs == epochs
        assert f"interrupted after epoch {epochs}" in panel.interrupted._inside.findChildren(QLabel)[0].text()
        assert not panel.interrupted.isHidden()
        assert panel.train_button.text() == "Train"
        assert accessibility.nameless(panel) == []

    def test_resumed_it_ends_with_the_bytes_of_one_that_never_stopped(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        begin(qtbot, panel, "AAPL", "IBM", epochs=400)
        press(qtbot, panel, "stopButton")
        settle(qtbot, panel.context.tasks)
        done = learnt(panel)
        assert done < 400
        press(qtbot, panel, "resumeButton.0")
        qtbot.waitUntil(lambda: learnt(panel) >= done, timeout=60_000)
        assert offers(panel) == [], "what is under way is not offered"
        settle(qtbot, panel.context.tasks)
        assert learnt(panel) == 400
        assert sorted(models(panel)) == ["universal_1d_v1", "universal_1d_v2"]
        assert panel.interrupted.isHidden()
        workspace = panel.context.workspace
        whole = workflows.train(TrainRequest(workspace, "quick", ("AAPL", "IBM"), "1d", epochs=400))
        assert weights(workspace.models / "quick" / "universal_1d_v2") == weights(whole.model_path)

    def test_it_is_one_run_which_goes_on_from_its_line_and_is_one_afterwards(
        self, panel: TrainingPanel, qtbot: QtBot
    ) -> None:
        begin(qtbot, panel, "AAPL", "IBM", epochs=400)
        press(qtbot, panel, "stopButton")
        settle(qtbot, panel.context.tasks)
        page = panel.results.runs
        panel.tabs.setCurrentWidget(page)
        (line,) = page.table.records.records
        assert line.stopped
        words = child(panel, QLabel, "trainingPanel.runState").text()
        assert words.startswith(f"universal_1d_v1: stopped after epoch {line.epochs}, best epoch {line.best_epoch} is")
        assert words.endswith(f", can be resumed from epoch {line.epochs}")
        press(qtbot, panel, "runResume")
        assert panel.running
        settle(qtbot, panel.context.tasks)
        (line,) = page.table.records.records
        assert (line.path.name, line.epochs, line.stopped) == ("universal_1d_v2", 400, False)
        assert line.earlier == ("models/quick/universal_1d_v1",)
        assert not page.resume.isEnabled()
        assert child(panel, QLabel, "trainingPanel.runState").text() == "universal_1d_v2: finished"

    def test_before_the_first_epoch_there_is_nothing_to_keep(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        tick(qtbot, panel.form.symbols, "AAPL")
        press(qtbot, panel, "trainButton")
        press(qtbot, panel, "stopButton")
        settle(qtbot, panel.context.tasks)
        assert models(panel) == []
        assert "nothing was written" in headline(panel)
        assert offers(panel) == []
        assert panel.train_button.isEnabled()

    def test_a_stop_in_the_list_of_tasks_is_the_same(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        tasks = TaskList(panel.context)
        qtbot.addWidget(tasks)
        tasks.show()
        begin(qtbot, panel, "AAPL", epochs=5000)
        (line,) = tasks.rows
        assert line.stop.text() == panel.stop_button.text()
        click(qtbot, line.stop)
        assert panel.card.words.text() == "stopping…"
        assert not panel.stop_button.isEnabled()
        settle(qtbot, panel.context.tasks)
        assert models(panel) == ["universal_1d_v1"]
        assert headline(panel).endswith(" is kept as universal_1d_v1")
        assert "the best so far is kept" in line.words.text()
        assert len(offers(panel)) == 1

    def test_one_that_is_cancelled_keeps_no_model_but_its_last_checkpoint(
        self, panel: TrainingPanel, qtbot: QtBot
    ) -> None:
        begin(qtbot, panel, "AAPL", epochs=5000, until=12)
        assert panel.runs.task is not None
        panel.runs.task.cancel()
        settle(qtbot, panel.context.tasks)
        assert models(panel) == []
        assert headline(panel) == f"Stopped in epoch {learnt(panel)}; no model is saved"
        (run,) = panel.interrupted.offered
        assert run.epochs % 10 == 0
        assert [line.state for line in panel.results.runs.table.records.records] == ["interrupted"], "it is listed"

    def test_after_a_stop_one_may_train_again(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        begin(qtbot, panel, "AAPL", epochs=5000)
        panel.stop_main_action()
        settle(qtbot, panel.context.tasks)
        panel.form.epochs.setValue(2)
        press(qtbot, panel, "trainButton")
        settle(qtbot, panel.context.tasks)
        assert len(models(panel)) == 2
        assert list(panel.board.loss.points("val")[0]) == [1, 2]
        assert headline(panel).startswith("universal_1d_v2: ")

    def test_a_stop_where_nothing_runs_does_nothing(self, panel: TrainingPanel) -> None:
        before = panel.card.words.text()
        panel.stop_main_action()
        assert panel.card.words.text() == before


class TestPausing:
    def test_a_paused_run_makes_no_epoch_and_goes_on(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        begin(qtbot, panel, "AAPL", "IBM", epochs=5000)
        press(qtbot, panel, "pauseButton")
        assert panel.buttons.pause.text() == "Resume"
        assert panel.card.words.text() == "paused"
        assert panel.runs.paused
        press(qtbot, panel, "pauseButton")
        assert panel.buttons.pause.text() == "Pause"
        now = learnt(panel)
        qtbot.waitUntil(lambda: learnt(panel) > now, timeout=60_000)
        press(qtbot, panel, "pauseButton")
        press(qtbot, panel, "stopButton")
        settle(qtbot, panel.context.tasks)
        assert models(panel) == ["universal_1d_v1"], "a paused run may be ended, and keeps its best"
        assert not panel.buttons.pause.isEnabled()


class TestInterrupted:
    def test_a_crash_is_offered_when_the_station_opens_and_goes_on(
        self, qtbot: QtBot, dark: object, tasks: TaskManager, shop: Workspace
    ) -> None:
        request = crashed(shop)
        panel = opened(qtbot, tasks, shop)
        (run,) = panel.interrupted.offered
        assert (run.epochs, run.model) == (10, None)
        assert "no model of it is saved" in panel.interrupted._inside.findChildren(QLabel)[0].text()
        press(qtbot, panel, "resumeButton.0")
        settle(qtbot, panel.context.tasks)
        whole = workflows.train(request)
        (first, second) = sorted(workflows.list_models(shop), key=lambda model: model.path.name)
        assert weights(first.path) == weights(second.path)
        assert whole.model_path.name == second.path.name
        assert offers(panel) == []

    def test_discarding_asks_first_and_takes_the_model_along(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        begin(qtbot, panel, "AAPL", epochs=5000)
        press(qtbot, panel, "stopButton")
        settle(qtbot, panel.context.tasks)
        press(qtbot, panel, "discardButton.0")
        assert len(offers(panel)) == 1
        assert panel.notice.hint.text() == "universal_1d_v1 goes to the trash."
        panel.notice.dismiss()
        assert models(panel) == ["universal_1d_v1"], "nothing is discarded by closing the question"
        press(qtbot, panel, "discardButton.0")
        click(qtbot, panel.notice.action)
        qtbot.waitUntil(lambda: offers(panel) == [], timeout=20_000)
        settle(qtbot, panel.context.tasks)
        assert models(panel) == []
        assert len(workflows.list_trashed_models(panel.context.workspace)) == 1
        assert panel.interrupted.isHidden()

    def test_the_headline_of_the_training_that_is_discarded_says_so(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        begin(qtbot, panel, "AAPL", epochs=5000)
        press(qtbot, panel, "stopButton")
        settle(qtbot, panel.context.tasks)
        self.discard(panel, qtbot)
        assert headline(panel) == "The interrupted training is discarded"

    def test_the_headline_of_another_training_stays(
        self, qtbot: QtBot, dark: object, tasks: TaskManager, shop: Workspace
    ) -> None:
        crashed(shop)
        panel = opened(qtbot, tasks, shop)
        panel.form.epochs.setValue(3)
        tick(qtbot, panel.form.symbols, "AAPL")
        press(qtbot, panel, "trainButton")
        settle(qtbot, tasks)
        before = headline(panel)
        assert before.startswith("universal_1d_v1: ")
        told: list[str] = []
        panel.context.notified.connect(lambda _level, text, _details: told.append(text))
        self.discard(panel, qtbot)
        assert headline(panel) == before
        assert told == ["The interrupted training is discarded"]

    def test_the_headline_of_an_older_training_that_is_looked_at_stays(
        self, panel: TrainingPanel, qtbot: QtBot
    ) -> None:
        workspace = panel.context.workspace
        whole = workflows.train(TrainRequest(workspace, "quick", ("AAPL",), "1d", epochs=3))
        begin(qtbot, panel, "AAPL", epochs=5000)
        press(qtbot, panel, "stopButton")
        settle(qtbot, panel.context.tasks)
        panel.results.showWanted.emit(whole.model_path)
        settle(qtbot, panel.context.tasks)
        before = headline(panel)
        assert before.startswith("universal_1d_v1: ")
        self.discard(panel, qtbot)
        assert headline(panel) == before

    def test_the_headline_of_a_training_under_way_stays(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        tasks = panel.context.tasks
        begin(qtbot, panel, "AAPL", epochs=5000)
        press(qtbot, panel, "stopButton")
        settle(qtbot, tasks)
        begin(qtbot, panel, "AAPL", epochs=5000)
        press(qtbot, panel, "discardButton.0")
        with qtbot.waitSignal(panel.resuming.discarded, timeout=20_000):
            click(qtbot, panel.notice.action)
        assert headline(panel) == "Training on 1 symbol"
        press(qtbot, panel, "stopButton")
        settle(qtbot, tasks)
        assert headline(panel).startswith("Stopped at epoch ")

    def discard(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        """Discard the one that is offered, and wait until the lists are read."""
        press(qtbot, panel, "discardButton.0")
        click(qtbot, panel.notice.action)
        qtbot.waitUntil(lambda: offers(panel) == [], timeout=20_000)
        settle(qtbot, panel.context.tasks)

    def test_of_many_the_newest_are_told(self, qtbot: QtBot, dark: object, tasks: TaskManager, shop: Workspace) -> None:
        for _ in range(3):
            crashed(shop)
        panel = opened(qtbot, tasks, shop)
        assert len(offers(panel)) == 3
        assert panel.interrupted._inside.findChildren(QLabel)[-1].text() == "and 1 older"
        assert len(panel.interrupted._inside.findChildren(QPushButton)) == 4


class TestTheQueue:
    def queue(self, panel: TrainingPanel) -> list[int]:
        return [request.seed for request in panel.runs.queue]

    def fill(self, qtbot: QtBot, panel: TrainingPanel, *seeds: int) -> None:
        for seed in seeds:
            panel.form.epochs.setValue(2)
            panel.form.seed.setValue(seed)
            press(qtbot, panel, "trainButton")

    def test_trainings_wait_are_reordered_and_removed(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        begin(qtbot, panel, "AAPL", epochs=5000)
        assert not panel.tabs.isTabVisible(2)
        self.fill(qtbot, panel, 1, 2, 3)
        assert len([task for task in panel.context.tasks.running if not task.quiet]) == 1
        assert panel.tabs.isTabVisible(2)
        assert panel.tabs.tabText(2) == "Waiting: 3"
        panel.tabs.setCurrentIndex(2)
        waiting = child(panel, QListWidget, "trainingPanel.queueList")
        assert waiting.item(0).text() == "1.  quick 1d · AAPL · seed 1 · at most 2 epochs"
        waiting.setCurrentRow(2)
        assert not panel.queue_page.later.isEnabled()
        press(qtbot, panel, "queueUpButton")
        assert self.queue(panel) == [1, 3, 2]
        assert waiting.currentRow() == 1
        press(qtbot, panel, "queueDownButton")
        press(qtbot, panel, "queueUpButton")
        press(qtbot, panel, "queueUpButton")
        assert self.queue(panel) == [3, 1, 2]
        assert not panel.queue_page.earlier.isEnabled()
        waiting.setCurrentRow(1)
        press(qtbot, panel, "queueRemoveButton")
        assert self.queue(panel) == [3, 2]
        press(qtbot, panel, "stopButton")
        settle(qtbot, panel.context.tasks)
        assert self.queue(panel) == []
        assert len(models(panel)) == 3
        seeds = [
            workflows.show_model(panel.context.workspace, model.path)["training_manifest"]["seed"]
            for model in sorted(workflows.list_models(panel.context.workspace), key=lambda model: model.path.name)
        ]
        assert seeds == [0, 3, 2]

    def test_the_failure_of_one_does_not_keep_the_next_back(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        begin(qtbot, panel, "AAPL", epochs=5000)
        tick(qtbot, panel.form.symbols, "IBM")
        self.fill(qtbot, panel, 1)
        tick(qtbot, panel.form.symbols, "AAPL")
        self.fill(qtbot, panel, 2)
        (panel.context.workspace.data / "IBM_1d.csv").unlink()
        heard: list[str] = []
        panel.runs.failed.connect(lambda error: heard.append(error.message))
        press(qtbot, panel, "stopButton")
        settle(qtbot, panel.context.tasks)
        assert heard == ["no bars for IBM 1d"]
        assert len(models(panel)) == 2
        assert not panel.running

    def test_moves_that_cannot_be_change_nothing(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        begin(qtbot, panel, "AAPL", epochs=5000)
        self.fill(qtbot, panel, 1, 2)
        told: list[None] = []
        panel.runs.queueChanged.connect(lambda: told.append(None))
        for place, step in ((0, -1), (1, 1), (7, 1), (-1, 1)):
            panel.runs.move(place, step)
        panel.runs.remove(9)
        assert told == []
        panel.runs.remove(0)
        panel.runs.remove(0)
        assert self.queue(panel) == []
        panel.stop_main_action()
        settle(qtbot, panel.context.tasks)
