"""The queue outlives its window: kept at every change, offered by the next one, begun only when that is wanted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.panels.training.panel import TrainingPanel
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.training_queue import FILE
from tests.core.children import REPO, environment
from tests.core.protected import only_looked_at
from tests.gui.helpers import QUICK_STRATEGY, child, click, settle, tick
from tests.gui.panels.training.test_stopping import crashed

pytestmark = pytest.mark.gui

WINDOW = """
import sys
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from ktrdr_app.gui.app import create_main_window

window = create_main_window(sys.argv[1])
window.show()
panel = window.panels["trainingPanel"]
window.show_panel("trainingPanel")
while window.tasks.running or not panel.form.symbols.count():
    QApplication.processEvents()
panel.form.strategy.setCurrentIndex(panel.form.strategy.findData("quick"))
panel.form.tick(frozenset(["AAPL", "IBM"]))
for seed, epochs in ((1, 9000), (2, 2), (3, 3), (4, 4)):
    panel.form.epochs.setValue(epochs)
    panel.form.seed.setValue(seed)
    QTest.mouseClick(panel.findChild(QPushButton, "trainingPanel.trainButton"), Qt.MouseButton.LeftButton)
panel.runs.progressed.connect(lambda events: print(*(getattr(event, "epoch", "-") for event in events), flush=True))
QApplication.exec()
"""
"""A window in which one training is begun by clicks and three more are added; it says which epochs it has been told."""


@pytest.fixture
def shop(small_workspace: Workspace) -> Workspace:
    patient = QUICK_STRATEGY.replace("epochs: 3, batch_size: 256, patience: 50", "epochs: 3, patience: 9000")
    (small_workspace.strategies / "quick.yaml").write_text(patient, encoding="utf-8")
    return small_workspace


Open = Callable[..., TrainingPanel]


@pytest.fixture
def opened(qtbot: QtBot, dark: object, shop: Workspace) -> Iterator[Open]:
    """Return a function that opens the station anew, each time as after a restart; it may train before it looks."""
    managers: list[TaskManager] = []

    def make(*early: TrainRequest) -> TrainingPanel:
        if managers:
            managers[-1].shutdown(10_000)
        managers.append(TaskManager())
        made = TrainingPanel(AppContext(shop, managers[-1]))
        qtbot.addWidget(made)
        for request in early:
            made.runs.add(request)
        made.resize(1300, 800)
        made.show()
        made.refresh()
        settled_but(qtbot, made)
        made.form.strategy.setCurrentIndex(made.form.strategy.findData("quick"))
        return made

    yield make
    assert managers[-1].shutdown(10_000)


def wanted(workspace: Workspace, *seeds: int, epochs: int = 2) -> tuple[TrainRequest, ...]:
    return tuple(TrainRequest(workspace, "quick", ("AAPL",), "1d", epochs=epochs, seed=seed) for seed in seeds)


def press(qtbot: QtBot, panel: TrainingPanel, name: str) -> None:
    click(qtbot, child(panel, QPushButton, f"trainingPanel.{name}"))


def seeds_left(workspace: Workspace) -> list[int]:
    return [request.seed for request in workflows.left_queue(workspace)]


def kept(workspace: Workspace) -> tuple[int, list[int]]:
    """Return the seed of the training at hand, and of those that wait, as the disk has them."""
    document = json.loads((workspace.runs / FILE).read_bytes())
    return document["at_hand"]["request"]["seed"], [entry["request"]["seed"] for entry in document["waiting"]]


def fill(qtbot: QtBot, panel: TrainingPanel, *seeds: int, first: int = 9000) -> None:
    """Begin a training that goes on, and let others wait for it, by clicks."""
    tick(qtbot, panel.form.symbols, "AAPL")
    for place, seed in enumerate(seeds):
        panel.form.epochs.setValue(2 if place else first)
        panel.form.seed.setValue(seed)
        press(qtbot, panel, "trainButton")
    qtbot.waitUntil(lambda: len(panel.board.loss.points("val")[0]) >= 2, timeout=60_000)


def settled_but(qtbot: QtBot, panel: TrainingPanel) -> None:
    """Wait until nothing but the training runs."""
    qtbot.waitUntil(lambda: all(not task.quiet for task in panel.context.tasks.running), timeout=20_000)


def test_every_change_is_kept_and_nothing_when_all_is_done(opened: Open, shop: Workspace, qtbot: QtBot) -> None:
    panel = opened()
    assert not (shop.runs / FILE).exists(), "looking writes nothing"
    fill(qtbot, panel, 1, 2, 3)
    settled_but(qtbot, panel)
    assert seeds_left(shop)[-2:] == [2, 3]
    panel.tabs.setCurrentWidget(panel.queue_page)
    panel.queue_page.list.setCurrentRow(1)
    press(qtbot, panel, "queueUpButton")
    settled_but(qtbot, panel)
    assert seeds_left(shop)[-2:] == [3, 2]
    press(qtbot, panel, "queueRemoveButton")
    settled_but(qtbot, panel)
    assert seeds_left(shop)[-1:] == [2]
    press(qtbot, panel, "stopButton")
    settle(qtbot, panel.context.tasks)
    assert len(list(workflows.list_models(shop))) == 2
    assert not (shop.runs / FILE).exists()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is a thing of POSIX")
def test_after_kill_9_of_the_window_the_queue_is_offered_and_goes_on_when_wanted(
    opened: Open, shop: Workspace, tmp_path: Path, qtbot: QtBot
) -> None:
    places = {name: str(tmp_path / name) for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    window = subprocess.Popen(
        [sys.executable, "-c", WINDOW, str(shop.root)],
        cwd=REPO,
        env=environment(QT_QPA_PLATFORM="offscreen", **places),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert window.stdout is not None
        while "12" not in window.stdout.readline().split():
            assert window.poll() is None
        os.kill(window.pid, signal.SIGKILL)
    finally:
        window.kill()
        window.communicate(timeout=60)
    panel = opened()
    assert not panel.running, "it asks"
    assert panel.runs.queue == ()
    assert [request.seed for request in panel.keeper.left] == [2, 3, 4]
    assert [run.request.seed for run in panel.interrupted.offered] == [1], "the one at hand goes on from its checkpoint"
    words = panel.left_queue.words.text().splitlines()
    assert words == [
        "3 trainings still waited when the program ended, the first:",
        "quick 1d · AAPL, IBM · seed 2 · at most 2 epochs",
    ]
    assert accessibility.nameless(panel) == []
    press(qtbot, panel, "leftStartButton")
    assert panel.running
    assert panel.left_queue.isHidden()
    settle(qtbot, panel.context.tasks)
    models = sorted(workflows.list_models(shop), key=lambda model: model.version or 0)
    told = [workflows.show_model(shop, model.path) for model in models]
    assert [entry["training_manifest"]["seed"] for entry in told] == [2, 3, 4]
    assert [entry["metrics"]["epochs_trained"] for entry in told] == [2, 3, 4]
    assert not (shop.runs / FILE).exists()


def test_what_is_not_answered_is_offered_again_beside_a_new_queue(opened: Open, shop: Workspace, qtbot: QtBot) -> None:
    workflows.keep_queue(shop, None, wanted(shop, 7, 8))
    panel = opened()
    fill(qtbot, panel, 1, 2)
    settled_but(qtbot, panel)
    assert panel.left_queue.start.text() == "Add to the queue"
    assert seeds_left(shop)[-3:] == [2, 7, 8]
    press(qtbot, panel, "stopButton")
    settle(qtbot, panel.context.tasks)
    assert panel.left_queue.start.text() == "Start them"
    again = opened()
    assert [request.seed for request in again.keeper.left] == [7, 8]


def test_one_that_could_go_on_and_is_discarded_does_not_come_back_as_one_that_waits(
    opened: Open, shop: Workspace, qtbot: QtBot
) -> None:
    request = replace(wanted(shop, 5, epochs=20)[0], symbols=("AAPL", "IBM"))
    workflows.keep_queue(shop, request, wanted(shop, 7))
    assert crashed(shop) == request
    panel = opened()
    assert [run.request.seed for run in panel.interrupted.offered] == [5]
    assert [request.seed for request in panel.keeper.left] == [7]
    press(qtbot, panel, "discardButton.0")
    click(qtbot, panel.notice.action)
    qtbot.waitUntil(lambda: panel.interrupted.offered == (), timeout=20_000)
    settle(qtbot, panel.context.tasks)
    assert seeds_left(shop) == [7]


def test_a_training_that_begins_before_the_queue_is_read_takes_nothing_from_it(opened: Open, shop: Workspace) -> None:
    workflows.keep_queue(shop, None, wanted(shop, 7, 8))
    panel = opened(*wanted(shop, 1, 2, epochs=9000))
    assert [request.seed for request in panel.keeper.left] == [7, 8]
    assert kept(shop) == (1, [2, 7, 8])


def test_one_that_is_stopped_by_quitting_before_it_has_learnt_is_offered_again(
    opened: Open, shop: Workspace, qtbot: QtBot
) -> None:
    panel = opened()
    for request in wanted(shop, 1, 2, epochs=9000):
        panel.runs.add(request)
    panel.runs.toggle_pause()
    settled_but(qtbot, panel)
    panel.context.tasks.close_down()
    settle(qtbot, panel.context.tasks)
    assert panel.card.last_epoch == 0
    assert kept(shop) == (1, [2])
    assert [request.seed for request in opened().keeper.left] == [1, 2]


def test_started_while_one_runs_they_wait_behind_it(opened: Open, shop: Workspace, qtbot: QtBot) -> None:
    workflows.keep_queue(shop, None, wanted(shop, 7, 8))
    panel = opened()
    fill(qtbot, panel, 1, 2)
    press(qtbot, panel, "leftStartButton")
    assert [request.seed for request in panel.runs.queue] == [2, 7, 8]
    assert panel.left_queue.isHidden()
    panel.context.tasks.close_down()
    settle(qtbot, panel.context.tasks)


def test_discarded_they_are_gone_until_that_is_undone(opened: Open, shop: Workspace, qtbot: QtBot) -> None:
    left = wanted(shop, 7, 8)
    workflows.keep_queue(shop, None, left)
    panel = opened()
    press(qtbot, panel, "leftDiscardButton")
    settle(qtbot, panel.context.tasks)
    assert panel.left_queue.isHidden()
    assert not (shop.runs / FILE).exists()
    assert panel.notice.text.text() == "The trainings that waited are discarded"
    click(qtbot, panel.notice.action)
    settle(qtbot, panel.context.tasks)
    assert panel.keeper.left == left
    assert not panel.left_queue.isHidden()
    assert workflows.left_queue(shop) == left


def test_another_messages_button_brings_nothing_back(opened: Open, shop: Workspace, qtbot: QtBot) -> None:
    workflows.keep_queue(shop, None, wanted(shop, 7))
    panel = opened()
    assert panel.left_queue.words.text().startswith("A training still waited when the program ended:")
    assert panel.left_queue.start.text() == "Start it"
    press(qtbot, panel, "leftDiscardButton")
    panel.notice.show_text("info", "Something else happened")
    panel.notice.offer("Do something else")
    click(qtbot, panel.notice.action)
    settle(qtbot, panel.context.tasks)
    assert panel.keeper.left == ()


def test_of_many_the_first_is_told_and_all_in_the_tip(opened: Open, shop: Workspace) -> None:
    workflows.keep_queue(shop, None, wanted(shop, 1, 2, 3, 4, 5))
    card = opened().left_queue
    assert card.words.text().startswith("5 trainings still waited")
    told = card.words.toolTip().splitlines()
    assert [line.partition("seed ")[2][0] for line in told] == list("12345")


def test_a_file_that_cannot_be_read_is_told_and_new_ones_are_kept_all_the_same(
    opened: Open, shop: Workspace, qtbot: QtBot
) -> None:
    shop.runs.mkdir()
    (shop.runs / FILE).write_bytes(b"{")
    panel = opened()
    assert FILE in panel.notice.text.text()
    assert panel.left_queue.isHidden()
    fill(qtbot, panel, 1, 2)
    settled_but(qtbot, panel)
    assert seeds_left(shop)[-1:] == [2]


def test_a_queue_that_cannot_be_kept_is_told_and_trains_all_the_same(
    opened: Open, shop: Workspace, qtbot: QtBot
) -> None:
    panel = opened()
    told: list[str] = []
    panel.context.notified.connect(lambda _level, text, _details: told.append(text))
    with only_looked_at(shop):
        panel.keeper._keep()
        settle(qtbot, panel.context.tasks)
    assert len(told) == 1
    assert told[0].startswith("The waiting trainings could not be kept: ")


def test_stop_and_quit_begins_none_of_those_that_wait_and_offers_them_again(
    open_window: Callable[[Workspace], MainWindow], opened: Open, shop: Workspace, qtbot: QtBot
) -> None:
    window = open_window(shop)
    window.show_panel("trainingPanel")
    panel = window.panels["trainingPanel"]
    assert isinstance(panel, TrainingPanel)
    settle(qtbot, window.tasks)
    panel.form.strategy.setCurrentIndex(panel.form.strategy.findData("quick"))
    fill(qtbot, panel, 1, 2, 3)
    settled_but(qtbot, panel)
    begun: list[int] = []
    panel.runs.begun.connect(lambda request: begun.append(request.seed))
    window.close()
    assert window.sheet.isVisible()
    with qtbot.waitSignal(window.closed, timeout=20_000):
        click(qtbot, window.sheet.stop)
    assert begun == []
    panel = opened()
    assert child(panel, QLabel, "trainingPanel.headline").text() == "No run yet"
    assert [request.seed for request in panel.keeper.left][-2:] == [2, 3]
