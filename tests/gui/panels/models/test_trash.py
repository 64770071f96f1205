"""The deleted models as the trash lists them, and the wish to have one back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.models.trash import TrashDialog
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility, numbers
from tests.gui.helpers import click, settle
from tests.gui.panels.models.helpers import cells
from tests.model_store.builders import STRATEGY

pytestmark = pytest.mark.gui


@pytest.fixture
def window(qtbot: QtBot, dark: object) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


def opened(qtbot: QtBot, tasks: TaskManager, store: Workspace, window: QWidget) -> TrashDialog:
    made = TrashDialog(AppContext(store, tasks), window)
    made.open()
    settle(qtbot, tasks)
    return made


def test_deletions_are_listed_newest_first(qtbot: QtBot, tasks: TaskManager, store: Workspace, window: QWidget) -> None:
    for name in ("MSFT_1h_v1", "universal_1h_v2"):
        workflows.delete_model(store, f"{STRATEGY}/{name}")
    shown = opened(qtbot, tasks, store, window)
    held = workflows.list_trashed_models(store)
    assert cells(shown.table) == [
        (f"{STRATEGY}/universal_1h_v2", numbers.moment(held[0].deleted), "yes"),
        (f"{STRATEGY}/MSFT_1h_v1", numbers.moment(held[1].deleted), ""),
    ]
    assert shown.restore.isEnabled()
    assert accessibility.nameless(shown) == []
    shown.reject()


def test_the_chosen_one_is_wished_back_and_the_dialog_closes(
    qtbot: QtBot, tasks: TaskManager, store: Workspace, window: QWidget
) -> None:
    for name in ("MSFT_1h_v1", "universal_1h_v2"):
        workflows.delete_model(store, f"{STRATEGY}/{name}")
    shown = opened(qtbot, tasks, store, window)
    shown.table.select(lambda entry: entry.name == "MSFT_1h_v1")
    with qtbot.waitSignal(shown.accepted), qtbot.waitSignal(shown.wanted) as told:
        click(qtbot, shown.restore)
    assert told.args == [f"{STRATEGY}/MSFT_1h_v1"]


def test_a_double_click_wishes_too(qtbot: QtBot, tasks: TaskManager, store: Workspace, window: QWidget) -> None:
    workflows.delete_model(store, f"{STRATEGY}/MSFT_1h_v1")
    shown = opened(qtbot, tasks, store, window)
    place = shown.table.visualRect(shown.table.records.index(0, 0)).center()
    viewport = shown.table.viewport()
    with qtbot.waitSignal(shown.wanted):
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
        qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=place)


def test_a_trash_that_cannot_be_read_is_told(
    qtbot: QtBot, tasks: TaskManager, store: Workspace, window: QWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_workspace: Workspace) -> None:
        raise StorageProblem(".trash", "Input/output error")

    monkeypatch.setattr(workflows, "list_trashed_models", refuse)
    shown = opened(qtbot, tasks, store, window)
    assert "Input/output error" in shown.words.text()
    assert shown.table.isHidden()
    assert not shown.restore.isEnabled()
    shown.reject()
