"""Which tries of a strategy a workspace has on record, backtests and sweeps: what a new result may be chosen from."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ktrdr_app.backtesting.metrics import YEAR
from ktrdr_app.backtesting.trials import Try
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.run_folders import RESULT_FILE, SWEEP_FILE

RUN = ("symbol", "data_fingerprint", "final_equity")
FIGURES = ("sharpe_ratio", "max_drawdown", "total_trades")
"""Entries of a document, and of its metrics, that tell one try from another, beside its model."""
STOPPED = "pruned"
"""State of a trial that was given up early."""


@dataclass(frozen=True)
class Ledger:
    """Runs of one strategy and time frame.

    Attributes
    ----------
    tries : tuple of Try
        One for each different run, oldest first.
    unreadable : int
        Result files that could not be read, of whatever strategy.
    stopped : int
        Trials of sweeps that were given up early, and have no Sharpe ratio.
    """

    tries: tuple[Try, ...]
    unreadable: int
    stopped: int = 0


def read_ledger(workspace: Workspace, strategy: str, timeframe: str, but: Mapping[str, Any] | None = None) -> Ledger:
    """Read the runs of a strategy from the workspace's ``runs``.

    Runs of every symbol, model and setting count, since a result can be chosen among all of them. A run that repeats
    another to the last figure, on the same bars and with the same model, counts once. Runs without a Sharpe ratio (no
    trade) offer nothing to choose and do not count. The symbols of a grid are runs like any other. The trials of a
    sweep, finished or not, count for the strategy that was varied and for those that were saved of it: with their
    Sharpe ratio on validation bars, or as stopped.

    Parameters
    ----------
    workspace : Workspace
        Whose runs are read.
    strategy : str
        Name of the strategy.
    timeframe : str
        Bar length: Sharpe ratios per bar of other lengths cannot be set beside these.
    but : mapping, optional
        ``backtest`` document of the new run: repetitions of it are left out.
    """
    found: dict[tuple[Any, ...], Try] = {}
    own = None if but is None else _identity(but)
    unreadable = 0
    for path in _results(workspace.runs):
        document = _document(path)
        if document is None:
            unreadable += 1
        elif document.get("strategy_name") == strategy and document.get("timeframe") == timeframe:
            sharpe, identity = sharpe_per_bar(document), _identity(document)
            if sharpe is not None and identity != own:
                months = (document.get("statistics") or {}).get("monthly_returns") or {}
                found.setdefault(identity, Try(sharpe, months))
    stopped = 0
    for path in sorted(workspace.runs.glob(f"*/{SWEEP_FILE}")):
        document = _document(path)
        if document is None:
            unreadable += 1
        elif strategy in document.get("names", ()) and document.get("timeframe") == timeframe:
            stopped += sum(trial["state"] == STOPPED for trial in document["trials"])
            found |= _trials(document)
    return Ledger(tuple(found.values()), unreadable, stopped)


def _trials(sweep: Mapping[str, Any]) -> dict[tuple[Any, ...], Try]:
    """Return the trials of a sweep that traded; one that repeats another of any sweep on the same bars counts once."""
    bars = json.dumps(sweep["asked"]["data_fingerprints"], sort_keys=True)
    return {
        (bars, json.dumps(trial["values"], sort_keys=True), trial["sharpe_per_bar"]): Try(
            trial["sharpe_per_bar"], trial["monthly_returns"]
        )
        for trial in sweep["trials"]
        if trial["sharpe_per_bar"] is not None
    }


def sharpe_per_bar(document: Mapping[str, Any]) -> float | None:
    """Return the Sharpe ratio per bar of a run: the annual one over √(bars per year by the run's dates).

    Parameters
    ----------
    document : mapping
        The ``backtest`` document.
    """
    sharpe = (document.get("metrics") or {}).get("sharpe_ratio")
    if sharpe is None:
        return None
    first, last = (datetime.fromisoformat(document[end]) for end in ("start", "end"))
    years = (last - first).total_seconds() * 1e9 / YEAR
    return float(sharpe) / math.sqrt((document["bars"] - 1) / years)


def _results(runs: Path) -> list[Path]:
    """Return the result files of finished runs, also within grids; folders being written have hidden names."""
    found = [*runs.glob(f"*/{RESULT_FILE}"), *runs.glob(f"*/*/{RESULT_FILE}")]
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(runs).parts))


def _document(path: Path) -> dict[str, Any] | None:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def _identity(document: Mapping[str, Any]) -> tuple[Any, ...]:
    metrics, model = document.get("metrics") or {}, (document.get("model") or {}).get("path")
    figures = (metrics.get(name) for name in FIGURES)
    # A run that came as a bundle has its model elsewhere, under the same name.
    name = None if model is None else str(model).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    return (*(document.get(name) for name in RUN), name, *figures)
