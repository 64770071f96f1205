"""Asks a finished run of given signals why it traded, or did not: the signal, what it asked for, and the order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.backtesting.signals import read_signals
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.decision.actions import Action, Position
from ktrdr_app.workflows.backtest_files import SIGNALS_FILE
from ktrdr_app.workflows.run_folders import RESULT_FILE
from ktrdr_app.workflows.why_facts import SignalTradeWhy, SignalWhy
from ktrdr_app.workflows.why_trades import TradedRun, moments, read_trades


@dataclass(frozen=True, eq=False)
class SignalsRun(TradedRun):
    """A finished run of signals, as its folder has it; answers one question at a time.

    Attributes
    ----------
    signals : ndarray of int8, shape (n_bars,)
        BUY 0, HOLD 1, SELL 2.
    confidence : ndarray of float64, shape (n_bars,), or None
        As the file has it.
    """

    signals: NDArray[np.int8]
    confidence: NDArray[np.float64] | None

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
        asked = self.asked_trade(number)
        long = asked.ends.side == "long"
        bought = self.bar(self._asked_at(asked.entry_bar, buying=long))
        sold = None if asked.left_bar is None else self.bar(self._asked_at(asked.left_bar, buying=not long))
        return SignalTradeWhy(**vars(asked.ends), bought=bought, sold=sold)

    def _asked_at(self, fill_bar: int, *, buying: bool) -> int:
        """Return the bar whose signal led to a fill."""
        if self.at_close:
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

    def bar(self, bar: int) -> SignalWhy:
        """Say what the signal of a bar asked for.

        Parameters
        ----------
        bar : int
            Row of the bar in the run.
        """
        signal, position = Action(int(self.signals[bar])), Position(int(self.held[bar]))
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
        filled = bar if self.at_close else bar + 1
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
