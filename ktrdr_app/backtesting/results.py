"""What a backtest gives back; pandas begins here, once per run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ktrdr_app.backtesting.config import BacktestConfig

if TYPE_CHECKING:
    import pandas as pd

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
        ``order_rejected``, ``order_not_filled``, ``equity_gone`` or ``volume_filter_off``.
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
    commission, slippage_cost : float
        Paid so far, in account currency.
    unrealized_pnl : float
        Profit at the last close less the commission paid so far.
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


@dataclass(frozen=True)
class BacktestResult:
    """A finished run.

    Attributes
    ----------
    config : BacktestConfig
        What it was run with.
    equity : Series of float64
        Account value at each bar's close, in account currency, indexed by the bar's open.
    cash : Series of float64
        Cash at each bar's close; equity = cash + position · close.
    position : Series of float64
        Signed units held at each bar's close: above 0 long, below 0 short.
    trades : DataFrame
        Closed trades with the columns `TRADE_COLUMNS`: ``side`` is ``long`` or ``short``; prices contain slippage;
        ``gross_pnl`` = price difference times quantity; ``commission`` and ``slippage_cost`` are those of both
        sides; ``net_pnl`` = ``gross_pnl`` - ``commission``; ``return_pct`` is ``net_pnl`` as a FRACTION of the
        entry value; ``mfe`` >= 0 and ``mae`` <= 0 are the best and worst market price while held (highs, lows,
        and the exit's market price), as fractions of the entry price in the trade's direction; ``bars_held`` =
        exit bar - entry bar; ``exit_reason`` is ``signal``, ``reversal`` or ``end_of_data``.
    metrics : dict
        As `performance_metrics` gives them.
    events : tuple of BacktestEvent
        Rejected orders and the like, in order of time.
    open_trade : OpenTrade or None
        The position that was left open.
    decisions : DataFrame or None
        One row per bar: ``raw confidence buy hold sell volume_ratio position action refused_by reason``; None when
        signals were given.
    explanation : str
        Why there is no trade; empty if there is one, or signals were given.
    """

    config: BacktestConfig
    equity: pd.Series[float]
    cash: pd.Series[float]
    position: pd.Series[float]
    trades: pd.DataFrame
    metrics: dict[str, Any]
    events: tuple[BacktestEvent, ...]
    open_trade: OpenTrade | None = None
    decisions: pd.DataFrame | None = None
    explanation: str = ""

    @property
    def final_equity(self) -> float:
        """Account value at the last bar's close."""
        return float(self.equity.iloc[-1])
