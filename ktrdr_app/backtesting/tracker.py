"""The record of a run: equity bar by bar in arrays, trades and events; tables are made of it at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ktrdr_app.backtesting.metrics import performance_metrics, periods_per_year
from ktrdr_app.backtesting.positions import Fill, PositionManager, Quote, Trade
from ktrdr_app.backtesting.results import TRADE_COLUMNS, BacktestEvent, BacktestResult, OpenTrade
from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.decision.actions import Position

if TYPE_CHECKING:
    from numpy.typing import NDArray


class PerformanceTracker:
    """Takes what happens during a run and makes the result of it.

    Parameters
    ----------
    index : DatetimeIndex
        Bar opens.
    prices : PriceArrays
        The bars' columns.
    """

    def __init__(self, index: pd.DatetimeIndex, prices: PriceArrays) -> None:
        self.index = index
        self.prices = prices
        self.equity: NDArray[np.float64] = np.zeros(len(index))
        self.cash: NDArray[np.float64] = np.zeros(len(index))
        self.units: NDArray[np.float64] = np.zeros(len(index))
        self.trades: list[Trade] = []
        self.events: list[BacktestEvent] = []
        self._gone = False

    def mark(self, bar: int, account: PositionManager, close: float) -> None:
        """Value the account at a bar's close.

        Parameters
        ----------
        bar : int
            Row of the bar.
        account : PositionManager
            The account.
        close : float
            The bar's close.
        """
        equity = account.value(close)
        self.equity[bar], self.cash[bar], self.units[bar] = equity, account.cash, account.units
        if equity <= 0 and not self._gone:
            self._gone = True
            self.note(bar, "equity_gone", f"equity fell to {equity:,.2f}; no margin call is simulated")

    def note(self, bar: int, code: str, message: str) -> None:
        """Add an event.

        Parameters
        ----------
        bar : int
            Row of the bar.
        code : str
            As `BacktestEvent` lists them.
        message : str
            What happened, in plain words.
        """
        self.events.append(BacktestEvent(bar, self.index[bar], code, message))

    def result(self, account: PositionManager) -> BacktestResult:
        """Return the finished run.

        Parameters
        ----------
        account : PositionManager
            The account after the last bar.
        """
        table = self._trade_table()
        left = self._open_trade(account)
        capital = account.config.initial_capital
        rate = periods_per_year(self.index)
        metrics = performance_metrics(
            self.equity, table, rate, initial_capital=capital, position=self.units, open_trade=left
        )
        return BacktestResult(
            config=account.config,
            equity=pd.Series(self.equity, self.index, name="equity"),
            cash=pd.Series(self.cash, self.index, name="cash"),
            position=pd.Series(self.units, self.index, name="position"),
            trades=table,
            metrics=metrics,
            events=tuple(sorted(self.events, key=lambda event: event.bar)),
            open_trade=left,
        )

    def _trade_table(self) -> pd.DataFrame:
        rows = [self._trade_row(trade) for trade in self.trades]
        entries = [trade.entry.quote.bar for trade in self.trades]
        exits = [trade.exit.quote.bar for trade in self.trades]
        table = pd.DataFrame(rows, columns=list(TRADE_COLUMNS[2:]))
        kinds: dict[str, Any] = dict.fromkeys(TRADE_COLUMNS[3:13], np.float64)
        kinds |= {
            "bars_held": np.int64,
            "side": "str",
            "exit_reason": "str",
        }
        table = table.astype(kinds)
        table.insert(0, "entry_time", self.index[entries])
        table.insert(1, "exit_time", self.index[exits])
        return table

    def _trade_row(self, trade: Trade) -> tuple[str | float | int, ...]:
        entry, leave = trade.entry, trade.exit
        return (
            trade.side.name.lower(),
            entry.quantity,
            entry.price,
            leave.price,
            trade.gross_pnl,
            entry.commission + leave.commission,
            entry.slippage_cost + leave.slippage_cost,
            trade.net_pnl,
            trade.net_pnl / entry.value,
            *self._excursions(trade.side, entry, leave.quote),
            leave.quote.bar - entry.quote.bar,
            trade.reason,
        )

    def _excursions(self, side: Position, entry: Fill, end: Quote) -> tuple[float, float]:
        held = slice(entry.quote.edge, end.edge)
        highest = float(self.prices.high[held].max(initial=end.price))
        lowest = float(self.prices.low[held].min(initial=end.price))
        moves = (side * (highest / entry.price - 1), side * (lowest / entry.price - 1))
        return max(0.0, *moves), min(0.0, *moves)

    def _open_trade(self, account: PositionManager) -> OpenTrade | None:
        entry = account.entry
        if entry is None:
            return None
        side = account.position
        last = Quote(len(self.index) - 1, float(self.prices.close[-1]), at_close=True)
        best, worst = self._excursions(side, entry, last)
        return OpenTrade(
            entry_time=self.index[entry.quote.bar],
            side=side.name.lower(),
            quantity=entry.quantity,
            entry_price=entry.price,
            last_price=last.price,
            commission=entry.commission,
            slippage_cost=entry.slippage_cost,
            unrealized_pnl=side * (last.price - entry.price) * entry.quantity - entry.commission,
            mfe=best,
            mae=worst,
            bars_held=last.edge - entry.quote.bar,
        )
