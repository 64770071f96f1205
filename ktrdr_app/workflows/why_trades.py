"""How the trades of a finished run began and ended, and what it held meanwhile, whatever decided them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.material import ORDERED
from ktrdr_app.backtesting.trades import REASONS, TradeArrays
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.decision.actions import Position
from ktrdr_app.workflows.why_facts import TradeEnds, WhyFill
from ktrdr_app.workflows.why_stops import stop_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LASTS = REASONS.index("end_of_data")


@dataclass(frozen=True)
class AskedTrade:
    """A trade, and the bars that its orders were filled in.

    Attributes
    ----------
    ends : TradeEnds
        How it began and ended.
    entry_bar : int
        Row of the bar that it was entered in.
    left_bar : int or None
        That of its exit, where an order ended it.
    """

    ends: TradeEnds
    entry_bar: int
    left_bar: int | None


@dataclass(frozen=True, eq=False)
class TradedRun:
    """What every finished run on one symbol has.

    Attributes
    ----------
    folder : Path
        The run's folder.
    document : dict
        What the backtest said.
    index : DatetimeIndex
        Bar opens of the run, two or more.
    table : DataFrame
        Closed trades, as `BacktestResult.trades` has them.
    """

    folder: Path
    document: dict[str, Any]
    index: pd.DatetimeIndex
    table: pd.DataFrame

    @cached_property
    def config(self) -> BacktestConfig:
        """The account's settings."""
        return BacktestConfig(**self.document["config"])

    @cached_property
    def closed(self) -> TradeArrays:
        """Closed trades."""
        return TradeArrays.of_table(self.table, self.index)

    @property
    def at_close(self) -> bool:
        """Whether orders fill at the close that they are placed at."""
        return self.config.fill == "close"

    @property
    def trades(self) -> int:
        """How many trades can be asked about, the position still open included."""
        return len(self.table) + (self.document["open_trade"] is not None)

    @cached_property
    def ended(self) -> NDArray[np.int64]:
        """First bar whose decision knew of each closed trade's end."""
        return self.closed.exit_bar + (np.isin(self.closed.reason, ORDERED) & self.at_close)

    @cached_property
    def held(self) -> NDArray[np.int8]:
        """Position at each bar's close, before an order of that very close: -1, 0, 1."""
        held, left = np.zeros(len(self.index), dtype=np.int8), self.document["open_trade"]
        gone = np.where(self.closed.reason == _LASTS, self.closed.exit_bar + 1, self.ended)
        for entry, leave, side in zip(self.closed.entry_bar + self.at_close, gone, self.closed.side, strict=True):
            held[entry:leave] = side
        if left is not None:
            held[self.row_of(left["entry_time"]) + self.at_close :] = Position[str(left["side"]).upper()]
        return held

    def asked_trade(self, number: int) -> AskedTrade:
        """Return a trade by its number.

        Parameters
        ----------
        number : int
            From 1, in order of their exits; a position still open comes last.

        Raises
        ------
        InvalidValue
            If there is no such trade.
        """
        if not 1 <= number <= self.trades:
            there = f"a number from 1 to {self.trades}" if self.trades else "the time of a bar: the run made no trade"
            raise InvalidValue("trade", number, there, where=self.folder.name)
        if number > len(self.table):
            return self._still_open(number)
        row, place = self.table.iloc[number - 1], number - 1
        entry_bar, exit_bar = int(self.closed.entry_bar[place]), int(self.closed.exit_bar[place])
        reason = int(self.closed.reason[place])
        ordered = reason in ORDERED
        ends = TradeEnds(
            number=number,
            side=str(row["side"]),
            quantity=float(row["quantity"]),
            entry=WhyFill(self.index[entry_bar], float(row["entry_price"]), self.at_close),
            exit=WhyFill(
                self.index[exit_bar], float(row["exit_price"]), (ordered and self.at_close) or reason == _LASTS
            ),
            exit_reason=REASONS[reason],
            stop_words=stop_words(self.config, REASONS[reason]),
            return_pct=float(row["return_pct"]),
        )
        return AskedTrade(ends, entry_bar, exit_bar if ordered else None)

    def _still_open(self, number: int) -> AskedTrade:
        left = self.document["open_trade"]
        entry, quantity, price = pd.Timestamp(left["entry_time"]), float(left["quantity"]), float(left["entry_price"])
        ends = TradeEnds(
            number=number,
            side=str(left["side"]),
            quantity=quantity,
            entry=WhyFill(entry, price, self.at_close),
            exit=None,
            exit_reason="open",
            stop_words="",
            return_pct=float(left["unrealized_pnl"]) / (quantity * price),
        )
        return AskedTrade(ends, self.row_of(entry), None)

    def row_of(self, moment: str | pd.Timestamp) -> int:
        """Return the bar of the run that was open at an instant.

        Parameters
        ----------
        moment : str or Timestamp
            ISO text in UTC, or an instant.

        Raises
        ------
        InvalidValue
            If it is no instant, or outside the run.
        """
        first, last, where = self.index[0], self.index[-1], self.folder.name
        expected = f"an ISO time in UTC from {first.isoformat()} to {last.isoformat()}"
        try:
            instant = pd.Timestamp(moment)
        except ValueError as error:
            raise InvalidValue("time", str(moment), expected, where=where) from error
        instant = instant.tz_localize("UTC") if instant.tzinfo is None else instant.tz_convert("UTC")
        row = int(self.index.searchsorted(instant, side="right")) - 1
        beyond = instant > last + (last - self.index[-2])
        if row < 0 or beyond or pd.isna(instant):
            raise InvalidValue("time", str(moment), expected, where=where)
        return row


def read_trades(folder: Path) -> pd.DataFrame:
    """Read the closed trades of a run.

    Parameters
    ----------
    folder : Path
        The run's folder.
    """
    kinds = {"symbol": str}  # 0700 and NA are names; a run of one symbol has no such column
    table = pd.read_csv(folder / "trades.csv", dtype=kinds, keep_default_na=False, na_values=[""])
    table = table.drop(columns="timestamp")
    for column in ("entry_time", "exit_time"):
        table[column] = moments(table[column])
    return table


def moments(column: pd.Series[Any]) -> pd.DatetimeIndex:
    """Return ISO times as instants, nanoseconds UTC.

    Parameters
    ----------
    column : Series of str
        As a run's files have them.
    """
    return pd.DatetimeIndex(pd.to_datetime(column, utc=True)).as_unit("ns")
