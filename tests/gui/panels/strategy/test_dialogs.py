"""The questions of the strategy station: each answer is told once, Escape takes none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.strategy.dialogs import NameDialog, Question
from ktrdr_app.gui.ui import accessibility
from tests.gui.helpers import click

pytestmark = pytest.mark.gui


@pytest.fixture
def parent(qtbot: QtBot, dark: QApplication) -> Iterator[QWidget]:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    yield made
    for dialog in made.findChildren(QDialog):
        dialog.reject()


@pytest.mark.parametrize("key", ["discard", "save"])
def test_each_answer_is_told(parent: QWidget, qtbot: QtBot, key: str) -> None:
    question = Question("leaveDialog", "Save?", "It is lost else.", {"discard": "Discard", "save": "Save"}, parent)
    question.open()
    assert not question.isModal() or question.windowModality() is Qt.WindowModality.WindowModal
    with qtbot.waitSignal(question.answered) as told:
        click(qtbot, question.buttons[key])
    assert told.args == [key]
    assert not question.isVisible()


@pytest.mark.parametrize("way", ["escape", "button"])
def test_no_answer_is_told_for_none(parent: QWidget, qtbot: QtBot, way: str) -> None:
    question = Question("leaveDialog", "Save?", "", {"save": "Save"}, parent)
    question.open()
    assert question.text.isHidden()
    with qtbot.assertNotEmitted(question.answered), qtbot.waitSignal(question.rejected):
        if way == "escape":
            qtbot.keyClick(question, Qt.Key.Key_Escape)
        else:
            click(qtbot, question.keep)


def test_enter_takes_the_main_answer(parent: QWidget, qtbot: QtBot) -> None:
    question = Question("leaveDialog", "Save?", "", {"discard": "Discard", "save": "Save"}, parent)
    question.open()
    with qtbot.waitSignal(question.answered) as told:
        qtbot.keyClick(question, Qt.Key.Key_Return)
    assert told.args == ["save"]


@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden", "con", "a b", "x" * 65, "ends."])
def test_a_name_that_is_no_file_name_is_not_taken(parent: QWidget, qtbot: QtBot, name: str) -> None:
    dialog = NameDialog("New", "It goes into the workspace.", "fine", "Make it", parent)
    dialog.open()
    assert dialog.buttons["ok"].isEnabled()
    dialog.edit.setText(name)
    assert not dialog.buttons["ok"].isEnabled()
    assert bool(dialog.fault.text()) is bool(name)
    with qtbot.assertNotEmitted(dialog.named):
        qtbot.keyClick(dialog.edit, Qt.Key.Key_Return)


def test_a_name_is_told_without_the_blanks_around_it(parent: QWidget, qtbot: QtBot) -> None:
    dialog = NameDialog("New", "", "wish", "Make it", parent)
    dialog.open()
    assert dialog.edit.selectedText() == "wish"
    dialog.edit.setText(" mine ")
    with qtbot.waitSignal(dialog.named) as told:
        click(qtbot, dialog.buttons["ok"])
    assert told.args == ["mine"]


def test_everything_has_a_name(parent: QWidget) -> None:
    assert accessibility.nameless(NameDialog("New", "", "wish", "Make it", parent)) == []
