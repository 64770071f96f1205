"""The list of problems: what it shows, and the ways from it to the station of a problem."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.problem_book import KnownProblem
from ktrdr_app.gui.panels.log.problems import ProblemList
from ktrdr_app.gui.ui import accessibility
from tests.gui.helpers import click

pytestmark = pytest.mark.gui


@pytest.fixture
def shown() -> list[str]:
    return []


@pytest.fixture
def problems(context: AppContext, qtbot: QtBot, shown: list[str]) -> ProblemList:
    made = ProblemList(context)
    qtbot.addWidget(made)
    made.resize(800, 200)
    made.show()
    context.problems.tell(
        "x",
        (
            KnownProblem("dataPanel", "warning", "EURUSD 1h", "2 gaps", lambda: shown.append("EURUSD")),
            KnownProblem("modelsPanel", "danger", "quick/v1", "the scaler is missing"),
        ),
    )
    return made


def test_the_gravest_stands_first_and_is_chosen(problems: ProblemList) -> None:
    assert [problem.subject for problem in problems.table.records.records] == ["quick/v1", "EURUSD 1h"]
    assert problems.table.selected.subject == "quick/v1"
    assert not problems.none.isVisible()
    assert accessibility.nameless(problems) == []


def test_the_button_goes_there(problems: ProblemList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(problems.context.panelRequested) as asked:
        click(qtbot, problems.go)
    assert asked.args == ["modelsPanel"]


def test_enter_goes_there_and_selects_it(problems: ProblemList, qtbot: QtBot, shown: list[str]) -> None:
    problems.table.setFocus()
    qtbot.keyClick(problems.table, Qt.Key.Key_Down)
    with qtbot.waitSignal(problems.context.panelRequested) as asked:
        qtbot.keyClick(problems.table, Qt.Key.Key_Return)
    assert asked.args == ["dataPanel"]
    assert shown == ["EURUSD"]


def test_a_double_click_goes_there(problems: ProblemList, qtbot: QtBot, shown: list[str]) -> None:
    place = problems.table.visualRect(problems.table.records.index(1, 3)).center()
    qtbot.mouseClick(problems.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(problems.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert shown == ["EURUSD"]


def test_without_problems_that_is_said(problems: ProblemList) -> None:
    problems.context.problems.tell("x", ())
    assert problems.none.isVisible()
    assert not problems.table.isVisible()
    assert not problems.go.isVisible()
