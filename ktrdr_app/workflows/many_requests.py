"""What a face asks for and gets back where one model trades several symbols, or two models one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.workflows.requests import BacktestRequest, SignalsRequest


@dataclass(frozen=True)
class GridRequest:
    """Run one backtest on each of several symbols, every one with an account of its own.

    Attributes
    ----------
    each : BacktestRequest or SignalsRequest
        The backtest; its ``symbol`` and ``out`` are not looked at.
    symbols : tuple of str
        Symbols to trade, each once.
    out : Path, optional
        Folder for all files, a folder per symbol within; ``runs/<id>`` of the workspace by default.
    workers : int, optional
        Most threads; as many as there are cores by default. No result depends on it.
    cluster : str, optional
        Dask scheduler whose workers run the backtests instead; no result depends on it.
    """

    each: BacktestRequest | SignalsRequest
    symbols: tuple[str, ...]
    out: Path | None = None
    workers: int | None = None
    cluster: str | None = None


@dataclass(frozen=True)
class DuelRequest:
    """Backtest two models on one symbol.

    Attributes
    ----------
    each : BacktestRequest
        The first one's backtest.
    rival : str
        The second one's model: ``legacy``, ``universal``, or a folder; all else is as in the first one's.
    """

    each: BacktestRequest
    rival: str


@dataclass(frozen=True)
class ManyOutcome:
    """A finished run over several symbols.

    Attributes
    ----------
    document : dict
        The JSON form that ``backtest --json`` prints.
    folder : Path
        Where the run's files lie.
    exit_code : int
        0, or that of the first symbol's failure where some failed.
    """

    document: dict[str, Any]
    folder: Path
    exit_code: int = 0


@dataclass(frozen=True)
class PortfolioRequest:
    """Trade several symbols with one account.

    Attributes
    ----------
    each : BacktestRequest or SignalsRequest
        What decides on each symbol, and what it costs; its ``symbol`` and ``out`` are not looked at. Without a sizing,
        every position is the same fraction of the equity.
    symbols : tuple of str
        Symbols to trade, each once.
    max_exposure : float, optional
        Most that all positions may come to, as a fraction of the equity.
    max_positions : int, optional
        Most positions held together.
    account_currency : str, optional
        Currency of the account; that of the symbols where all have the same.
    out : Path, optional
        Folder for the files; ``runs/<id>`` of the workspace by default.
    """

    each: BacktestRequest | SignalsRequest
    symbols: tuple[str, ...]
    max_exposure: float | None = None
    max_positions: int | None = None
    account_currency: str | None = None
    out: Path | None = None
