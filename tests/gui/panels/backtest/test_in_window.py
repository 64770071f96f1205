"""The backtest station inside the whole window: reached, run and stopped by keyboard, its state on the rail."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.panels.backtest import BacktestPanel
from ktrdr_app.gui.ui import accessibility
from tests.gui import helpers
from tests.gui.panels.backtest.journey import await_badge, choose, run
from tests.gui.panels.backtest.test_panel import SlowRun, check_places

if TYPE_CHECKING:
    from ktrdr_app.gui.main_window import MainWindow

pytestmark = pytest.mark.gui

CONTROL = Qt.KeyboardModifier.ControlModifier
Open = Callable[[Workspace], "MainWindow"]


def reach(qtbot: QtBot, window: MainWindow) -> BacktestPanel:
    """Go to the sixth station with Ctrl+6 and choose the trained strategy."""
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_6, CONTROL)
    panel = helpers.child(window, BacktestPanel, "backtestPanel")
    qtbot.waitUntil(panel.isVisible)
    choose(qtbot, panel, "strategyCombo", "quick")
    return panel


def test_ctrl_6_leads_to_the_station(open_window: Open, qtbot: QtBot, trained_workspace: Workspace) -> None:
    panel = reach(qtbot, open_window(trained_workspace))
    assert panel.form.badge.text() == "✔ universal_1d_v1, universal, step 1"
    assert panel.form.symbol.currentData() == "GOOG"


def test_all_parts_can_be_found_by_name(open_window: Open, qtbot: QtBot, trained_workspace: Workspace) -> None:
    window = open_window(trained_workspace)
    parts = (
        "symbolCombo timeframeCombo modelCombo strategyCombo runButton stopButton candlePlot equityPlot drawdownPlot "
        "metricsTable tradesTable resolutionBadge progressBar"
    )
    for part in parts.split():
        assert helpers.child(window, QWidget, f"backtestPanel.{part}")


def test_ctrl_enter_runs_and_ctrl_dot_stops(
    open_window: Open, qtbot: QtBot, trained_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(trained_workspace)
    panel = reach(qtbot, window)
    slow = SlowRun()
    monkeypatch.setattr(workflows, "backtest", slow, raising=False)
    qtbot.keyClick(window, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(slow.talked.is_set, timeout=10_000)
    assert panel.running
    qtbot.keyClick(window, Qt.Key.Key_Period, CONTROL)
    qtbot.waitUntil(lambda: not panel.running, timeout=10_000)
    assert "stopped" in panel.notice.text.text()
    assert window.rail.button("backtestPanel").state == "empty", "no run is shown"
    assert not trained_workspace.runs.exists() or not list(trained_workspace.runs.iterdir())


def test_a_run_in_the_window_shows_its_result(open_window: Open, qtbot: QtBot, trained_workspace: Workspace) -> None:
    window = open_window(trained_workspace)
    window.resize(1280, 800)
    panel = reach(qtbot, window)
    run(qtbot, panel)
    assert panel.view is not None
    assert len(panel.charts.candles) == panel.view.document["bars"]
    assert all(plot.isVisible() for plot in panel.charts.plots)
    check_places(panel)


def test_a_model_trained_meanwhile_reaches_the_badge(
    open_window: Open, qtbot: QtBot, trained_workspace: Workspace
) -> None:
    window = open_window(trained_workspace)
    panel = reach(qtbot, window)
    from ktrdr_app.workflows.requests import TrainRequest

    workflows.train(TrainRequest(trained_workspace, "quick", ("MSFT", "GOOG"), "1d", epochs=1, seed=1))
    window.context.modelsChanged.emit()
    helpers.settle(qtbot, window.tasks)
    await_badge(qtbot, panel)
    assert panel.form.badge.text() == "✔ universal_1d_v2, universal, step 1"
    box = panel.form.symbol
    marks = {box.itemData(place): "✦" in box.itemText(place) for place in range(box.count())}
    assert marks == {"AAPL": True, "GOOG": False, "IBM": True, "MSFT": False}


def test_bar_length_and_strategy_are_those_of_the_other_stations(
    open_window: Open, qtbot: QtBot, trained_workspace: Workspace
) -> None:
    window = open_window(trained_workspace)
    panel = reach(qtbot, window)
    assert window.context.strategy == "quick"
    window.context.select_timeframe("1h")
    await_badge(qtbot, panel)
    assert panel.form.timeframe.currentData() == "1h"
    assert panel.form.badge.text().startswith("✖")


def test_no_part_of_the_station_is_nameless(open_window: Open, qtbot: QtBot, trained_workspace: Workspace) -> None:
    panel = reach(qtbot, open_window(trained_workspace))
    assert accessibility.nameless(panel) == []


def test_every_control_is_reached_by_tab(open_window: Open, qtbot: QtBot, trained_workspace: Workspace) -> None:
    window = open_window(trained_workspace)
    panel = reach(qtbot, window)
    run(qtbot, panel)
    panel.form.strategy.setFocus()
    qtbot.waitUntil(panel.form.strategy.hasFocus)
    reached = set()
    for _ in range(120):
        focused = window.focusWidget()
        assert focused is not None
        reached.add(focused.objectName())
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    wanted = "strategyCombo symbolCombo timeframeCombo modelCombo runButton candlePlot equityPlot drawdownPlot "
    wanted += "tradesTable metricsTable"
    missing = {f"backtestPanel.{part}" for part in wanted.split()} - reached
    assert not missing, f"the keyboard never comes to {missing}"
