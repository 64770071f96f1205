"""A portfolio that was never run: its files written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from ktrdr_app.workflows.many_requests import ManyOutcome

TIMES = ["2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z", "2020-01-03T00:00:00Z", "2020-01-06T00:00:00Z"]
EQUITY = [1000.0, 1100.0000000000002, 0.0, 1210.0]


def brought(symbol: str, pnl: float, **changes: Any) -> dict[str, Any]:
    """Return what the document says of a symbol."""
    said = {"symbol": symbol, "seen": True, "trades": 2, "total_pnl": pnl, "share": pnl / 1000.0}
    return {**said, "commission": 1.5, "slippage_cost": 0.25, **changes}


DEALS: dict[str, list[Any]] = {
    "symbol": ["IBM", "GOOG"],
    "side": ["long", "short"],
    "entry_time": ["2020-01-02T00:00:00Z", "2020-01-03T00:00:00Z"],
    "exit_time": ["2020-01-03T00:00:00Z", "2020-01-06T00:00:00Z"],
    "entry_price": [100.0, 50.0],
    "exit_price": [120.0, 52.5],
    "return_pct": [0.2, -0.05],
    "net_pnl": [110.0, -10.0],
    "mfe": [0.25, 0.01],
    "mae": [-0.02, -0.06],
    "bars_held": [1, 2],
    "exit_reason": ["signal", "end_of_data"],
}
HELD = {"IBM": [0.0, 550.0, 6.0, 1000.0], "GOOG": [0.0, 0.0, -4.0, -210.0], "MSFT": [0.0, 0.0, 0.0, 0.0]}
"""What each position is worth."""


def outcome(
    root: Path,
    *symbols: dict[str, Any],
    positions: tuple[int, ...] = (0, 1, 2, 1),
    deals: dict[str, list[Any]] = DEALS,
    timeframe: str = "1d",
) -> ManyOutcome:
    """Write the table of an account that lost all in between, and return the document."""
    table = {
        "timestamp": TIMES,
        "equity": EQUITY,
        "gross_exposure": [0.0, 550.0, 10.0, 1210.0],
        "positions": positions,
        "buy_and_hold": [1000.0, 990.0, 980.0, 970.0],
    }
    pd.DataFrame(table).to_csv(root / "equity.csv", index=False)
    pd.DataFrame({"timestamp": TIMES, **HELD}).to_csv(root / "positions.csv", index=False)
    pd.DataFrame(deals).to_csv(root / "trades.csv", index=False)
    metrics = {"total_return": 0.21, "max_drawdown": -1.0, "total_trades": 4}
    document = {
        "equity_file": str(root / "equity.csv"),
        "trades_file": str(root / "trades.csv"),
        "timeframe": timeframe,
        "positions_file": str(root / "positions.csv"),
        "metrics": metrics,
        "benchmark": {"buy_and_hold": {"total_return": -0.03}},
        "symbols": list(symbols),
    }
    return ManyOutcome(document, root)
