"""Documents of runs over several symbols, made by hand, and a market of two symbols with a file of signals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ktrdr_app.core.paths import Workspace

FIGURES: dict[str, Any] = {
    "total_return": 0.1,
    "annualized_return": 0.05,
    "volatility": 0.2,
    "sharpe_ratio": 0.5,
    "sortino_ratio": 0.7,
    "max_drawdown": -0.1,
    "calmar_ratio": 0.5,
    "win_rate": 0.6,
    "profit_factor": 1.5,
    "expectancy": 12.0,
    "total_trades": 7,
    "exposure": 0.4,
    "turnover": 3.0,
    "total_commission": 11.0,
    "total_slippage": 5.0,
}
SYMBOLS = ("OAK", "ASH")
BARS = 60


def one_backtest(symbol: str, own: float = 0.1, held: float = 0.2, **changes: Any) -> dict[str, Any]:
    """Return as much of a ``backtest`` document as a grid reads."""
    model = {
        "path": "/models/quick/universal_1d_v1",
        "kind": "universal",
        "step": 1,
        "look_ahead": False,
        "training_symbols": ["AAPL", "IBM"],
        "warning": "",
    }
    given = {
        "strategy_name": "quick",
        "symbol": symbol,
        "timeframe": "1d",
        "bars": 200,
        "start": "2020-01-01T00:00:00Z",
        "end": "2020-12-31T00:00:00Z",
        "seen_in_training": 50,
        "initial_capital": 100_000.0,
        "final_equity": 100_000.0 * (1 + own),
        "model": model,
        "after_fit": {"from": "2020-06-01T00:00:00Z", "bars": 90, "total_return": 0.03, "buy_and_hold_return": 0.04},
        "metrics": FIGURES | {"total_return": own},
        "benchmark": {"buy_and_hold": FIGURES | {"total_return": held}},
        "config": {"initial_capital": 100_000.0, "sizing": {"kind": "all_in"}},
        "events": [{"code": "rejected", "time": "2020-02-01T00:00:00Z", "message": "no cash"}],
        "report_file": f"/runs/grid/{symbol}/report.html",
    }
    return given | changes


def prices(symbol: str) -> pd.DataFrame:
    """Return a random walk that begins a week later for one of the two."""
    random = np.random.default_rng(len(symbol) + ord(symbol[0]))
    start = "2020-01-01" if symbol == "OAK" else "2020-01-08"
    index = pd.date_range(start, periods=BARS, freq="1D", tz="UTC")
    close = np.round(100 * np.exp(np.cumsum(random.normal(0, 0.03, BARS))), 2)
    opens = np.round(np.concatenate([[100.0], close[:-1]]) * 1.01, 2)
    high, low = np.maximum(opens, close) + 1, np.minimum(opens, close) - 1
    return pd.DataFrame({"open": opens, "high": high, "low": low, "close": close, "volume": 1000.0}, index)


def signal_market(root: Path) -> Workspace:
    """Write bars of both symbols, and `mine.csv`: in and out twice, and in once more at the end."""
    workspace = Workspace(root)
    workspace.data.mkdir()
    for symbol in SYMBOLS:
        bars = prices(symbol)
        bars.index = pd.Index(bars.index.strftime("%Y-%m-%dT%H:%M:%SZ"), name="timestamp")
        bars.to_csv(workspace.data / f"{symbol}_1d.csv")
    days = pd.date_range("2020-01-10", periods=6, freq="7D")
    words = ["BUY", "SELL", "BUY", "SELL", "BUY", "HOLD"]
    lines = [f"{day:%Y-%m-%d}T00:00:00Z,{word}" for day, word in zip(days, words, strict=True)]
    (workspace.root / "mine.csv").write_text("\n".join(["timestamp,signal", *lines, ""]), encoding="utf-8")
    return workspace
