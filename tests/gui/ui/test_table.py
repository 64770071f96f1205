"""Tables show, sort and filter records without touching them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.ui.table import Column, RecordModel, RecordTable
from ktrdr_app.gui.ui.theme import apply_theme
from ktrdr_app.gui.ui.tokens import THEMES

pytestmark = pytest.mark.gui


@dataclass(frozen=True)
class Entry:
    name: str
    size: int


RECORDS = (Entry("b", 10), Entry("a", 9), Entry("c", 100))
COLUMNS = [
    Column("Name", lambda entry: entry.name, help="What it is called"),
    Column(
        "Size",
        lambda entry: str(entry.size),
        lambda entry: entry.size,
        number=True,
        token=lambda entry: "danger" if entry.size > 50 else "",
    ),
]


@pytest.fixture
def model(qtbot: QtBot) -> RecordModel:
    made = RecordModel(COLUMNS)
    made.set_records(RECORDS)
    return made


def cells(model: RecordModel, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> list[list[object]]:
    return [
        [model.data(model.index(row, column), role) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_qt_finds_no_fault_with_the_model(model: RecordModel) -> None:
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    model.sort(0)
    model.set_filter(lambda entry: entry.size > 9)
    model.set_records(())


def test_records_are_shown_as_they_came(model: RecordModel) -> None:
    assert cells(model) == [["b", "10"], ["a", "9"], ["c", "100"]]
    assert [model.headerData(column, Qt.Orientation.Horizontal) for column in (0, 1)] == ["Name", "Size"]
    assert model.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole) == "What it is called"
    assert model.headerData(0, Qt.Orientation.Vertical) is None


def test_figures_are_sorted_as_figures(model: RecordModel) -> None:
    model.sort(1)
    assert [entry.size for entry in model.records] == [9, 10, 100]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert [entry.size for entry in model.records] == [100, 10, 9]
    model.sort(-1)
    assert model.records == RECORDS


def test_filter_and_order_survive_new_records(model: RecordModel) -> None:
    model.sort(0)
    model.set_filter(lambda entry: entry.size < 50)
    model.set_records((*RECORDS, Entry("0", 1)))
    assert [entry.name for entry in model.records] == ["0", "a", "b"]
    model.set_filter(None)
    assert len(model.records) == 4


def test_figures_stand_at_the_right(model: RecordModel) -> None:
    (words, figures), *_ = cells(model, Qt.ItemDataRole.TextAlignmentRole)
    assert words & Qt.AlignmentFlag.AlignLeft
    assert figures & Qt.AlignmentFlag.AlignRight
    header = model.headerData(1, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole)
    assert header == figures


def test_colours_follow_record_and_theme(dark: QApplication, model: RecordModel) -> None:
    colours = cells(model, Qt.ItemDataRole.ForegroundRole)
    assert [line[1] for line in colours[:2]] == [None, None]
    assert colours[2][1].name() == THEMES["dark"].danger  # type: ignore[attr-defined]
    apply_theme(dark, "light")
    assert cells(model, Qt.ItemDataRole.ForegroundRole)[2][1].name() == THEMES["light"].danger  # type: ignore[attr-defined]


def test_nothing_is_below_a_row(model: RecordModel) -> None:
    assert model.rowCount(model.index(0, 0)) == 0
    assert model.columnCount(model.index(0, 0)) == 0
    assert model.data(QModelIndex()) is None


@pytest.fixture
def table(dark: QApplication, qtbot: QtBot) -> RecordTable:
    made = RecordTable(COLUMNS, "some.table", "Some things")
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show()
    made.records.set_records(RECORDS)
    return made


def test_a_table_is_named_and_shows_the_order_given(table: RecordTable) -> None:
    assert table.objectName() == "some.table"
    assert table.accessibleName() == "Some things"
    assert table.records.records == RECORDS
    assert table.selected is None


def test_a_row_is_selected_by_click_and_by_code(table: RecordTable, qtbot: QtBot) -> None:
    place = table.visualRect(table.records.index(1, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert table.selected == Entry("a", 9)
    table.select(lambda entry: entry.name == "c")
    assert table.selected == Entry("c", 100)
    table.select(lambda entry: entry.name == "nobody")
    assert table.selected == Entry("c", 100)


def test_a_click_on_the_header_sorts(table: RecordTable, qtbot: QtBot) -> None:
    header = table.horizontalHeader()
    x = header.sectionViewportPosition(1) + 20
    place = header.viewport().rect().center()
    place.setX(x)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    sizes = [entry.size for entry in table.records.records]
    assert sizes in ([9, 10, 100], [100, 10, 9])


def test_tab_leaves_the_table(table: RecordTable) -> None:
    assert not table.tabKeyNavigation()


def test_twenty_thousand_rows_are_only_indexed(qtbot: QtBot) -> None:
    asked: list[int] = []

    def text(entry: Entry) -> str:
        asked.append(entry.size)
        return entry.name

    made = RecordTable([Column("Name", text)], "big.table", "Big")
    qtbot.addWidget(made)
    made.resize(300, 200)
    made.show()
    made.records.set_records([Entry(str(number), number) for number in range(20_000)])
    made.grab()
    assert len(set(asked)) < 2000


def test_renewed_records_keep_rows_order_and_selection(table: RecordTable) -> None:
    table.records.sort(1, Qt.SortOrder.DescendingOrder)
    table.selectRow(1)
    before = table.records.records
    chosen = table.selected
    table.records.renew(lambda entry: replace(entry, size=-entry.size) if entry == chosen else entry)
    assert [entry.name for entry in table.records.records] == [entry.name for entry in before]
    assert table.selected == replace(chosen, size=-chosen.size)
    table.records.set_filter(None)
    assert table.records.records[-1].size == -chosen.size


def test_a_cell_may_have_more_to_tell(qtbot: QtBot) -> None:
    made = RecordModel([Column("Name", lambda entry: entry.name, tip=lambda entry: f"all about {entry.name}")])
    made.set_records(RECORDS[:1])
    place = made.index(0, 0)
    assert made.data(place, Qt.ItemDataRole.ToolTipRole) == f"all about {RECORDS[0].name}"
    assert made.data(place) == RECORDS[0].name


def test_words_of_a_file_are_no_mark_up_in_a_tool_tip(qapp: object) -> None:
    columns = [Column("a", lambda record: record[0]), Column("b", lambda record: "", tip=lambda record: record[0])]
    records = RecordModel(columns)
    records.set_records([("<img src=x>",), ("a < b & c",)])
    for column in (0, 1):
        hostile, plain = (records.data(records.index(row, column), Qt.ItemDataRole.ToolTipRole) for row in (0, 1))
        assert hostile == "<p>&lt;img src=x&gt;</p>"
        assert plain == "a < b & c"
    assert records.data(records.index(0, 0)) == "<img src=x>"
