"""Panes, indicators, scale and time zone of the charts are as they were left when the program starts again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.charts.study import Curve, Study
from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.panels.backtest.chart_memory import LOGARITHMIC, PANES, ZONE, ChartMemory
from ktrdr_app.gui.panels.backtest.panel import BacktestPanel
from ktrdr_app.gui.tasks.manager import TaskManager
from tests.gui import helpers
from tests.gui.charts.conftest import chart_data
from tests.gui.panels.backtest.journey import open_station, run

pytestmark = pytest.mark.gui


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "window.ini"


def store(file: Path) -> QSettings:
    return QSettings(str(file), QSettings.Format.IniFormat)


@pytest.fixture
def charts_on(qtbot: QtBot, dark: QApplication, file: Path) -> Callable[[], LinkedCharts]:
    """Return what opens charts on what the file remembers, as a start of the program does."""
    kept = []

    def opened() -> LinkedCharts:
        made = LinkedCharts()
        qtbot.addWidget(made)
        made.resize(800, 600)
        made.show()
        kept.append(ChartMemory(store(file), made, made))
        return made

    return opened


def studies(count: int) -> list[Study]:
    ramp = np.linspace(0.0, 1.0, count)
    return [Study(key, key, kind, (Curve(key, ramp),)) for key, kind in (("rsi", "curves"), ("over:ema", "overlay"))]


def toggle(charts: LinkedCharts, key: str) -> None:
    """Choose a line of the panes menu."""
    (action,) = [action for action in charts.tools.panes_menu.actions() if action.data() == key]
    action.trigger()


def test_nothing_is_remembered_at_first(charts_on: Callable[[], LinkedCharts], file: Path) -> None:
    charts = charts_on()
    assert charts.panes.wanted == {"price", "equity", "drawdown"}
    assert not charts.tools.logarithmic.isChecked()
    assert charts.zone == "UTC"
    assert store(file).allKeys() == []


def test_choices_of_the_menu_are_there_after_a_restart(
    charts_on: Callable[[], LinkedCharts], tiny_bars: Callable[..., pd.DataFrame]
) -> None:
    first = charts_on()
    first.set_data(chart_data(tiny_bars(200, frequency="1D")))
    first.set_panes(studies(200))
    for key in ("rsi", "over:ema", "drawdown"):
        toggle(first, key)
    wanted = {"price", "equity", "rsi", "over:ema"}
    assert first.panes.wanted == wanted
    second = charts_on()
    assert second.panes.wanted == wanted
    assert [pane.key for pane in second.stack.shown] == ["price", "equity"], "there is no run yet"
    second.set_data(chart_data(tiny_bars(200, frequency="1D")))
    second.set_panes(studies(200))
    assert [pane.key for pane in second.stack.shown] == ["price", "rsi", "equity"]
    assert [overlay.shown for overlay in second.shelf.overlays] == [True]
    ticked = {action.data() for action in second.tools.panes_menu.actions() if action.isChecked()}
    assert ticked == wanted - {"price"}


def test_what_another_run_lacks_is_not_forgotten(
    charts_on: Callable[[], LinkedCharts], tiny_bars: Callable[..., pd.DataFrame]
) -> None:
    first = charts_on()
    first.set_data(chart_data(tiny_bars(200, frequency="1D")))
    first.set_panes(studies(200))
    toggle(first, "rsi")
    first.set_panes([])
    toggle(first, "equity")
    assert charts_on().panes.wanted == {"price", "drawdown", "rsi"}


def test_scale_and_zone_are_there_after_a_restart(charts_on: Callable[[], LinkedCharts], qtbot: QtBot) -> None:
    first = charts_on()
    first.price_plot.setFocus()
    qtbot.keyClick(first.price_plot, Qt.Key.Key_L)
    zone = next(action for action in first.tools.zone_menu.actions() if action.data() == "Asia/Tokyo")
    zone.trigger()
    second = charts_on()
    assert second.tools.logarithmic.isChecked()
    assert second.zone == "Asia/Tokyo"
    assert [action.data() for action in second.tools.zone_menu.actions() if action.isChecked()] == ["Asia/Tokyo"]
    qtbot.keyClick(second.price_plot, Qt.Key.Key_L)
    assert not charts_on().tools.logarithmic.isChecked()


@pytest.mark.parametrize("torn", ["", "[", "7", '{"a": 1}', "[1, 2]", json.dumps([]), "null"])
def test_a_torn_file_is_passed_over(charts_on: Callable[[], LinkedCharts], file: Path, torn: str) -> None:
    kept = store(file)
    for key in (PANES, LOGARITHMIC, ZONE):
        kept.setValue(key, torn)
    kept.sync()
    charts = charts_on()
    assert charts.panes.wanted == {"price", "equity", "drawdown"}
    assert not charts.tools.logarithmic.isChecked()
    assert charts.zone == "UTC"


def test_a_list_in_the_file_is_passed_over_too(charts_on: Callable[[], LinkedCharts], file: Path) -> None:
    kept = store(file)
    for key in (PANES, LOGARITHMIC, ZONE):
        kept.setValue(key, ["a", "b"])
    kept.sync()
    assert charts_on().panes.wanted == {"price", "equity", "drawdown"}


def test_without_a_store_nothing_is_noted(qtbot: QtBot, dark: QApplication) -> None:
    charts = LinkedCharts()
    qtbot.addWidget(charts)
    ChartMemory(None, charts, charts)
    charts.toggle_logarithmic()
    toggle(charts, "equity")
    assert charts.panes.wanted == {"price", "drawdown"}


def test_an_indicator_of_a_run_is_computed_and_shown_after_a_restart(
    qtbot: QtBot, dark: QApplication, tasks: TaskManager, trained_workspace: Workspace, file: Path
) -> None:
    station = open_station(qtbot, AppContext(trained_workspace, tasks, store=store(file)))
    run(qtbot, station)
    station.charts.tools.panes_menu.aboutToShow.emit()
    helpers.settle(qtbot, tasks)
    toggle(station.charts, "rsi")
    again = BacktestPanel(AppContext(trained_workspace, tasks, store=store(file)))
    qtbot.addWidget(again)
    again.show()
    again.context.catalog.refresh()
    helpers.settle(qtbot, tasks)
    qtbot.waitUntil(lambda: "rsi" in again.charts.shelf.panes, timeout=20_000)
    assert not again.charts.shelf.panes["rsi"].isHidden()


def test_the_window_hands_its_settings_to_the_charts(
    qtbot: QtBot, dark: QApplication, empty_workspace: Workspace, file: Path
) -> None:
    for logarithmic in (False, True):
        window = MainWindow(empty_workspace, store(file))
        qtbot.addWidget(window)
        window.show()
        panel = helpers.child(window, BacktestPanel, "backtestPanel")
        action = helpers.child(panel.charts.tools, QAction, "charts.logScale")  # type: ignore[type-var]
        assert action.isChecked() is logarithmic
        if not logarithmic:
            action.trigger()
        window.close()
        helpers.settle(qtbot, window.tasks)
