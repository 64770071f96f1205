"""Tables and sentences of a grid: columns, marks, who was seen, and groups told only where they say more."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.workflows.grid_tables import COLUMNS, failures_table, grid_notes, grid_table


def row(symbol: str = "GOOG", **changes: Any) -> dict[str, Any]:
    given = {
        "symbol": symbol,
        "status": "done",
        "seen": False,
        "model_step": 1,
        "model_kind": "universal",
        "total_return": 0.123,
        "buy_and_hold_return": 0.1,
        "after_fit_return": -0.05,
        "sharpe_ratio": 1.234,
        "max_drawdown": -0.2,
        "total_trades": 1234,
        "exposure": 0.5,
        "seen_in_training": 50,
        "bars": 200,
    }
    return given | changes


def document(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"strategy_name": "quick", "timeframe": "1d", "symbols": list(rows), "failed": {}, **changes}


def cells(**changes: Any) -> dict[str, str]:
    (only,) = grid_table(document(row(**changes))).rows
    return dict(zip(COLUMNS, (cell.text for cell in only), strict=True))


def group(symbols: int, above: int = 0, own: float | None = 0.1, held: float | None = 0.2, trades: int = 5) -> Any:
    return {
        "symbols": symbols,
        "above_buy_and_hold": above,
        "median_return": own,
        "median_buy_and_hold": held,
        "trades": trades,
    }


def notes(everyone: Any, seen: Any, unseen: Any, *failed: str) -> list[str]:
    summary = {"all": everyone, "seen": seen, "unseen": unseen, "failed": len(failed)}
    return grid_notes(document(summary=summary, failed={name: {} for name in failed}))


def test_a_row_says_its_figures_with_units() -> None:
    assert cells() == {
        "Symbol": "GOOG",
        "Model": "unseen, universal, step 1",
        "Return": "+12.3 %",
        "Buy and hold": "+10.0 %",
        "After the fit": "-5.0 %",
        "Sharpe": "1.23",
        "Worst drawdown": "-20.0 %",
        "Trades": "1,234",
        "In the market": "50.0 %",
        "Bars seen": "25.0 %",
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seen": True}, "seen, universal, step 1"),
        ({"seen": True, "model_kind": "legacy", "model_step": 2}, "seen, legacy, step 2"),
        ({"model_step": "path"}, "unseen, universal, named"),
        ({"seen": None, "model_step": None, "model_kind": None}, "signals"),
    ],
)
def test_what_the_model_knows_of_a_symbol(changes: dict[str, Any], words: str) -> None:
    assert cells(**changes)["Model"] == words


def test_what_there_is_not_is_not_available() -> None:
    told = cells(after_fit_return=None, sharpe_ratio=None)
    assert (told["After the fit"], told["Sharpe"]) == ("n/a", "n/a")


@given(own=st.floats(-1, 3), held=st.floats(-1, 3))
def test_a_return_is_good_where_it_is_more_than_that_of_buy_and_hold(own: float, held: float) -> None:
    (only,) = grid_table(document(row(total_return=own, buy_and_hold_return=held))).rows
    marks = {name: cell.mark for name, cell in zip(COLUMNS, only, strict=True)}
    assert marks.pop("Return") == ("good" if own > held else "bad")
    assert set(marks.values()) == {""}


def test_only_symbols_that_ran_have_a_row_in_their_order() -> None:
    table = grid_table(document(row("MSFT"), row("NOPE", status="data_not_found"), row("AAPL")))
    assert [cells[0].text for cells in table.rows] == ["MSFT", "AAPL"]
    assert table.columns == COLUMNS
    assert table.words == 2
    assert table.caption.startswith("quick 1d")


def test_failures_are_told_with_what_helps() -> None:
    errors = {
        "NOPE": {"code": "data_not_found", "message": "no bars for NOPE 1d", "hint": "import them"},
        "TINY": {"code": "too_few_rows", "message": "TINY has 1 row", "hint": "more bars"},
    }
    table = failures_table(document(failed=errors))
    assert [[cell.text for cell in cells] for cells in table.rows] == [
        ["NOPE", "data_not_found", "no bars for NOPE 1d", "import them"],
        ["TINY", "too_few_rows", "TINY has 1 row", "more bars"],
    ]
    assert {cells[1].mark for cells in table.rows} == {"bad"}
    assert all(len(cells) == len(table.columns) for cells in table.rows)


def test_both_groups_are_told_where_there_are_both() -> None:
    everyone, unseen, seen = notes(group(3, 2, 0.05), group(1, 1, 0.5), group(2, 1, 0.01, -0.02, 1234))
    assert everyone.startswith("Of 3 symbols, 2 earned more than buy and hold; the median return is +5.0 %")
    assert unseen == (
        "Of the 2 that the model never saw, 1 earned more than buy and hold; the median return is +1.0 %, that of buy "
        "and hold -2.0 %, in 1,234 trades."
    )
    assert seen.startswith("Of the 1 that the model learnt from, 1 earned more")


@pytest.mark.parametrize(("seen", "unseen"), [(3, 0), (0, 3), (0, 0)])
def test_a_group_that_is_all_or_nothing_is_not_told_twice(seen: int, unseen: int) -> None:
    empty = group(0, 0, None, None, 0)
    told = notes(group(3), group(seen) if seen else empty, group(unseen) if unseen else empty)
    assert len(told) == 1
    assert "n/a" not in told[0]


def test_one_symbol_is_no_plural_and_failures_come_last() -> None:
    told = notes(group(1), group(0, 0, None, None, 0), group(1), "NOPE", "TINY")
    assert told[0].startswith("Of 1 symbol, ")
    assert told[1:] == ["Not run: NOPE, TINY."]
