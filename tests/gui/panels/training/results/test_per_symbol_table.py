"""The table of symbols: every figure as it is written, warnings as signs with reasons, rows that can be chosen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.training.results.per_symbol_table import SymbolTable
from ktrdr_app.gui.ui.theme import color
from ktrdr_app.workflows.training_results import ALL, WILSON, SymbolFigures
from tests.gui.panels.training.results.made import AAPL, BARE, IBM, results

pytestmark = pytest.mark.gui

THIN = "\N{NARROW NO-BREAK SPACE}"


@pytest.fixture
def table(qtbot: QtBot, dark: object) -> SymbolTable:
    made = SymbolTable()
    qtbot.addWidget(made)
    made.resize(800, 200)
    made.show()
    return made


def cells(table: SymbolTable, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> list[list[object]]:
    model = table.model()
    return [
        [model.data(model.index(line, column), role) for column in range(model.columnCount())]
        for line in range(model.rowCount())
    ]


def titles(table: SymbolTable) -> list[str]:
    model = table.model()
    return [model.headerData(place, Qt.Orientation.Horizontal) for place in range(model.columnCount())]


def test_figures_as_they_are_written(table: SymbolTable) -> None:
    table.show_results(results())
    assert titles(table) == ["Symbol", "Rows", "Accuracy", "Always", "Skill", "F1", "Prec.", "Rec.", "B · H · S %"]
    pooled, aapl, ibm = cells(table)
    assert aapl == [
        "AAPL",
        "400",
        f"60.0{THIN}% (55…65)",
        f"50.0{THIN}%",
        f"+10.0{THIN}% (5…15)",
        f"55.0{THIN}%",
        f"57.0{THIN}%",
        f"56.0{THIN}%",
        "25 · 50 · 25",
    ]
    assert pooled[0] == "All"
    assert pooled[-1] == "–"
    assert ibm[0] == "⚠ IBM"


def test_a_figure_that_is_not_known_is_a_dash(table: SymbolTable) -> None:
    table.show_results(results(pooled=BARE, symbols=()))
    assert cells(table) == [["All", "0", *["–"] * 7]]


def test_colours_tell_skill_and_warnings(table: SymbolTable) -> None:
    table.show_results(results())
    shown = cells(table, Qt.ItemDataRole.ForegroundRole)
    assert [row[4] for row in shown] == [color("success"), color("success"), color("warning")]
    assert [row[0] for row in shown] == [None, None, color("warning")]


def test_the_tip_says_why_a_symbol_is_weak_and_how_the_interval_was_made(table: SymbolTable) -> None:
    old = SymbolFigures("OLD", 400, {"accuracy": 0.6}, {"accuracy": (0.5, 0.7)}, WILSON)
    table.show_results(results(symbols=(AAPL, IBM, old)))
    tips = cells(table, Qt.ItemDataRole.ToolTipRole)
    assert tips[2][0] == "IBM: no skill: the class shares alone predict it as well; it never answers SELL"
    assert "Nothing speaks against" in tips[1][0]
    assert "stretches of time" in tips[1][2]
    assert "Wilson" in tips[3][2]


def test_all_symbols_are_chosen_first_and_choosing_is_told(table: SymbolTable, qtbot: QtBot) -> None:
    heard: list[str] = []
    table.symbolChosen.connect(heard.append)
    table.show_results(results())
    assert heard == [ALL]
    table.choose("IBM")
    assert heard == [ALL, "IBM"]
    assert table.selected is IBM
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Up)
    assert heard[-1] == "AAPL"


@pytest.mark.parametrize(("column", "order"), [(1, ["⚠ IBM", "AAPL", "All"]), (4, ["⚠ IBM", "All", "AAPL"])])
def test_columns_sort_as_numbers(table: SymbolTable, column: int, order: list[str]) -> None:
    table.show_results(results())
    table.sortByColumn(column, Qt.SortOrder.AscendingOrder)
    assert [row[0] for row in cells(table)] == order


def test_an_unknown_figure_sorts_below_all_others(table: SymbolTable) -> None:
    table.show_results(results(pooled=BARE))
    table.sortByColumn(4, Qt.SortOrder.AscendingOrder)
    assert [row[0] for row in cells(table)] == ["All", "⚠ IBM", "AAPL"]


def test_nothing_is_left_of_an_older_training(table: SymbolTable) -> None:
    table.show_results(results())
    table.show_results(results(symbols=(IBM,)))
    assert [row[0] for row in cells(table)] == ["All", "⚠ IBM"]
    table.clear()
    assert cells(table) == []


def test_it_has_its_name(table: SymbolTable) -> None:
    assert table.objectName() == "trainingPanel.perSymbolTable"
    assert table.accessibleName()
    assert table.accessibleDescription()
