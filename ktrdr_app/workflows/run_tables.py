"""Trades and equity of a finished backtest as plain rows, read from its folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ktrdr_app.core.errors import DataProblem, FileMissing, StorageProblem


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
    DataProblem
        If it is damaged.
    """
    rows = _read(document["trades_file"], ["timestamp"]).drop(columns="timestamp")
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
    FileMissing, StorageProblem, DataProblem
        As `run_trades` raises them.
    """
    columns = {
        "timestamps": "timestamp",
        "values": "equity",
        "drawdowns": "drawdown",
        "buy_and_hold": "buy_and_hold",
        "in_sample": "in_sample",
    }
    table = _read(document["equity_file"], columns.values())
    return {name: table[column].tolist() for name, column in columns.items()}


def _read(name: str, needed: Iterable[str]) -> pd.DataFrame:
    try:
        table = pd.read_csv(Path(name))
    except FileNotFoundError as error:
        raise FileMissing(name, "a backtest whose folder is still there") from error
    except OSError as error:
        raise StorageProblem(name, error.strerror or str(error)) from error
    except ValueError as error:  # no text, or no table
        raise _damaged(name) from error
    if not set(needed) <= set(table.columns):
        raise _damaged(name)
    return table


def _damaged(name: str) -> DataProblem:
    return DataProblem("a table of the run is damaged", hint="run the backtest again", where=name)
