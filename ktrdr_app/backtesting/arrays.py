"""What the event kernel reads and writes: market, terms, account and books, as plain arrays and records."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ktrdr_app.backtesting.holdings import Holdings
from ktrdr_app.backtesting.trades import TradeArrays
from ktrdr_app.data.bars import PriceArrays, nanoseconds
from ktrdr_app.indicators.registry import compute

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ktrdr_app.backtesting.config import BacktestConfig

ATR_PERIOD = 14
"""Bars of the average true range that stops and sizing use where nothing else is said."""
DAY = 86_400_000_000_000
"""Nanoseconds."""
SIZING = {"all_in": 0, "fraction": 1, "fixed_units": 2, "risk_atr": 3}
"""Ways of sizing by their number in `Terms.sizing`."""

ACCOUNT = np.dtype(
    [
        *((name, np.float64) for name in ("cash", "units", "entry_price", "commission", "slippage", "financing")),
        *((name, np.float64) for name in ("highest", "lowest", "stop", "target", "trail", "peak", "order_atr")),
        *((name, np.float64) for name in ("last_close", "last_range")),
        *((name, np.int64) for name in ("entry_bar", "acted", "acted_at", "ended", "pending", "trades", "events")),
        *((name, np.int64) for name in ("changes", "gone")),
    ]
)
"""The account's state between two bars; ``pending`` is the position that an order leads to, or `NO_ORDER`."""
TERMS = np.dtype(
    [
        *((name, np.float64) for name in ("commission", "per_unit", "slip_rate", "slip_fixed", "slip_range")),
        *((name, np.float64) for name in ("size", "multiple", "lot_step", "max_size", "stop", "take", "trail")),
        *((name, np.float64) for name in ("night_long", "night_short")),
        *((name, np.int64) for name in ("sizing", "separation", "separation_ns", "cooldown")),
        *((name, np.bool_) for name in ("in_atr", "needs_atr", "allow_short", "at_close", "close_at_end")),
        *((name, np.bool_) for name in ("aware", "guarded")),
    ],
    align=True,
)
"""A `BacktestConfig` and the filters that know the position, as `terms_of` writes them."""
TRADE = np.dtype(
    [
        *((name, np.int64) for name in ("entry_bar", "exit_bar")),
        *((name, np.float64) for name in ("quantity", "entry_price", "exit_price", "commission", "slippage_cost")),
        *((name, np.float64) for name in ("financing", "mfe", "mae")),
        *((name, np.int8) for name in ("side", "reason")),
    ],
    align=True,
)
"""A closed trade, as `TradeArrays` describes it."""
EVENT = np.dtype(
    [
        *((name, np.int64) for name in ("bar", "kind", "target")),
        *((name, np.float64) for name in ("first", "second", "third")),
    ]
)
"""An event: bar, kind and target position, and the numbers that `event_of` takes."""
CHANGE = np.dtype([("bar", np.int64), ("cash", np.float64), ("units", np.float64)])
"""Cash and units at a bar's close where they differ from the close before; the first is of the first bar."""
NO_ORDER = 9
NEVER = -1


class Market(NamedTuple):
    """Bars as the kernel reads them; each array has the shape (n_bars,).

    Attributes
    ----------
    stamps : ndarray of int64
        Bar opens, nanoseconds since 1970 UTC.
    open, high, low, close : ndarray of float64
        Prices; NaN on bars in which the market was closed.
    atr : ndarray of float64
        Average true range at each close; of length 0 where nothing needs it.
    nights : ndarray of int64
        Midnights UTC between the bar before and this one; of length 0 where no interest is charged.
    """

    stamps: NDArray[np.int64]
    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    atr: NDArray[np.float64]
    nights: NDArray[np.int64]


class Books(NamedTuple):
    """What the kernel writes.

    Attributes
    ----------
    equity : ndarray of float64, shape (n_bars,)
        Account value at each close.
    held : ndarray of int8, shape (n_bars,)
        Position at each decision.
    trades : ndarray of `TRADE`, shape (2 · n_bars + 1,)
        Closed trades; the account counts them.
    events : ndarray of `EVENT`, shape (2 · n_bars + 3,)
        Events; the account counts them.
    changes : ndarray of `CHANGE`, shape (n_bars,)
        Cash and units, where they change; the account counts them.
    """

    equity: NDArray[np.float64]
    held: NDArray[np.int8]
    trades: NDArray[np.void]
    events: NDArray[np.void]
    changes: NDArray[np.void]

    @classmethod
    def empty(cls, bars: int) -> Books:
        """Return books for so many bars; pages that are never written cost nothing.

        Parameters
        ----------
        bars : int
            Number of bars.
        """
        return cls(
            equity=np.empty(bars),
            held=np.empty(bars, dtype=np.int8),
            trades=np.empty(2 * bars + 1, dtype=TRADE),
            events=np.empty(2 * bars + 3, dtype=EVENT),
            changes=np.empty(bars, dtype=CHANGE),
        )

    def closed(self, count: int) -> TradeArrays:
        """Return the first trades as contiguous arrays of their own.

        Parameters
        ----------
        count : int
            Trades written so far.
        """
        rows = self.trades[:count]
        return TradeArrays(**{name: np.ascontiguousarray(rows[name]) for name in TRADE.names or ()})

    def holdings(self, count: int) -> Holdings:
        """Return cash and units at each close.

        Parameters
        ----------
        count : int
            Changes written so far, the first bar's included.
        """
        rows = self.changes[:count]
        return Holdings(len(self.equity), *(np.ascontiguousarray(rows[name]) for name in CHANGE.names or ()))


def new_account(capital: float) -> NDArray[np.void]:
    """Return an account before its first bar, as an array of one record of `ACCOUNT`.

    Parameters
    ----------
    capital : float
        Cash at the start.
    """
    account = np.zeros(1, dtype=ACCOUNT)
    account["cash"] = capital
    account["pending"] = NO_ORDER
    for name in ("acted", "ended", "entry_bar"):
        account[name] = NEVER
    return account


def market_of(bars: pd.DataFrame, config: BacktestConfig, prices: PriceArrays | None = None) -> Market:
    """Return bars as the kernel reads them.

    Parameters
    ----------
    bars : DataFrame
        Bars of one symbol.
    config : BacktestConfig
        Says whether the average true range and the nights are needed.
    prices : PriceArrays, optional
        The columns of the bars, where they have been read already.
    """
    prices = PriceArrays.of(bars) if prices is None else prices
    stamps = nanoseconds(bars.index).view()
    atr = average_true_range(bars, config) if config.needs_atr else np.empty(0)
    charged = (config.swap_long, config.swap_short, config.borrow) != (0, 0, 0)
    nights = np.diff(stamps // DAY, prepend=stamps[0] // DAY) if charged else np.empty(0, dtype=np.int64)
    for column in (stamps, atr, nights):
        column.flags.writeable = False
    return Market(stamps, prices.open, prices.high, prices.low, prices.close, atr, nights)


def average_true_range(bars: pd.DataFrame, config: BacktestConfig) -> NDArray[np.float64]:
    """Return Wilder's average true range at each close, known then; a closed bar keeps the one before.

    Parameters
    ----------
    bars : DataFrame
        Bars of one symbol.
    config : BacktestConfig
        ``sizing`` may name the ``period``; `ATR_PERIOD` otherwise.
    """
    period = int(config.sizing.get("period", ATR_PERIOD))
    trading = bars["close"].notna().to_numpy()
    values = np.full(len(bars), np.nan)
    if trading.sum() > period:
        values[trading] = compute("atr", bars[trading], period=period).iloc[:, 0].to_numpy()
    return pd.Series(values).ffill().to_numpy().copy()
