"""The records of a plan: shares, sums, and everything that stands in the way, each with what it is about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ktrdr_app.core.errors import InvalidValue, StorageProblem, TooFewRows
from ktrdr_app.workflows.plan_records import CombinationPlan, SymbolPlan, TrainingPlan

GOOD = SymbolPlan("GOOD", rows=8, counts={"BUY": 2, "HOLD": 5, "SELL": 1})
BAD = SymbolPlan("BAD", problem=TooFewRows("BAD 1h", 4, 100, "it is short"))
WHOLE = CombinationPlan("concatenate", {"A": 3, "B": 4}, {"A": 0, "B": 0})
LAME = CombinationPlan("weighted", problem=InvalidValue("weights", {}, "some"))
PLAN = TrainingPlan("1h", (GOOD,), "concatenate", (WHOLE, LAME), None, 3, 0.02, "fraction", None, (), None)


def test_the_balance_of_a_symbol() -> None:
    assert GOOD.balance == pytest.approx({"BUY": 0.25, "HOLD": 0.625, "SELL": 0.125})
    assert BAD.balance == {}


def test_the_rows_of_a_combination() -> None:
    assert WHOLE.total == 7
    assert LAME.total == 0


def test_the_one_that_is_chosen() -> None:
    assert PLAN.chosen is WHOLE
    assert replace(PLAN, combinations=()).chosen is None


def test_nothing_stands_in_the_way_of_a_good_plan() -> None:
    assert PLAN.problems == (), "a combination that is not chosen may be of no use"


def test_what_stands_in_the_way_comes_symbols_first() -> None:
    full = StorageProblem("models", "full")
    plan = replace(PLAN, symbols=(GOOD, BAD), combination="weighted", problem=full)
    assert plan.problems == (("BAD", BAD.problem), ("", full), ("", LAME.problem))
