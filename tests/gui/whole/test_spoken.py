"""What takes the keyboard tells its name and what it is for; every picture tells itself in words and figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QGraphicsView, QMenu, QTableView, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.data_table import DataTable, DataTwin
from ktrdr_app.gui.charts.figures import Figures
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.ui import accessibility
from tests.gui.whole.tour import dialogs, stations, turn

pytestmark = pytest.mark.gui

PICTURES = {
    "dataPanel.preview",
    "dataPanel.coverageStrip",
    "fuzzyPanel.plot",
    "trainingPanel.lossPlot",
    "trainingPanel.accuracyPlot",
    "backtestPanel.candlePlot",
    "backtestPanel.equityPlot",
    "backtestPanel.drawdownPlot",
}


def told(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()} {widget.accessibleName()!r}"


def silent(root: QWidget) -> list[str]:
    found = accessibility.nameless(root) + accessibility.undescribed(root)
    return sorted({told(widget) for widget in found})


def test_every_station_speaks(full_window: MainWindow) -> None:
    assert {name: silent(panel) for name, panel in stations(full_window) if silent(panel)} == {}
    assert silent(full_window) == []


def test_every_dialog_speaks(full_window: MainWindow) -> None:
    found = {name: silent(dialog) for name, dialog in dialogs(full_window)}
    assert {"import", "migrate", "compare models", "delete a model", "action shortcuts", "action about"} <= set(found)
    assert {name: lines for name, lines in found.items() if lines} == {}


def charts(window: MainWindow) -> Iterator[tuple[QWidget, Figures]]:
    for _name, panel in stations(window):
        for twin in panel.findChildren(DataTwin):
            if twin.chart.isVisible():
                yield twin.chart, twin.chart.figures()  # type: ignore[attr-defined]


def test_every_picture_is_told_in_words_and_has_figures(full_window: MainWindow) -> None:
    found = {chart.objectName(): (chart.accessibleDescription(), figures) for chart, figures in charts(full_window)}
    assert set(found) >= PICTURES
    for name, (words, figures) in found.items():
        assert len(words) > 10, f"{name} says only {words!r}"
        assert len(figures) > 0, f"{name} has no figures"
        titles = [column.title for column in figures.columns]
        assert len(set(titles)) == len(titles), f"{name} has two columns of one name: {titles}"


def test_no_picture_goes_without_a_twin(full_window: MainWindow) -> None:
    views = [view for view in full_window.findChildren(QGraphicsView) if not isinstance(view, pg.PlotWidget)]
    assert [told(view) for view in views if view.findChild(DataTwin) is None] == []
    assert full_window.findChildren(pg.PlotWidget) == []


def test_the_table_shows_the_arrays_and_copies_all_digits(full_window: MainWindow, qtbot: QtBot) -> None:
    full_window.show_panel("backtestPanel")
    full_window.activateWindow()
    plot = full_window.panels["backtestPanel"].charts.equity_plot  # type: ignore[attr-defined]
    plot.setFocus()
    turn()
    full_window.actions_by_key["chartTable"].trigger()
    (table,) = full_window.findChildren(DataTable)
    view = table.findChild(QTableView)
    data = full_window.panels["backtestPanel"].charts.data  # type: ignore[attr-defined]
    assert view.model().rowCount() == len(data)
    header = [view.model().headerData(place, Qt.Orientation.Horizontal) for place in range(view.model().columnCount())]
    assert header[0] == "time"
    assert "model" in header
    assert view.model().index(0, 0).data().startswith(str(np.datetime64(int(data.times[0]), "ns"))[:10])

    table.activateWindow()
    turn()
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    rows = list(csv.DictReader(io.StringIO(QGuiApplication.clipboard().text())))
    assert [float(row["model"]) for row in rows] == data.equity.tolist()
    assert [np.datetime64(row["time"].rstrip("Z"), "ns").astype(np.int64) for row in rows] == data.times.tolist()
    table.reject()
    turn()


def test_the_menu_of_a_chart_offers_its_table(full_window: MainWindow, qtbot: QtBot) -> None:
    full_window.show_panel("dataPanel")
    chart = full_window.findChild(QWidget, "dataPanel.preview")
    chart.findChild(DataTwin).popup(chart.mapToGlobal(QPoint(20, 20)))
    menu = next(each for each in chart.findChildren(QMenu) if each.isVisible())
    offered = [action for action in menu.actions() if isinstance(action, QAction)]
    assert [action.text() for action in offered] == ["Data table…"]
    menu.close()
    offered[0].trigger()
    (table,) = full_window.findChildren(DataTable)
    assert table.windowTitle() == "Data table: Price chart"
    table.reject()
    turn()
