"""The problem book: each source replaces its own, the gravest stand first, and nothing is said twice."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.problem_book import WEIGHTS, KnownProblem, ProblemBook

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


PROBLEMS = st.builds(
    KnownProblem,
    panel=st.sampled_from(["dataPanel", "modelsPanel"]),
    weight=st.sampled_from(WEIGHTS),
    subject=st.sampled_from("abc"),
    text=st.sampled_from("xy"),
)
TOLD = st.lists(st.tuples(st.sampled_from(["quality", "models", "fuzzy"]), st.lists(PROBLEMS, max_size=4)), max_size=12)


@settings(max_examples=20)
@given(TOLD)
def test_the_book_is_what_a_plain_dictionary_would_be(qapp: object, told: list[tuple[str, list[KnownProblem]]]) -> None:
    book, plain = ProblemBook(), dict[str, list[KnownProblem]]()
    heard: list[None] = []
    book.changed.connect(lambda: heard.append(None))
    for source, problems in told:
        changes = plain.get(source, []) != problems
        plain[source] = problems
        heard.clear()
        book.tell(source, tuple(problems))
        assert len(heard) == changes, "said when something changed, and only then"
    every = [problem for problems in plain.values() for problem in problems]
    grave, doubtful = ([each for each in every if each.weight == weight] for weight in ("danger", "warning"))
    assert list(book.problems) == grave + doubtful
    for panel in ("dataPanel", "modelsPanel"):
        assert list(book.of(panel)) == [each for each in grave + doubtful if each.panel == panel]


def test_another_way_there_is_taken_without_a_word(qapp: object, qtbot: QtBot) -> None:
    """The list goes where the newest telling leads, though nothing that can be seen has changed."""
    book, gone = ProblemBook(), list[str]()
    for name in ("old", "new"):
        book.tell("quality", (replace(GAP, show=partial(gone.append, name)),))
    show = book.problems[0].show
    assert show is not None
    show()
    assert gone == ["new"]
