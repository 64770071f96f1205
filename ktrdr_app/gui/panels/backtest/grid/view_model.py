"""What the grid shows of each symbol, made in the worker thread; no widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.workflows import run_equity
from ktrdr_app.workflows.grid_tables import grid_notes
from ktrdr_app.workflows.many_requests import GridRequest, ManyOutcome

POINTS = 160
"""Points of a small account, at most."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cell:
    """One symbol.

    Attributes
    ----------
    symbol : str
        Which.
    folder : Path
        The run's folder.
    seen : bool or None
        Whether the model learnt from it; None for signals.
    earned, held, drawdown : float
        Total return, that of buy and hold, deepest fall; fractions.
    sharpe : float or None
        Sharpe ratio.
    trades : int
        Closed trades.
    equity, benchmark : ndarray of float64
        Account and buy and hold over the initial capital, at most `POINTS` values.
    """

    symbol: str
    folder: Path
    seen: bool | None
    earned: float
    held: float
    drawdown: float
    sharpe: float | None
    trades: int
    equity: Floats
    benchmark: Floats


@dataclass(frozen=True)
class GridView:
    """A finished grid, ready to be shown.

    Attributes
    ----------
    cells : tuple of Cell
        In the symbols' order.
    sentences : tuple of str
        What it shows.
    failed : dict of str to str
        Why symbols could not be run.
    """

    cells: tuple[Cell, ...]
    sentences: tuple[str, ...]
    failed: Mapping[str, str]


ORDERS: Mapping[str, Callable[[Cell], Any]] = {
    "return": lambda cell: -cell.earned,
    "gain": lambda cell: cell.held - cell.earned,
    "sharpe": lambda cell: -(cell.sharpe if cell.sharpe is not None else -np.inf),
    "drawdown": lambda cell: -cell.drawdown,
    "trades": lambda cell: -cell.trades,
    "unseen": lambda cell: (bool(cell.seen), cell.symbol),
    "symbol": lambda cell: cell.symbol,
}
"""What the grid is sorted by, best first."""


SHOWN = f"{__name__}:shown"
"""What an errand makes of a grid."""


def shown(_request: GridRequest, outcome: ManyOutcome) -> GridView:
    """Turn a grid into what the station shows, in whichever process it was done.

    Parameters
    ----------
    _request : GridRequest
        What was asked.
    outcome : ManyOutcome
        A finished grid.
    """
    return grid_view(outcome)


def grid_view(outcome: ManyOutcome) -> GridView:
    """Turn a grid into what the station shows.

    Parameters
    ----------
    outcome : ManyOutcome
        Of `backtest_grid`.
    """
    document = outcome.document
    rows = {row["symbol"]: row for row in document["symbols"]}
    cells = tuple(_cell(one, rows[one["symbol"]]) for one in document["backtests"])
    failed = {symbol: str(error["message"]) for symbol, error in document["failed"].items()}
    return GridView(cells, tuple(grid_notes(document)), failed)


def _cell(document: Mapping[str, Any], row: Mapping[str, Any]) -> Cell:
    columns = run_equity(document)
    start = float(document["initial_capital"])
    return Cell(
        symbol=str(row["symbol"]),
        folder=Path(str(document["equity_file"])).parent,
        seen=row["seen"],
        earned=float(row["total_return"]),
        held=float(row["buy_and_hold_return"]),
        drawdown=float(row["max_drawdown"]),
        sharpe=row["sharpe_ratio"],
        trades=int(row["total_trades"]),
        equity=thinned(np.asarray(columns["values"], dtype=np.float64) / start),
        benchmark=thinned(np.asarray(columns["buy_and_hold"], dtype=np.float64) / start),
    )


def thinned(values: Floats) -> Floats:
    """Return at most `POINTS` values, the first and the last among them.

    Parameters
    ----------
    values : ndarray of float64
        One per bar.
    """
    if len(values) <= POINTS:
        return values
    return values[np.linspace(0, len(values) - 1, POINTS).round().astype(np.int64)]
