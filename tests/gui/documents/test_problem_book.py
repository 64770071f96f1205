"""The problem book: each source replaces its own, the gravest stand first, and nothing is said twice."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.problem_book import KnownProblem, ProblemBook

pytestmark = pytest.mark.gui

GAP = KnownProblem("dataPanel", "warning", "EURUSD 1h", "2 gaps")
BROKEN = KnownProblem("modelsPanel", "danger", "quick/v1", "the scaler is missing")
FAULTY = KnownProblem("strategyPanel", "danger", "typo", "line 3")


def test_the_gravest_stand_first_and_otherwise_as_told(qapp: object) -> None:
    book = ProblemBook()
    book.tell("quality", (GAP,))
    book.tell("models", (BROKEN,))
    book.tell("strategies", (FAULTY,))
    assert book.problems == (BROKEN, FAULTY, GAP)
    assert book.of("strategyPanel") == (FAULTY,)


def test_a_source_replaces_only_what_it_told_itself(qapp: object) -> None:
    book = ProblemBook()
    book.tell("quality", (GAP,))
    book.tell("models", (BROKEN,))
    book.tell("models", ())
    assert book.problems == (GAP,)


def test_the_same_again_is_no_change(qapp: object, qtbot: QtBot) -> None:
    book = ProblemBook()
    with qtbot.waitSignal(book.changed):
        book.tell("quality", (GAP,))
    with qtbot.assertNotEmitted(book.changed):
        book.tell("quality", (KnownProblem("dataPanel", "warning", "EURUSD 1h", "2 gaps", print),))
