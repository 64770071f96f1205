"""A finished run of a model on one symbol: every figure computed anew and held against the run's own log."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ktrdr_app.backtesting.material import ORDERED
from ktrdr_app.backtesting.trades import REASONS
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.workflows.why_bars import bar_why
from ktrdr_app.workflows.why_facts import BarWhy, TradeWhy, WhyFill
from ktrdr_app.workflows.why_model import RunModel
from ktrdr_app.workflows.why_record import RunRecord
from ktrdr_app.workflows.why_stops import stop_words
from ktrdr_app.workflows.why_words import InputWords


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
