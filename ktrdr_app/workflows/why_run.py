"""Asks a finished run why it traded, or did not: every figure computed anew and held against the run's own log."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ktrdr_app.backtesting.material import ORDERED
from ktrdr_app.backtesting.trades import REASONS
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, silent, stage
from ktrdr_app.workflows.why_bars import bar_why
from ktrdr_app.workflows.why_facts import BarWhy, TradeWhy, Why, WhyFill
from ktrdr_app.workflows.why_model import RunModel, open_model
from ktrdr_app.workflows.why_record import RunRecord, read_record, run_folder
from ktrdr_app.workflows.why_signals import SignalsRun, is_of_signals, open_signals
from ktrdr_app.workflows.why_stops import stop_words
from ktrdr_app.workflows.why_words import InputWords


@dataclass(frozen=True)
class WhyRequest:
    """Ask a finished backtest about a trade or a bar.

    Attributes
    ----------
    workspace : Workspace
        Whose bars and models.
    run : Path or str
        The run's folder, or its name below ``runs``.
    trade : int, optional
        Number of the trade, from 1; one more than there are closed trades for the position still open.
    time : str, optional
        Any instant within a bar, ISO in UTC, to ask about that bar instead.
    """

    workspace: Workspace
    run: Path | str
    trade: int | None = None
    time: str | None = None


class WhyRun:
    """A finished run with its model and bars at hand; answers one question at a time.

    Parameters
    ----------
    record : RunRecord
        What it wrote down.
    model : RunModel
        What it decided by.
    """

    def __init__(self, record: RunRecord, model: RunModel) -> None:
        self.record, self.model = record, model
        self.words = InputWords(model.chosen)

    @property
    def trades(self) -> int:
        """How many trades can be asked about, the position still open included."""
        return len(self.record.table) + (self.record.document["open_trade"] is not None)

    def trade(self, number: int, cancel: CancelToken | None = None) -> TradeWhy:
        """Say why a trade was made, and why it ended.

        Parameters
        ----------
        number : int
            From 1.
        cancel : CancelToken, optional
            Stops it.

        Raises
        ------
        InvalidValue
            If there is no such trade.
        MalformedBars
            If today's series lacks the bar that was decided on.
        """
        if not 1 <= number <= self.trades:
            there = f"a number from 1 to {self.trades}" if self.trades else "the time of a bar: the run made no trade"
            raise InvalidValue("trade", number, there, where=self.record.folder.name)
        if number > len(self.record.table):
            return self._open_trade(number, cancel)
        trades, place = self.record.trades, number - 1
        reason = int(trades.reason[place])
        entry_bar, exit_bar = int(trades.entry_bar[place]), int(trades.exit_bar[place])
        ordered = reason in ORDERED
        at_close = self.record.config.fill == "close"
        closing = (ordered and at_close) or REASONS[reason] == "end_of_data"
        row = self.record.table.iloc[place]
        return TradeWhy(
            number=number,
            side=str(row["side"]),
            quantity=float(row["quantity"]),
            entry=WhyFill(self.record.index[entry_bar], float(row["entry_price"]), at_close),
            exit=WhyFill(self.record.index[exit_bar], float(row["exit_price"]), closing),
            exit_reason=REASONS[reason],
            stop_words=stop_words(self.record.config, REASONS[reason]),
            return_pct=float(row["return_pct"]),
            bought=self.bar(self.record.ordered_at(entry_bar), cancel),
            sold=self.bar(self.record.ordered_at(exit_bar), cancel) if ordered else None,
        )

    def _open_trade(self, number: int, cancel: CancelToken | None) -> TradeWhy:
        held: dict[str, Any] = self.record.document["open_trade"]
        entry = pd.Timestamp(held["entry_time"])
        quantity, price = float(held["quantity"]), float(held["entry_price"])
        return TradeWhy(
            number=number,
            side=str(held["side"]),
            quantity=quantity,
            entry=WhyFill(entry, price, self.record.config.fill == "close"),
            exit=None,
            exit_reason="open",
            stop_words="",
            return_pct=float(held["unrealized_pnl"]) / (quantity * price),
            bought=self.bar(self.record.ordered_at(self.record.row_of(entry)), cancel),
            sold=None,
        )

    def bar_at(self, moment: str | pd.Timestamp, cancel: CancelToken | None = None) -> BarWhy:
        """Say why the decision at a bar was what it was.

        Parameters
        ----------
        moment : str or Timestamp
            Any instant within the bar.
        cancel : CancelToken, optional
            Stops it.

        Raises
        ------
        InvalidValue
            If it is not within the run.
        MalformedBars
            If today's series lacks the bar.
        """
        return self.bar(self.record.row_of(moment), cancel)

    def bar(self, bar: int, cancel: CancelToken | None = None) -> BarWhy:
        """Say why the decision at a bar was what it was.

        Parameters
        ----------
        bar : int
            Row of the bar in the run.
        cancel : CancelToken, optional
            Stops it.

        Raises
        ------
        MalformedBars
            If today's series lacks the bar.
        """
        return bar_why(self.record, self.model, self.words, bar, cancel)


def open_why(
    workspace: Workspace, run: Path | str, progress: Progress = silent, cancel: CancelToken | None = None
) -> WhyRun | SignalsRun:
    """Open a finished run to ask it about its trades and bars.

    Parameters
    ----------
    workspace : Workspace
        Whose bars and models.
    run : Path or str
        The run's folder, or its name below ``runs``.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it.

    Raises
    ------
    FileMissing
        If there is no such run.
    BadInput
        If it is not of one symbol.
    SignalsMismatch
        If it is of signals, and the file that it kept is damaged.
    KtrdrError
        Of another kind that fits: data, model, cancelled.
    """
    token = cancel or CancelToken("the question")
    folder = run_folder(workspace, run)
    if is_of_signals(folder):
        return open_signals(folder)
    with stage("load", progress):
        record = read_record(workspace, run)
    token.check()
    with stage("features", progress):
        model = open_model(workspace, record)
    token.check()
    return WhyRun(record, model)


def explain_trade(request: WhyRequest, progress: Progress = silent, cancel: CancelToken | None = None) -> Why:
    """Say why a trade of a finished backtest was made, or why a bar was decided as it was.

    Parameters
    ----------
    request : WhyRequest
        Which trade, or which bar.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it.

    Raises
    ------
    InvalidValue
        If neither or both are asked for, or there is no such trade or bar.
    KtrdrError
        As `open_why` raises it.
    """
    if (request.trade is None) == (request.time is None):
        raise InvalidValue("trade", request.trade, "either the number of a trade or the time of a bar", where="why")
    run = open_why(request.workspace, request.run, progress, cancel)
    return run.bar_at(request.time, cancel) if request.time is not None else run.trade(int(request.trade or 0), cancel)
