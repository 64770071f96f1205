"""Tables, sentences and page of a portfolio: figures beside buy and hold, contributions, what must be said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.workflows.portfolio_tables import (
    CONVENTIONS,
    contributions_table,
    portfolio_metrics,
    portfolio_notes,
    portfolio_page,
)
from ktrdr_app.workflows.report_tables import Table
from tests.workflows.many_cases import FIGURES, one_backtest

MORE = {"mean_exposure": 0.625, "highest_exposure": 1.0, "most_positions": 3}


def part(symbol: str = "GOOG", **changes: Any) -> dict[str, Any]:
    """Return what a document says of one symbol."""
    given = {
        "symbol": symbol,
        "seen": False,
        "seen_in_training": 0,
        "currency": "USD",
        "trades": 1234,
        "net_pnl": 1000.5,
        "unrealized_pnl": -200.25,
        "total_pnl": 800.25,
        "share": 0.0080025,
        "commission": 10.0,
        "slippage_cost": 5.5,
        "financing": 0.25,
    }
    return given | changes


def document(*parts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    parts = parts or (part(),)
    given = {
        "strategy_name": "quick",
        "timeframe": "1d",
        "symbols": list(parts),
        "models": {row["symbol"]: one_backtest(row["symbol"])["model"] for row in parts},
        "instants": 1500,
        "start": "2020-01-01T00:00:00Z",
        "end": "2020-12-31T00:00:00Z",
        "pairs": {},
        "note": "",
        "initial_capital": 100_000.0,
        "final_equity": 110_000.0,
        "metrics": FIGURES | MORE,
        "benchmark": {"buy_and_hold": FIGURES | MORE | {"mean_exposure": 0.99, "final_equity": 120_000.0}},
        "open_positions": [],
        "events": [],
        "limits": {"max_exposure": None, "max_positions": 3},
        "config": {"commission": 0.001},
        "command": "ktrdr-app backtest quick --portfolio",
    }
    return given | changes


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def test_figures_stand_beside_those_of_holding_all_symbols() -> None:
    table = portfolio_metrics(document(part("GOOG"), part("IBM")))
    assert table.caption == "GOOG, IBM 1d, 1,500 bars, after costs"
    rows = {row[0]: row[1:3] for row in texts(table)}
    assert rows["Final equity"] == ["110,000.00", "120,000.00"]
    assert rows["Mean invested"] == ["62.5 %", "99.0 %"]
    assert rows["Most invested"] == ["100.0 %", "100.0 %"]
    assert rows["Most positions"] == ["3", "3"]
    assert rows["Trades"] == ["7", "7"]
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_a_contribution_in_words() -> None:
    table = contributions_table(document(part()))
    assert dict(zip(table.columns, texts(table)[0], strict=True)) == {
        "Symbol": "GOOG",
        "Model": "unseen",
        "Quoted in": "USD",
        "Trades": "1,234",
        "Net result": "1,000.50",
        "Still open": "-200.25",
        "Together": "800.25",
        "Of the capital": "+0.8 %",
        "Costs, closed": "15.75",
    }


@pytest.mark.parametrize(("seen", "word"), [(None, "signals"), (True, "seen"), (False, "unseen")])
def test_what_the_model_knows_of_a_symbol(seen: bool | None, word: str) -> None:
    assert texts(contributions_table(document(part(seen=seen))))[0][1] == word


@pytest.mark.parametrize("currency", [None, ""])
def test_a_currency_that_is_not_known_is_said_to_be_so(currency: str | None) -> None:
    assert texts(contributions_table(document(part(currency=currency))))[0][2] == "not known"


@given(gains=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5))
def test_gains_are_marked_and_rows_stay_in_the_order_asked_for(gains: list[float]) -> None:
    parts = [part(f"S{place}", total_pnl=gain) for place, gain in enumerate(gains)]
    table = contributions_table(document(*parts))
    assert [row[0].text for row in table.rows] == [f"S{place}" for place in range(len(gains))]
    marks = [cell.mark for row in table.rows for cell in row if cell.mark]
    assert marks == ["good" if gain > 0 else "bad" for gain in gains]


def test_there_is_nothing_to_say_of_a_plain_run() -> None:
    assert portfolio_notes(document()) == []


def test_symbols_that_were_trained_on_are_named_together() -> None:
    parts = (part("GOOG"), part("AAPL", seen_in_training=9), part("IBM", seen_in_training=1))
    (note,) = portfolio_notes(document(*parts))
    assert "trained on bars of this span of AAPL, IBM;" in note
    assert "no test" in note


def test_positions_left_open_are_named_with_their_side() -> None:
    left = [{"symbol": "GOOG", "side": "long"}, {"symbol": "IBM", "side": "short"}]
    assert portfolio_notes(document(open_positions=left)) == [
        "Still open at the end, and counted in the equity: GOOG (long), IBM (short)."
    ]


def test_the_note_on_currencies_is_passed_on() -> None:
    assert portfolio_notes(document(note="No conversion.")) == ["No conversion."]


def test_warnings_of_models_come_first_and_once_where_they_are_the_same() -> None:
    fallen = {**one_backtest("A")["model"], "step": 3, "warning": "IBM's was taken"}
    looking = {**one_backtest("A")["model"], "look_ahead": True}
    models = {"GOOG": fallen, "MSFT": fallen, "AAPL": looking, "SIGNALS": None}
    told = portfolio_notes(document(models=models, note="Last."))
    assert [text.split(":")[0] for text in told] == [
        "The resolver fell back to /models/quick/universal_1d_v1",
        "LOOK-AHEAD",
        "Last.",
    ]


def test_events_are_told_by_kind_with_the_symbol_they_are_of() -> None:
    events = [
        {"symbol": "GOOG", "code": "rejected", "time": "2020-02-01T00:00:00+00:00", "message": "no cash"},
        {"symbol": "IBM", "code": "rejected", "time": "2020-03-01T00:00:00+00:00", "message": "no cash"},
        {"symbol": "", "code": "ruined", "time": "2020-04-01T00:00:00+00:00", "message": "nothing is left"},
    ]
    assert portfolio_notes(document(events=events)) == [
        "2020-02-01: GOOG: no cash (and 1 more)",
        "2020-04-01: nothing is left",
    ]
    assert events[0]["message"] == "no cash", "the document is not changed by telling it"


def equity() -> pd.DataFrame:
    index = pd.date_range("2020-01-01", "2020-12-31", freq="1D", tz="UTC")
    steps = np.linspace(0, 1, len(index))
    return pd.DataFrame({"equity": 100_000 * (1 + 0.1 * steps), "buy_and_hold": 100_000 * (1 + 0.2 * steps)}, index)


def test_the_page_says_what_is_read_first() -> None:
    page = portfolio_page(document(part("GOOG"), part("IBM")), equity())
    assert page.title == "quick on a portfolio of 2, 1d"
    assert page.kicker == "One account · 2020-01-01 to 2020-12-31"
    tiles = {name: (figure, beside) for name, figure, beside in page.tiles}
    assert tiles == {
        "Return": ("+10.0 %", "buy and hold 10.0 %"),
        "Worst drawdown": ("-10.0 %", "buy and hold -10.0 %"),
        "Sharpe ratio": ("0.50", "buy and hold 0.50"),
        "Mean invested": ("62.5 %", "buy and hold 99.0 %"),
        "Trades": ("7", "most positions together 3"),
    }
    assert page.command == "ktrdr-app backtest quick --portfolio"
    assert page.settings == {"backtest": {"commission": 0.001}, "limits": {"max_exposure": None, "max_positions": 3}}


def test_the_page_has_the_year_in_months() -> None:
    frame = equity()
    page = portfolio_page(document(), frame)
    (year,) = texts(page.tables[2])
    ends = frame["equity"].groupby(frame.index.month).last()
    before, expected = 100_000.0, []
    for value in ends:
        expected.append(f"{100 * (value / before - 1):.1f}")
        before = value
    assert year == ["2020", *expected, "10.0", "20.0"]


def test_conventions_end_with_where_each_rate_came_from() -> None:
    page = portfolio_page(document(pairs={"EUR": "closes of EURUSD 1h"}), equity())
    assert [*page.conventions] == [*CONVENTIONS, "EUR: closes of EURUSD 1h."]
    assert [caption for _, caption in page.pictures] == [
        "Equity, account currency",
        "Drawdown below the highest equity so far",
    ]
    assert all(svg.lstrip().startswith("<svg") for svg, _ in page.pictures)
