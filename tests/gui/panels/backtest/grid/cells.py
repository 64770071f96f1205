"""Grids that were never run: documents and accounts made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ktrdr_app.gui.panels.backtest.grid.view_model import Cell
from ktrdr_app.workflows.many_requests import ManyOutcome

CAPITAL = 1000.0


def cell(symbol: str, earned: float = 0.0, **changes: Any) -> Cell:
    """Return a cell whose account goes straight to its end, beside one that stays."""
    given: dict[str, Any] = {
        "folder": Path("runs") / symbol,
        "seen": True,
        "held": 0.0,
        "drawdown": -0.1,
        "sharpe": 1.0,
        "trades": 3,
        "equity": np.linspace(1.0, 1.0 + earned, 50),
        "benchmark": np.ones(50),
    }
    return Cell(symbol=symbol, earned=earned, **(given | changes))


def outcome(
    root: Path, accounts: dict[str, tuple[list[float], list[float]]], failed: dict[str, str] | None = None
) -> ManyOutcome:
    """Write the accounts and buy and hold of some symbols, and return the grid's document."""
    backtests, rows = [], []
    for place, (symbol, (values, held)) in enumerate(accounts.items()):
        folder = root / symbol
        folder.mkdir()
        times = pd.date_range("2020-01-01", periods=len(values), freq="1D", tz="UTC").strftime("%Y-%m-%dT%H:%M:%SZ")
        columns = {"timestamp": times, "equity": values, "drawdown": 0.0, "buy_and_hold": held, "in_sample": False}
        pd.DataFrame(columns).to_csv(folder / "equity.csv", index=False)
        said = {"symbol": symbol, "initial_capital": CAPITAL, "equity_file": str(folder / "equity.csv")}
        backtests.append(said)
        deepest = float((pd.Series([CAPITAL, *values]) / pd.Series([CAPITAL, *values]).cummax() - 1).min())
        rows.append(
            {
                "symbol": symbol,
                "seen": place == 0,
                "total_return": values[-1] / CAPITAL - 1,
                "buy_and_hold_return": held[-1] / CAPITAL - 1,
                "max_drawdown": deepest,
                "sharpe_ratio": None,
                "total_trades": place,
            }
        )
    group = {
        "symbols": len(rows),
        "above_buy_and_hold": sum(row["total_return"] > row["buy_and_hold_return"] for row in rows),
        "median_return": float(np.median([row["total_return"] for row in rows])),
        "median_buy_and_hold": float(np.median([row["buy_and_hold_return"] for row in rows])),
        "trades": sum(row["total_trades"] for row in rows),
    }
    nobody = {"symbols": 0}
    errors = {symbol: {"message": why} for symbol, why in (failed or {}).items()}
    summary = {"all": group, "seen": nobody, "unseen": nobody, "failed": len(errors)}
    document = {"symbols": rows[::-1], "backtests": backtests, "failed": errors, "summary": summary}
    return ManyOutcome(document, root)
