"""A grid in words: what is marked, what is counted, and what is left out."""

from __future__ import annotations

from typing import Any

from ktrdr_app.workflows.grid_tables import failures_table, grid_notes, grid_table


def row(symbol: str, own: float, held: float, seen: bool | None, **more: Any) -> dict[str, Any]:
    told = {
        "symbol": symbol,
        "status": "done",
        "seen": seen,
        "model_step": 1,
        "model_kind": "universal",
        "total_return": own,
        "buy_and_hold_return": held,
        "after_fit_return": None,
        "sharpe_ratio": 0.5,
        "max_drawdown": -0.2,
        "total_trades": 12,
        "exposure": 0.4,
        "seen_in_training": 50 if seen else 0,
        "bars": 200,
    }
    return told | more


def group(symbols: int, above: int, own: float, held: float) -> dict[str, Any]:
    return {
        "symbols": symbols,
        "above_buy_and_hold": above,
        "median_return": own,
        "median_buy_and_hold": held,
        "trades": 12 * symbols,
    }


DOCUMENT: dict[str, Any] = {
    "strategy_name": "quick",
    "timeframe": "1d",
    "symbols": [
        row("AAPL", 0.3, 0.1, True),
        {"symbol": "NOPE", "status": "data_not_found"},
        row("GOOG", 0.05, 0.2, False, model_step="path", after_fit_return=-0.01),
    ],
    "summary": {
        "failed": 1,
        "all": group(2, 1, 0.175, 0.15),
        "seen": group(1, 1, 0.3, 0.1),
        "unseen": group(1, 0, 0.05, 0.2),
    },
    "failed": {
        "NOPE": {"code": "data_not_found", "message": "no bars for NOPE 1d", "hint": "import them", "where": ""}
    },
}


def test_one_row_per_symbol_that_ran() -> None:
    table = grid_table(DOCUMENT)
    assert all(len(cells) == len(table.columns) for cells in table.rows)
    texts = [[cell.text for cell in cells] for cells in table.rows]
    assert [cells[0] for cells in texts] == ["AAPL", "GOOG"]
    assert [cells[1] for cells in texts] == ["seen, universal, step 1", "unseen, universal, named"]
    assert texts[0][2:5] == ["+30.0 %", "+10.0 %", "n/a"]
    assert texts[1][2:5] == ["+5.0 %", "+20.0 %", "-1.0 %"]
    assert [cells[-1] for cells in texts] == ["25.0 %", "0.0 %"]


def test_more_than_buy_and_hold_is_good() -> None:
    assert [cells[2].mark for cells in grid_table(DOCUMENT).rows] == ["good", "bad"]


def test_signals_of_a_file_have_no_model() -> None:
    document = {**DOCUMENT, "symbols": [row("AAPL", 0.3, 0.1, None)]}
    assert grid_table(document).rows[0][1].text == "signals"


def test_failures_say_what_to_do() -> None:
    assert [cell.text for cell in failures_table(DOCUMENT).rows[0]] == [
        "NOPE",
        "data_not_found",
        "no bars for NOPE 1d",
        "import them",
    ]


def test_seen_and_unseen_are_told_apart() -> None:
    everyone, unseen, seen, failed = grid_notes(DOCUMENT)
    assert everyone.startswith("Of 2 symbols, 1 earned more than buy and hold; the median return is +17.5 %")
    assert unseen.startswith("Of the 1 that the model never saw, 0 earned more")
    assert seen.startswith("Of the 1 that the model learnt from, 1 earned more")
    assert failed == "Not run: NOPE."


def test_one_kind_alone_is_told_once() -> None:
    summary = {"failed": 0, "all": group(1, 1, 0.1, 0.0), "unseen": group(1, 1, 0.1, 0.0), "seen": group(0, 0, 0, 0)}
    assert len(grid_notes({**DOCUMENT, "summary": summary, "failed": {}})) == 1
