"""No key without Ctrl or Alt destroys anything, no two actions fight for one, and the end of a task is told."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView
from pytestqt.qtbot import QtBot

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.charts.data_table import DataTwin
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.tasks.task import Task
from tests.gui.helpers import Gate, settle
from tests.gui.whole.tour import dialogs, stations

pytestmark = pytest.mark.gui

HARMLESS = {"F1", "F5", "F11", "Esc"}
"""Bare keys that show, read again or close; they change no data."""


def sequences(window: MainWindow) -> list[tuple[str, QKeySequence]]:
    """Return every shortcut of actions, buttons and QShortcuts, with what has it."""
    found = [(action.objectName(), key) for action in window.findChildren(QAction) for key in action.shortcuts()]
    found += [(each.objectName(), each.key()) for each in window.findChildren(QShortcut)]
    found += [(each.objectName(), each.shortcut()) for each in window.findChildren(QAbstractButton)]
    return [(name, key) for name, key in found if not key.isEmpty()]


def is_bare(key: QKeySequence) -> bool:
    held = key[0].keyboardModifiers()
    strong = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
    return not held & strong


def test_no_action_has_a_bare_key_but_those_that_change_nothing(full_window: MainWindow) -> None:
    for _visit in stations(full_window):
        pass
    bare = {(name, key.toString()) for name, key in sequences(full_window) if is_bare(key)}
    assert {each for each in bare if each[1] not in HARMLESS} == set()


def test_no_dialog_has_a_bare_key(full_window: MainWindow) -> None:
    for name, _dialog in dialogs(full_window):
        bare = {key.toString() for _which, key in sequences(full_window) if is_bare(key)}
        assert bare <= HARMLESS, name


def test_a_bare_key_would_be_found(full_window: MainWindow) -> None:
    action = QAction("Erase", full_window)
    action.setShortcut(QKeySequence("D"))
    assert ("", QKeySequence("D")) in [each for each in sequences(full_window) if is_bare(each[1])]
    action.deleteLater()
    assert not is_bare(QKeySequence("Ctrl+D"))


def test_no_two_actions_of_the_window_share_a_key(full_window: MainWindow) -> None:
    actions = full_window.actions_by_key.values()
    counted = Counter(key.toString() for action in actions for key in action.shortcuts())
    assert {key for key, times in counted.items() if times > 1} == set()


def test_bare_keys_in_lists_and_charts_delete_nothing(full_window: MainWindow, qtbot: QtBot) -> None:
    """The one key that could, Delete on a series or a model, asks first; others do not even ask."""
    workspace = full_window.context.workspace
    before = sorted(path for path in workspace.root.rglob("*") if path.is_file())
    for _name, panel in stations(full_window):
        pictures = [twin.chart for twin in panel.findChildren(DataTwin)]
        for widget in (*panel.findChildren(QAbstractItemView), *pictures):
            if widget.isVisible():
                for key in (Qt.Key.Key_Backspace, Qt.Key.Key_D, Qt.Key.Key_X):
                    qtbot.keyClick(widget, key)
    settle(qtbot, full_window.tasks)
    assert sorted(path for path in workspace.root.rglob("*") if path.is_file()) == before


def test_the_end_of_a_task_is_announced(full_window: MainWindow, qtbot: QtBot) -> None:
    said: list[str] = []
    full_window.announcer.announced.connect(said.append)

    def fails(_progress: Progress, _cancel: CancelToken) -> None:
        raise InvalidValue("epochs", 0, "1 or more")

    gate = Gate()
    stopped = Task("Train quick", gate.work)
    full_window.tasks.submit(stopped)
    stopped.cancel()
    settle(qtbot, full_window.tasks)
    full_window.tasks.submit(Task("Backtest quick", lambda _progress, _cancel: None))
    settle(qtbot, full_window.tasks)
    full_window.tasks.submit(Task("Train slow", fails))
    settle(qtbot, full_window.tasks)
    full_window.tasks.submit(Task("Read a list", lambda _progress, _cancel: None, quiet=True))
    settle(qtbot, full_window.tasks)
    full_window.announcer.announced.disconnect(said.append)
    assert said[:2] == ["Train quick: stopped", "Backtest quick: done"]
    assert said[2].startswith("Train slow: failed. ")
    assert "epochs" in said[2]
    assert len(said) == 3
