"""What the page shows of a portfolio, made in the worker thread; no widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.gui.panels.backtest.view_model import TradeRow, trade_rows
from ktrdr_app.gui.ui import numbers
from ktrdr_app.workflows.many_requests import ManyOutcome, PortfolioRequest

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """What one symbol brought.

    Attributes
    ----------
    symbol : str
        Which.
    seen : bool or None
        Whether the model learnt from it.
    trades : int
        Closed trades.
    profit, costs : float
        Net profit with what is still open, and all costs; account currency.
    share : float
        Profit over the portfolio's initial capital.
    """

    symbol: str
    seen: bool | None
    trades: int
    profit: float
    costs: float
    share: float


@dataclass(frozen=True)
class PortfolioView:
    """A finished portfolio, ready to be shown.

    Attributes
    ----------
    times : ndarray of int64, shape (n,)
        Instants, nanoseconds UTC.
    equity, benchmark : ndarray of float64, shape (n,)
        The account, and the same symbols bought in equal parts and held.
    exposure : ndarray of float64, shape (n,)
        Value of all positions over the equity.
    positions : ndarray of float64, shape (n,)
        How many are held together.
    weights : mapping of str to ndarray of float64, shape (n,)
        Signed value of each symbol's position over the equity.
    parts : tuple of Part
        By symbol.
    sentence : str
        What it came to.
    deals : tuple of TradeRow
        The closed trades of all symbols.
    folder : Path
        The run's folder.
    """

    times: NDArray[np.int64]
    equity: Floats
    benchmark: Floats
    exposure: Floats
    positions: Floats
    weights: Mapping[str, Floats]
    parts: tuple[Part, ...]
    sentence: str
    deals: tuple[TradeRow, ...]
    folder: Path


SHOWN = f"{__name__}:shown"
"""What an errand makes of a portfolio."""


def shown(_request: PortfolioRequest, outcome: ManyOutcome) -> PortfolioView:
    """Turn a portfolio into what the station shows, in whichever process it was done.

    Parameters
    ----------
    _request : PortfolioRequest
        What was asked.
    outcome : ManyOutcome
        A finished portfolio.
    """
    return portfolio_view(outcome)


def portfolio_view(outcome: ManyOutcome) -> PortfolioView:
    """Turn a portfolio into what the station shows.

    Parameters
    ----------
    outcome : ManyOutcome
        Of `backtest_portfolio`.
    """
    document = outcome.document
    table = pd.read_csv(document["equity_file"])
    equity = table["equity"].to_numpy(dtype=np.float64)
    metrics, held = document["metrics"], document["benchmark"]["buy_and_hold"]
    known = np.where(equity > 0, equity, np.nan)
    words = QCoreApplication.translate(
        "PortfolioPage", "One account earned {0}, the same symbols bought and held {1}; worst drawdown {2}, {3} trades."
    )
    figures = (
        numbers.percent(metrics["total_return"], signed=True),
        numbers.percent(held["total_return"], signed=True),
    )
    return PortfolioView(
        times=nanoseconds(pd.DatetimeIndex(pd.to_datetime(table["timestamp"], utc=True))),
        equity=equity,
        benchmark=table["buy_and_hold"].to_numpy(dtype=np.float64),
        exposure=table["gross_exposure"].to_numpy(dtype=np.float64) / known,
        positions=table["positions"].to_numpy(dtype=np.float64),
        weights=_weights(document, known),
        parts=tuple(_part(row) for row in document["symbols"]),
        sentence=words.format(*figures, numbers.percent(metrics["max_drawdown"]), metrics["total_trades"]),
        deals=_deals(document),
        folder=outcome.folder,
    )


def _deals(document: Mapping[str, Any]) -> tuple[TradeRow, ...]:
    kinds = {"symbol": str}  # 0700 and NA are names
    table = pd.read_csv(document["trades_file"], dtype=kinds, keep_default_na=False, na_values=[""])
    for name in ("entry_time", "exit_time"):
        table[name] = pd.to_datetime(table[name], utc=True)
    return trade_rows(table, daily=NANOSECONDS[document["timeframe"]] >= NANOSECONDS["1d"])


def _weights(document: Mapping[str, Any], equity: Floats) -> dict[str, Floats]:
    table = pd.read_csv(document["positions_file"]).drop(columns="timestamp")
    return {str(name): values.to_numpy(dtype=np.float64) / equity for name, values in table.items()}


def _part(row: Mapping[str, Any]) -> Part:
    costs = float(row["commission"]) + float(row["slippage_cost"])
    profit, share = float(row["total_pnl"]), float(row["share"])
    return Part(str(row["symbol"]), row["seen"], int(row["trades"]), profit, costs, share)
