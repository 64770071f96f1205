"""The fuzzy station inside the whole window: reached by key, undo and save by key, looks in every theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.panels.fuzzy import FuzzyPanel
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import apply_theme
from tests.gui import helpers
from tests.gui.panels.fuzzy.test_plot import drag, grip_of

if TYPE_CHECKING:
    from ktrdr_app.gui.main_window import MainWindow

pytestmark = pytest.mark.gui

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
Open = Callable[[Workspace], "MainWindow"]


def reach(qtbot: QtBot, window: MainWindow) -> FuzzyPanel:
    """Go to the third station with Ctrl+3 and wait for its values."""
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_3, CONTROL)
    panel = helpers.child(window, FuzzyPanel, "fuzzyPanel")
    qtbot.waitUntil(panel.isVisible)
    qtbot.waitUntil(lambda: bool(panel._values), timeout=20_000)
    helpers.settle(qtbot, window.tasks)
    return panel


def test_ctrl_3_leads_to_the_sets(open_window: Open, qtbot: QtBot, sample_workspace: Workspace) -> None:
    panel = reach(qtbot, open_window(sample_workspace))
    assert panel.document is not None
    assert len(panel.plot.layer.grips) == 9, "seven handles and two crossings"


def test_all_parts_can_be_found_by_name(open_window: Open, qtbot: QtBot, sample_workspace: Workspace) -> None:
    window = open_window(sample_workspace)
    for part in ("indicatorCombo", "plot", "setTable", "problems", "saveButton"):
        assert helpers.child(window, QWidget, f"fuzzyPanel.{part}")
    for part in ("undoAction", "redoAction"):
        assert len(window.findChildren(QAction, f"fuzzyPanel.{part}")) == 1


def test_a_drag_is_undone_redone_and_saved_by_key(open_window: Open, qtbot: QtBot, sample_workspace: Workspace) -> None:
    window = open_window(sample_workspace)
    panel = reach(qtbot, window)
    assert panel.document is not None
    drag(qtbot, panel.plot, grip_of(panel.plot, "neutral", "peak"), 56.0)
    moved = panel.document.sets()["neutral"].parameters
    assert moved[1] > 54
    panel.plot.setFocus()
    qtbot.keyClick(panel.plot, Qt.Key.Key_Z, CONTROL)
    assert panel.document.sets()["neutral"].parameters == [25, 50, 75]
    qtbot.keyClick(panel.plot, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert panel.document.sets()["neutral"].parameters == moved
    qtbot.keyClick(panel.plot, Qt.Key.Key_S, CONTROL)
    helpers.settle(qtbot, window.tasks)
    saved = workflows.validate_strategy(sample_workspace, "neuro_mean_reversion").strategy
    assert saved.fuzzy_sets["rsi"].sets["neutral"].parameters == moved


def test_ctrl_enter_saves_as_the_stations_main_action(
    open_window: Open, qtbot: QtBot, sample_workspace: Workspace
) -> None:
    window = open_window(sample_workspace)
    panel = reach(qtbot, window)
    drag(qtbot, panel.plot, grip_of(panel.plot, "neutral", "peak"), 56.0)
    qtbot.keyClick(window, Qt.Key.Key_Return, CONTROL)
    helpers.settle(qtbot, window.tasks)
    assert (sample_workspace.strategies / "neuro_mean_reversion.yaml").is_file()


def test_the_keyboard_alone_can_move_a_handle_and_save(
    open_window: Open, qtbot: QtBot, sample_workspace: Workspace
) -> None:
    window = open_window(sample_workspace)
    panel = reach(qtbot, window)
    assert panel.document is not None
    panel.choices.symbols.setFocus()
    qtbot.waitUntil(panel.choices.symbols.hasFocus)
    for _ in range(20):
        focused = window.focusWidget()
        assert focused is not None
        if focused is panel.plot:
            break
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert window.focusWidget() is panel.plot, "Tab never comes to the plot"
    for _ in range(4):
        qtbot.keyClick(panel.plot, Qt.Key.Key_Tab)
    grip = panel.plot.focused_grip
    assert grip is not None
    assert (grip.key, grip.handle.role) == ("neutral", "peak")
    qtbot.keyClick(panel.plot, Qt.Key.Key_Right, SHIFT)
    assert panel.document.sets()["neutral"].parameters[1] == pytest.approx(50 + 10 * panel.plot.step)
    qtbot.keyClick(panel.plot, Qt.Key.Key_S, CONTROL)
    helpers.settle(qtbot, window.tasks)
    assert not panel.document.dirty


def test_other_strategies_are_opened_with_the_window(
    open_window: Open, qtbot: QtBot, sample_workspace: Workspace
) -> None:
    window = open_window(sample_workspace)
    panel = reach(qtbot, window)
    window.context.select_strategy("trend_momentum")
    helpers.settle(qtbot, window.tasks)
    qtbot.waitUntil(lambda: panel.document is not None and panel.document.strategy == "trend_momentum")
    helpers.settle(qtbot, window.tasks)


def test_no_part_of_the_station_is_nameless(open_window: Open, qtbot: QtBot, sample_workspace: Workspace) -> None:
    assert accessibility.nameless(reach(qtbot, open_window(sample_workspace))) == []


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_the_station_is_drawn_in_every_theme(
    theme: str, open_window: Open, qtbot: QtBot, sample_workspace: Workspace, dark: QApplication
) -> None:
    panel = reach(qtbot, open_window(sample_workspace))
    apply_theme(dark, theme)
    image = panel.plot.viewport().grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
    assert len(seen) > 25, "the picture is nearly empty"
