"""Where a file stands follows from what was read and said, and from nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktrdr_app.core.errors import MalformedBars
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.importing.findings import Question
from ktrdr_app.data.importing.preview import Conflict, ImportPreview, RawTable
from ktrdr_app.gui.panels.data.importing.entry import Entry, State

pytestmark = pytest.mark.gui

RAW = RawTable(("", "", "", "", ""), (), (), 9, ",", "ascii", "", ())
ZONE = Question("timezone", "Which clock?", ("UTC",), "--timezone")
THERE = Question("on_conflict", "It is there.", ("skip",), "--on-conflict")


def test_a_file_is_read_asks_and_is_ready() -> None:
    entry = Entry(Path("a.csv"))
    assert entry.state is State.READING
    entry.take(ImportPreview(RAW, questions=(ZONE,)))
    assert entry.state is State.ASKS
    assert not entry.importable
    assert entry.unanswered == ("timezone",)
    entry.answers["timezone"], entry.stale = "UTC", True
    assert entry.state is State.READING
    assert entry.unanswered == ()
    entry.take(ImportPreview(RAW))
    assert entry.state is State.READY
    assert entry.importable
    assert list(entry.asked) == ["timezone"], "an answered question stays where it is"


def test_an_answer_that_did_not_settle_it_is_asked_again() -> None:
    entry = Entry(Path("a.csv"), answers={"timezone": "UTC"})
    entry.take(ImportPreview(RAW, questions=(ZONE,)))
    assert entry.unanswered == ("timezone",)


def test_the_question_about_a_series_goes_with_the_series(tmp_path: Path) -> None:
    entry = Entry(Path("a.csv"))
    entry.take(ImportPreview(RAW, questions=(THERE,), conflict=Conflict(tmp_path / "A_1h.csv")))
    assert "on_conflict" in entry.asked
    entry.take(ImportPreview(RAW))
    assert "on_conflict" not in entry.asked


def test_failures_writing_and_success_have_their_states() -> None:
    error = MalformedBars("a.csv", "a web page", "a table")
    entry = Entry(Path("a.csv"), stale=False, error=error)
    assert (entry.state, entry.importable) == (State.FAILED, False)
    entry.take(ImportPreview(RAW, problem=error))
    assert (entry.state, entry.importable) == (State.FAILED, False)
    entry.take(ImportPreview(RAW))
    entry.error = error
    assert (entry.state, entry.importable) == (State.FAILED, True)
    entry.error, entry.writing = None, True
    assert (entry.state, entry.importable) == (State.IMPORTING, False)
    entry.writing, entry.document = False, {}
    assert (entry.state, entry.importable) == (State.IMPORTED, False)


def test_the_request_says_what_the_user_said(tmp_path: Path) -> None:
    entry = Entry(Path("a.csv"), answers={"symbol": "ABC", "decimal": ","})
    entry.take(ImportPreview(RAW, columns={"date": 0, "open": 1, "high": 2, "low": 3, "close": 4}))
    entry.columns["open"] = 4
    entry.take(ImportPreview(RAW, columns={"date": 0, "open": 4}))
    request = entry.request(Workspace(tmp_path))
    assert (request.symbol, request.decimal, request.timezone) == ("ABC", ",", None)
    assert request.columns == {"date": "1", "open": "5", "high": "3", "low": "4", "close": "5"}
