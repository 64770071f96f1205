"""The editor: changes from outside are one small step, Tab writes blanks, the gutter knows the problems."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import Problem
from ktrdr_app.gui.panels.strategy.yaml_edit import YamlEdit

pytestmark = pytest.mark.gui


@pytest.fixture
def edit(qtbot: QtBot, dark: QApplication) -> YamlEdit:
    made = YamlEdit()
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show()
    made.setFocus()
    return made


TEXTS = st.text(st.sampled_from("ab\n é\N{NO-BREAK SPACE}\N{GRINNING FACE}\N{MUSICAL SYMBOL G CLEF}"), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, TEXTS)
def test_any_text_is_replaced_by_any_other_in_one_step(edit: YamlEdit, before: str, after: str) -> None:
    edit.show_text(before)
    assert edit.text == before
    edit.replace_text(after)
    assert edit.text == after
    if before != after:
        edit.undo()
    assert edit.text == before


def test_the_cursor_stays_where_it_was(edit: YamlEdit) -> None:
    edit.show_text("a: 1\nb: 2\nc: 3\n")
    cursor = edit.textCursor()
    cursor.setPosition(12)
    edit.setTextCursor(cursor)
    edit.replace_text("a: 1000\nb: 2\nc: 3\n")
    assert edit.textCursor().position() == 15
    assert edit.textCursor().block().text() == "c: 3"


def test_colours_are_no_edit(edit: YamlEdit, qtbot: QtBot) -> None:
    edit.show_text("a: 1\n")
    with qtbot.assertNotEmitted(edit.edited):
        edit.set_problems([Problem("a", 1, 1, "is 1", "more")])
    with qtbot.waitSignal(edit.edited):
        qtbot.keyClicks(edit, "x")


def test_tab_and_enter_indent_with_blanks(edit: YamlEdit, qtbot: QtBot) -> None:
    edit.show_text("")
    qtbot.keyClicks(edit, "a:")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    qtbot.keyClick(edit, Qt.Key.Key_Tab)
    qtbot.keyClicks(edit, "b: 1")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    qtbot.keyClicks(edit, "c: 2")
    assert edit.text == "a:\n  b: 1\n  c: 2"
    edit.selectAll()
    qtbot.keyClick(edit, Qt.Key.Key_Tab)
    assert edit.text == "  a:\n    b: 1\n    c: 2"
    edit.selectAll()
    qtbot.keyClick(edit, Qt.Key.Key_Backtab)
    assert edit.text == "a:\n  b: 1\n  c: 2"


def test_escape_and_tab_leave_the_text(qtbot: QtBot, dark: QApplication) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    edit, other = YamlEdit(), QLineEdit()
    box = QVBoxLayout(root)
    box.addWidget(edit)
    box.addWidget(other)
    root.show()
    edit.setFocus()
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    qtbot.keyClick(edit, Qt.Key.Key_Tab)
    assert root.focusWidget() is other
    assert edit.text == ""


def test_the_gutter_tells_what_is_wrong_in_a_line(edit: YamlEdit, qtbot: QtBot) -> None:
    edit.show_text("\n".join(f"k{line}: {line}" for line in range(1, 200)))
    edit.set_problems([Problem("k150", 150, 1, "is 150", "less"), Problem("k150", 150, 2, "is odd", "even")])
    assert edit.message_at(150) == "k150: is 150; less\nk150: is odd; even"
    assert edit.message_at(149) == ""
    edit.go_to(150)
    qtbot.waitExposed(edit)
    heights = [y for y in range(edit.viewport().height()) if edit.line_at(y) == 150]
    assert heights, "the line is in view"
    place = QPoint(4, heights[0] + 2)
    QApplication.sendEvent(edit.gutter, QHelpEvent(QEvent.Type.ToolTip, place, edit.gutter.mapToGlobal(place)))
    qtbot.waitUntil(lambda: "is odd" in QToolTip.text())
    QToolTip.hideText()
    assert edit.gutter.width() >= edit.fontMetrics().horizontalAdvance("199")
    picture = edit.gutter.grab().toImage()
    reds = [
        y
        for y in range(picture.height())
        for x in range(picture.width())
        if picture.pixelColor(x, y).red() > picture.pixelColor(x, y).blue() + 60
    ]
    ratio = picture.devicePixelRatio()
    assert reds, "the line has a sign of its own"
    assert {edit.line_at(round(y / ratio)) for y in (min(reds), max(reds))} == {150}
