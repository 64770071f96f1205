"""Trades and equity of a finished backtest as plain rows, read from its folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ktrdr_app.core.errors import FileMissing, StorageProblem


def run_trades(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every closed trade, times as ISO text in UTC.

    Parameters
    ----------
    document : mapping
        What the backtest said, with ``trades_file``.

    Raises
    ------
    FileMissing
        If the run's folder is gone.
    StorageProblem
        If it cannot be read.
    """
    rows = _read(document["trades_file"]).drop(columns="timestamp")
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def run_equity(document: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the account at each bar's close, by column, beside buy and hold.

    Parameters
    ----------
    document : mapping
        What the backtest said, with ``equity_file``.

    Returns
    -------
    dict
        ``timestamps`` (bar opens, ISO UTC), ``values`` and ``buy_and_hold`` (account currency), ``drawdowns``
        (fractions, 0 or below), ``in_sample`` (bars that the model had seen).

    Raises
    ------
    FileMissing, StorageProblem
        As `run_trades` raises them.
    """
    table = _read(document["equity_file"])
    columns = {
        "timestamps": "timestamp",
        "values": "equity",
        "drawdowns": "drawdown",
        "buy_and_hold": "buy_and_hold",
        "in_sample": "in_sample",
    }
    return {name: table[column].tolist() for name, column in columns.items()}


def _read(name: str) -> pd.DataFrame:
    try:
        return pd.read_csv(Path(name))
    except FileNotFoundError as error:
        raise FileMissing(name, "a backtest whose folder is still there") from error
    except OSError as error:
        raise StorageProblem(name, error.strerror or str(error)) from error
