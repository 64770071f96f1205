"""The models station in its window: keys, what other stations hear of it, closing while it works, every theme."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.panels.models.migrating import MigrateDialog
from ktrdr_app.gui.panels.models.panel import ModelsPanel
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import tokens
from ktrdr_app.model_store.registry import ModelInfo
from tests.gui.helpers import Gate, child, click, settle
from tests.gui.panels.models.helpers import choose, dialog, labels, press
from tests.model_store.builders import STRATEGY

if TYPE_CHECKING:
    from ktrdr_app.gui.main_window import MainWindow

pytestmark = pytest.mark.gui

Opener = Callable[[Workspace], "MainWindow"]


@pytest.fixture
def window(open_window: Opener, store: Workspace) -> MainWindow:
    """Return the window on the store, at the models station."""
    made = open_window(store)
    made.show_panel("modelsPanel")
    return made


@pytest.fixture
def station(window: MainWindow) -> ModelsPanel:
    """Return the station in the window."""
    made = window.panel
    assert isinstance(made, ModelsPanel)
    return made


def test_keys_and_names(open_window: Opener, store: Workspace, qtbot: QtBot) -> None:
    window = open_window(store)
    qtbot.keyClick(window, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    assert window.panel is window.panels["modelsPanel"]
    assert window.rail.button("modelsPanel").state == "ready"
    assert accessibility.nameless(window.panel) == []
    for part in ("modelTree", "resolutionTrace", "migrateButton", "verifyButton", "deleteButton", "rollbackButton"):
        assert len(window.findChildren(QWidget, f"modelsPanel.{part}")) == 1, part


def test_a_pin_is_told_by_the_status_bar_and_the_task_list(
    window: MainWindow, station: ModelsPanel, qtbot: QtBot
) -> None:
    window.context.select_strategy(STRATEGY)
    window.context.select_timeframe("1h")
    settle(qtbot, window.tasks)
    model = child(window, QLabel, "statusLine.model")
    assert model.text() == "Model  universal_1h_v2 [U]"
    choose(qtbot, station, "universal_1h_v1")
    press(qtbot, station, "pinButton")
    assert model.text() == "Model  universal_1h_v1 [U]"
    assert [row.task.title for row in window.task_list.rows] == ["Pin or unpin a model"], "readings are not listed"
    click(qtbot, station.notice.action)
    settle(qtbot, window.tasks)
    assert model.text() == "Model  universal_1h_v2 [U]"


def test_reading_again_and_asking_again(
    window: MainWindow, station: ModelsPanel, qtbot: QtBot, store: Workspace
) -> None:
    choose(qtbot, station, "universal_1h_v1")
    workflows.pin_model(store, f"{STRATEGY}/universal_1h_v1")
    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, window.tasks)
    assert station.resolver.answer.text() == "universal_1h_v1 (universal, step 0)"
    window.commands.refresh()
    settle(qtbot, window.tasks)
    assert station.chosen is not None
    assert (station.chosen.label, station.chosen.pinned) == ("universal_1h_v1", True)


def test_the_list_is_read_off_the_windows_thread(
    open_panel: Callable[[Workspace], ModelsPanel], store: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []
    real = workflows.list_models

    def listen(workspace: Workspace) -> list[ModelInfo]:
        threads.append(threading.get_ident())
        return real(workspace)

    monkeypatch.setattr(workflows, "list_models", listen)
    open_panel(store)
    assert threads
    assert threading.get_ident() not in threads


def test_a_thousand_models_are_listed_searched_and_chosen(
    open_panel: Callable[[Workspace], ModelsPanel], store: Workspace, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [
        ModelInfo(
            store.models / f"s{number % 20:02}" / f"X{number}_1h_v1",
            "legacy",
            f"s{number % 20:02}",
            f"X{number}",
            "1h",
            1,
            complete=number % 9 > 0,
            problem="" if number % 9 else "incomplete: model.pt missing",
            fault="" if number % 9 else "incomplete",
        )
        for number in range(1000)
    ]
    monkeypatch.setattr(workflows, "list_models", lambda _workspace: many)
    station = open_panel(store)
    assert station._count.text() == "1000 models"
    assert len(station.tree.models.groups) == 20
    qtbot.keyClicks(station.filters.search, "x99")
    assert sorted(labels(station)) == sorted(f"X{number}_1h_v1" for number in (99, *range(990, 1000)))
    assert station._count.text() == "11 of 1000 models"
    station.filters.clear()
    station.filters.kind.setCurrentIndex(station.filters.kind.findData("broken"))
    assert len(labels(station)) == sum(number % 9 == 0 for number in range(1000))
    station.filters.clear()
    settle(qtbot, station.context.tasks)
    station.tree.choose(many[777].path)
    assert station.details._name.text() == "[L] X777_1h_v1"
    settle(qtbot, station.context.tasks)


def test_a_migration_goes_on_when_its_dialog_is_closed_and_the_task_list_stops_it(
    window: MainWindow, station: ModelsPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate()

    def slow(_request: object, progress: object, cancel: CancelToken) -> object:
        return gate.work(progress, cancel)  # type: ignore[arg-type]

    press(qtbot, station, "migrateButton")
    monkeypatch.setattr(workflows, "migrate_models", slow)
    shown = dialog(station, MigrateDialog)
    click(qtbot, shown.start)
    qtbot.waitUntil(gate.entered.is_set)
    shown.reject()
    (row,) = [each for each in window.task_list.rows if each.task.title == "Migrate models"]
    assert not station.migrate_button.isEnabled()
    click(qtbot, row.stop)
    settle(qtbot, window.tasks)
    assert station.notice.text.text() == "Stopped"
    assert station.migrate_button.isEnabled()


def test_the_window_asks_before_it_closes_on_a_change(
    window: MainWindow, station: ModelsPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, real = Gate(), workflows.pin_model

    def slow(workspace: Workspace, path: Path) -> object:
        gate.entered.set()
        assert gate.go_on.wait(10)
        return real(workspace, path)

    monkeypatch.setattr(workflows, "pin_model", slow)
    choose(qtbot, station, "universal_1h_v1")
    click(qtbot, child(station, QPushButton, "modelsPanel.pinButton"))
    qtbot.waitUntil(gate.entered.is_set)
    window.close()
    assert window.isVisible()
    assert window.sheet.isVisible()
    click(qtbot, window.sheet.keep)
    gate.go_on.set()
    settle(qtbot, window.tasks)
    assert station.notice.text.text() == "universal_1h_v1 is pinned"


def test_signs_follow_the_theme(window: MainWindow, station: ModelsPanel) -> None:
    grounds = set()
    for theme in ("light", "contrast", "dark"):
        window.commands.use_theme(theme)
        image = station.tree.viewport().grab().toImage()
        seen = {image.pixelColor(x, y).name() for x in range(0, 300, 3) for y in range(0, 150, 3)}
        assert len(seen) > 5
        assert tokens().field in seen
        grounds.add(tokens().field)
    assert len(grounds) == 3
