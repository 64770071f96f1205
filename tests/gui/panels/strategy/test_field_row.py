"""One field of the form: what it shows for each value, and what it asks for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QSpinBox
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.strategy.field_row import MISSING, FieldRow
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.workflows.strategy_fields import (
    CHOICE,
    FLAG,
    INTEGER,
    INTEGERS,
    NUMBER,
    RESET,
    SET,
    TEXT,
    DraftChange,
    FormField,
)
from tests.gui.helpers import click

pytestmark = pytest.mark.gui
FIELDS = {
    FLAG: FormField(("s", "flag"), "Flag", "Whether.", FLAG, True),
    INTEGER: FormField(("s", "count"), "Count", "How many.", INTEGER, 20, 1, 1000, unit="bars"),
    NUMBER: FormField(("s", "share"), "Share", "How much.", NUMBER, 0.2, 0, 0.9, open_high=True),
    CHOICE: FormField(("s", "way"), "Way", "Which.", CHOICE, "auto", choices=("auto", "off", "on")),
    TEXT: FormField(("description",), "Description", "For people.", TEXT, ""),
    INTEGERS: FormField(("s", "layers"), "Layers", "Units.", INTEGERS, [30, 15, 8]),
    "optional": FormField(("s", "limit"), "Limit", "At most.", NUMBER, None, 0, open_low=True, optional=True),
    "required": FormField(("name",), "Name", "Of it.", TEXT, required=True),
}


@pytest.fixture
def make(qtbot: QtBot, dark: QApplication) -> Any:
    def made(kind: str) -> tuple[FieldRow, list[DraftChange]]:
        row = FieldRow(FIELDS[kind], FIELDS[kind].path)
        qtbot.addWidget(row)
        row.show()
        asked: list[DraftChange] = []
        row.changeWanted.connect(asked.append)
        return row, asked

    return made


@pytest.fixture
def number(make: Any) -> tuple[FieldRow, list[DraftChange]]:
    made: tuple[FieldRow, list[DraftChange]] = make(NUMBER)
    return made


def shown(row: FieldRow) -> Any:
    editor = row.editor
    if isinstance(editor, QCheckBox):
        return editor.isChecked()
    if isinstance(editor, CalmComboBox):
        return editor.currentData()
    return editor.value() if isinstance(editor, QSpinBox) else editor.text()


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (FLAG, False, False),
        (INTEGER, 7, 7),
        (NUMBER, 0.25, "0.25"),
        (NUMBER, 1e-07, "1e-07"),
        (CHOICE, "on", "on"),
        (CHOICE, False, "off"),
        (TEXT, "Some words", "Some words"),
        (INTEGERS, [8, 4], "8, 4"),
        ("optional", 3.5, "3.5"),
        ("required", "mine", "mine"),
    ],
)
def test_a_value_is_shown_without_asking_for_anything(make: Any, kind: str, value: Any, words: Any) -> None:
    row, asked = make(kind)
    row.show_value(value)
    assert shown(row) == words
    assert "default" not in row.state.text()
    assert row.reset.isEnabled() is (kind != "required")
    assert not asked


@pytest.mark.parametrize("kind", sorted(FIELDS))
def test_what_the_file_does_not_say_is_the_default(make: Any, kind: str) -> None:
    row, asked = make(kind)
    row.show_value("something", "")
    row.show_value(MISSING)
    wanted = {FLAG: True, INTEGER: 20, NUMBER: "0.2", CHOICE: "auto", INTEGERS: "30, 15, 8"}
    assert shown(row) == wanted.get(kind, "")
    assert ("default" in row.state.text()) is (kind != "required")
    assert not row.reset.isEnabled()
    assert not asked


@pytest.mark.parametrize("kind", sorted(FIELDS))
@pytest.mark.parametrize("value", [None, "words", [1, "x"], {"a": 1}, 1e300, -5, True], ids=str)
def test_a_value_of_another_kind_breaks_nothing(make: Any, kind: str, value: Any) -> None:
    row, asked = make(kind)
    row.show_value(value)
    row.show_fault("is odd; should be even")
    assert row.fault.isVisible()
    assert not asked


def test_the_state_tells_unit_and_default(make: Any) -> None:
    row, _ = make(INTEGER)
    row.show_value(20)
    assert row.state.text() == "bars · default"
    assert row.reset.isEnabled(), "the file says it, though it need not"
    row.show_value(21, "hours")
    assert row.state.text() == "hours"


def test_typing_asks_for_the_value_once(make: Any, qtbot: QtBot) -> None:
    row, asked = make(NUMBER)
    row.editor.setFocus()
    row.editor.selectAll()
    qtbot.keyClicks(row.editor, "0,5")
    assert not asked, "not before it is finished"
    qtbot.keyClick(row.editor, Qt.Key.Key_Return)
    assert asked == [DraftChange(SET, ("s", "share"), 0.5)]
    row.show_value(0.5)
    qtbot.keyClick(row.editor, Qt.Key.Key_Return)
    assert len(asked) == 1, "it is that already"


def test_an_emptied_optional_field_is_taken_out(make: Any, qtbot: QtBot) -> None:
    row, asked = make("optional")
    assert row.editor.placeholderText() == "not set"
    row.show_value(3.5)
    row.editor.clear()
    qtbot.keyClick(row.editor, Qt.Key.Key_Return)
    assert asked == [DraftChange(RESET, ("s", "limit"))]


def test_a_required_name_cannot_be_emptied(make: Any, qtbot: QtBot) -> None:
    row, asked = make("required")
    row.show_value("mine")
    row.editor.clear()
    qtbot.keyClick(row.editor, Qt.Key.Key_Return)
    assert not asked
    assert "a name" in row.fault.text()
    qtbot.keyClick(row.editor, Qt.Key.Key_Escape)
    assert row.editor.text() == "mine"
    assert row.fault.isHidden()


def test_choices_flags_and_the_way_back(make: Any, qtbot: QtBot) -> None:
    row, asked = make(CHOICE)
    row.editor.setFocus()
    qtbot.keyClick(row.editor, Qt.Key.Key_End)
    assert asked == [DraftChange(SET, ("s", "way"), "on")]
    row, asked = make(FLAG)
    qtbot.keyClick(row.editor, Qt.Key.Key_Space)
    assert asked == [DraftChange(SET, ("s", "flag"), False)]
    row.show_value(False)
    click(qtbot, row.reset)
    assert asked[1:] == [DraftChange(RESET, ("s", "flag"))]


@pytest.mark.parametrize("kind", [INTEGER, CHOICE])
def test_the_wheel_changes_nothing_that_has_not_the_keyboard(make: Any, kind: str) -> None:
    row, asked = make(kind)
    row.editor.clearFocus()
    middle = QPointF(row.editor.rect().center())
    for turn in (120, -120):
        event = QWheelEvent(
            middle,
            QPointF(row.editor.mapToGlobal(middle.toPoint())),
            QPoint(),
            QPoint(0, turn),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(row.editor, event)
    assert not asked


def test_names_from_files_are_no_markup(make: Any) -> None:
    row, _ = make(FLAG)
    hostile = FieldRow(FormField(("a", "<b>x</b>"), "T", "H <img src=x>", FLAG, True), ("a", "<b>x</b>"))
    assert "<img" not in hostile.editor.toolTip()
    assert "<b>" not in hostile.editor.toolTip()
    assert accessibility.nameless(row) == []
    hostile.deleteLater()


@pytest.mark.parametrize(
    ("kind", "typed", "asked_for"),
    [
        (NUMBER, "0", 0.0),
        (NUMBER, "0.9", None),
        (NUMBER, "0,8999", 0.8999),
        ("optional", "0", None),
        ("optional", "1e-12", 1e-12),
        (INTEGERS, "8", [8]),
        (INTEGERS, "8, x", None),
        (INTEGERS, "8,,4;2", [8, 4, 2]),
        (TEXT, "\N{MINUS SIGN}5 # no: number", "\N{MINUS SIGN}5 # no: number"),
        ("required", "  ", None),
    ],
)
def test_bounds_are_kept_and_their_edges_as_declared(make: Any, kind: str, typed: str, asked_for: Any) -> None:
    row, asked = make(kind)
    row.show_value("before" if kind in (TEXT, "required") else MISSING)
    row.editor.setText(typed)
    row.editor.editingFinished.emit()
    wanted = [] if asked_for is None else [DraftChange(SET, FIELDS[kind].path, asked_for)]
    assert asked == wanted
    assert row.fault.isVisible() is (asked_for is None)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 0.9, exclude_max=True), st.booleans())
def test_a_number_is_taken_to_its_last_digit_with_point_or_comma(
    number: tuple[FieldRow, list[DraftChange]], value: float, comma: bool
) -> None:
    row, asked = number
    asked.clear()
    row.show_value(MISSING)
    row.editor.setText(repr(value).replace(".", ",") if comma else repr(value))
    row.editor.editingFinished.emit()
    assert asked == ([] if value == 0.2 else [DraftChange(SET, ("s", "share"), value)])
    row.show_value(value)
    row.editor.editingFinished.emit()
    assert len(asked) <= 1, "what is shown is what the file says: it is no new wish"


@pytest.mark.parametrize("value", [0, 1001, -5, "12", 3.7, None, True, 2**40])
def test_a_whole_number_out_of_bounds_is_not_asked_for_by_being_shown(make: Any, value: Any) -> None:
    """The field shows the nearest it can; the file keeps what it says until somebody changes it."""
    row, asked = make(INTEGER)
    row.show_value(value)
    assert 1 <= row.editor.value() <= 1000
    row.editor.setFocus()
    row.editor.clearFocus()
    assert not asked


def test_escape_puts_back_what_is_typed_into_a_whole_number(make: Any, qtbot: QtBot) -> None:
    row, asked = make(INTEGER)
    row.show_value(7)
    row.editor.setFocus()
    row.editor.selectAll()
    qtbot.keyClicks(row.editor, "99")
    qtbot.keyClick(row.editor, Qt.Key.Key_Escape)
    assert row.editor.text() == "7"
    qtbot.keyClick(row.editor, Qt.Key.Key_Return)
    assert not asked


def test_a_fault_goes_when_what_is_typed_is_right(make: Any, qtbot: QtBot) -> None:
    row, asked = make(NUMBER)
    for typed, faulty in (("7", True), ("0.3", False), ("x", True), ("0.2", False)):
        row.editor.setText(typed)
        qtbot.keyClick(row.editor, Qt.Key.Key_Return)
        assert row.fault.isVisible() is faulty
    assert asked == [DraftChange(SET, ("s", "share"), 0.3)], "0.2 is what holds already"


@pytest.mark.parametrize("kind", sorted(FIELDS))
def test_the_way_back_is_pressed_by_key_and_off_where_there_is_none(make: Any, qtbot: QtBot, kind: str) -> None:
    row, asked = make(kind)
    row.show_value({FLAG: False, INTEGER: 7, CHOICE: "on", INTEGERS: [1]}.get(kind, "x"))
    row.reset.setFocus()
    qtbot.keyClick(row.reset, Qt.Key.Key_Space)
    assert asked == ([] if kind == "required" else [DraftChange(RESET, FIELDS[kind].path)])
    row.show_value(MISSING)
    assert not row.reset.isEnabled()
    assert row.reset.toolTip()
