"""The record of the reference engine: equity bar by bar, trades and events, as the kernel's result has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ktrdr_app.backtesting.events import BacktestEvent, Happening, event_of
from ktrdr_app.backtesting.holdings import Holdings
from ktrdr_app.backtesting.positions import Fill, PositionManager, Quote, Refusal, Trade
from ktrdr_app.backtesting.results import BacktestResult, DecisionRecord
from ktrdr_app.backtesting.trades import REASONS, OpenTrade, TradeArrays
from ktrdr_app.decision.actions import Position

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ktrdr_app.data.bars import PriceArrays


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
            The bar's close; of a bar in which the market was closed, the last one known.
        """
        equity = account.value(close)
        self.equity[bar], self.cash[bar], self.units[bar] = equity, account.cash, account.units
        if equity <= 0 and not self._gone:
            self._gone = True
            self.note(bar, Position.FLAT, Refusal(Happening.GONE, (equity, 0.0, 0.0)))

    def note(self, bar: int, target: Position, what: Refusal) -> None:
        """Add an event.

        Parameters
        ----------
        bar : int
            Row of the bar.
        target : Position
            Where the order would have led.
        what : Refusal
            What happened.
        """
        self.events.append(event_of(bar, self.index[bar], what.kind, target, what.numbers))

    def result(self, account: PositionManager, log: DecisionRecord | None = None) -> BacktestResult:
        """Return the finished run.

        Parameters
        ----------
        account : PositionManager
            The account after the last bar.
        log : DecisionRecord, optional
            What was decided.
        """
        return BacktestResult(
            config=account.config,
            index=self.index,
            values=self.equity,
            holdings=Holdings.at_every_bar(self.cash, self.units),
            closed=self._trades(),
            events=tuple(self.events),
            open_trade=self._open_trade(account),
            log=log,
        )

    def _trades(self) -> TradeArrays:
        trades = self.trades
        extremes = [self._excursions(trade.side, trade.entry, trade.exit.quote, trade.reason) for trade in trades]

        def column(values: list[Any], kind: type[np.generic] = np.float64) -> NDArray[Any]:
            return np.array(values, dtype=kind)

        return TradeArrays(
            entry_bar=column([trade.entry.quote.bar for trade in trades], np.int64),
            exit_bar=column([trade.exit.quote.bar for trade in trades], np.int64),
            side=column([int(trade.side) for trade in trades], np.int8),
            quantity=column([trade.entry.quantity for trade in trades]),
            entry_price=column([trade.entry.price for trade in trades]),
            exit_price=column([trade.exit.price for trade in trades]),
            commission=column([trade.entry.commission + trade.exit.commission for trade in trades]),
            slippage_cost=column([trade.entry.slippage_cost + trade.exit.slippage_cost for trade in trades]),
            financing=column([trade.financing for trade in trades]),
            mfe=column([best for best, _ in extremes]),
            mae=column([worst for _, worst in extremes]),
            reason=column([REASONS.index(trade.reason) for trade in trades], np.int8),
        )

    def _excursions(self, side: Position, entry: Fill, end: Quote, reason: str = "") -> tuple[float, float]:
        """Return the best and worst price of the bars held whole, and of the exit."""
        within = reason in ("stop_loss", "take_profit", "trailing_stop")
        held = slice(entry.quote.edge, end.bar if within else end.edge)
        highest = np.nanmax(np.append(self.prices.high[held], end.price))
        lowest = np.nanmin(np.append(self.prices.low[held], end.price))
        moves = (side * (highest / entry.price - 1), side * (lowest / entry.price - 1))
        return float(max(0.0, *moves)), float(min(0.0, *moves))

    def _open_trade(self, account: PositionManager) -> OpenTrade | None:
        entry = account.entry
        if entry is None:
            return None
        known = np.flatnonzero(~np.isnan(self.prices.close))
        last = Quote(len(self.index) - 1, float(self.prices.close[known[-1]]), at_close=True)
        side = account.position
        best, worst = self._excursions(side, entry, last)
        paid = entry.commission + account.financing
        return OpenTrade(
            entry_time=self.index[entry.quote.bar],
            side=side.name.lower(),
            quantity=entry.quantity,
            entry_price=entry.price,
            last_price=last.price,
            commission=entry.commission,
            slippage_cost=entry.slippage_cost,
            financing=account.financing,
            unrealized_pnl=side * (last.price - entry.price) * entry.quantity - paid,
            mfe=best,
            mae=worst,
            bars_held=last.edge - entry.quote.bar,
        )
