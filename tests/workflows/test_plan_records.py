"""The records of a plan: shares, sums, and everything that stands in the way, each with what it is about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@given(st.lists(st.integers(0, 10_000), min_size=3, max_size=3))
def test_shares_add_up_to_all_rows_or_there_are_none(counts: list[int]) -> None:
    rows = sum(counts)
    symbol = SymbolPlan("A", rows=rows, counts=dict(zip(("BUY", "HOLD", "SELL"), counts, strict=True)))
    assert sum(symbol.balance.values()) == pytest.approx(1.0 if rows else 0.0)
    assert {name: round(share * rows) for name, share in symbol.balance.items()} == (symbol.counts if rows else {})


@given(st.dictionaries(st.sampled_from(["A", "B", "C"]), st.integers(0, 999)))
def test_a_combination_counts_the_rows_it_takes_and_none_that_it_leaves(kept: dict[str, int]) -> None:
    lost = dict.fromkeys(kept, 1_000_000)
    assert CombinationPlan("balanced", kept, lost).total == sum(kept.values())


def test_every_symbol_that_cannot_take_part_is_named_in_the_order_asked_for() -> None:
    bad = [SymbolPlan(name, problem=TooFewRows(name, 1, 2, "short")) for name in ("Z", "A")]
    plan = replace(PLAN, symbols=(bad[0], GOOD, bad[1]), combination="unknown")
    assert [name for name, _ in plan.problems] == ["Z", "A"]
    assert plan.chosen is None
