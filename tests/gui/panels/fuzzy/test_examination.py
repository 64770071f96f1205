"""What is said of the sets: at once from sorted values, in full when they rest, never in the middle of a drag."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.fuzzy import SetProblem
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.panels.fuzzy.examination import CHECK_MS, Examination
from ktrdr_app.gui.panels.fuzzy.set_model import ACTIVE, OVERLAP, STATUS
from ktrdr_app.gui.panels.fuzzy.set_table import SetTable
from ktrdr_app.strategy.schema import FuzzySet
from tests.gui.panels.fuzzy.conftest import some_values

pytestmark = pytest.mark.gui


@pytest.fixture
def examination(qtbot: QtBot, dark: QApplication, document: FuzzyDocument) -> Iterator[Examination]:
    owner = QWidget()
    qtbot.addWidget(owner)
    table = SetTable("fuzzyPanel.setTable")
    table.setParent(owner)
    table.sets.set_document(document)
    made = Examination(table, owner)
    made.problems.setParent(owner)
    made.document = document
    yield made
    made.timer.stop()


def shown(examination: Examination, row: int, column: int) -> str:
    return str(examination._table.sets.index(row, column).data())


def tone(examination: Examination) -> str:
    return str(examination.problems.property("tone"))


def test_sets_over_real_values_are_well(examination: Examination, qtbot: QtBot) -> None:
    with qtbot.waitSignal(examination.examined) as told:
        examination.set_values(some_values())
    assert told.args == [[]]
    assert (examination.problems.text(), tone(examination)) == ("✓ no gaps, no dead sets", "success")


def test_the_shares_are_those_of_counting(examination: Examination) -> None:
    """Memberships by hand: a half or more is below 32.5, between 37.5 and 62.5, and above 67.5."""
    examination.set_values(some_values())
    together = np.concatenate(list(some_values().values()))
    wanted = [together <= 32.5, (together >= 37.5) & (together <= 62.5), together >= 67.5]
    for row, inside in enumerate(wanted):
        assert shown(examination, row, ACTIVE) == f"{100 * inside.mean():.1f}\u202f%"


def test_without_values_gaps_are_still_found(examination: Examination, document: FuzzyDocument) -> None:
    examination.examine()
    assert "choose symbols" in examination.problems.text()
    document.set_numbers("middle", [48, 50, 75])
    examination.examine()
    assert "no set covers" in examination.problems.text()
    assert tone(examination) == "warning"
    assert shown(examination, 0, ACTIVE) == "–"


def test_every_problem_has_a_line_of_its_own(examination: Examination, document: FuzzyDocument, qtbot: QtBot) -> None:
    document.set_numbers("middle", [48, 50, 52])
    with qtbot.waitSignal(examination.examined) as told:
        examination.set_values(some_values())
    found: list[SetProblem] = told.args[0]
    assert len(found) >= 2
    assert examination.problems.text().splitlines() == [f"⚠ {problem.message}" for problem in found]


def test_figures_follow_at_once_and_words_when_the_sets_rest(
    examination: Examination, document: FuzzyDocument, qtbot: QtBot
) -> None:
    examination.set_values(some_values())
    before = shown(examination, 1, ACTIVE), shown(examination, 1, OVERLAP)
    document.set_numbers("middle", [45, 50, 55])
    examination.follow()
    assert (shown(examination, 1, ACTIVE), shown(examination, 1, OVERLAP)) != before
    assert examination.problems.text() == "✓ no gaps, no dead sets", "the words are not of these sets yet"
    with qtbot.waitSignal(examination.examined, timeout=20 * CHECK_MS):
        pass
    assert "no set covers" in examination.problems.text()


def test_a_row_of_moves_is_checked_once(examination: Examination, document: FuzzyDocument, qtbot: QtBot) -> None:
    heard: list[object] = []
    examination.examined.connect(heard.append)
    for foot in range(26, 46):
        document.set_numbers("middle", [foot, 50, 75])
        examination.follow()
    assert heard == []
    qtbot.waitUntil(lambda: not examination.timer.isActive())
    assert len(heard) == 1


def test_nothing_is_checked_in_full_while_a_set_is_held(
    examination: Examination, document: FuzzyDocument, qtbot: QtBot
) -> None:
    examination.set_values(some_values())
    heard: list[object] = []
    examination.examined.connect(heard.append)
    document.begin("middle")
    document.preview_sets({"middle": FuzzySet(type="triangular", parameters=[48, 50, 52])})
    examination.examine()
    assert heard == []
    assert examination.timer.isActive(), "it is not forgotten"
    document.commit("Move")
    with qtbot.waitSignal(examination.examined, timeout=20 * CHECK_MS):
        pass
    assert "no set covers" in examination.problems.text()


def test_a_refusal_stands_until_the_next_check(examination: Examination, document: FuzzyDocument) -> None:
    examination.refuse(InvalidValue("name", "<b>x</b>", "letters", where="rsi.low"))
    assert examination.problems.text().startswith("✖ rsi.low: ")
    assert "<b>x</b>" in examination.problems.text()
    assert tone(examination) == "danger"
    examination.examine()
    assert tone(examination) != "danger"


def test_a_set_that_one_symbol_never_reaches_is_named_with_it(examination: Examination) -> None:
    values = {"AAA": np.linspace(1, 99, 500), "LOW": np.linspace(1, 45, 500)}
    examination.set_values(values)
    status = shown(examination, 2, STATUS)
    assert status.startswith("⚠")
    assert "LOW" in status
    assert "AAA" not in status


def test_without_a_document_nothing_is_said(examination: Examination, qtbot: QtBot) -> None:
    examination.document = None
    with qtbot.assertNotEmitted(examination.examined):
        examination.examine()
        examination.follow()
        qtbot.waitUntil(lambda: not examination.timer.isActive())
