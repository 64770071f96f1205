"""A dense header: titles whole, room for an arrow only where a column is sorted by, sorting as in any table."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.ui.dense_header import ARROW, PADDING, DenseHeader
from ktrdr_app.gui.ui.table import Column, RecordTable

pytestmark = pytest.mark.gui

ROWS = [(3, "c"), (1, "a"), (2, "b")]


@pytest.fixture
def table(qtbot: QtBot, dark: QApplication) -> RecordTable:
    columns = [
        Column("Number of it", lambda row: str(row[0]), lambda row: row[0], number=True, help="Which"),
        Column("Letter of the row", lambda row: row[1]),
    ]
    made = RecordTable(columns, "denseTable", "Rows")
    DenseHeader(made)
    made.fit(1)
    made.records.set_records(ROWS)
    made.resize(500, 160)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def header(table: RecordTable) -> DenseHeader:
    found = table.horizontalHeader()
    assert isinstance(found, DenseHeader)
    return found


def title_width(table: RecordTable, column: int) -> int:
    font = header(table).font()
    font.setBold(True)
    return QFontMetrics(font).horizontalAdvance(table.records.columns[column].title)


def click(qtbot: QtBot, table: RecordTable, column: int) -> None:
    made = header(table)
    place = QPoint(made.sectionViewportPosition(column) + 8, made.height() // 2)
    qtbot.mouseClick(made.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_title_has_its_room_and_no_more(table: RecordTable) -> None:
    width, needed = header(table).sectionSize(0), title_width(table, 0)
    assert needed + 2 * PADDING <= width <= needed + 2 * PADDING + 4


def test_the_sorted_column_has_room_for_its_arrow(table: RecordTable, qtbot: QtBot) -> None:
    before = header(table).sectionSize(0)
    click(qtbot, table, 0)
    assert header(table).sectionSize(0) == before + ARROW
    click(qtbot, table, 1)
    assert header(table).sectionSize(0) == before, "the room is given back"


def test_a_click_sorts_and_another_turns_round(table: RecordTable, qtbot: QtBot) -> None:
    assert table.records.records == tuple(ROWS), "nothing is sorted at first"
    click(qtbot, table, 0)
    first = [row[0] for row in table.records.records]
    assert first in ([1, 2, 3], [3, 2, 1])
    click(qtbot, table, 0)
    assert [row[0] for row in table.records.records] == first[::-1]


def test_it_takes_no_keyboard_and_tells_its_help(table: RecordTable) -> None:
    made = header(table)
    assert made.focusPolicy() is Qt.FocusPolicy.NoFocus
    assert table.records.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole) == "Which"


def test_without_sorting_there_is_no_arrow(table: RecordTable, qtbot: QtBot) -> None:
    columns = [Column("A", lambda row: str(row)), Column("B", lambda row: str(row))]
    plain = RecordTable(columns, "plainTable", "Rows")
    plain.setSortingEnabled(False)
    DenseHeader(plain)
    qtbot.addWidget(plain)
    assert not plain.horizontalHeader().isSortIndicatorShown()
