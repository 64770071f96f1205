"""What is missing for a training: each thing that can be has its words and a step that mends it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import (
    BadInput,
    DataNotFound,
    KtrdrError,
    OneClass,
    Problem,
    StorageProblem,
    StrategyProblem,
    TooFewRows,
    WorkspaceReadOnly,
)
from ktrdr_app.gui.panels.training import readiness
from ktrdr_app.gui.panels.training.readiness import Missing, Step, missing
from ktrdr_app.gui.panels.training.readiness_card import MOST, ReadinessCard
from ktrdr_app.gui.tasks.task import TaskError
from ktrdr_app.workflows.plan_records import SymbolPlan
from tests.gui.helpers import click
from tests.gui.panels.training.plans import OLD, PLAN, plan

pytestmark = pytest.mark.gui


def steps(found: tuple[Missing, ...]) -> list[list[tuple[str, str, str]]]:
    return [[(step.words, step.act, step.about) for step in one.steps] for one in found]


def of_symbol(found: KtrdrError, **changes: object) -> tuple[Missing, ...]:
    return missing(None, 2, plan(symbols=(OLD, SymbolPlan("BAD", problem=found)), **changes))


class TestTheForm:
    @pytest.mark.parametrize(
        ("where", "listed", "expected"),
        [
            ("strategy", 3, ("Open the strategies", readiness.STRATEGY, "")),
            ("data", 0, ("Add data", readiness.DATA, "")),
            ("symbol", 0, ("Add data", readiness.DATA, "")),
            ("symbol", 3, ("Tick all 3", readiness.TICK_ALL, "")),
        ],
    )
    def test_refuses_for_one_thing_at_a_time(self, where: str, listed: int, expected: tuple[str, str, str]) -> None:
        found = missing(BadInput("it is not there", hint="put it there", where=where), listed, PLAN)
        assert [(one.text, one.hint) for one in found] == [("it is not there", "put it there")]
        assert steps(found) == [[expected]]


class TestThePlan:
    def test_without_one_nothing_is_known_to_be_missing(self) -> None:
        assert missing(None, 2, None) == ()
        assert missing(None, 2, plan(combinations=PLAN.combinations[:1])) == ()

    def test_a_faulty_strategy(self) -> None:
        error = StrategyProblem(
            "quick.yaml", [Problem("labels.lookahed", 3, 1, "unknown key lookahed", "write lookahead")]
        )
        (found,) = missing(None, 2, None, error)
        assert "lookahed" in found.text
        assert [step.act for step in found.steps] == [readiness.STRATEGY]

    def test_a_bug(self) -> None:
        (found,) = missing(None, 2, None, TaskError("KeyError", "a bug", "Plan the training", "trace"))
        assert "KeyError" in found.text
        assert [step.act for step in found.steps] == [readiness.AGAIN]

    def test_a_symbol_without_data(self) -> None:
        found = of_symbol(DataNotFound("BAD", "1h", "data/BAD_1h.csv", ["OLD"]))
        assert "BAD" in found[0].text
        assert steps(found) == [
            [("Leave BAD out", readiness.LEAVE_OUT, "BAD"), ("Look at its data", readiness.DATA, "BAD")]
        ]

    def test_a_symbol_with_one_class_gets_the_suggested_threshold(self) -> None:
        found = of_symbol(OneClass("BAD", "HOLD", 900))
        assert steps(found) == [
            [("Use 1.2 %", readiness.THRESHOLD, "0.012"), ("Leave BAD out", readiness.LEAVE_OUT, "BAD")]
        ]

    def test_or_leads_to_the_strategy_where_there_is_none(self) -> None:
        found = of_symbol(OneClass("BAD", "HOLD", 900), suggestion=None)
        assert steps(found)[0][1] == ("Open the strategy", readiness.STRATEGY, "")

    def test_too_few_rows_for_a_split(self) -> None:
        found = missing(None, 2, plan(problem=TooFewRows("the test part", 3, 30, "after the split")))
        data = [("Look at the data", readiness.DATA, "")]
        assert steps(found) == [data]
        found = missing(None, 2, plan(combination="weighted", problem=TooFewRows("the test part", 3, 30, "here")))
        assert steps(found)[0] == data, "weights are another matter"

    def test_a_disk_and_a_workspace_that_refuse(self) -> None:
        assert steps(missing(None, 2, plan(problem=StorageProblem("models", "full")))) == [
            [("Look again", readiness.AGAIN, "")]
        ]
        assert steps(missing(None, 2, plan(problem=WorkspaceReadOnly("models")))) == [
            [("Open another workspace", readiness.WORKSPACE, "")]
        ]

    def test_a_combination_that_cannot_be_used(self) -> None:
        found = missing(None, 2, plan(combination="weighted"))
        assert steps(found) == [[("Use balanced", readiness.COMBINATION, "balanced")]]

    def test_a_weight_that_is_none(self) -> None:
        refused = BadInput("the weight of IBM is 0", hint="give a number above 0", where="weight:IBM")
        assert steps(missing(refused, 2, None)) == [
            [("Leave IBM out", readiness.LEAVE_OUT, "IBM"), ("Use balanced", readiness.COMBINATION, "balanced")]
        ]

    def test_all_of_them_at_once(self) -> None:
        found = of_symbol(
            DataNotFound("BAD", "1h", "data/BAD_1h.csv", ["OLD"]), problem=StorageProblem("models", "full")
        )
        assert len(found) == 2


class TestTheCard:
    @pytest.fixture
    def card(self, qtbot: QtBot, dark: object) -> ReadinessCard:
        made = ReadinessCard()
        qtbot.addWidget(made)
        return made

    def words(self, card: ReadinessCard) -> list[str]:
        return [each.text() for each in card._inside.findChildren(QLabel)]

    def test_is_hidden_where_nothing_is_missing(self, card: ReadinessCard) -> None:
        assert card.isHidden()
        card.show_missing([Missing("it is gone", "", ())])
        assert not card.isHidden()
        card.show_missing([])
        assert card.isHidden()

    def test_says_each_thing_as_a_sentence(self, card: ReadinessCard) -> None:
        card.show_missing([Missing("no symbol is ticked", "tick one", ()), Missing("EURUSD is short", "", ())])
        assert self.words(card) == ["No symbol is ticked. Tick one", "EURUSD is short"]

    def test_names_do_not_get_a_capital_letter(self, card: ReadinessCard) -> None:
        card.show_missing([Missing("quick.yaml: a typo", "", ())])
        assert self.words(card) == ["quick.yaml: a typo"]

    def test_counts_what_it_has_no_room_for(self, card: ReadinessCard) -> None:
        card.show_missing([Missing(f"thing {number}", "", ()) for number in range(MOST + 4)])
        assert len(self.words(card)) == MOST + 1
        assert self.words(card)[-1] == "and 4 more"

    def test_a_button_tells_its_step(self, card: ReadinessCard, qtbot: QtBot) -> None:
        step = Step("Mend it", readiness.LEAVE_OUT, "IBM")
        card.show_missing([Missing("it is broken", "", (Step("Other", readiness.AGAIN), step))])
        told: list[Step] = []
        card.stepChosen.connect(told.append)
        card.show()
        click(qtbot, card.findChildren(QPushButton)[1])
        assert told == [step]

    def test_the_same_again_keeps_its_buttons(self, card: ReadinessCard) -> None:
        one = Missing("it is broken", "", (Step("Mend it", readiness.AGAIN),))
        card.show_missing([one])
        (before,) = card.findChildren(QPushButton)
        card.show_missing([one])
        assert card.findChildren(QPushButton) == [before]
