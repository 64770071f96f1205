"""Old and new figures, their difference, and what is not there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.fuzzy.consequence.figures_table import FiguresTable
from ktrdr_app.workflows.live_edit import LiveFigures

pytestmark = pytest.mark.gui

OWN = LiveFigures(0.10, 0.05, -0.20, 0.5, 10)
YOURS = LiveFigures(0.25, None, -0.30, 0.5, 14)
QUICK = LiveFigures(-0.01, 0.02, -0.04, None, 0)


@pytest.fixture
def table(qtbot: QtBot, dark: QApplication) -> FiguresTable:
    made = FiguresTable()
    qtbot.addWidget(made)
    return made


def cells(table: FiguresTable, row: int) -> list[str]:
    model = table.records
    found = [model.data(model.index(row, column)) for column in range(model.columnCount())]
    return [str(text).replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-") for text in found]


def test_every_figure_has_both_and_the_difference(table: FiguresTable) -> None:
    table.show_figures(OWN, YOURS, QUICK)
    assert [cells(table, row) for row in range(5)] == [
        ["Return", "10.0 %", "25.0 %", "+15.0 %", "-1.0 %"],
        ["Unseen", "5.0 %", "–", "–", "2.0 %"],
        ["Drawdown", "-20.0 %", "-30.0 %", "-10.0 %", "-4.0 %"],
        ["Hit rate", "50.0 %", "50.0 %", "0.0 %", "–"],
        ["Trades", "10", "14", "+4", "0"],
    ]


def test_better_and_worse_are_told_by_colour_too(table: FiguresTable) -> None:
    table.show_figures(OWN, YOURS, None)
    token = table.records.columns[3].token
    assert token is not None
    assert [token(record) for record in table.records.records] == ["up", "", "down", "", ""]
    assert cells(table, 0)[-1] == "–"


def test_before_the_first_step_only_the_models_figures_stand(table: FiguresTable) -> None:
    table.show_figures(OWN, None, None)
    assert cells(table, 0) == ["Return", "10.0 %", "–", "–", "–"]


def test_rows_say_what_they_measure(table: FiguresTable) -> None:
    table.show_figures(OWN, None, None)
    tips = [table.records.data(table.records.index(row, 0), Qt.ItemDataRole.ToolTipRole) for row in range(5)]
    assert all(len(str(tip)) > 10 for tip in tips)
    assert table.accessibleName()
