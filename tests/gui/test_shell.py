"""The shell over a restart: every layout, what was moved in it, and the title; stations before and after they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.docks import DEFAULT, LAYOUTS, ROOMY, Layout
from ktrdr_app.gui.documents.inspected import Inspected
from ktrdr_app.gui.documents.problem_book import KnownProblem
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.panels.inspector.tellers import TELLERS
from ktrdr_app.gui.stations import Waiting
from ktrdr_app.gui.ui.actions import ACTIONS, STATIONS
from tests.gui.helpers import click

pytestmark = pytest.mark.gui

FITS = (1024, 720)
"""A size that the screen of the offscreen platform has room for; a larger window is made to fit, as it should be."""
AREA = Qt.DockWidgetArea
Start = Callable[[], MainWindow]


@pytest.fixture
def ini(tmp_path: Path) -> Path:
    return tmp_path / "window.ini"


@pytest.fixture
def start(dark: QApplication, empty_workspace: Workspace, ini: Path) -> Iterator[Start]:
    """Return a function that starts the program anew: a window with its store read from the disk."""
    opened: list[MainWindow] = []

    def make() -> MainWindow:
        window = MainWindow(empty_workspace, QSettings(str(ini), QSettings.Format.IniFormat), lazily=True)
        opened.append(window)
        window.show()
        QApplication.processEvents()
        return window

    yield make
    for window in opened:
        window.close()
        window.deleteLater()


def stop(window: MainWindow) -> None:
    """Close a window as the user does; its store is on the disk then."""
    assert window.close()
    QApplication.processEvents()


def arranged(window: MainWindow) -> dict[str, object]:
    """Return all of an arrangement that can be seen."""
    docks = window.docks
    return {
        "inspector": docks.right.width() if docks.right.isVisible() else 0,
        "lower": docks.lower.height() if docks.lower.isVisible() else 0,
        "areas": [window.dockWidgetArea(dock) for dock in (docks.right, docks.lower)],
        "floating": [dock.isFloating() for dock in (docks.right, docks.lower)],
        "size": (window.width(), window.height()),
    }


def choose(window: MainWindow, name: str) -> None:
    """Choose a layout by its action, as menu and palette do."""
    (spec,) = [each for each in ACTIONS if each.method == "choose_layout" and each.argument == name]
    window.actions_by_key[spec.key].trigger()
    QApplication.processEvents()


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_has_its_sizes_and_is_found_again_after_a_restart(start: Start, name: str) -> None:
    first = start()
    first.resize(*FITS)
    choose(first, name)
    before, wanted = arranged(first), LAYOUTS[name]
    assert before["inspector"] == pytest.approx(wanted.inspector, abs=2)
    assert before["lower"] == pytest.approx(wanted.lower, abs=2)
    stop(first)
    second = start()
    assert arranged(second) == before


def test_what_the_user_moved_in_a_layout_is_found_again_and_reset_takes_it_back(start: Start) -> None:
    first = start()
    choose(first, "explore")
    first.resize(*FITS)
    first.addDockWidget(AREA.LeftDockWidgetArea, first.docks.right)
    first.addDockWidget(AREA.TopDockWidgetArea, first.docks.lower)
    first.resizeDocks([first.docks.right], [300], Qt.Orientation.Horizontal)
    QApplication.processEvents()
    moved = arranged(first)
    assert moved["areas"] == [AREA.LeftDockWidgetArea, AREA.TopDockWidgetArea]
    stop(first)
    second = start()
    assert arranged(second) == moved
    second.resize(ROOMY, 900)
    second.actions_by_key["layoutReset"].trigger()
    QApplication.processEvents()
    again = arranged(second)
    assert again["areas"] == [AREA.RightDockWidgetArea, AREA.BottomDockWidgetArea]
    assert again["inspector"] == pytest.approx(DEFAULT.inspector, abs=2)
    least = second.docks.lower.minimumSizeHint().height()
    assert again["lower"] == pytest.approx(max(DEFAULT.lower, least), abs=2)
    second.resize(*FITS)
    second.actions_by_key["layoutReset"].trigger()
    QApplication.processEvents()
    narrow = arranged(second)
    assert narrow["inspector"] == 0
    stop(second)
    assert arranged(start()) == narrow, "the reset is what is remembered"


def test_a_floating_inspector_floats_again(start: Start) -> None:
    first = start()
    first.docks.right.setFloating(True)
    QApplication.processEvents()
    stop(first)
    second = start()
    assert second.docks.right.isFloating()
    assert not second.docks.lower.isFloating()


def test_both_docks_closed_come_back_by_their_keys(start: Start, qtbot: QtBot) -> None:
    first = start()
    for dock in (first.docks.right, first.docks.lower):
        dock.close()
    stop(first)
    second = start()
    assert (arranged(second)["inspector"], arranged(second)["lower"]) == (0, 0)
    second.activateWindow()
    for key, action in ((Qt.Key.Key_I, "toggleInspector"), (Qt.Key.Key_J, "toggleDock")):
        assert not second.actions_by_key[action].isChecked()
        qtbot.keyClick(second, key, Qt.KeyboardModifier.ControlModifier)
        assert second.actions_by_key[action].isChecked()
    assert second.docks.right.isVisible()
    assert second.docks.lower.isVisible()


@pytest.mark.parametrize(
    "line",
    ["directions=a, b", "layout=a, b", "state=@ByteArray(torn)", "geometry=7", "state=x\ngeometry=y\nlayout=z"],
)
def test_no_line_of_the_store_keeps_the_window_from_opening(start: Start, ini: Path, line: str) -> None:
    ini.write_text(f"[General]\n{line}\n", encoding="utf-8")
    window = start()
    assert window.isVisible()
    assert arranged(window)["areas"] == [AREA.RightDockWidgetArea, AREA.BottomDockWidgetArea]
    assert window.docks.lower.isVisible()
    told = any("layout could not be used" in notice.text.text() for notice in window.notices.notices)
    assert told == line.startswith(("state", "geometry"))


def test_every_layout_leaves_room_for_the_station_in_the_smallest_window(start: Start) -> None:
    window = start()
    for name in LAYOUTS:
        window.resize(window.minimumSize())
        choose(window, name)
        layout: Layout = LAYOUTS[name]
        assert window.minimumSize().width() - window.stack.width() < layout.inspector + 120
        assert window.stack.height() > 350
        assert (window.width(), window.height()) == (1024, 680), "no dock makes the window wider"


def test_a_station_is_reached_before_it_stands_and_introduced_when_it_does(start: Start) -> None:
    window = start()
    window.show_panel("modelsPanel")
    assert isinstance(window.stack.currentWidget(), Waiting)
    assert window.rail.button("modelsPanel").isChecked()
    assert "modelsPanel" not in window.panels
    window.stack.build("modelsPanel")
    assert window.panel is window.panels["modelsPanel"]
    assert [type(each).__name__ for each in window.panels["modelsPanel"].children()].count("ModelsTeller") == 1


def test_the_inspector_follows_the_rail(start: Start, qtbot: QtBot) -> None:
    window = start()
    for key, title, _icon in STATIONS:
        window.context.inspect(key, Inspected("Thing", f"of {title}"))
    for key, title, _icon in STATIONS:
        click(qtbot, window.rail.button(key))
        assert window.docks.inspector.shown == Inspected("Thing", f"of {title}")
        assert [other for other, *_ in STATIONS if window.rail.button(other).isChecked()] == [key]
    assert list(TELLERS) == [key for key, *_ in STATIONS]


def test_the_title_marks_unsaved_work_and_a_workspace_that_is_only_looked_at(start: Start) -> None:
    window = start()
    assert (window.windowTitle(), window.isWindowModified()) == ("empty[*] — KTRDR Desktop", False)
    window.context.unsaved.tell("strategyPanel", ("quick",))
    window.context.unsaved.tell("fuzzyPanel", ("quick/rsi", "quick/macd"))
    assert window.isWindowModified()
    assert window.status.saved.toolTip() == "Not saved yet: quick, quick/rsi, quick/macd"
    window.context.unsaved.tell("fuzzyPanel", ())
    assert window.isWindowModified()
    window.context.unsaved.tell("strategyPanel", ())
    assert not window.isWindowModified()
    window.mark_read_only()
    assert window.windowTitle() == "empty[*] — KTRDR Desktop (read-only)"


def test_a_click_on_the_foot_opens_the_problems(start: Start, qtbot: QtBot) -> None:
    window = start()
    found = KnownProblem("dataPanel", "danger", "X 1d", "line 3 is no bar")
    window.context.problems.tell("test", (found,))
    window.docks.lower.close()
    button = window.status.findChild(QPushButton, "statusLine.problems")
    assert button is not None
    assert button.text() == "1 problem"
    click(qtbot, button)
    assert window.docks.lower.isVisible()
    assert window.tabs.currentWidget() is window.docks.problems
    assert window.docks.problems.table.selected is found, "the first is chosen, so that Enter goes there"
    click(qtbot, window.docks.problems.go)
    assert window.station == "dataPanel"
