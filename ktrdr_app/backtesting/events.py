"""What happens in a run beside its trades: one number each for kernels, one sentence each for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from ktrdr_app.decision.actions import Position

if TYPE_CHECKING:
    import pandas as pd


class Happening(IntEnum):
    """Kinds of events."""

    NO_CASH = 0
    TOO_DEAR = 1
    NO_LOT = 2
    NO_RANGE = 3
    NO_PRICE = 4
    SHRUNK = 5
    CLOSED = 6
    GONE = 7
    NOT_FILLED = 8
    LEFT_OPEN = 9
    TOO_MANY = 10
    NO_ROOM = 11


CODES = {
    Happening.SHRUNK: "order_shrunk",
    Happening.GONE: "equity_gone",
    Happening.NOT_FILLED: "order_not_filled",
    Happening.LEFT_OPEN: "position_left_open",
}
"""Codes of events; every kind that is not here is an ``order_rejected``."""


@dataclass(frozen=True)
class BacktestEvent:
    """Something that did not go as a reader might take for granted.

    Attributes
    ----------
    bar : int
        Row of the bar.
    time : Timestamp
        The bar's open.
    code : str
        ``order_rejected``, ``order_shrunk``, ``order_not_filled``, ``position_left_open``, ``equity_gone``,
        ``volume_filter_off`` or ``drift_filter_off``.
    message : str
        What happened, in plain words.
    """

    bar: int
    time: pd.Timestamp
    code: str
    message: str

    def to_dict(self) -> dict[str, str | int]:
        """Return the JSON form."""
        return {"bar": self.bar, "time": self.time.isoformat(), "code": self.code, "message": self.message}


def event_of(
    bar: int, time: pd.Timestamp, kind: Happening, target: Position, numbers: Sequence[float]
) -> BacktestEvent:
    """Return an event with its sentence.

    Parameters
    ----------
    bar : int
        Row of the bar.
    time : Timestamp
        The bar's open.
    kind : Happening
        What happened.
    target : Position
        Where the order would have led.
    numbers : sequence of float, length 3
        For `TOO_DEAR` units, their cost, cash; for `SHRUNK` units wanted, units ordered; for `NO_LOT` units
        sized, the lot step; for `TOO_MANY` open positions; for `NO_ROOM` their value and the most allowed; for
        `NO_CASH` and `GONE` the cash or equity; unused ones are 0.
    """
    order = f"the order to go {target.name.lower()}"
    first, second, third = numbers
    sentences = {
        Happening.NO_CASH: f"{order} was rejected: no cash is left ({first:,.2f})",
        Happening.TOO_DEAR: f"{order} was rejected: {first:g} units cost {second:,.2f}, cash is {third:,.2f}",
        Happening.NO_LOT: f"{order} was rejected: {first:g} units are less than one lot of {second:g}",
        Happening.NO_RANGE: f"{order} was rejected: the average true range is not known so early",
        Happening.NO_PRICE: f"{order} was rejected: after spread and slippage nothing is left of the price",
        Happening.SHRUNK: f"{order} was shrunk from {first:g} to {second:g} units",
        Happening.CLOSED: f"{order} was rejected: the market was closed",
        Happening.GONE: f"equity fell to {first:,.2f}; no margin call is simulated",
        Happening.NOT_FILLED: f"{order} came at the last bar's close and was not filled",
        Happening.TOO_MANY: f"{order} was rejected: {first:g} positions are open, and no more are allowed",
        Happening.NO_ROOM: f"{order} was rejected: positions are worth {first:,.2f}, the most allowed is {second:,.2f}",
        Happening.LEFT_OPEN: "the position was not closed at the end: the market is closed at the last bar",
    }
    return BacktestEvent(bar, time, CODES.get(kind, "order_rejected"), sentences[kind])
