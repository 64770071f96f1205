"""Asks a finished portfolio why it traded: each symbol's decisions, with the filters as its own position had them."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BadInput, InvalidValue, MalformedBars
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import silent
from ktrdr_app.decision.log import DecisionLog
from ktrdr_app.decision.orchestrator import DecisionOrchestrator
from ktrdr_app.strategy.schema import DecisionSettings
from ktrdr_app.workflows.backtest_run import simulate_backtest
from ktrdr_app.workflows.portfolio_files import PORTFOLIO_FILE
from ktrdr_app.workflows.requests import BacktestRequest
from ktrdr_app.workflows.why_facts import TradeWhy
from ktrdr_app.workflows.why_model import open_model
from ktrdr_app.workflows.why_record import RunRecord
from ktrdr_app.workflows.why_single import WhyRun
from ktrdr_app.workflows.why_trades import TradedRun, read_trades

NOTE = "the run did not write its filters down; those of the strategy as it is now are shown"


@dataclass(frozen=True, eq=False)
class PortfolioRun:
    """A finished portfolio, as its folder has it; a symbol's model is opened when it is first asked about.

    Attributes
    ----------
    workspace : Workspace
        Whose bars and models.
    folder : Path
        The run's folder.
    document : dict
        What the portfolio said.
    table : DataFrame
        Closed trades of all symbols, in order of their exits.
    """

    workspace: Workspace
    folder: Path
    document: dict[str, Any]
    table: pd.DataFrame
    _opened: dict[str, WhyRun] = field(default_factory=dict, init=False)

    @property
    def trades(self) -> int:
        """How many trades can be asked about, positions still open included."""
        return len(self.table) + len(self.document["open_positions"])

    def symbol_of(self, number: int) -> str:
        """Return whose trade a number is.

        Parameters
        ----------
        number : int
            From 1; positions still open come after all closed trades.

        Raises
        ------
        InvalidValue
            If there is no such trade.
        """
        if not 1 <= number <= self.trades:
            there = f"a number from 1 to {self.trades}" if self.trades else "another run: this one made no trade"
            raise InvalidValue("trade", number, there, where=self.folder.name)
        if number > len(self.table):
            return str(self.document["open_positions"][number - len(self.table) - 1]["symbol"])
        return str(self.table["symbol"].iloc[number - 1])

    def trade(self, number: int, cancel: CancelToken | None = None) -> TradeWhy:
        """Say why a trade was made, and why it ended.

        Parameters
        ----------
        number : int
            As `symbol_of` takes it.
        cancel : CancelToken, optional
            Stops it.

        Raises
        ------
        InvalidValue
            If there is no such trade.
        BadInput
            If the portfolio traded signals of a file.
        KtrdrError
            Of another kind that fits: data, model, cancelled.
        """
        symbol = self.symbol_of(number)
        own = self._opened.get(symbol)
        if own is None:
            own = self._opened[symbol] = self._open(symbol, cancel)
        before = int((self.table["symbol"].iloc[: number - 1] == symbol).sum())
        return replace(own.trade(before + 1, cancel), number=number, symbol=symbol)

    def bar_at(self, moment: str | pd.Timestamp, _cancel: CancelToken | None = None) -> TradeWhy:
        """Refuse: a moment is a bar of many symbols.

        Parameters
        ----------
        moment : str or Timestamp
            Any.
        _cancel : CancelToken, optional
            Not needed.

        Raises
        ------
        InvalidValue
            Always.
        """
        raise InvalidValue("time", str(moment), "the number of a trade: a portfolio has many symbols", where="why")

    def _open(self, symbol: str, cancel: CancelToken | None) -> WhyRun:
        model = self.document["models"].get(symbol)
        if not model:
            found = f"{self.folder.name} traded signals of a file: no model took part"
            raise BadInput(found, hint="the file has the signal of each bar", where=str(self.folder))
        record = self._record(symbol, model, cancel)
        return WhyRun(record, open_model(self.workspace, record))

    def _record(self, symbol: str, model: dict[str, Any], cancel: CancelToken | None) -> RunRecord:
        row = next(entry for entry in self.document["symbols"] if entry["symbol"] == symbol)
        request = BacktestRequest(
            self.workspace,
            shlex.split(self.document["command"])[2],
            symbol,
            self.document["timeframe"],
            str(model["path"]),
            start=row["start"],
            end=row["end"],
        )
        papers = simulate_backtest(request, silent, cancel)
        log, index = papers.result.log, pd.DatetimeIndex(papers.bars.index)
        if not isinstance(log, DecisionLog) or len(index) != row["bars"]:
            found = f"{len(index):,} bars of {symbol}, the run had {row['bars']:,}"
            raise MalformedBars(self.folder.name, found, "the bars of the run; run the portfolio again")
        table = self.table[self.table["symbol"] == symbol].drop(columns="symbol").reset_index(drop=True)
        written = self.document.get("decision")
        settings = log.orchestrator.settings if written is None else DecisionSettings.model_validate(written)
        said = {
            **{key: self.document[key] for key in ("strategy_name", "timeframe", "config")},
            **{key: row[key] for key in ("symbol", "end", "data_fingerprint")},
            "model": model,
            "open_trade": self._left(symbol),
        }
        traded = TradedRun(self.folder, said, index, table)
        orchestrator = DecisionOrchestrator(settings, traded.config.allow_short)
        decided = replace(
            log, held=traded.held, ended=traded.ended, ended_in=traded.closed.exit_bar, orchestrator=orchestrator
        )
        notes = (NOTE,) if written is None else ()
        return RunRecord(self.folder, said, index, table, decided.table(), papers.in_sample, orchestrator, notes)

    def _left(self, symbol: str) -> dict[str, Any] | None:
        """Return the position still open of a symbol, its result in the currency of its prices."""
        for left in self.document["open_positions"]:
            if left["symbol"] == symbol:
                return {**left, "unrealized_pnl": left["unrealized_pnl"] / left["entry_rate"]}
        return None


def is_portfolio(folder: Path) -> bool:
    """Say whether a folder is that of a finished portfolio.

    Parameters
    ----------
    folder : Path
        The folder.
    """
    return (folder / PORTFOLIO_FILE).is_file()


def open_portfolio(workspace: Workspace, folder: Path) -> PortfolioRun:
    """Open a finished portfolio to ask it about its trades.

    Parameters
    ----------
    workspace : Workspace
        Whose bars and models.
    folder : Path
        The run's folder.
    """
    document: dict[str, Any] = json.loads((folder / PORTFOLIO_FILE).read_text(encoding="utf-8"))
    return PortfolioRun(workspace, folder, document, read_trades(folder))
