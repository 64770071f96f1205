"""The editors of the cells: what opens where, what they take, and that a choice is taken at once."""

from __future__ import annotations

from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.panels.fuzzy.number_box import NumberBox
from ktrdr_app.gui.panels.fuzzy.set_model import ACTIVE, FIRST_NUMBER, NAME, OPEN, OPEN_SIDES, SHAPE, STATUS
from ktrdr_app.gui.panels.fuzzy.set_table import SetTable
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.strategy.schema import PARAMETER_NAMES

pytestmark = pytest.mark.gui

W = TypeVar("W", bound=QWidget)
Key = Qt.Key


@pytest.fixture
def table(qtbot: QtBot, dark: QApplication, document: FuzzyDocument) -> SetTable:
    made = SetTable("fuzzyPanel.setTable")
    qtbot.addWidget(made)
    made.resize(900, 200)
    made.sets.set_document(document)
    made.show()
    qtbot.waitExposed(made)
    return made


def opened(qtbot: QtBot, table: SetTable, row: int, column: int, kind: type[W]) -> W:
    """Open a cell with F2 and return its editor."""
    table.setFocus()
    table.setCurrentIndex(table.sets.index(row, column))
    qtbot.keyClick(table, Key.Key_F2)
    found = [each for each in table.viewport().findChildren(kind) if each.isVisible()]
    found = [each for each in found if each.parent() is table.viewport()]
    assert len(found) == 1, f"{len(found)} editors of that kind"
    return found[0]


def take(qtbot: QtBot, table: SetTable, box: QWidget) -> None:
    with qtbot.waitSignal(table.numbers.closeEditor):
        qtbot.keyClick(box, Key.Key_Return)


@pytest.mark.parametrize(
    ("column", "kind", "name"),
    [
        (NAME, QLineEdit, "middle, Set"),
        (SHAPE, CalmComboBox, "middle, Shape"),
        (OPEN, CalmComboBox, "middle, Open"),
        (FIRST_NUMBER, NumberBox, "middle, a / centre"),
        (FIRST_NUMBER + 2, NumberBox, "middle, c"),
    ],
)
def test_each_cell_opens_what_fits_it(
    column: int, kind: type[QWidget], name: str, table: SetTable, qtbot: QtBot
) -> None:
    editor = opened(qtbot, table, 1, column, kind)
    assert editor.accessibleName() == name
    assert accessibility.nameless(editor) == []
    cell = table.visualRect(table.sets.index(1, column))
    assert editor.height() >= cell.height() - 2
    assert abs(editor.geometry().center().y() - cell.center().y()) <= 2
    assert editor.width() == cell.width()


@pytest.mark.parametrize("column", [ACTIVE, STATUS, FIRST_NUMBER + 3])
def test_a_cell_with_nothing_to_edit_stays_closed(column: int, table: SetTable, qtbot: QtBot) -> None:
    table.setFocus()
    table.setCurrentIndex(table.sets.index(1, column))
    qtbot.keyClick(table, Key.Key_F2)
    assert table.state() is SetTable.State.NoState


@pytest.mark.parametrize("kind", list(PARAMETER_NAMES))
def test_a_shape_is_taken_as_soon_as_it_is_chosen(
    kind: str, table: SetTable, document: FuzzyDocument, qtbot: QtBot
) -> None:
    box = opened(qtbot, table, 0, SHAPE, CalmComboBox)
    assert box.currentData() == "trapezoidal"
    assert [box.itemData(place) for place in range(box.count())] == list(PARAMETER_NAMES)
    with qtbot.waitSignal(table.numbers.closeEditor):
        box.setCurrentIndex(box.findData(kind))
        box.activated.emit(box.currentIndex())
    entry = document.sets()["low"]
    assert (entry.type, entry.shoulder) == (kind, "left"), "the open side stays open"
    assert document.dirty is (kind != "trapezoidal")


@pytest.mark.parametrize("side", list(OPEN_SIDES))
def test_an_open_side_is_taken_as_soon_as_it_is_chosen(
    side: str, table: SetTable, document: FuzzyDocument, qtbot: QtBot
) -> None:
    box = opened(qtbot, table, 2, OPEN, CalmComboBox)
    assert box.currentData() == "right"
    with qtbot.waitSignal(table.numbers.closeEditor):
        box.setCurrentIndex(box.findData(side))
        box.activated.emit(box.currentIndex())
    assert document.sets()["high"].shoulder == side
    assert document.sets()["high"].parameters == [60, 75, 90, 100]
    shown = [table.sets.index(2, FIRST_NUMBER + place).data() for place in range(4)]
    wanted = {"none": ["60", "75", "90", "100"], "left": ["", "", "90", "100"], "right": ["60", "75", "", ""]}
    assert shown == wanted[side]


def test_a_name_is_typed_over_the_old_one(table: SetTable, document: FuzzyDocument, qtbot: QtBot) -> None:
    field = opened(qtbot, table, 1, NAME, QLineEdit)
    assert field.selectedText() == "middle"
    qtbot.keyClicks(field, "mitte_2")
    take(qtbot, table, field)
    assert list(document.sets()) == ["low", "mitte_2", "high"]
    assert document.sets()["mitte_2"].parameters == [25, 50, 75]


@pytest.mark.parametrize("typed", ["low", "two words", "2nd", "x-y", ""])
def test_a_name_that_cannot_be_is_refused_and_nothing_changes(
    typed: str, table: SetTable, document: FuzzyDocument, qtbot: QtBot
) -> None:
    field = opened(qtbot, table, 1, NAME, QLineEdit)
    field.clear()
    qtbot.keyClicks(field, typed)
    with qtbot.waitSignal(table.sets.rejected):
        take(qtbot, table, field)
    assert list(document.sets()) == ["low", "middle", "high"]
    assert not document.undo_stack.canUndo()


@pytest.mark.parametrize(
    ("typed", "value"),
    [("33.3333333", 33.3333333), ("33,5", 33.5), ("3e1", 30.0), ("-4", -4.0), ("+31", 31.0)],
)
def test_a_number_keeps_every_digit_that_was_typed(
    typed: str, value: float, table: SetTable, document: FuzzyDocument, qtbot: QtBot
) -> None:
    box = opened(qtbot, table, 1, FIRST_NUMBER, NumberBox)
    assert box.value() == 25
    box.selectAll()
    qtbot.keyClicks(box, typed)
    take(qtbot, table, box)
    assert document.sets()["middle"].parameters == [value, 50, 75]


def test_a_number_that_was_only_looked_at_is_not_rounded(
    table: SetTable, document: FuzzyDocument, qtbot: QtBot
) -> None:
    """A third has more digits than the field shows."""
    document.set_numbers("middle", [100 / 3, 50, 75])
    steps = document.undo_stack.count()
    take(qtbot, table, opened(qtbot, table, 1, FIRST_NUMBER, NumberBox))
    assert document.sets()["middle"].parameters[0] == 100 / 3
    assert document.undo_stack.count() == steps


def test_esc_leaves_everything_as_it_was(table: SetTable, document: FuzzyDocument, qtbot: QtBot) -> None:
    for column, kind in ((NAME, QLineEdit), (FIRST_NUMBER, NumberBox)):
        editor = opened(qtbot, table, 1, column, kind)
        qtbot.keyClicks(editor, "9")
        with qtbot.waitSignal(table.numbers.closeEditor):
            qtbot.keyClick(editor, Key.Key_Escape)
    assert not document.undo_stack.canUndo()


def test_typing_opens_a_cell_too(table: SetTable, document: FuzzyDocument, qtbot: QtBot) -> None:
    table.setFocus()
    table.setCurrentIndex(table.sets.index(1, FIRST_NUMBER + 1))
    qtbot.keyClick(table, Key.Key_6)
    box = next(found for found in table.findChildren(NumberBox) if found.isVisible())
    qtbot.keyClicks(box, "1")
    take(qtbot, table, box)
    assert document.sets()["middle"].parameters == [25, 61, 75]
