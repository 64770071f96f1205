"""The data station lists what is there, finds it, shows it, and helps where there is nothing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.data.panel import DataPanel
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.table import RecordTable
from tests.gui.helpers import child, click, settle

pytestmark = pytest.mark.gui


def make(qtbot: QtBot, context: AppContext) -> DataPanel:
    panel = DataPanel(context)
    qtbot.addWidget(panel)
    panel.resize(1200, 700)
    panel.show()
    context.catalog.refresh()
    settle(qtbot, context.tasks)
    return panel


@pytest.fixture
def panel(qtbot: QtBot, context: AppContext) -> DataPanel:
    return make(qtbot, context)


@pytest.fixture
def empty_panel(qtbot: QtBot, dark: object, tasks: TaskManager, empty_workspace: Workspace) -> DataPanel:
    return make(qtbot, AppContext(empty_workspace, tasks))


def symbols(panel: DataPanel) -> list[str]:
    return [entry.symbol for entry in panel.table.records.records]


def test_every_series_is_listed_with_its_span(panel: DataPanel) -> None:
    table = child(panel, RecordTable, "dataPanel.symbolTable")
    assert symbols(panel) == ["AAPL", "EURUSD", "GOOG", "IBM", "MSFT"]
    model = table.records
    line = [model.data(model.index(0, column)) for column in range(model.columnCount())]
    spaced = [str(cell).replace("\N{NARROW NO-BREAK SPACE}", " ") for cell in line]
    days = ["2005-03-01", "2013-03-01"]
    assert spaced == ["AAPL", "1d", "stock", "2 015", *days, "0", "100.0 %", "AAPL_1d.csv"]


def test_the_first_series_is_shown_in_full(panel: DataPanel) -> None:
    assert panel.details._symbol.text() == "AAPL  1d"
    assert panel.details._facts.text().startswith("2\N{NARROW NO-BREAK SPACE}015 bars, 2005-03-01 to 2013-03-01")
    assert "No model" in panel.details._models.text()


def test_the_preview_draws_the_closes_of_the_file(panel: DataPanel, qtbot: QtBot) -> None:
    import csv

    with open(panel.context.workspace.data / "AAPL_1d.csv", encoding="utf-8") as stream:
        closes = [float(line["close"]) for line in csv.DictReader(stream)]
    assert panel.preview.closes.tolist() == closes
    assert f"first close {closes[0]:.2f}, last {closes[-1]:.2f}" in panel.preview.accessibleDescription()


def test_another_row_shows_another_series(panel: DataPanel, qtbot: QtBot) -> None:
    panel.table.select(lambda entry: entry.symbol == "EURUSD")
    settle(qtbot, panel.context.tasks)
    assert panel.details._symbol.text() == "EURUSD  1h"
    assert len(panel.preview.times) == 6225
    assert panel.preview.accessibleDescription().startswith("EURUSD: first close 1.0")


def test_typing_finds_a_series(panel: DataPanel, qtbot: QtBot) -> None:
    search = child(panel, QLineEdit, "dataPanel.search")
    qtbot.keyClicks(search, "goo")
    assert symbols(panel) == ["GOOG"]
    assert panel.table.selected.symbol == "GOOG"
    settle(qtbot, panel.context.tasks)
    assert panel.details._symbol.text() == "GOOG  1d"
    search.clear()
    assert len(symbols(panel)) == 5
    qtbot.keyClicks(search, "zzz")
    assert symbols(panel) == []
    settle(qtbot, panel.context.tasks)


def test_columns_sort_by_meaning(panel: DataPanel, qtbot: QtBot) -> None:
    panel.table.records.sort(1, Qt.SortOrder.AscendingOrder)
    assert symbols(panel)[0] == "EURUSD"
    panel.table.records.sort(3, Qt.SortOrder.DescendingOrder)
    assert symbols(panel)[0] == "EURUSD"
    settle(qtbot, panel.context.tasks)


def test_an_empty_workspace_says_what_to_do(empty_panel: DataPanel) -> None:
    assert empty_panel.empty.isVisible()
    assert empty_panel.empty.title.text() == "No data yet — drop files here, or open the sample data"
    assert not empty_panel.table.isVisible()
    assert str(empty_panel.context.workspace.data) in empty_panel.empty.text.text()
    assert list(empty_panel.context.workspace.root.iterdir()) == []


def test_one_click_adds_the_sample(empty_panel: DataPanel, qtbot: QtBot) -> None:
    states: list[tuple[str, str]] = []
    notices: list[tuple[str, str, str]] = []
    empty_panel.context.stateChanged.connect(lambda *args: states.append(args))
    empty_panel.context.notified.connect(lambda *args: notices.append(args))
    click(qtbot, child(empty_panel, QPushButton, "dataPanel.emptySampleButton"))
    settle(qtbot, empty_panel.context.tasks)
    assert symbols(empty_panel) == ["AAPL", "EURUSD", "GOOG", "IBM", "MSFT"]
    assert not empty_panel.empty.isVisible()
    assert states[-1] == ("dataPanel", "ready")
    assert notices[0][:2] == ("success", "5 series added")
    assert (empty_panel.context.workspace.data / "SOURCES.md").is_file()


def test_adding_the_sample_twice_changes_nothing(panel: DataPanel, qtbot: QtBot) -> None:
    file = panel.context.workspace.data / "AAPL_1d.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("2013-03-01", "2013-03-01"), encoding="utf-8")
    before = file.stat().st_mtime_ns
    button = child(panel, QPushButton, "dataPanel.sampleButton")
    click(qtbot, button)
    settle(qtbot, panel.context.tasks)
    assert file.stat().st_mtime_ns == before
    assert button.isEnabled()


def test_a_broken_file_is_told_in_one_line_with_a_hint(panel: DataPanel, qtbot: QtBot) -> None:
    (panel.context.workspace.data / "IBM_1d.csv").write_text("timestamp,open\n2020-01-01,abc\n", encoding="utf-8")
    panel.table.select(lambda entry: entry.symbol == "IBM")
    settle(qtbot, panel.context.tasks)
    assert panel.notice.isVisible()
    assert "IBM_1d.csv" in panel.notice.text.text()
    assert "\n" not in panel.notice.text.text()
    assert panel.notice.hint.text()
    panel.table.select(lambda entry: entry.symbol == "MSFT")
    settle(qtbot, panel.context.tasks)
    assert panel.notice.isHidden()


def test_a_missing_file_is_told(panel: DataPanel, qtbot: QtBot) -> None:
    (panel.context.workspace.data / "IBM_1d.csv").unlink()
    panel.table.select(lambda entry: entry.symbol == "IBM")
    settle(qtbot, panel.context.tasks)
    assert "no bars for IBM 1d" in panel.notice.text.text()
    panel.refresh()
    settle(qtbot, panel.context.tasks)
    assert "IBM" not in symbols(panel)


def test_models_that_know_the_symbol_are_counted(
    qtbot: QtBot, dark: object, tasks: TaskManager, trained_workspace: Workspace
) -> None:
    panel = make(qtbot, AppContext(trained_workspace, tasks))
    assert panel.details._models.text().endswith(": 1")
    panel.table.select(lambda entry: entry.symbol == "GOOG")
    assert "honest backtest" in panel.details._models.text()
    settle(qtbot, tasks)


def test_the_main_action_goes_to_the_search(panel: DataPanel, qtbot: QtBot) -> None:
    panel.run_main_action()
    qtbot.waitUntil(panel.search.hasFocus)


def test_everything_has_a_name(panel: DataPanel) -> None:
    assert accessibility.nameless(panel) == []
