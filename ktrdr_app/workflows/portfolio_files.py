"""What a portfolio leaves on disk: equity, trades and contributions as CSV, the document and the page."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ktrdr_app.backtesting.metrics import drawdown
from ktrdr_app.backtesting.portfolio_results import PortfolioResult
from ktrdr_app.core.files import plain, write_json, write_text
from ktrdr_app.data.bars import fingerprint
from ktrdr_app.workflows.backtest_files import STAMP, RunPapers, command_of, write_trades
from ktrdr_app.workflows.conversion import Conversion
from ktrdr_app.workflows.many_report import write_many_report
from ktrdr_app.workflows.many_requests import PortfolioRequest
from ktrdr_app.workflows.portfolio_tables import portfolio_page
from ktrdr_app.workflows.tables import write_table

PORTFOLIO_FILE = "portfolio.json"
POSITIONS_FILE = "positions.csv"
"""Signed value of each symbol's position at every instant, account currency, a column per symbol."""


@dataclass(frozen=True)
class PortfolioPapers:
    """Everything a finished portfolio has to say.

    Attributes
    ----------
    request : PortfolioRequest
        What was asked for.
    symbols : mapping of str to RunPapers
        What each symbol's backtest would be by itself.
    conversion : Conversion
        Currencies.
    result, held : PortfolioResult
        The run, and the same symbols bought in equal parts and held.
    began : float
        ``time.perf_counter()`` at the start.
    """

    request: PortfolioRequest
    symbols: Mapping[str, RunPapers]
    conversion: Conversion
    result: PortfolioResult
    held: PortfolioResult
    began: float


def write_portfolio(papers: PortfolioPapers, folder: Path, home: Path) -> dict[str, Any]:
    """Write a portfolio's files and return its document.

    Parameters
    ----------
    papers : PortfolioPapers
        What they hold.
    folder : Path
        Where they are written.
    home : Path
        Where they will lie in the end, which the document names.

    Raises
    ------
    StorageProblem
        If the disk refuses.
    """
    result, held = papers.result, papers.held
    document = _document(papers, home.resolve())
    equity = pd.DataFrame(
        {
            "equity": result.equity,
            "drawdown": drawdown(result.values, result.config.base.initial_capital),
            "cash": result.cash_values,
            "gross_exposure": result.gross,
            "positions": result.held,
            "buy_and_hold": held.equity,
        }
    )
    write_table(equity, folder / "equity.csv")
    write_table(pd.DataFrame(result.worth, index=result.index), folder / POSITIONS_FILE)
    write_trades(result.trades, folder / "trades.csv")
    write_text(folder / "contributions.csv", result.contributions.to_csv(lineterminator="\n"))
    write_many_report(portfolio_page(document, equity), folder / "report.html")
    write_json(folder / PORTFOLIO_FILE, document)
    return document


def _document(papers: PortfolioPapers, home: Path) -> dict[str, Any]:
    request, result, base = papers.request, papers.result, papers.result.config.base
    first = next(iter(papers.symbols.values()))
    document: dict[str, Any] = plain(
        {
            "strategy_name": first.strategy_name,
            "timeframe": request.each.timeframe,
            "symbols": [_row(papers, symbol) for symbol in request.symbols],
            "instants": len(result.index),
            "start": result.index[0].strftime(STAMP),
            "end": result.index[-1].strftime(STAMP),
            **papers.conversion.to_document(),
            "initial_capital": base.initial_capital,
            "final_equity": result.final_equity,
            "metrics": result.metrics,
            "benchmark": {"buy_and_hold": {"final_equity": papers.held.final_equity, **papers.held.metrics}},
            "limits": {"max_exposure": request.max_exposure, "max_positions": request.max_positions},
            "config": asdict(base),
            "decision": first.settings.get("decision"),
            "open_positions": [held.to_dict() for held in result.open_positions],
            "events": [event.to_dict() for event in result.events],
            "models": {symbol: own.model for symbol, own in papers.symbols.items()},
            "trades_file": home / "trades.csv",
            "equity_file": home / "equity.csv",
            "positions_file": home / POSITIONS_FILE,
            "contributions_file": home / "contributions.csv",
            "report_file": home / "report.html",
            "command": _command(request),
            "seconds": time.perf_counter() - papers.began,
        }
    )
    return document


def _row(papers: PortfolioPapers, symbol: str) -> dict[str, Any]:
    """Return a symbol's part in the portfolio, and what its model knows of it."""
    own = papers.symbols[symbol]
    model = own.model or {}
    return {
        "symbol": symbol,
        "seen": symbol in model["training_symbols"] if model else None,
        "seen_in_training": int(own.in_sample.sum()),
        "model_step": model.get("step"),
        "model_path": model.get("path"),
        "currency": papers.conversion.currencies[symbol] or None,
        "bars": len(own.bars),
        "start": own.bars.index[0].strftime(STAMP),
        "end": own.bars.index[-1].strftime(STAMP),
        "data_fingerprint": fingerprint(own.bars),
        **{str(name): value for name, value in papers.result.contributions.loc[symbol].items()},
    }


def _command(request: PortfolioRequest) -> str:
    words = [command_of(replace(request.each, symbol=",".join(request.symbols))), "--portfolio"]
    options = {
        "--max-exposure": request.max_exposure,
        "--max-positions": request.max_positions,
        "--account-currency": request.account_currency,
    }
    words += [f"{name} {shlex.quote(str(value))}" for name, value in options.items() if value is not None]
    return " ".join(words)
