"""The table of numbers: in step with the document, edited by keyboard, wrong numbers refused in place."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.fuzzy import SetVerdict
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.panels.fuzzy.number_box import NumberBox
from ktrdr_app.gui.panels.fuzzy.set_model import ACTIVE, FIRST_NUMBER, NAME, OPEN, OVERLAP, STATUS
from ktrdr_app.gui.panels.fuzzy.set_table import SetTable
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import apply_theme, tokens

pytestmark = pytest.mark.gui

Role = Qt.ItemDataRole


@pytest.fixture
def table(qtbot: QtBot, dark: QApplication, document: FuzzyDocument) -> SetTable:
    """Return a table of the document, shown."""
    made = SetTable("fuzzyPanel.setTable")
    qtbot.addWidget(made)
    made.resize(900, 200)
    made.sets.set_document(document)
    made.show()
    qtbot.waitExposed(made)
    return made


def texts(table: SetTable) -> list[list[str]]:
    """Return what every cell shows."""
    model = table.sets
    return [
        [str(model.index(row, column).data() or "") for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def edit(qtbot: QtBot, table: SetTable, row: int, column: int, typed: str) -> None:
    """Open a cell with F2, type a number and press Enter."""
    table.setFocus()
    table.setCurrentIndex(table.sets.index(row, column))
    qtbot.keyClick(table, Qt.Key.Key_F2)
    open_boxes = [found for found in table.findChildren(NumberBox) if found.isVisible()]
    assert len(open_boxes) == 1, "the cell does not open"
    box = open_boxes[0]
    box.selectAll()
    qtbot.keyClicks(box, typed)
    enter(qtbot, table, box)


def enter(qtbot: QtBot, table: SetTable, box: NumberBox) -> None:
    """Press Enter and wait until the editor has handed its number over."""
    with qtbot.waitSignal(table.numbers.closeEditor):
        qtbot.keyClick(box, Qt.Key.Key_Return)


def test_rows_are_sets_and_columns_their_numbers(table: SetTable) -> None:
    assert texts(table) == [
        ["low", "trapezoidal", "left", "", "", "25", "40", "–", "–", ""],
        ["middle", "triangular", "–", "25", "50", "75", "", "–", "–", ""],
        ["high", "trapezoidal", "right", "60", "75", "", "", "–", "–", ""],
    ]


def test_a_bell_shows_centre_and_width(table: SetTable, document: FuzzyDocument) -> None:
    document.show("macd")
    assert texts(table) == [
        ["flat", "gaussian", "–", "0", "0.5", "", "", "–", "–", ""],
        ["wide", "trapezoidal", "–", "−3", "−1", "1", "3", "–", "–", ""],
    ]


def test_the_model_keeps_qts_rules(table: SetTable, document: FuzzyDocument) -> None:
    tester = QAbstractItemModelTester(table.sets, QAbstractItemModelTester.FailureReportingMode.Fatal)
    document.set_numbers("middle", [30, 50, 75])
    document.show("macd")
    table.sets.set_verdicts({"flat": SetVerdict(0.5, 0.4, ()), "wide": SetVerdict(0.1, 0.4, ("dead",))})
    table.sets.set_document(None)
    assert table.sets.rowCount() == 0
    assert tester.model() is table.sets


@pytest.mark.parametrize(
    ("row", "place", "typed", "key", "numbers"),
    [
        (1, 0, "30", "middle", [30, 50, 75]),
        (1, 1, "55,5", "middle", [25, 55.5, 75]),
        (1, 2, "80.25", "middle", [25, 50, 80.25]),
        (0, 2, "20", "low", [0, 10, 20, 40]),
        (2, 1, "80", "high", [60, 80, 90, 100]),
        (0, 2, "5", "low", [0, 5, 5, 40]),
        (2, 1, "95", "high", [60, 95, 95, 100]),
    ],
)
def test_a_number_is_typed_and_becomes_one_step(
    row: int,
    place: int,
    typed: str,
    key: str,
    numbers: list[float],
    table: SetTable,
    document: FuzzyDocument,
    qtbot: QtBot,
) -> None:
    edit(qtbot, table, row, FIRST_NUMBER + place, typed)
    assert document.sets()[key].parameters == numbers
    assert document.undo_stack.count() == 1
    document.undo()
    assert not document.dirty


@pytest.mark.parametrize(("row", "place", "typed"), [(1, 0, "60"), (1, 1, "10"), (0, 2, "55")])
def test_numbers_out_of_order_are_refused_with_a_reason(
    row: int, place: int, typed: str, table: SetTable, document: FuzzyDocument, qtbot: QtBot
) -> None:
    before = texts(table)
    with qtbot.waitSignal(table.sets.rejected) as told:
        edit(qtbot, table, row, FIRST_NUMBER + place, typed)
    error = told.args[0]
    assert isinstance(error, InvalidValue)
    assert "must not fall" in error.hint
    assert texts(table) == before
    assert not document.dirty


def test_a_width_below_zero_is_refused(table: SetTable, document: FuzzyDocument, qtbot: QtBot) -> None:
    document.show("macd")
    with qtbot.waitSignal(table.sets.rejected) as told:
        edit(qtbot, table, 0, FIRST_NUMBER + 1, "-1")
    assert "above 0" in told.args[0].hint


def test_esc_leaves_the_number_as_it_was(table: SetTable, document: FuzzyDocument, qtbot: QtBot) -> None:
    table.setCurrentIndex(table.sets.index(1, FIRST_NUMBER))
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_F2)
    box = table.findChild(NumberBox)
    qtbot.keyClicks(box, "9")
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert not document.dirty


@pytest.mark.parametrize(
    ("row", "column"),
    [(0, FIRST_NUMBER), (0, FIRST_NUMBER + 1), (1, FIRST_NUMBER + 3), (1, ACTIVE), (1, OVERLAP), (1, STATUS)],
)
def test_cells_without_a_number_that_matters_cannot_be_edited(row: int, column: int, table: SetTable) -> None:
    index = table.sets.index(row, column)
    assert not index.flags() & Qt.ItemFlag.ItemIsEditable
    assert not table.sets.setData(index, 5.0)


def test_the_editor_knows_what_it_edits_and_by_how_much(table: SetTable, document: FuzzyDocument, qtbot: QtBot) -> None:
    table.numbers.step = 0.25
    table.setFocus()
    table.setCurrentIndex(table.sets.index(1, FIRST_NUMBER + 1))
    qtbot.keyClick(table, Qt.Key.Key_F2)
    box = table.findChild(NumberBox)
    assert box.accessibleName() == "middle, b / width"
    assert box.value() == 50
    assert box.singleStep() == 0.25
    assert box.height() >= 28, "the field is squeezed into the row"
    qtbot.keyClick(box, Qt.Key.Key_Up)
    enter(qtbot, table, box)
    assert document.sets()["middle"].parameters[1] == 50.25


def test_the_table_follows_drags_and_undo(table: SetTable, document: FuzzyDocument) -> None:
    changed: list[QModelIndex] = []
    table.sets.dataChanged.connect(lambda first, _last: changed.append(first))
    before = document.begin("middle")
    document.preview_sets({"middle": before.model_copy(update={"parameters": [31.0, 50.0, 75.0]})})
    assert texts(table)[1][FIRST_NUMBER] == "31"
    assert [index.row() for index in changed] == [1], "only the row that changed is told"
    document.rollback()
    assert texts(table)[1][FIRST_NUMBER] == "25"


def test_activity_is_shown_where_it_is_known(table: SetTable) -> None:
    dead = ("never active on AAA",)
    table.sets.set_verdicts(
        {"low": SetVerdict(0.112, 0.5, ()), "middle": SetVerdict(None, 0.0, ()), "high": SetVerdict(0.0, 0.25, dead)}
    )
    assert [row[ACTIVE] for row in texts(table)] == ["11.2\u202f%", "–", "0.0\u202f%"]
    assert [row[OVERLAP] for row in texts(table)] == ["0.50", "0.00", "0.25"]
    assert [row[STATUS] for row in texts(table)] == ["✓ ok", "✓ ok", "⚠ never active on AAA"]
    colours = [table.sets.index(row, STATUS).data(Role.ForegroundRole).name() for row in range(3)]
    assert colours == [tokens().success, tokens().success, tokens().warning]


def test_a_row_that_is_selected_names_its_set(table: SetTable, qtbot: QtBot) -> None:
    table.setFocus()
    table.setCurrentIndex(table.sets.index(0, NAME))
    with qtbot.waitSignal(table.chosen) as told:
        qtbot.keyClick(table, Qt.Key.Key_Down)
    assert told.args == ["middle"]


def test_a_set_can_be_chosen_from_outside_without_leaving_the_column(table: SetTable) -> None:
    table.setCurrentIndex(table.sets.index(0, FIRST_NUMBER + 2))
    table.choose("high")
    assert (table.currentIndex().row(), table.currentIndex().column()) == (2, FIRST_NUMBER + 2)
    table.choose("nothing of that name")
    assert table.currentIndex().row() == 2


def test_headers_and_cells_explain_themselves(table: SetTable) -> None:
    header = table.sets.headerData
    assert header(ACTIVE, Qt.Orientation.Horizontal, Role.ToolTipRole)
    assert header(FIRST_NUMBER, Qt.Orientation.Horizontal) == "a / centre"
    assert header(0, Qt.Orientation.Vertical) is None
    assert "open" in table.sets.index(0, FIRST_NUMBER).data(Role.ToolTipRole)
    assert table.sets.index(1, FIRST_NUMBER + 1).data(Role.ToolTipRole) == "middle: b"
    assert table.sets.index(1, FIRST_NUMBER + 3).data(Role.ToolTipRole) is None
    assert table.sets.data(QModelIndex()) is None


def test_each_set_has_its_colour_beside_its_name(table: SetTable, dark: QApplication) -> None:
    def colours() -> list[str]:
        pictures = [table.sets.index(row, NAME).data(Role.DecorationRole) for row in range(3)]
        return [picture.toImage().pixelColor(5, 5).name() for picture in pictures]

    before = colours()
    assert len(set(before)) == 3
    apply_theme(dark, "light")
    assert colours() != before


def test_the_table_has_a_name_for_screen_readers(table: SetTable) -> None:
    assert table.accessibleName()
    assert "F2" in table.accessibleDescription()
    assert accessibility.nameless(table) == []


def cut_off(table: SetTable, columns: range) -> list[str]:
    """Return the headings and cells whose text is wider than their column."""
    header, metrics, found = table.horizontalHeader(), table.fontMetrics(), []
    for column in columns:
        width = table.columnWidth(column)
        if header.sectionSizeHint(column) > width:
            found.append(str(table.sets.headerData(column, Qt.Orientation.Horizontal)))
        cells = [str(table.sets.index(row, column).data() or "") for row in range(table.sets.rowCount())]
        found += [text for text in cells if metrics.horizontalAdvance(text) + 6 > width]
    return found


@pytest.mark.parametrize("width", [664, 746, 900, 1300])
@pytest.mark.parametrize("name", ["rsi", "macd"])
def test_no_heading_and_no_number_is_cut_off(width: int, name: str, table: SetTable, document: FuzzyDocument) -> None:
    """664 and 746 pixels are what the editor has beside its pane in windows of 1440 and 1280."""
    document.show(name)
    keys = list(document.sets())
    table.sets.set_verdicts({key: SetVerdict(1.0, 0.99, ("hardly ever active on AAA",)) for key in keys})
    table.resize(width, 220)
    table.grab()
    assert cut_off(table, range(OPEN, STATUS)) == []
    whole = sum(table.columnWidth(column) for column in range(table.sets.columnCount()))
    assert whole <= table.viewport().width() + 1, "the status reaches beyond the table"
    assert table.columnWidth(STATUS) >= 44
    if width >= 746:
        assert cut_off(table, range(NAME, OPEN)) == []


def test_columns_stand_still_in_a_drag_unless_a_number_needs_room(table: SetTable, document: FuzzyDocument) -> None:
    def widths() -> list[int]:
        return [table.columnWidth(column) for column in range(table.sets.columnCount())]

    table.grab()
    start, entry = widths(), document.begin("middle")
    for foot in (31.5, 3.0, 49.25, 7.0):
        document.preview_sets({"middle": entry.model_copy(update={"parameters": [foot, 50.0, 75.0]})})
        assert widths() == start
    document.preview_sets({"middle": entry.model_copy(update={"parameters": [-123456.789, 50.0, 75.0]})})
    assert cut_off(table, range(FIRST_NUMBER, STATUS)) == []
    document.rollback()
