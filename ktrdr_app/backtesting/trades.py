"""Closed trades as arrays, which kernels fill and metrics read; the table for people is made of them at the edge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas.api.extensions import ExtensionArray

TRADE_COLUMNS = (
    "entry_time",
    "exit_time",
    "side",
    "quantity",
    "entry_price",
    "exit_price",
    "gross_pnl",
    "commission",
    "slippage_cost",
    "financing",
    "net_pnl",
    "return_pct",
    "mfe",
    "mae",
    "bars_held",
    "exit_reason",
)
"""Columns of `BacktestResult.trades`, in order."""
REASONS = ("signal", "reversal", "stop_loss", "take_profit", "trailing_stop", "end_of_data")
"""Why a trade ended, by the number in `TradeArrays.reason`."""


@dataclass(frozen=True)
class TradeArrays:
    """Closed trades in order of their exits; every array has the shape (n_trades,).

    Attributes
    ----------
    entry_bar, exit_bar : ndarray of int64
        Rows of the bars in which the position was opened and closed.
    side : ndarray of int8
        1 long, -1 short.
    quantity : ndarray of float64
        Units, above 0.
    entry_price, exit_price : ndarray of float64
        Fill prices: spread and slippage inside.
    commission : ndarray of float64
        Of both sides, account currency.
    slippage_cost : ndarray of float64
        What spread and slippage took on both sides: |fill - market price| · quantity, account currency.
    financing : ndarray of float64
        Swap and borrow paid while held, account currency; below 0 where it was received.
    mfe, mae : ndarray of float64
        Best (>= 0) and worst (<= 0) market price while held, as fractions of the entry price in the trade's
        direction.
    reason : ndarray of int8
        Index into `REASONS`.
    """

    entry_bar: NDArray[np.int64]
    exit_bar: NDArray[np.int64]
    side: NDArray[np.int8]
    quantity: NDArray[np.float64]
    entry_price: NDArray[np.float64]
    exit_price: NDArray[np.float64]
    commission: NDArray[np.float64]
    slippage_cost: NDArray[np.float64]
    financing: NDArray[np.float64]
    mfe: NDArray[np.float64]
    mae: NDArray[np.float64]
    reason: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.side)

    @property
    def gross_pnl(self) -> NDArray[np.float64]:
        """(Exit price - entry price) · quantity, signed by side: spread and slippage inside, other costs not."""
        return self.side * (self.exit_price - self.entry_price) * self.quantity

    @property
    def net_pnl(self) -> NDArray[np.float64]:
        """Gross profit less commission and financing: exactly what the account gained by the trade."""
        return self.gross_pnl - self.commission - self.financing

    @property
    def bars_held(self) -> NDArray[np.int64]:
        """Exit bar - entry bar."""
        return self.exit_bar - self.entry_bar

    def table(self, index: pd.DatetimeIndex) -> pd.DataFrame:
        """Return the trades for people, with the columns `TRADE_COLUMNS`.

        Parameters
        ----------
        index : DatetimeIndex
            Bar opens.
        """
        net = self.net_pnl
        columns: dict[str, Any] = {
            "entry_time": index[self.entry_bar],
            "exit_time": index[self.exit_bar],
            "side": _words(("short", "long"), self.side > 0),
            "quantity": self.quantity,
            "entry_price": self.entry_price,
            "exit_price": self.exit_price,
            "gross_pnl": self.gross_pnl,
            "commission": self.commission,
            "slippage_cost": self.slippage_cost,
            "financing": self.financing,
            "net_pnl": net,
            "return_pct": net / (self.entry_price * self.quantity),
            "mfe": self.mfe,
            "mae": self.mae,
            "bars_held": self.bars_held,
            "exit_reason": _words(REASONS, self.reason),
        }
        return pd.DataFrame({name: columns[name] for name in TRADE_COLUMNS})

    @classmethod
    def of_table(cls, table: pd.DataFrame, index: pd.DatetimeIndex) -> Self:
        """Return the trades of a table as arrays.

        Parameters
        ----------
        table : DataFrame
            As `table` makes it; a table without ``financing``, from before that was charged, has none.
        index : DatetimeIndex
            Bar opens.
        """
        numbers = table.assign(financing=table.get("financing", 0.0))
        names = ("quantity", "entry_price", "exit_price", "commission", "slippage_cost", "financing", "mfe", "mae")
        return cls(
            entry_bar=index.get_indexer(pd.DatetimeIndex(table["entry_time"])).astype(np.int64),
            exit_bar=index.get_indexer(pd.DatetimeIndex(table["exit_time"])).astype(np.int64),
            side=np.where(table["side"] == "long", 1, -1).astype(np.int8),
            reason=np.array([REASONS.index(reason) for reason in table["exit_reason"]], dtype=np.int8),
            **{name: numbers[name].to_numpy(dtype=np.float64) for name in names},
        )


def _words(words: tuple[str, ...], places: NDArray[Any]) -> ExtensionArray:
    return _vocabulary(words).take(places.astype(np.intp))


@cache
def _vocabulary(words: tuple[str, ...]) -> ExtensionArray:
    return pd.array(list(words), dtype="str")


@dataclass(frozen=True)
class OpenTrade:
    """A position still open after the last bar, valued at its close.

    Attributes
    ----------
    entry_time : Timestamp
        Open of the bar that filled it.
    side : str
        ``long`` or ``short``.
    quantity : float
        Units.
    entry_price, last_price : float
        Price with slippage; close of the last bar.
    commission, slippage_cost, financing : float
        Paid so far, in account currency.
    unrealized_pnl : float
        Profit at the last close less the commission and financing paid so far.
    mfe, mae : float
        As in the trades table, so far.
    bars_held : int
        Bars from the entry to the last, both counted.
    """

    entry_time: pd.Timestamp
    side: str
    quantity: float
    entry_price: float
    last_price: float
    commission: float
    slippage_cost: float
    unrealized_pnl: float
    mfe: float
    mae: float
    bars_held: int
    financing: float = 0.0
