"""What a grid leaves beside the folders of its symbols: one row per symbol as CSV, JSON and a page."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.files import plain, write_json
from ktrdr_app.workflows.backtest_files import command_of
from ktrdr_app.workflows.grid_tables import failures_table, grid_notes, grid_table
from ktrdr_app.workflows.many_report import ManyReport, write_many_report
from ktrdr_app.workflows.many_requests import GridRequest
from ktrdr_app.workflows.tables import write_csv
from ktrdr_app.workflows.wording import fallback_warning, look_ahead_note, number, percent

GRID_FILE = "grid.json"
CONVENTIONS = (
    "Each symbol is a backtest of its own with the whole initial capital: returns may be compared, not added up.",
    "unseen: no bar of the symbol was in the model's training.",
    "seen: the model learnt from the symbol, and bars of its training span say nothing about new data.",
    "After the fit: the bars after the time that the model was fitted on, told by any symbol.",
)


@dataclass(frozen=True)
class SymbolRun:
    """What became of one symbol.

    Attributes
    ----------
    symbol : str
        Which one.
    document : dict or None
        Its ``backtest`` document; None if it failed.
    failure : KtrdrError or None
        Why it failed.
    """

    symbol: str
    document: dict[str, Any] | None
    failure: KtrdrError | None = None


def write_grid(
    request: GridRequest, runs: Sequence[SymbolRun], folder: Path, home: Path, began: float
) -> dict[str, Any]:
    """Write the index of a grid and return its document.

    Parameters
    ----------
    request : GridRequest
        What was asked for.
    runs : sequence of SymbolRun
        In the symbols' order; one at least has a document.
    folder : Path
        Where the files are written; the symbols' folders lie there already.
    home : Path
        Where they will lie in the end.
    began : float
        ``time.perf_counter()`` at the start.

    Raises
    ------
    StorageProblem
        If the disk refuses.
    """
    documents = [run.document for run in runs if run.document is not None]
    rows = [_row(run) for run in runs]
    place = home.resolve()
    document: dict[str, Any] = plain(
        {
            "strategy_name": documents[0]["strategy_name"],
            "timeframe": request.each.timeframe,
            "symbols": rows,
            "summary": _summary(rows),
            "failed": {run.symbol: run.failure.to_dict() for run in runs if run.failure is not None},
            "backtests": documents,
            "grid_file": place / "grid.csv",
            "report_file": place / "report.html",
            "command": command_of(replace(request.each, symbol=",".join(request.symbols))),
            "seconds": time.perf_counter() - began,
        }
    )
    write_csv(pd.DataFrame(rows), folder / "grid.csv")
    write_many_report(_report(document), folder / "report.html")
    write_json(folder / GRID_FILE, document)
    return document


def _row(run: SymbolRun) -> dict[str, Any]:
    """Return what the index says of one symbol; every row has the same keys."""
    found = run.document
    if found is None:
        failure = run.failure
        return {"symbol": run.symbol, "status": failure.code if failure else "", **dict.fromkeys(_KEYS)}
    model, later = found["model"] or {}, found["after_fit"] or {}
    facts = {
        "seen": run.symbol in model["training_symbols"] if model else None,
        "model_step": model.get("step"),
        "model_kind": model.get("kind"),
        "model_path": model.get("path"),
        **{key: found[key] for key in ("bars", "start", "end", "seen_in_training", "initial_capital", "final_equity")},
        **{key: found["metrics"][key] for key in _METRICS},
        "buy_and_hold_return": found["benchmark"]["buy_and_hold"]["total_return"],
        "after_fit_bars": later.get("bars"),
        "after_fit_return": later.get("total_return"),
        "after_fit_buy_and_hold": later.get("buy_and_hold_return"),
        "events": len(found["events"]),
        "report_file": found["report_file"],
    }
    return {"symbol": run.symbol, "status": "done", **{key: facts[key] for key in _KEYS}}


_METRICS = (
    *("total_return", "annualized_return", "volatility", "sharpe_ratio", "sortino_ratio", "max_drawdown"),
    *("calmar_ratio", "win_rate", "profit_factor", "expectancy", "total_trades", "exposure", "turnover"),
    *("total_commission", "total_slippage"),
)
_KEYS = (
    *("seen", "model_step", "model_kind", "model_path", "bars", "start", "end", "seen_in_training"),
    *("initial_capital", "final_equity", *_METRICS, "buy_and_hold_return"),
    *("after_fit_bars", "after_fit_return", "after_fit_buy_and_hold", "events", "report_file"),
)


def _summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how many symbols did better than buy and hold, over all and apart by whether they were seen."""
    done = [row for row in rows if row["status"] == "done"]
    groups = {"all": done}
    groups |= {name: [row for row in done if row["seen"] is seen] for name, seen in (("seen", True), ("unseen", False))}
    counted = {
        name: {
            "symbols": len(group),
            "above_buy_and_hold": sum(row["total_return"] > row["buy_and_hold_return"] for row in group),
            "median_return": median(row["total_return"] for row in group) if group else None,
            "median_buy_and_hold": median(row["buy_and_hold_return"] for row in group) if group else None,
            "trades": sum(row["total_trades"] for row in group),
        }
        for name, group in groups.items()
    }
    return {"asked": len(rows), "done": len(done), "failed": len(rows) - len(done), **counted}


def _report(document: Mapping[str, Any]) -> ManyReport:
    found, documents = document["summary"], document["backtests"]
    everyone, unseen = found["all"], found["unseen"]
    warnings = {note: None for one in documents for note in (fallback_warning(one), look_ahead_note(one)) if note}
    tables = [grid_table(document), *([failures_table(document)] if document["failed"] else [])]
    earned = percent(everyone["median_return"], signed=True)
    held = percent(everyone["median_buy_and_hold"], signed=True)
    return ManyReport(
        title=f"{document['strategy_name']} on {found['asked']} symbols, {document['timeframe']}",
        kicker="One backtest per symbol",
        command=document["command"],
        tiles=[
            ("Symbols", number(found["done"], 0), f"{found['failed']} failed"),
            ("Above buy and hold", f"{everyone['above_buy_and_hold']} of {everyone['symbols']}", "all symbols"),
            ("Above, unseen", f"{unseen['above_buy_and_hold']} of {unseen['symbols']}", "symbols the model never saw"),
            ("Median return", earned, f"buy and hold {held}"),
        ],
        tables=tables,
        sentences=grid_notes(document),
        warnings=list(warnings),
        conventions=CONVENTIONS,
        links=[(one["symbol"], f"{one['symbol']}/report.html") for one in documents],
        settings={"backtest": documents[0]["config"]},
    )
