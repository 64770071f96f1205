"""The palette, driven by real keys: typing narrows, arrows choose, Enter does, Escape leaves, reasons are said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.palette import Entry, Palette, ranked

pytestmark = pytest.mark.gui


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def palette(dark: QApplication, qtbot: QtBot, done: list[str]) -> Iterator[Palette]:
    window = QWidget()
    window.resize(1000, 700)
    qtbot.addWidget(window)
    window.show()
    entries = [
        Entry("Verify the model", lambda: done.append("verify"), "Models", "", "Choose a model first"),
        Entry("Show the log", lambda: done.append("log"), "View", "Ctrl+L"),
        Entry("Train", lambda: done.append("train"), "Train"),
    ]
    made = Palette("Find an action", entries, window)
    made.open()
    yield made
    window.close()


def test_every_entry_is_listed_at_first(palette: Palette) -> None:
    assert [entry.text for entry in palette.shown] == ["Verify the model", "Show the log", "Train"]
    assert palette.field.hasFocus() or palette.focusWidget() is palette.field
    assert accessibility.nameless(palette) == []


def test_typing_narrows_and_enter_does_it(palette: Palette, qtbot: QtBot, done: list[str]) -> None:
    qtbot.keyClicks(palette.field, "log")
    assert [entry.text for entry in palette.shown] == ["Show the log"]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert done == ["log"]


def test_arrows_move_and_what_is_chosen_is_spoken(palette: Palette, qtbot: QtBot, done: list[str]) -> None:
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.field.accessibleDescription() == "Show the log, View, Ctrl+L"
    qtbot.keyClick(palette.field, Qt.Key.Key_PageDown)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 2
    qtbot.keyClick(palette.field, Qt.Key.Key_PageUp)
    assert palette.list.currentRow() == 0
    assert done == []


def test_what_cannot_be_done_says_why_and_stays(palette: Palette, qtbot: QtBot, done: list[str]) -> None:
    qtbot.keyClicks(palette.field, "verify")
    assert palette.why.text() == "Not now: Choose a model first"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert done == []


def test_escape_leaves(palette: Palette, qtbot: QtBot, done: list[str]) -> None:
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert done == []
    assert not palette.isVisible()


def test_nothing_found_is_said(palette: Palette, qtbot: QtBot, done: list[str]) -> None:
    qtbot.keyClicks(palette.field, "zzz")
    assert palette.none.isVisibleTo(palette)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert done == []


def test_a_double_click_does_it(palette: Palette, qtbot: QtBot, done: list[str]) -> None:
    area = palette.list.visualItemRect(palette.list.item(2))
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=area.center())
    qtbot.mouseDClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=area.center())
    assert done == ["train"]


def test_the_group_helps_to_find_but_the_own_name_goes_first() -> None:
    entries = [Entry("Delete", print, "Models"), Entry("Models", print, "View")]
    assert [entry.text for entry in ranked(entries, "models")] == ["Models", "Delete"]


LETTERS = st.text(alphabet="abc &…é", max_size=6)
ENTRIES = st.lists(st.builds(Entry, LETTERS, st.just(print), LETTERS), max_size=8)


@given(ENTRIES, LETTERS)
def test_a_search_loses_no_exact_answer_and_invents_none(entries: list[Entry], query: str) -> None:
    found = ranked(entries, query)
    assert len(found) <= len(entries)
    assert all(any(each is entry for entry in entries) for each in found)
    if not query.strip():
        assert found == entries
    for each in found:
        letters = iter(f"{each.group} {each.text}".casefold())
        wanted = "".join(query.split()).casefold()
        assert all(letter in letters for letter in wanted), "letters that are not there in this order"


def test_a_long_reason_is_cut_in_the_list_and_whole_below_it(palette: Palette) -> None:
    window = palette.parentWidget()
    palette.reject()
    window.resize(700, 500)
    reason = "Choose a model first, one that is complete and was made for this bar length " * 3
    wide = Palette("Find an action", [Entry("Verify the model", print, "Models", "Ctrl+V", reason.strip())], window)
    wide.open()
    QApplication.processEvents()
    assert wide.width() <= window.width()
    assert wide.why.text() == f"Not now: {reason.strip()}"
    assert wide.why.height() >= wide.why.heightForWidth(wide.why.width()), "its last line is cut off"
    assert wide.list.item(0).toolTip() == reason.strip()
    assert wide.field.accessibleDescription().endswith(reason.strip())
    wide.reject()


def test_it_opens_in_the_middle_of_its_window_and_grows_downwards(palette: Palette, qtbot: QtBot) -> None:
    window = palette.parentWidget()
    middle = window.mapToGlobal(window.rect().center()).x()
    top = palette.y()
    assert abs(palette.geometry().center().x() - middle) <= 1
    tall = palette.height()
    qtbot.keyClicks(palette.field, "log")
    assert palette.height() < tall
    qtbot.keyClick(palette.field, Qt.Key.Key_Backspace)
    palette.field.clear()
    assert (palette.y(), palette.height()) == (top, tall)


def test_what_is_off_is_told_to_a_screen_reader_with_its_reason(palette: Palette) -> None:
    spoken = [palette.list.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(palette.list.count())]
    assert spoken[0] == "Verify the model, Models, Choose a model first"
    assert spoken[2] == "Train, Train"


def test_the_first_answer_is_chosen_anew_with_every_letter(palette: Palette, qtbot: QtBot, done: list[str]) -> None:
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClicks(palette.field, "t")
    assert palette.list.currentRow() == 0
    assert palette.current is palette.shown[0]
