"""Tables, sentences and the page of a portfolio."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ktrdr_app.workflows.many_report import ManyReport
from ktrdr_app.workflows.report_tables import Cell, Table, metrics_table, monthly_table
from ktrdr_app.workflows.svg_charts import drawdown_chart, equity_chart
from ktrdr_app.workflows.wording import event_notes, fallback_warning, look_ahead_note, number, percent

if TYPE_CHECKING:
    import pandas as pd

CONVENTIONS = (
    "One cash account; each symbol trades its own bars.",
    "Where a symbol has no bar, its orders wait, and its position is worth its last close.",
    "What happens follows the order of time; a bar's close is known when the bar is over.",
    "Of orders that fill at one moment, all exits come before all entries, each in the order of the symbols' names.",
    "Sizes are fractions of the equity at the last closes known; limits hold when a position is opened.",
    "Free cash is cash less twice the value of short positions: all are covered in full, nothing is bought on credit.",
    "Prices in another currency are converted by the last close of a pair that was known at that moment.",
    "Results of trades contain what the rate gained or lost.",
    "Buy and hold puts the same part of the account into each symbol at its first bar, with the same costs.",
)


def portfolio_metrics(document: Mapping[str, Any]) -> Table:
    """Return the figures of a portfolio beside those of holding all its symbols.

    Parameters
    ----------
    document : mapping
        The document of a portfolio.
    """
    names = ", ".join(row["symbol"] for row in document["symbols"])
    table = metrics_table({**document, "symbol": names, "bars": document["instants"]})
    own, held = document["metrics"], document["benchmark"]["buy_and_hold"]
    more = (
        ("mean_exposure", "Mean invested", "value of all positions / equity, mean over instants", percent),
        ("highest_exposure", "Most invested", "its highest value", percent),
        ("most_positions", "Most positions", "held together", lambda value: number(value, 0)),
    )
    rows = [
        (Cell(name), Cell(worded(own[key])), Cell(worded(held[key])), Cell(meaning))
        for key, name, meaning, worded in more
    ]
    return Table(table.caption, table.columns, (*table.rows, *rows), table.words)


def contributions_table(document: Mapping[str, Any]) -> Table:
    """Return what each symbol brought.

    Parameters
    ----------
    document : mapping
        The document of a portfolio.
    """
    columns = (
        "Symbol",
        "Model",
        "Quoted in",
        "Trades",
        "Net result",
        "Still open",
        "Together",
        "Of the capital",
        "Costs, closed",
    )
    rows = tuple(
        (
            Cell(row["symbol"]),
            Cell("signals" if row["seen"] is None else "seen" if row["seen"] else "unseen"),
            Cell(row["currency"] or "not known"),
            Cell(number(row["trades"], 0)),
            Cell(number(row["net_pnl"])),
            Cell(number(row["unrealized_pnl"])),
            Cell(number(row["total_pnl"]), "good" if row["total_pnl"] > 0 else "bad"),
            Cell(percent(row["share"], signed=True)),
            Cell(number(row["commission"] + row["slippage_cost"] + row["financing"])),
        )
        for row in document["symbols"]
    )
    return Table(
        "What each symbol brought, account currency; Together adds up to the change of equity", columns, rows, 3
    )


def portfolio_notes(document: Mapping[str, Any]) -> list[str]:
    """Return what must be said of a portfolio.

    Parameters
    ----------
    document : mapping
        The document of a portfolio.
    """
    models = [{"model": model, "symbol": symbol} for symbol, model in document["models"].items() if model]
    notes = {note: None for one in models for note in (fallback_warning(one), look_ahead_note(one)) if note}
    seen = [row["symbol"] for row in document["symbols"] if row["seen_in_training"]]
    told = [*notes, document["note"]]
    if seen:
        told.append(
            f"The model was trained on bars of this span of {', '.join(seen)}; that part of the result is no test."
        )
    left = [f"{held['symbol']} ({held['side']})" for held in document["open_positions"]]
    if left:
        told.append(f"Still open at the end, and counted in the equity: {', '.join(left)}.")
    return [text for text in (*told, *_events(document)) if text]


def _events(document: Mapping[str, Any]) -> list[str]:
    named = [
        {**event, "message": f"{event['symbol']}: {event['message']}" if event["symbol"] else event["message"]}
        for event in document["events"]
    ]
    return event_notes({"events": named})


def portfolio_page(document: Mapping[str, Any], equity: pd.DataFrame) -> ManyReport:
    """Return what the page of a portfolio shows.

    Parameters
    ----------
    document : mapping
        The document.
    equity : DataFrame
        Columns ``equity`` and ``buy_and_hold`` by instant.
    """
    own, held, initial = document["metrics"], document["benchmark"]["buy_and_hold"], document["initial_capital"]
    unseen = np.zeros(len(equity), dtype=np.bool_)
    compared = {
        name: f"buy and hold {percent(held[name])}" for name in ("total_return", "max_drawdown", "mean_exposure")
    }
    return ManyReport(
        title=f"{document['strategy_name']} on a portfolio of {len(document['symbols'])}, {document['timeframe']}",
        kicker=f"One account · {document['start'][:10]} to {document['end'][:10]}",
        command=document["command"],
        tiles=[
            ("Return", percent(own["total_return"], signed=True), compared["total_return"]),
            ("Worst drawdown", percent(own["max_drawdown"]), compared["max_drawdown"]),
            ("Sharpe ratio", number(own["sharpe_ratio"]), f"buy and hold {number(held['sharpe_ratio'])}"),
            ("Mean invested", percent(own["mean_exposure"]), compared["mean_exposure"]),
            ("Trades", number(own["total_trades"], 0), f"most positions together {own['most_positions']}"),
        ],
        tables=[
            contributions_table(document),
            portfolio_metrics(document),
            monthly_table(equity["equity"], equity["buy_and_hold"], initial),
        ],
        warnings=portfolio_notes(document),
        conventions=[*CONVENTIONS, *(f"{name}: {words}." for name, words in document["pairs"].items())],
        pictures=[
            (equity_chart(equity["equity"], equity["buy_and_hold"], unseen), "Equity, account currency"),
            (
                drawdown_chart(equity["equity"], equity["buy_and_hold"], initial),
                "Drawdown below the highest equity so far",
            ),
        ],
        settings={"backtest": document["config"], "limits": document["limits"]},
    )
