"""The question box: what is required, what is answered, and that typing is never interrupted."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.data.importing.findings import Question
from ktrdr_app.data.importing.preview import Conflict, ImportPreview, RawTable
from ktrdr_app.gui.panels.data.importing.entry import Entry
from ktrdr_app.gui.panels.data.importing.fields import ChoiceField, NameField
from ktrdr_app.gui.panels.data.importing.questions import QuestionBox

pytestmark = pytest.mark.gui

RAW = RawTable(("Date", "O", "H", "L", "C"), (), (), 9, ",", "ascii", "", ())
SYMBOL = Question("symbol", "What is it called?", ("the name of the series, such as EURUSD",), "--symbol")
LISTED = Question("symbol", "It holds two symbols.", ("AAA", "BBB"), "--symbol")
ORDER = Question("date_order", "Day or month first?", ("dmy", "mdy"), "--date-order")
THERE = Question("on_conflict", "ABC_1h.csv is there already.", ("append", "replace", "skip"), "--on-conflict")
STAMP = pd.Timestamp("2020-01-01", tz="UTC")
CONFLICT = Conflict(Path("ABC_1h.csv"), 9, STAMP, STAMP, 5, 3, 1)


@pytest.fixture
def box(qtbot: QtBot, dark: object) -> QuestionBox:
    made = QuestionBox()
    qtbot.addWidget(made)
    made.resize(800, 200)
    return made


def entry_asking(*questions: Question) -> Entry:
    entry = Entry(Path("a.csv"))
    entry.take(ImportPreview(RAW, questions=questions))
    return entry


def test_without_questions_it_is_not_there(box: QuestionBox) -> None:
    box.show_entry(entry_asking())
    assert box.isHidden()


def test_what_is_open_is_marked_and_gets_the_cursor(qtbot: QtBot, box: QuestionBox) -> None:
    box.show_entry(entry_asking(SYMBOL, ORDER))
    assert box._title.text() == "The file does not tell everything: 2 answers are required"
    assert [row.mark.text() for row in box.rows.values()] == ["Required", "Required"]
    assert [box.rows["date_order"].field.itemData(place) for place in range(3)] == ["", "dmy", "mdy"]
    qtbot.waitExposed(box)
    box.activateWindow()
    assert box.focus_open()
    assert box.focusWidget() is box.rows["symbol"].field


def test_an_answered_question_stays_and_says_so(box: QuestionBox) -> None:
    entry = entry_asking(ORDER)
    box.show_entry(entry)
    field = box.rows["date_order"].field
    entry.answers["date_order"] = "mdy"
    entry.take(ImportPreview(RAW))
    box.show_entry(entry)
    assert box.rows["date_order"].field is field
    assert field.currentData() == "mdy"
    assert box.rows["date_order"].mark.text() == "Answered"
    assert box._title.text() == "All questions are answered"
    assert not box.focus_open()


def test_a_question_that_comes_later_leaves_the_field_that_is_typed_in(box: QuestionBox) -> None:
    entry = entry_asking(SYMBOL)
    box.show_entry(entry)
    field = box.rows["symbol"].field
    assert isinstance(field, NameField)
    box.show()
    field.setFocus()
    field.setText("ABC")
    entry.answers["symbol"] = "ABC"
    entry.take(ImportPreview(RAW, questions=(THERE,), conflict=CONFLICT))
    box.show_entry(entry)
    assert box.rows["symbol"].field is field
    assert field.text() == "ABC"
    assert box.focusWidget() is field
    assert list(box.rows) == ["symbol", "on_conflict"]


def test_symbols_of_a_file_are_listed(box: QuestionBox) -> None:
    box.show_entry(entry_asking(SYMBOL))
    box.show_entry(entry_asking(LISTED))
    field = box.rows["symbol"].field
    assert isinstance(field, ChoiceField)
    assert [field.itemData(place) for place in range(field.count())] == ["", "AAA", "BBB"]


def test_a_conflict_says_beforehand_what_each_choice_does(box: QuestionBox) -> None:
    entry = Entry(Path("a.csv"))
    entry.take(ImportPreview(RAW, questions=(THERE,), conflict=CONFLICT))
    box.show_entry(entry)
    text = box.rows["on_conflict"].message.text()
    assert "5 are new, 3 equal, 1 differ" in text
    assert "Add the bars it lacks: 5 bars are added" in text
    assert "Replace it: The file takes its place. 5 bars that the file lacks are gone, 1 get other numbers." in text
    assert "Leave it alone: Nothing is written." in text
    assert box.rows["on_conflict"].field.accessibleDescription().startswith(text)
