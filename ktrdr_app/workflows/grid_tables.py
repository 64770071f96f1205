"""Tables and sentences of a grid, the same on the page and in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ktrdr_app.workflows.report_tables import Cell, Table
from ktrdr_app.workflows.wording import number, percent

COLUMNS = (
    *("Symbol", "Model", "Return", "Buy and hold", "After the fit", "Sharpe", "Worst drawdown", "Trades"),
    *("In the market", "Bars seen"),
)


def grid_table(document: Mapping[str, Any]) -> Table:
    """Return one row per symbol that was run.

    Parameters
    ----------
    document : mapping
        The document of a grid.
    """
    rows = [row for row in document["symbols"] if row["status"] == "done"]
    caption = f"{document['strategy_name']} {document['timeframe']}: one account per symbol, after costs"
    return Table(caption, COLUMNS, tuple(_cells(row) for row in rows), words=2)


def _cells(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    own, held = row["total_return"], row["buy_and_hold_return"]
    return (
        Cell(row["symbol"]),
        Cell(_knowledge(row)),
        Cell(percent(own, signed=True), "good" if own > held else "bad"),
        Cell(percent(held, signed=True)),
        Cell(percent(row["after_fit_return"], signed=True)),
        Cell(number(row["sharpe_ratio"])),
        Cell(percent(row["max_drawdown"])),
        Cell(number(row["total_trades"], 0)),
        Cell(percent(row["exposure"])),
        Cell(percent(row["seen_in_training"] / row["bars"])),
    )


def _knowledge(row: Mapping[str, Any]) -> str:
    """Return whether the model knows the symbol, and by which step of the resolver it was chosen."""
    if row["seen"] is None:
        return "signals"
    step = f"step {row['model_step']}" if isinstance(row["model_step"], int) else "named"
    return f"{'seen' if row['seen'] else 'unseen'}, {row['model_kind']}, {step}"


def failures_table(document: Mapping[str, Any]) -> Table:
    """Return the symbols that could not be run, and why.

    Parameters
    ----------
    document : mapping
        The document of a grid.
    """
    rows = tuple(
        (Cell(symbol), Cell(error["code"], "bad"), Cell(error["message"]), Cell(error["hint"]))
        for symbol, error in document["failed"].items()
    )
    return Table("Symbols that could not be run", ("Symbol", "Error", "What was found", "What to do"), rows, words=4)


def grid_notes(document: Mapping[str, Any]) -> list[str]:
    """Return what a grid shows, in sentences.

    Parameters
    ----------
    document : mapping
        The document of a grid.
    """
    found = document["summary"]
    notes = [_group(found["all"], f"Of {_many(found['all']['symbols'])}")]
    for name, words in (("unseen", "that the model never saw"), ("seen", "that the model learnt from")):
        if found[name]["symbols"] and found[name]["symbols"] < found["all"]["symbols"]:
            notes.append(_group(found[name], f"Of the {found[name]['symbols']:,} {words}"))
    if found["failed"]:
        notes.append(f"Not run: {', '.join(document['failed'])}.")
    return notes


def _group(group: Mapping[str, Any], head: str) -> str:
    return (
        f"{head}, {group['above_buy_and_hold']:,} earned more than buy and hold; the median return is "
        f"{percent(group['median_return'], signed=True)}, that of buy and hold "
        f"{percent(group['median_buy_and_hold'], signed=True)}, in {group['trades']:,} trades."
    )


def _many(count: int) -> str:
    return "1 symbol" if count == 1 else f"{count:,} symbols"
