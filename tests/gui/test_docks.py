"""The docks of a real window: layouts, reset, floating, closing, and finding everything again next time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.docks import DEFAULT, LAYOUTS, ROOMY, VERSION, WindowDocks
from ktrdr_app.gui.documents.problem_book import KnownProblem
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.dock_title import DockTitle
from tests.gui.helpers import click, rest

pytestmark = pytest.mark.gui


@pytest.fixture
def docks(module_window: MainWindow, qtbot: QtBot) -> Iterator[WindowDocks]:
    module_window.resize(ROOMY, 900)
    module_window.docks.reset()
    module_window.activateWindow()
    yield module_window.docks
    rest(qtbot, module_window)


def settings_file(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_opens_and_closes_what_it_says(docks: WindowDocks, name: str) -> None:
    docks.window.actions_by_key[f"layout{name.capitalize()}"].trigger()  # type: ignore[attr-defined]
    layout = LAYOUTS[name]
    assert docks.right.isVisible() == bool(layout.inspector)
    assert docks.lower.isVisible() == bool(layout.lower)
    assert docks.tabs.currentIndex() == layout.tab


def test_layouts_differ() -> None:
    assert len(set(LAYOUTS.values()) | {DEFAULT}) == len(LAYOUTS) + 1


def test_reset_brings_back_what_was_moved_floated_and_closed(docks: WindowDocks, qtbot: QtBot) -> None:
    title = docks.right.titleBarWidget()
    assert isinstance(title, DockTitle)
    click(qtbot, title.float_button)
    assert docks.right.isFloating()
    docks.window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, docks.lower)
    docks.lower.close()
    docks.window.actions_by_key["layoutReset"].trigger()  # type: ignore[attr-defined]
    assert not docks.right.isFloating()
    assert docks.lower.isVisible()
    assert docks.window.dockWidgetArea(docks.lower) is Qt.DockWidgetArea.BottomDockWidgetArea
    assert docks.window.dockWidgetArea(docks.right) is Qt.DockWidgetArea.RightDockWidgetArea


@pytest.mark.parametrize(("width", "open_"), [(ROOMY - 1, False), (ROOMY, True)])
def test_reset_fits_the_window_as_its_first_showing_does(docks: WindowDocks, width: int, open_: bool) -> None:
    docks.right.setVisible(not open_)
    docks.window.resize(width, 900)
    docks.window.actions_by_key["layoutReset"].trigger()  # type: ignore[attr-defined]
    assert docks.right.isVisible() == open_
    assert docks.lower.isVisible()


def test_closing_a_dock_by_its_button_unticks_its_action(docks: WindowDocks, qtbot: QtBot) -> None:
    actions = docks.window.actions_by_key  # type: ignore[attr-defined]
    title = docks.right.titleBarWidget()
    assert isinstance(title, DockTitle)
    assert actions["toggleInspector"].isChecked()
    click(qtbot, title.close_button)
    assert not actions["toggleInspector"].isChecked()
    qtbot.keyClick(docks.window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert docks.right.isVisible()
    assert actions["toggleInspector"].isChecked()


def test_tabs_are_chosen_by_mouse_and_keyboard(docks: WindowDocks, qtbot: QtBot) -> None:
    place = docks.bar.tabRect(1).center()
    qtbot.mouseClick(docks.bar, Qt.MouseButton.LeftButton, pos=place)
    assert docks.tabs.currentWidget() is docks.log_panel
    docks.bar.setFocus()
    qtbot.keyClick(docks.bar, Qt.Key.Key_Right)
    assert docks.tabs.currentWidget() is docks.problems
    assert accessibility.nameless(docks.lower) == []


def test_the_tab_counts_the_problems(docks: WindowDocks) -> None:
    docks.context.problems.tell("test", (KnownProblem("dataPanel", "warning", "A", "b"),))
    count = len(docks.context.problems.problems)
    assert docks.bar.tabText(2) == f"Problems ({count})"
    docks.context.problems.tell("test", ())


def test_everything_is_found_again(docks: WindowDocks, tmp_path: Path) -> None:
    docks.choose("review")
    docks.window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, docks.right)
    settings = settings_file(tmp_path)
    docks.remember(settings)
    settings.sync()
    docks.reset()
    assert docks.restore(settings_file(tmp_path))
    assert docks.window.dockWidgetArea(docks.right) is Qt.DockWidgetArea.LeftDockWidgetArea
    assert docks.lower.isHidden()


@pytest.mark.parametrize("state", ["text", b"bytes", QByteArray(b"garbage"), 7])
def test_garbage_is_passed_over_and_said(docks: WindowDocks, tmp_path: Path, state: object) -> None:
    settings = settings_file(tmp_path)
    settings.setValue("state", state)
    assert not docks.restore(settings)
    assert docks.lower.isVisible()


def test_a_layout_of_another_version_is_passed_over(docks: WindowDocks, tmp_path: Path) -> None:
    settings = settings_file(tmp_path)
    docks.choose("review")
    settings.setValue("state", docks.window.saveState(VERSION + 1))
    docks.reset()
    assert not docks.restore(settings)
    assert docks.lower.isVisible()


def test_nothing_remembered_is_no_fault(docks: WindowDocks, tmp_path: Path) -> None:
    assert docks.restore(settings_file(tmp_path))


def test_a_narrow_window_opens_without_the_inspector(docks: WindowDocks) -> None:
    """What the stations need comes first: they were drawn for 1280 pixels without it."""
    window = docks.window
    window.hide()
    docks._placed = False
    window.resize(1280, 800)
    window.show()
    assert docks.right.isHidden()
    assert docks.lower.isVisible()
    window.resize(1500, 900)
    window.hide()
    window.show()
    assert docks.right.isHidden(), "only the first time that it is seen"


@pytest.mark.parametrize(("width", "open_"), [(1280, False), (1440, False), (1920, True)])
def test_a_new_window_opens_the_inspector_where_there_is_room(
    empty_workspace: Workspace, dark: QApplication, qtbot: QtBot, width: int, open_: bool
) -> None:
    window = MainWindow(empty_workspace, lazily=True)
    window.setMinimumSize(width, 900)
    window.show()
    assert window.docks.right.isVisible() == open_
    assert window.docks.lower.isVisible()
    window.close()
    window.deleteLater()
