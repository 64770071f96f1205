"""Asks a finished run of given signals why it traded, or did not: the signal, what it asked for, and the order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.material import ORDERED
from ktrdr_app.backtesting.signals import read_signals
from ktrdr_app.backtesting.trades import REASONS, TradeArrays
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.decision.actions import Action, Position
from ktrdr_app.workflows.backtest_files import SIGNALS_FILE
from ktrdr_app.workflows.run_folders import RESULT_FILE
from ktrdr_app.workflows.why_facts import SignalTradeWhy, SignalWhy, WhyFill
from ktrdr_app.workflows.why_record import held_at, moments, read_trades, row_at
from ktrdr_app.workflows.why_stops import stop_words

_LASTS = REASONS.index("end_of_data")


@dataclass(frozen=True, eq=False)
class SignalsRun:
    """A finished run of signals, as its folder has it; answers one question at a time.

    Attributes
    ----------
    folder : Path
        The run's folder.
    document : dict
        What the backtest said.
    index : DatetimeIndex
        Bar opens of the run.
    table : DataFrame
        Closed trades, as `BacktestResult.trades` has them.
    signals : ndarray of int8, shape (n_bars,)
        BUY 0, HOLD 1, SELL 2.
    confidence : ndarray of float64, shape (n_bars,), or None
        As the file has it.
    """

    folder: Path
    document: dict[str, Any]
    index: pd.DatetimeIndex
    table: pd.DataFrame
    signals: NDArray[np.int8]
    confidence: NDArray[np.float64] | None

    @cached_property
    def config(self) -> BacktestConfig:
        """The account's settings."""
        return BacktestConfig(**self.document["config"])

    @cached_property
    def _closed(self) -> TradeArrays:
        return TradeArrays.of_table(self.table, self.index)

    @property
    def _at_close(self) -> bool:
        return self.config.fill == "close"

    @property
    def trades(self) -> int:
        """How many trades can be asked about, the position still open included."""
        return len(self.table) + (self.document["open_trade"] is not None)

    def trade(self, number: int, _cancel: CancelToken | None = None) -> SignalTradeWhy:
        """Say why a trade was made, and why it ended.

        Parameters
        ----------
        number : int
            From 1.
        _cancel : CancelToken, optional
            Not needed: there is nothing to compute.

        Raises
        ------
        InvalidValue
            If there is no such trade.
        """
        if not 1 <= number <= self.trades:
            there = f"a number from 1 to {self.trades}" if self.trades else "the time of a bar: the run made no trade"
            raise InvalidValue("trade", number, there, where=self.folder.name)
        if number > len(self.table):
            return self._open_trade(number)
        row, place = self.table.iloc[number - 1], number - 1
        entry_bar, exit_bar = int(self._closed.entry_bar[place]), int(self._closed.exit_bar[place])
        reason, side = int(self._closed.reason[place]), str(row["side"])
        ordered = reason in ORDERED
        return SignalTradeWhy(
            number=number,
            side=side,
            quantity=float(row["quantity"]),
            entry=WhyFill(self.index[entry_bar], float(row["entry_price"]), self._at_close),
            exit=WhyFill(
                self.index[exit_bar], float(row["exit_price"]), (ordered and self._at_close) or reason == _LASTS
            ),
            exit_reason=REASONS[reason],
            stop_words=stop_words(self.config, REASONS[reason]),
            return_pct=float(row["return_pct"]),
            bought=self.bar(self._asked_at(entry_bar, buying=side == "long")),
            sold=self.bar(self._asked_at(exit_bar, buying=side != "long")) if ordered else None,
        )

    def _open_trade(self, number: int) -> SignalTradeWhy:
        held = self.document["open_trade"]
        entry, side = pd.Timestamp(held["entry_time"]), str(held["side"])
        quantity, price = float(held["quantity"]), float(held["entry_price"])
        return SignalTradeWhy(
            number=number,
            side=side,
            quantity=quantity,
            entry=WhyFill(entry, price, self._at_close),
            exit=None,
            exit_reason="open",
            stop_words="",
            return_pct=float(held["unrealized_pnl"]) / (quantity * price),
            bought=self.bar(self._asked_at(self.row_of(entry), buying=side == "long")),
            sold=None,
        )

    def _asked_at(self, fill_bar: int, *, buying: bool) -> int:
        """Return the bar whose signal led to a fill."""
        if self._at_close:
            return fill_bar
        wanted = Action.BUY if buying else Action.SELL
        return int(np.flatnonzero(self.signals[:fill_bar] == wanted)[-1])

    def bar_at(self, moment: str | pd.Timestamp, _cancel: CancelToken | None = None) -> SignalWhy:
        """Say what the signal of a bar asked for.

        Parameters
        ----------
        moment : str or Timestamp
            Any instant within the bar.
        _cancel : CancelToken, optional
            Not needed: there is nothing to compute.

        Raises
        ------
        InvalidValue
            If it is not within the run.
        """
        return self.bar(self.row_of(moment))

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
        return row_at(self.index, moment, self.folder.name)

    def bar(self, bar: int) -> SignalWhy:
        """Say what the signal of a bar asked for.

        Parameters
        ----------
        bar : int
            Row of the bar in the run.
        """
        signal, position = Action(int(self.signals[bar])), Position(int(self._held[bar]))
        confidence = None if self.confidence is None else float(self.confidence[bar])
        wanted = self._wanted(signal, position)
        return SignalWhy(
            time=self.index[bar],
            bar=bar,
            timeframe=str(self.document["timeframe"]),
            file=SIGNALS_FILE,
            signal=signal,
            confidence=confidence if confidence is not None and np.isfinite(confidence) else None,
            position=position,
            wanted=wanted,
            events=() if wanted is None else self._events_of(bar),
        )

    def _events_of(self, bar: int) -> tuple[str, ...]:
        """Return what became of a bar's order; what happened to the order of the bar before is no part of it."""
        filled = bar if self._at_close else bar + 1
        places = {"order_not_filled": bar, "order_rejected": filled, "order_shrunk": filled}
        return tuple(
            str(event["message"]) for event in self.document["events"] if event["bar"] == places.get(event["code"])
        )

    def _wanted(self, signal: Action, position: Position) -> Position | None:
        """Return the position that a signal asks for, as the engine understands it."""
        if signal is Action.BUY:
            return None if position is Position.LONG else Position.LONG
        if signal is Action.HOLD or position is Position.SHORT:
            return None
        if self.config.allow_short:
            return Position.SHORT
        return Position.FLAT if position is Position.LONG else None

    @cached_property
    def _held(self) -> NDArray[np.int8]:
        left = self.document["open_trade"]
        entry = None if left is None else self.row_of(left["entry_time"])
        side = 0 if left is None else int(Position[str(left["side"]).upper()])
        return held_at(self._closed, len(self.index), at_close=self._at_close, open_from=entry, open_side=side)


def is_of_signals(folder: Path) -> bool:
    """Say whether a finished run traded signals of a file, which it kept.

    Parameters
    ----------
    folder : Path
        The run's folder.
    """
    return (folder / SIGNALS_FILE).is_file() and (folder / RESULT_FILE).is_file()


def open_signals(folder: Path) -> SignalsRun:
    """Open a finished run of signals to ask it about its trades and bars.

    Parameters
    ----------
    folder : Path
        The run's folder.

    Raises
    ------
    SignalsMismatch
        If the signals that it kept are damaged.
    """
    document: dict[str, Any] = json.loads((folder / RESULT_FILE).read_text(encoding="utf-8"))
    index = moments(pd.read_csv(folder / "equity.csv", usecols=["timestamp"])["timestamp"])
    signals, confidence = read_signals(folder / SIGNALS_FILE, pd.DataFrame(index=index))
    return SignalsRun(folder, document, index, read_trades(folder), signals, confidence)
