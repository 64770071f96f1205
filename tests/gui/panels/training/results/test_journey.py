"""The whole way in the window: train, look at a symbol, at the bars of a cell, at the report; name, compare, delete."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.panels.training.panel import TrainingPanel
from ktrdr_app.gui.panels.training.results.bars_dialog import BarsDialog
from ktrdr_app.gui.panels.training.results.compare_view import CompareView
from tests.gui.helpers import child, click, rest, tick

pytestmark = pytest.mark.gui

Opening = Callable[[Workspace], MainWindow]


@pytest.fixture
def window(open_window: Opening, trained_workspace: Workspace, qtbot: QtBot) -> MainWindow:
    made = open_window(trained_workspace)
    made.resize(1280, 800)
    made.context.panelRequested.emit("trainingPanel")
    rest(qtbot, made)
    return made


@pytest.fixture
def panel(window: MainWindow) -> TrainingPanel:
    (found,) = window.findChildren(TrainingPanel)
    return found


def train(qtbot: QtBot, window: MainWindow, panel: TrainingPanel, *symbols: str) -> None:
    panel.form.strategy.setCurrentIndex(panel.form.strategy.findData("quick"))
    tick(qtbot, panel.form.symbols, *symbols)
    panel.form.epochs.setValue(2)
    panel.run_main_action()
    rest(qtbot, window)


def turn_to(panel: TrainingPanel, page: QWidget) -> None:
    panel.tabs.setCurrentWidget(page)
    assert page.isVisible()


def test_from_a_training_to_the_bars_it_errs_on(window: MainWindow, panel: TrainingPanel, qtbot: QtBot) -> None:
    train(qtbot, window, panel, "IBM", "MSFT")
    results = panel.results
    assert results.results.path.name == "universal_1d_v2"
    turn_to(panel, results.view)
    table = child(window, QTableView, "trainingPanel.perSymbolTable")
    table.setFocus()
    for _step in range(2):
        qtbot.keyClick(table, Qt.Key.Key_Down)
    assert results.view.symbol == "MSFT"
    matrix = child(window, QTableView, "trainingPanel.confusionMatrix")
    counts = results.results.figures_of("MSFT").confusion
    cell = max(((a, b) for a in range(3) for b in range(3)), key=lambda cell: counts[cell[0]][cell[1]])
    spot = matrix.visualRect(matrix.model().index(*cell)).center()
    QTest.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    rest(qtbot, window)
    (dialog,) = window.findChildren(BarsDialog)
    assert len(dialog.bars) == counts[cell[0]][cell[1]]
    expected = workflows.judged_bars(window.context.workspace, results.results.path, "MSFT")
    assert dialog.bars.tolist() == expected.place[expected.cell(*cell)].tolist()
    click(qtbot, dialog.next)
    assert dialog.number == 1
    click(qtbot, dialog.close_button)


def test_the_report_is_copied_and_the_inputs_are_told(window: MainWindow, panel: TrainingPanel, qtbot: QtBot) -> None:
    results = panel.results
    turn_to(panel, results.report)
    click(qtbot, results.report.copy)
    assert results.results.verdict.headline in QGuiApplication.clipboard().text()
    names = [line.name for line in results.results.importance]
    assert all(name in results.importance.accessibleDescription() for name in names)


def test_runs_are_named_compared_deleted_and_brought_back(
    window: MainWindow, panel: TrainingPanel, qtbot: QtBot
) -> None:
    train(qtbot, window, panel, "MSFT")
    runs = panel.results.runs
    turn_to(panel, runs)
    assert [run.path.name for run in runs.table.records.records] == ["universal_1d_v2", "universal_1d_v1"]
    assert runs.chosen.path.name == "universal_1d_v2", "the one that is shown"
    runs.name.setFocus()
    qtbot.keyClicks(runs.name, "one symbol")
    qtbot.keyClick(runs.name, Qt.Key.Key_Return)
    rest(qtbot, window)
    for row in (0, 1):
        runs.table.runs.toggle(row)
    click(qtbot, runs.compare)
    rest(qtbot, window)
    (dialog,) = window.findChildren(CompareView)
    assert "one symbol" in dialog.plot.heading.toPlainText()
    click(qtbot, dialog.close_button)
    runs.table.selectRow(0)
    click(qtbot, runs.delete)
    rest(qtbot, window)
    assert [run.path.name for run in runs.table.records.records] == ["universal_1d_v1"]
    assert [model.path.name for model in workflows.list_models(window.context.workspace)] == ["universal_1d_v1"]
    runs.undo()
    rest(qtbot, window)
    assert [run.label for run in runs.table.records.records] == ["one symbol", "universal_1d_v1"]


def test_an_older_run_is_opened_from_the_list(window: MainWindow, panel: TrainingPanel, qtbot: QtBot) -> None:
    train(qtbot, window, panel, "MSFT")
    runs = panel.results.runs
    turn_to(panel, runs)
    runs.table.select(lambda run: run.path.name == "universal_1d_v1")
    click(qtbot, runs.show_button)
    rest(qtbot, window)
    assert panel.results.results.path.name == "universal_1d_v1"
    assert panel.tabs.currentWidget() is panel.results.view
    assert [found.symbol for found in panel.results.view.table.records.records] == ["", "AAPL", "IBM"]


def test_nothing_of_the_results_is_cut_off_in_a_small_window(
    window: MainWindow, panel: TrainingPanel, qtbot: QtBot
) -> None:
    assert (window.width(), window.height()) == (1280, 800)
    for place in range(panel.tabs.count()):
        panel.tabs.setCurrentIndex(place)
        rest(qtbot, window)
        page = panel.tabs.widget(place)
        for widget in page.findChildren(QWidget):
            if widget.isVisible() and widget.objectName().startswith("trainingPanel."):
                corner = widget.mapTo(window, widget.rect().bottomRight())
                assert window.rect().contains(corner), widget.objectName()
    turn_to(panel, panel.results.view)
    rest(qtbot, window)
    table = panel.results.view.table
    assert table.horizontalScrollBar().maximum() == 0, "all columns are in sight"
    matrix = panel.results.view.confusion
    assert matrix.horizontalScrollBar().maximum() == 0
