"""A finished run of a model on one symbol: every figure computed anew and held against the run's own log."""

from __future__ import annotations

import pandas as pd

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.workflows.why_bars import bar_why
from ktrdr_app.workflows.why_facts import BarWhy, TradeWhy
from ktrdr_app.workflows.why_model import RunModel
from ktrdr_app.workflows.why_record import RunRecord
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
        return self.record.trades

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
        asked = self.record.asked_trade(number)
        bought = self.bar(self.record.ordered_at(asked.entry_bar), cancel)
        sold = None if asked.left_bar is None else self.bar(self.record.ordered_at(asked.left_bar), cancel)
        return TradeWhy(**vars(asked.ends), bought=bought, sold=sold)

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
