"""Whom a run is held against: the choice survives other lists, and the boxes tell the charts."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest.versus import ASK, Versus
from ktrdr_app.gui.tasks.manager import TaskManager

pytestmark = pytest.mark.gui

MODELS: tuple[tuple[str, object], ...] = (("first", "/models/first"), ("second", "/models/second"))


@pytest.fixture
def window(qtbot: QtBot, dark: QApplication) -> QWidget:
    """Return the window that the choices stand in."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def versus(window: QWidget, tasks: TaskManager, tmp_path: Path) -> Versus:
    """Return the choices, with two models."""
    made = Versus(AppContext(Workspace(tmp_path), tasks), window)
    window.setLayout(made.line())
    window.show()
    made.fill(MODELS)
    return made


def offered(versus: Versus) -> list[str]:
    return [str(versus.combo.itemData(place)) for place in range(versus.combo.count())]


def pick(qtbot: QtBot, versus: Versus, value: str) -> None:
    """Choose with the arrow keys, as a user does."""
    combo = versus.combo
    combo.setFocus()
    while combo.currentData() != value:
        before = combo.currentIndex()
        qtbot.keyClick(combo, Qt.Key.Key_Down if combo.findData(value) > before else Qt.Key.Key_Up)
        assert combo.currentIndex() != before


def dialog(versus: Versus) -> QFileDialog:
    found = [made for made in versus.combo.window().findChildren(QFileDialog) if made.isVisible()]
    assert len(found) == 1
    return found[0]


def ask(versus: Versus) -> QFileDialog:
    """Click the entry that asks for a folder."""
    versus.combo.setCurrentIndex(versus.combo.findData(ASK))
    versus.combo.activated.emit(versus.combo.currentIndex())
    return dialog(versus)


def put_away(qtbot: QtBot, versus: Versus, asked: QFileDialog) -> None:
    asked.reject()
    qtbot.waitUntil(lambda: not versus.combo.window().findChildren(QFileDialog), timeout=5_000)


class TestChoice:
    def test_nobody_is_chosen_at_first_and_asking_stands_last(self, versus: Versus) -> None:
        assert versus.rival == ""
        assert offered(versus) == ["", "legacy", "universal", "/models/first", "/models/second", ASK]

    def test_a_model_stays_chosen_where_it_is_still_offered(self, versus: Versus, qtbot: QtBot) -> None:
        pick(qtbot, versus, "/models/second")
        versus.fill(MODELS[1:])
        assert versus.rival == "/models/second"

    def test_a_model_that_is_gone_leaves_nobody_and_comes_back(self, versus: Versus, qtbot: QtBot) -> None:
        pick(qtbot, versus, "/models/first")
        versus.fill(())
        assert versus.rival == ""
        assert versus.combo.currentText() == "no other model"
        versus.fill(MODELS)
        assert versus.rival == "/models/first", "the strategy at hand was another one for a while"

    def test_the_entry_that_asks_is_no_rival(self, versus: Versus) -> None:
        versus.combo.setCurrentIndex(versus.combo.findData(ASK))
        assert versus.rival == ""


class TestFolders:
    @pytest.mark.parametrize(
        ("folder", "shown"),
        [
            ("/home/me/old models/GOOG_1d_v3", "GOOG_1d_v3"),
            ("C:\\models\\GOOG_1d_v3", "GOOG_1d_v3"),
            ("C:/models/GOOG_1d_v3/", "GOOG_1d_v3"),
            ("/", "/"),
        ],
    )
    def test_a_folder_is_called_by_its_last_part(self, versus: Versus, folder: str, shown: str) -> None:
        versus.choose_folder(folder)
        assert versus.rival == folder
        assert versus.combo.currentText() == shown

    def test_a_folder_stays_offered_when_the_models_change(self, versus: Versus, qtbot: QtBot) -> None:
        versus.choose_folder("/old/GOOG_1d_v3")
        pick(qtbot, versus, "universal")
        versus.fill(())
        assert versus.rival == "universal"
        assert "/old/GOOG_1d_v3" in offered(versus)

    def test_a_folder_is_offered_once_however_often_it_is_chosen(self, versus: Versus) -> None:
        for _ in range(2):
            versus.choose_folder("/old/GOOG_1d_v3")
        versus.choose_folder("/models/first")
        assert versus.rival == "/models/first"
        values = offered(versus)
        assert len(values) == len(set(values)), "a model of the list that was also chosen as a folder is one entry"

    def test_a_dialog_that_is_given_up_leaves_the_choice(self, versus: Versus, qtbot: QtBot) -> None:
        pick(qtbot, versus, "/models/second")
        asked = ask(versus)
        assert versus.rival == "/models/second"
        put_away(qtbot, versus, asked)
        assert versus.rival == "/models/second"

    def test_after_a_model_has_gone_the_dialog_leaves_an_entry_shown(self, versus: Versus, qtbot: QtBot) -> None:
        pick(qtbot, versus, "/models/first")
        versus.fill(())
        asked = ask(versus)
        assert versus.combo.currentText() == "no other model"
        put_away(qtbot, versus, asked)

    def test_the_folder_of_the_dialog_is_taken(self, versus: Versus, qtbot: QtBot, tmp_path: Path) -> None:
        asked = ask(versus)
        assert asked.fileMode() is QFileDialog.FileMode.Directory
        asked.fileSelected.emit(str(tmp_path / "m"))
        put_away(qtbot, versus, asked)
        assert versus.rival == str(tmp_path / "m")


def test_boxes_have_names_without_marks_and_say_what_they_draw(versus: Versus) -> None:
    assert versus.hold.accessibleName() == "buy & hold"
    assert versus.hold.text() == "buy && hold", "one & is a sign, not a key"
    for box in (versus.hold, versus.random):
        assert box.isChecked()
        assert box.toolTip()
        assert box.accessibleDescription() == box.toolTip()
