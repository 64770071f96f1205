"""Undo and redo of the station: on where there is a step, named after it, and each document has its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.panels.fuzzy.history import History
from tests.gui.panels.fuzzy.conftest import every_kind

pytestmark = pytest.mark.gui


@pytest.fixture
def history(qtbot: QtBot, document: FuzzyDocument) -> Iterator[History]:
    panel = QWidget()
    panel.setObjectName("somePanel")
    qtbot.addWidget(panel)
    made = History(panel)
    made.document = document
    made.follow()
    yield made
    panel.close()


def state(history: History) -> tuple[bool, bool, str, str]:
    history.follow()
    undo, redo = history.undo_action, history.redo_action
    return undo.isEnabled(), redo.isEnabled(), undo.toolTip(), redo.toolTip()


def test_the_actions_are_on_where_there_is_a_step_and_name_it(history: History, document: FuzzyDocument) -> None:
    assert state(history) == (False, False, "Undo", "Redo")
    document.set_numbers("middle", [30, 50, 75])
    assert state(history) == (True, False, "Undo Change middle", "Redo")
    history.undo_action.trigger()
    assert document.sets()["middle"].parameters == [25, 50, 75]
    assert state(history) == (False, True, "Undo", "Redo Change middle")
    history.redo_action.trigger()
    assert document.sets()["middle"].parameters == [30, 50, 75]


def test_without_a_document_nothing_can_be_taken_back(history: History) -> None:
    history.document = None
    assert state(history) == (False, False, "Undo", "Redo")
    for action in (history.undo_action, history.redo_action):
        action.setEnabled(True)
        action.trigger()


def test_each_document_has_steps_of_its_own(history: History, document: FuzzyDocument) -> None:
    document.set_numbers("middle", [30, 50, 75])
    other = FuzzyDocument("other", every_kind())
    history.document = other
    assert state(history)[:2] == (False, False)
    history.undo_action.trigger()
    assert document.dirty
    history.document = document
    assert state(history)[:2] == (True, False)
    other.deleteLater()


def test_they_have_the_usual_keys_and_names(history: History) -> None:
    assert history.undo_action.objectName() == "somePanel.undoAction"
    assert history.redo_action.objectName() == "somePanel.redoAction"
    assert history.undo_action.shortcut() == QKeySequence("Ctrl+Z")
    assert history.redo_action.shortcut() == QKeySequence("Ctrl+Shift+Z")
