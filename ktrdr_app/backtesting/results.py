"""What a backtest gives back; tables and figures are made when they are first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.events import BacktestEvent
from ktrdr_app.backtesting.holdings import Holdings
from ktrdr_app.backtesting.metrics import measure, periods_per_year
from ktrdr_app.backtesting.trades import OpenTrade, TradeArrays

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class DecisionRecord(Protocol):
    """What was decided at each bar, told when it is asked for."""

    def table(self) -> pd.DataFrame:
        """Return one row per bar."""

    def explanation(self) -> str:
        """Return why nothing was traded."""


@dataclass(frozen=True, eq=False)
class BacktestResult:
    """A finished run.

    Attributes
    ----------
    config : BacktestConfig
        What it was run with.
    index : DatetimeIndex
        Bar opens.
    values : ndarray of float64, shape (n_bars,)
        Account value at each bar's close.
    holdings : Holdings
        Cash and signed units at each bar's close.
    closed : TradeArrays
        Closed trades.
    events : tuple of BacktestEvent
        Rejected orders and the like, in order of time.
    open_trade : OpenTrade or None
        The position that was left open.
    log : DecisionRecord or None
        Decisions; None when signals were given.
    recorded : mapping or None
        Metrics as a run that was read back had them; else they are measured.
    """

    config: BacktestConfig
    index: pd.DatetimeIndex
    values: NDArray[np.float64]
    holdings: Holdings
    closed: TradeArrays
    events: tuple[BacktestEvent, ...]
    open_trade: OpenTrade | None = None
    log: DecisionRecord | None = None
    recorded: Mapping[str, Any] | None = None

    @property
    def cash_values(self) -> NDArray[np.float64]:
        """Cash at each bar's close, float64 of shape (n_bars,), in account currency."""
        return self.holdings.cash

    @property
    def units(self) -> NDArray[np.float64]:
        """Signed units held at each bar's close, float64 of shape (n_bars,)."""
        return self.holdings.units

    @cached_property
    def equity(self) -> pd.Series[float]:
        """Account value at each bar's close, in account currency, indexed by the bar's open."""
        return self._curve.copy(deep=False)

    @cached_property
    def cash(self) -> pd.Series[float]:
        """Cash at each bar's close; equity = cash + position · close."""
        return pd.Series(self.cash_values, self.index, name="cash")

    @cached_property
    def position(self) -> pd.Series[float]:
        """Signed units held at each bar's close: above 0 long, below 0 short."""
        return pd.Series(self.units, self.index, name="position")

    @cached_property
    def trades(self) -> pd.DataFrame:
        """Closed trades with the columns `TRADE_COLUMNS`.

        ``side`` is ``long`` or ``short``; prices contain spread and slippage; ``gross_pnl`` = price difference times
        quantity; ``commission``, ``slippage_cost`` and ``financing`` are those of the whole trade; ``net_pnl`` =
        ``gross_pnl`` - ``commission`` - ``financing``; ``return_pct`` is ``net_pnl`` as a FRACTION of the entry
        value; ``mfe`` >= 0 and ``mae`` <= 0 are the best and worst market price while held (highs and lows of whole
        bars, and the exit's market price), as fractions of the entry price in the trade's direction; ``bars_held`` =
        exit bar - entry bar; ``exit_reason`` is one of `REASONS`.
        """
        return self.closed.table(self.index)

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """Figures, as `performance_metrics` gives them."""
        if self.recorded is not None:
            return dict(self.recorded)
        return measure(
            self.values,
            self.closed,
            periods_per_year(self.index),
            self.config.initial_capital,
            exposed=self.holdings.exposed,
            open_trade=self.open_trade,
        )

    @cached_property
    def decisions(self) -> pd.DataFrame | None:
        """One row per bar, as `DecisionLog.table` gives them; None when signals were given."""
        return self.log.table() if self.log is not None else None

    @cached_property
    def explanation(self) -> str:
        """Why there is no trade; empty if there is one, or signals were given."""
        traded = len(self.closed) or self.open_trade is not None
        return "" if traded or self.log is None else self.log.explanation()

    @cached_property
    def _curve(self) -> pd.Series[float]:
        """The equity without a copy: while it lives, pandas copies what is handed out before that is written to."""
        return pd.Series(self.values, self.index, name="equity", copy=False)

    @property
    def final_equity(self) -> float:
        """Account value at the last bar's close."""
        return float(self.values[-1])
