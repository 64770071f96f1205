"""The submenu of recent workspaces: filled when it opens, the missing not to be chosen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.welcome.recent_menu import RecentMenu
from ktrdr_app.workflows.workspaces import Recent

pytestmark = pytest.mark.gui


@pytest.fixture
def file_menu(dark: QApplication) -> Iterator[QMenu]:
    made = QMenu()
    yield made
    made.deleteLater()


def test_it_lists_what_is_there_when_it_opens(file_menu: QMenu, qtbot: QtBot) -> None:
    known = [Recent("/w/a&b", "a&b", False), Recent("/w/gone", "gone", True)]
    menu = RecentMenu(file_menu, lambda: tuple(known))
    known.insert(0, Recent("/w/new", "new", False))
    menu.aboutToShow.emit()
    actions = menu.actions()
    assert [action.text() for action in actions] == ["&1  new", "&2  a&&b", "&3  gone  (not found)"]
    assert [action.isEnabled() for action in actions] == [True, True, False]
    assert [action.toolTip() for action in actions] == ["/w/new", "/w/a&b", "/w/gone"]
    with qtbot.waitSignal(menu.opened) as told:
        actions[1].trigger()
    assert told.args == ["/w/a&b"]


def test_it_keeps_to_what_has_a_digit(file_menu: QMenu) -> None:
    menu = RecentMenu(file_menu, lambda: tuple(Recent(f"/w/{number}", str(number), False) for number in range(30)))
    menu.fill()
    menu.fill()
    assert len(menu.actions()) == 9


def test_without_any_it_says_so(file_menu: QMenu) -> None:
    menu = RecentMenu(file_menu, tuple)
    menu.fill()
    (only,) = menu.actions()
    assert only.text() == "none yet"
    assert not only.isEnabled()
