"""The actions of the window's frame, triggered as menu and keys do: dialogs, docks, screen, folder and help."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.docks import ROOMY
from ktrdr_app.gui.frame_commands import FrameCommands
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.ui.actions import ACTIONS, STATIONS, plain, shown_keys
from ktrdr_app.gui.ui.help_here import PAGES
from tests.gui.helpers import child

pytestmark = pytest.mark.gui

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(scope="module")
def frame(dressed: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    """Return one window for the file, its stations left as place-holders."""
    from ktrdr_app.gui.ui.theme import apply_theme

    apply_theme(dressed, "dark")
    window = MainWindow(Workspace(tmp_path_factory.mktemp("frame")), lazily=True)
    window.show()
    window.activateWindow()
    yield window
    window.close()
    window.deleteLater()


@pytest.fixture
def window(frame: MainWindow) -> Iterator[MainWindow]:
    frame.resize(ROOMY, 900)
    frame.docks.reset()
    frame.activateWindow()
    yield frame
    for dialog in frame.findChildren(QDialog):
        dialog.reject()


class Desktop(FrameCommands):
    """Stands in for the system's file manager."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.opened: list[QUrl] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.opened.append(url)


def dialog(window: MainWindow) -> QDialog:
    (found,) = [each for each in window.findChildren(QDialog) if each.isVisible()]
    return found


def lines(shown: QDialog) -> list[str]:
    return [words.text() for words in shown.findChildren(QLabel)]


def test_the_folder_of_the_workspace_is_given_to_the_system(window: MainWindow) -> None:
    desktop = Desktop(window)
    QDesktopServices.setUrlHandler("file", desktop, "take")
    try:
        window.actions_by_key["openFolder"].trigger()
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert [Path(url.toLocalFile()) for url in desktop.opened] == [window.context.workspace.root]
    desktop.deleteLater()


def test_the_chooser_of_workspaces_starts_beside_this_one_and_may_be_left(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_O, CONTROL)
    chooser = child(window, QFileDialog, "workspaceDialog")
    assert chooser.fileMode() is QFileDialog.FileMode.Directory
    assert Path(chooser.directory().absolutePath()) == window.context.workspace.root.parent
    with qtbot.assertNotEmitted(window.context.workspaceRequested):
        chooser.reject()


@pytest.mark.parametrize(("key", "dock"), [("toggleInspector", "right"), ("toggleDock", "lower")])
def test_a_dock_goes_and_comes_and_its_action_stays_true(window: MainWindow, key: str, dock: str) -> None:
    action, what = window.actions_by_key[key], getattr(window.docks, dock)
    for _ in range(3):
        before = what.isVisible()
        action.trigger()
        assert what.isVisible() is not before
        assert action.isChecked() is what.isVisible()


def test_a_dock_that_floats_is_hidden_and_shown_by_its_action_too(window: MainWindow) -> None:
    window.docks.right.setFloating(True)
    window.actions_by_key["toggleInspector"].trigger()
    assert not window.docks.right.isVisible()
    window.actions_by_key["toggleInspector"].trigger()
    assert window.docks.right.isVisible()
    assert window.docks.right.isFloating()


def test_the_problems_are_opened_and_have_the_keyboard(window: MainWindow, qtbot: QtBot) -> None:
    window.docks.lower.close()
    qtbot.keyClick(window, Qt.Key.Key_M, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert window.docks.lower.isVisible()
    assert window.tabs.currentWidget() is window.docks.problems


def test_full_screen_keeps_whether_the_window_was_maximised(window: MainWindow, qtbot: QtBot) -> None:
    window.showMaximized()
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    assert window.actions_by_key["fullScreen"].isChecked()
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert not window.isFullScreen()
    assert window.isMaximized()
    assert not window.actions_by_key["fullScreen"].isChecked()
    window.showNormal()


@pytest.mark.parametrize(("key", "title"), [(key, title) for key, title, _icon in STATIONS])
def test_f1_opens_the_page_of_the_station_in_view(window: MainWindow, qtbot: QtBot, key: str, title: str) -> None:
    window.show_panel(key)
    qtbot.keyClick(window, Qt.Key.Key_F1)
    shown = dialog(window)
    assert shown.windowTitle() == title
    assert set(PAGES[key].steps) <= set(lines(shown))


def test_ctrl_f1_lists_each_shortcut_beside_what_it_does(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F1, CONTROL)
    words = lines(dialog(window))[1:]
    told = dict(zip(words[::2], words[1::2], strict=True))
    assert told == {shown_keys(spec): plain(spec.text) for spec in ACTIONS if spec.shortcut}


def test_the_same_page_twice_is_closed_twice(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_key["about"].trigger()
    window.actions_by_key["about"].trigger()
    for shown in window.findChildren(QDialog):
        qtbot.keyClick(shown, Qt.Key.Key_Escape)
    assert [each for each in window.findChildren(QDialog) if each.isVisible()] == []


def test_quit_closes_the_window_as_its_button_does(dark: QApplication, tmp_path: Path, qtbot: QtBot) -> None:
    window = MainWindow(Workspace(tmp_path), lazily=True)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    with qtbot.waitSignal(window.closed):
        qtbot.keyClick(window, Qt.Key.Key_Q, CONTROL)
    assert window.clean_exit
    window.deleteLater()
