"""Reads a finished backtest back, so that it can be shown again exactly as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.results import BacktestEvent, BacktestResult, OpenTrade
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import MalformedBars
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, silent, stage
from ktrdr_app.data.bars import fingerprint
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.requests import BacktestOutcome
from ktrdr_app.workflows.run_folders import RESULT_FILE


def reopen_run(
    workspace: Workspace, folder: Path, progress: Progress = silent, cancel: CancelToken | None = None
) -> BacktestOutcome:
    """Read a finished backtest back, with the bars it ran on.

    Parameters
    ----------
    workspace : Workspace
        Whose bars are read.
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
    bars = source_of(workspace).load(symbol, timeframe, document["start"], document["end"])
    if fingerprint(bars) != document["data_fingerprint"]:
        found = f"bars of {symbol} {timeframe} that differ from those of the run"
        raise MalformedBars(folder.name, found, "the same bars; run the backtest again")
    return bars


def _result(folder: Path, document: dict[str, Any], equity: pd.DataFrame) -> BacktestResult:
    trades = pd.read_csv(folder / "trades.csv").drop(columns="timestamp")
    left = document["open_trade"]
    return BacktestResult(
        config=BacktestConfig(**document["config"]),
        equity=equity["equity"],
        cash=equity["cash"],
        position=equity["position"],
        trades=_stamped(trades, "entry_time", "exit_time"),
        metrics=document["metrics"],
        events=tuple(
            BacktestEvent(event["bar"], pd.Timestamp(event["time"]), event["code"], event["message"])
            for event in document["events"]
        ),
        open_trade=OpenTrade(**{**left, "entry_time": pd.Timestamp(left["entry_time"])}) if left else None,
        decisions=_decisions(folder / "decisions.csv") if document["decisions_file"] else None,
        explanation=document["explanation"],
    )


def _decisions(path: Path) -> pd.DataFrame:
    """Read decisions back; only the volume ratio may be missing, other empty cells are empty words."""
    table = pd.read_csv(path, keep_default_na=False, na_values={"volume_ratio": [""]})
    return _stamped(table, "timestamp").set_index("timestamp")


def _stamped(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    for column in columns:
        table[column] = pd.to_datetime(table[column], utc=True).dt.as_unit("ns")
    return table
