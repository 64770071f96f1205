"""Reads a finished backtest back, so that it can be shown again exactly as it was."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.events import BacktestEvent
from ktrdr_app.backtesting.holdings import Holdings
from ktrdr_app.backtesting.results import BacktestResult
from ktrdr_app.backtesting.trades import OpenTrade, TradeArrays
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import MalformedBars
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, silent, stage
from ktrdr_app.data.bars import fingerprint
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.requests import BacktestOutcome
from ktrdr_app.workflows.run_folders import RESULT_FILE, home_of


def reopen_run(
    workspace: Workspace, folder: Path, progress: Progress = silent, cancel: CancelToken | None = None
) -> BacktestOutcome:
    """Read a finished backtest back, with the bars it ran on.

    Parameters
    ----------
    workspace : Workspace
        Whose bars are read; a run that came as a bundle has its own.
    folder : Path
        The run's folder.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it.

    Raises
    ------
    DataNotFound
        If the series is gone.
    MalformedBars
        If the bars are not those of the run any more.
    """
    token = cancel or CancelToken("reading the run")
    with stage("load", progress):
        document: dict[str, Any] = json.loads((folder / RESULT_FILE).read_text(encoding="utf-8"))
        equity = _stamped(pd.read_csv(folder / "equity.csv"), "timestamp").set_index("timestamp")
        token.check()
        bars = _bars(workspace, document, folder)
    in_sample = equity["in_sample"].to_numpy(dtype=np.bool_)
    result = _result(folder, document, equity)
    return BacktestOutcome(document, bars, result, equity["buy_and_hold"], in_sample, folder)


def _bars(workspace: Workspace, document: dict[str, Any], folder: Path) -> pd.DataFrame:
    symbol, timeframe = document["symbol"], document["timeframe"]
    bars = source_of(home_of(workspace, folder)).load(symbol, timeframe, document["start"], document["end"])
    if fingerprint(bars) != document["data_fingerprint"]:
        found = f"bars of {symbol} {timeframe} that differ from those of the run"
        raise MalformedBars(folder.name, found, "the same bars; run the backtest again")
    return bars


def _result(folder: Path, document: dict[str, Any], equity: pd.DataFrame) -> BacktestResult:
    trades = _stamped(pd.read_csv(folder / "trades.csv").drop(columns="timestamp"), "entry_time", "exit_time")
    index, left = pd.DatetimeIndex(equity.index), document["open_trade"]
    return BacktestResult(
        config=BacktestConfig(**document["config"]),
        index=index,
        values=equity["equity"].to_numpy(dtype=np.float64),
        holdings=Holdings.at_every_bar(
            equity["cash"].to_numpy(dtype=np.float64), equity["position"].to_numpy(dtype=np.float64)
        ),
        closed=TradeArrays.of_table(trades, index),
        events=tuple(
            BacktestEvent(event["bar"], pd.Timestamp(event["time"]), event["code"], event["message"])
            for event in document["events"]
        ),
        open_trade=OpenTrade(**{**left, "entry_time": pd.Timestamp(left["entry_time"])}) if left else None,
        log=_Recorded(folder / "decisions.csv", document["explanation"]) if document["decisions_file"] else None,
        recorded=document["metrics"],
    )


@dataclass(frozen=True)
class _Recorded:
    """Decisions that a run wrote down."""

    path: Path
    said: str

    def table(self) -> pd.DataFrame:
        """Read them back; only the volume ratio may be missing, other empty cells are empty words."""
        table = pd.read_csv(self.path, keep_default_na=False, na_values={"volume_ratio": [""]})
        return _stamped(table, "timestamp").set_index("timestamp")

    def explanation(self) -> str:
        """Return why nothing was traded, as it was said then."""
        return self.said


def _stamped(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    for column in columns:
        table[column] = pd.to_datetime(table[column], utc=True).dt.as_unit("ns")
    return table
