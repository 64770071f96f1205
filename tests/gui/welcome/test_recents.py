"""The list of recent workspaces: opened by key and by button, the missing marked, each taken off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.ui.theme import apply_theme
from ktrdr_app.gui.ui.tokens import THEMES
from ktrdr_app.gui.welcome.recents import RecentList
from ktrdr_app.workflows.workspaces import Recent
from tests.gui.helpers import click

pytestmark = pytest.mark.gui

HERE, GONE = Recent("/w/here", "here", False), Recent("/w/gone", "gone", True)


@pytest.fixture
def recents(dark: QApplication, qtbot: QtBot) -> Iterator[RecentList]:
    made = RecentList()
    made.show_recents((HERE, GONE))
    made.show()
    yield made
    made.close()
    made.deleteLater()


def test_name_and_place_are_shown_and_the_missing_marked(recents: RecentList) -> None:
    assert [recents.list.item(row).text() for row in range(2)] == ["here\n/w/here", "gone  (not found)\n/w/gone"]


def test_enter_and_the_button_open_the_one_that_is_chosen(recents: RecentList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(recents.opened) as told:
        qtbot.keyClick(recents.list, Qt.Key.Key_Return)
    assert told.args == ["/w/here"]
    with qtbot.waitSignal(recents.opened) as told:
        click(qtbot, recents.open_button)
    assert told.args == ["/w/here"]


def test_one_that_is_gone_cannot_be_opened_but_taken_off(recents: RecentList, qtbot: QtBot) -> None:
    recents.list.setCurrentRow(1)
    assert not recents.open_button.isEnabled()
    with qtbot.assertNotEmitted(recents.opened):
        qtbot.keyClick(recents.list, Qt.Key.Key_Return)
    with qtbot.waitSignal(recents.removed) as told:
        click(qtbot, recents.remove_button)
    assert told.args == ["/w/gone"]


def test_no_bare_key_takes_anything_off(recents: RecentList, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(recents.removed):
        for key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            qtbot.keyClick(recents.list, key)


def test_without_any_it_says_what_will_be_there(recents: RecentList) -> None:
    recents.show_recents(())
    assert recents.empty.isVisible()
    assert not recents.list.isVisible()
    assert not recents.open_button.isVisible()


def test_its_colours_follow_the_theme(recents: RecentList, dark: QApplication) -> None:
    apply_theme(dark, "light")
    colours = [recents.list.item(row).foreground().color().name() for row in range(2)]
    assert colours == [THEMES["light"].text, THEMES["light"].text_disabled]
