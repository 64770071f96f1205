"""The editor: changes from outside are one small step, Tab writes blanks, the gutter knows the problems."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QTextCharFormat, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import Problem
from ktrdr_app.gui.panels.strategy.yaml_edit import YamlEdit, as_shown
from ktrdr_app.gui.ui.theme import apply_theme
from ktrdr_app.gui.ui.widgets import GRID

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


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
@pytest.mark.parametrize("held", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier], ids=["", "Shift"])
@pytest.mark.parametrize("pad", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier], ids=["", "pad"])
def test_every_enter_is_a_line_feed_and_keeps_the_indentation(
    edit: YamlEdit, qtbot: QtBot, key: Qt.Key, held: Qt.KeyboardModifier, pad: Qt.KeyboardModifier
) -> None:
    """Qt's own Shift+Enter writes U+2028, which no reader of YAML takes for the end of a line as one sees it."""
    edit.show_text("    a: 1")
    edit.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClick(edit, key, held | pad)
    qtbot.keyClicks(edit, "b: 2")
    assert edit.text == "    a: 1\n    b: 2"


@pytest.mark.parametrize("line", [0, -3, 5, 10_000])
def test_a_line_that_is_not_there_is_no_place_to_go(edit: YamlEdit, line: int) -> None:
    """Problems tell lines of the text as it was read last; a part may be gone since."""
    edit.show_text("a: 1\nb: 2\n")
    edit.go_to(2)
    edit.go_to(line)
    assert edit.textCursor().selectedText() == "b: 2"


def select(edit: YamlEdit, start: int, end: int) -> None:
    cursor = edit.textCursor()
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    edit.setTextCursor(cursor)


@pytest.mark.parametrize("turned", [False, True])
def test_indenting_lines_is_one_step_and_leaves_the_line_below(edit: YamlEdit, qtbot: QtBot, turned: bool) -> None:
    text = "a:\nb:\nc:\n"
    edit.show_text(text)
    places = (text.index("c:"), 1) if turned else (1, text.index("c:"))
    select(edit, *places)
    qtbot.keyClick(edit, Qt.Key.Key_Tab)
    assert edit.text == "  a:\n  b:\nc:\n"
    assert edit.textCursor().hasSelection(), "they can be indented further"
    edit.undo()
    assert edit.text == text


def test_outdenting_takes_what_there_is(edit: YamlEdit, qtbot: QtBot) -> None:
    edit.show_text("     a\n b\nc\n\n   \td")
    edit.selectAll()
    qtbot.keyClick(edit, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert edit.text == "   a\nb\nc\n\n \td"
    edit.undo()
    assert edit.text == "     a\n b\nc\n\n   \td"


@pytest.mark.parametrize(("place", "blanks"), [(0, 2), (1, 1), (2, 2), (3, 1)])
def test_tab_goes_to_the_next_even_column(edit: YamlEdit, qtbot: QtBot, place: int, blanks: int) -> None:
    edit.show_text("wxyz")
    select(edit, place, place)
    qtbot.keyClick(edit, Qt.Key.Key_Tab)
    assert edit.text == "wxyz"[:place] + " " * blanks + "wxyz"[place:]


def test_marks_go_with_the_problems(edit: YamlEdit) -> None:
    edit.show_text("a: 1\nb: 2\nc: 3\n")
    edit.set_problems([Problem("a", 1, 1, "is 1", "more"), Problem("name", 0, 0, "is missing", "a name")])
    assert edit.faulty_lines == {1}, "a problem without a line marks none"
    waves = QTextCharFormat.UnderlineStyle.WaveUnderline
    drawn = [
        any(each.format.underlineStyle() == waves for each in block.layout().formats())
        for block in map(edit.document().findBlockByNumber, range(3))
    ]
    assert drawn == [True, False, False]
    edit.show_text("other: 1\n")
    assert edit.faulty_lines == frozenset(), "they were the other file's"


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_a_faulty_line_is_marked_by_more_than_colour(edit: YamlEdit, theme: str, dark: QApplication) -> None:
    apply_theme(dark, theme)
    edit.show_text("a: 1\n" * 3)
    plain = edit.gutter.grab().toImage()
    edit.set_problems([Problem("a", 2, 1, "is 1", "more")])
    marked = edit.gutter.grab().toImage()
    half = (GRID // 2 + 14) * plain.devicePixelRatio()
    changed = {
        (x, y)
        for x in range(plain.width())
        for y in range(plain.height())
        if plain.pixelColor(x, y) != marked.pixelColor(x, y)
    }
    assert any(x < half for x, _ in changed), "a sign stands before the number"
    assert {edit.line_at(round(y / plain.devicePixelRatio())) for _, y in changed} == {2}


def test_what_changes_below_leaves_view_and_selection(edit: YamlEdit) -> None:
    text = "".join(f"k{line}: {line}\n" for line in range(300))
    edit.show_text(text)
    edit.go_to(150)
    top, chosen = edit.verticalScrollBar().value(), edit.textCursor().selectedText()
    edit.replace_text(text.replace("k290: 290", "k290: 1\nmore: 2"))
    assert (edit.verticalScrollBar().value(), edit.textCursor().selectedText()) == (top, chosen)
    edit.replace_text(edit.text.replace("k2: 2\n", "k2: 22\n"))
    assert edit.textCursor().selectedText() == chosen, "the selection moves along with its words"


def test_the_gutter_grows_with_the_number_of_lines(edit: YamlEdit) -> None:
    widths = []
    for count in (9, 99, 100, 1000):
        edit.show_text("\n" * (count - 1))
        assert edit.blockCount() == count
        widths.append(edit.gutter.width())
        assert edit.viewportMargins().left() == edit.gutter.width(), "no number lies over the text"
    assert widths[0] == widths[1] < widths[2] < widths[3]


KEYS = (
    *(Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_Backspace, Qt.Key.Key_Left, Qt.Key.Key_Up),
    *(Qt.Key.Key_A, Qt.Key.Key_Colon, Qt.Key.Key_Space),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(KEYS), st.booleans()), max_size=14))
def test_no_keys_write_tabs_or_strange_ends_of_lines_and_all_is_undone(
    edit: YamlEdit, keys: list[tuple[Qt.Key, bool]]
) -> None:
    edit.show_text("a:\n  b: 1\n")
    for key, shift in keys:
        QTest.keyClick(edit, key, Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier)
    assert not set(edit.text) & set("\t\r\u2028\u2029")
    assert edit.text.count("\n") == edit.blockCount() - 1
    while edit.document().isUndoAvailable():
        edit.undo()
    assert edit.text == "a:\n  b: 1\n"


@given(st.text(st.sampled_from("ab\n\r\u2028\u2029\ufdd0\ufeff\N{GRINNING FACE}"), max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_shown_is_known_before(edit: YamlEdit, text: str) -> None:
    edit.show_text(text)
    assert edit.text == as_shown(text)
    edit.show_text("x")
    edit.replace_text(text)
    assert edit.text == as_shown(text)
