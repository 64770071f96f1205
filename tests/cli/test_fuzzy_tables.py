"""The tables of ``fuzzy check``: a row per symbol, figures as counted by hand, every doubt in a sentence."""

from __future__ import annotations

import numpy as np

from ktrdr_app.cli.fuzzy_tables import fuzzy_check
from ktrdr_app.fuzzy.activity import activity
from ktrdr_app.fuzzy.checks import SetProblem
from ktrdr_app.fuzzy.universality import ALIKE, Universality
from ktrdr_app.strategy.schema import FuzzyInput
from ktrdr_app.workflows.fuzzy_run import InputCheck, SymbolUse
from ktrdr_app.workflows.report_tables import Table

SETS = FuzzyInput.model_validate(
    {
        "form": "raw",
        "sets": {
            "low": {"type": "triangular", "parameters": [0, 10, 20]},
            "high": {"type": "triangular", "parameters": [20, 30, 40]},
        },
    }
)


def use(symbol: str, values: list[float], *problems: SetProblem) -> SymbolUse:
    return SymbolUse(symbol, activity(SETS, np.array(values)), problems)


def alike(figure: float) -> Universality:
    return Universality(figure, {}, ("IBM", "EURUSD"), {})


def test_a_row_per_symbol_with_the_share_of_each_set() -> None:
    first = use("IBM", [10.0, 12.0, 30.0, 50.0])
    second = use("EURUSD", [10.0, 10.0, 10.0, 10.0])
    (table, *rest) = fuzzy_check([InputCheck("rsi", (), (first, second))])
    assert isinstance(table, Table)
    assert table.caption == "rsi: share of bars in each set"
    assert table.columns == ("Symbol", "1 %", "median", "99 %", "low ≥ 0.5", "high ≥ 0.5", "in no set", "|sum - 1|")
    rows = [[cell.text for cell in row] for row in table.rows]
    # Memberships of IBM: 1, 0.8, 1 and none, so the distances of their sums from 1 are 0, 0.2, 0 and 1.
    assert rows[0] == ["IBM", "10.06", "21", "49.4", "50.0 %", "25.0 %", "25.0 %", "0.300"]
    assert rows[1] == ["EURUSD", "10", "10", "10", "100.0 %", "0.0 %", "0.0 %", "0.000"]
    assert table.words == 1, "all but the symbol are figures, at the right"
    assert rest == ["rsi: nothing is doubtful"]


def test_shapes_alone_give_no_table() -> None:
    gap = SetProblem("gap", "no set covers 20, where low and high only touch", ("low", "high"))
    found = [InputCheck("rsi", (gap,), ()), InputCheck("macd", (), ())]
    assert fuzzy_check(found) == [
        "rsi: no set covers 20, where low and high only touch",
        "macd: nothing is doubtful",
    ]


def test_doubts_of_a_symbol_name_it_and_come_after_those_of_the_shapes() -> None:
    dead = SetProblem("dead", "high is never active on 1 values", ("high",))
    gap = SetProblem("gap", "there is a gap", ("low", "high"))
    parts = fuzzy_check([InputCheck("rsi", (gap,), (use("IBM", [10.0], dead), use("GOOG", [30.0])))])
    assert parts[1:] == ["rsi: there is a gap", "rsi, IBM: high is never active on 1 values"]


def test_the_universality_is_judged_at_its_bound() -> None:
    for figure, said in ((ALIKE, "alike"), (ALIKE - 0.01, "differently"), (0.0, "differently"), (1.0, "alike")):
        check = InputCheck("rsi", (), (use("IBM", [10.0]), use("EURUSD", [30.0])), alike(figure))
        _table, sentence, _nothing = fuzzy_check([check])
        wanted = f"rsi: universality {figure:.2f}, symbols use its sets {said}; least alike: IBM and EURUSD"
        assert sentence == wanted


def test_inputs_keep_their_order_and_their_own_tables() -> None:
    found = [InputCheck(name, (), (use("IBM", [10.0]),)) for name in ("sma", "rsi", "atr")]
    tables = [part.caption for part in fuzzy_check(found) if isinstance(part, Table)]
    assert tables == [f"{name}: share of bars in each set" for name in ("sma", "rsi", "atr")]


def test_a_symbol_without_values_is_a_row_like_the_others() -> None:
    (table, *_rest) = fuzzy_check([InputCheck("rsi", (), (use("NEW", [float("nan")]),))])
    assert isinstance(table, Table)
    assert [cell.text for cell in table.rows[0]] == ["NEW", "nan", "nan", "nan", "0.0 %", "0.0 %", "0.0 %", "nan"]
