"""What a portfolio run gives back: one equity curve, trades with their symbol, and what each symbol contributed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ktrdr_app.backtesting.arrays import TRADE
from ktrdr_app.backtesting.events import BacktestEvent, Happening, event_of
from ktrdr_app.backtesting.metrics import performance_metrics, periods_per_year
from ktrdr_app.backtesting.portfolio_terms import Leg, PortfolioConfig
from ktrdr_app.backtesting.simulation import open_trade_of
from ktrdr_app.backtesting.trades import TRADE_COLUMNS, OpenTrade, TradeArrays
from ktrdr_app.decision.actions import Position

if TYPE_CHECKING:
    from numpy.typing import NDArray

PORTFOLIO_COLUMNS = ("symbol", *TRADE_COLUMNS, "entry_rate", "exit_rate")
"""Columns of `PortfolioResult.trades`, in order."""


@dataclass(frozen=True)
class OpenPosition:
    """A position still open at the end.

    Attributes
    ----------
    symbol : str
        Whose it is.
    trade : OpenTrade
        Prices in quote currency; costs and unrealized profit in account currency.
    entry_rate, last_rate : float
        Account currency per unit of quote currency, at the entry and at the end.
    """

    symbol: str
    trade: OpenTrade
    entry_rate: float
    last_rate: float

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        told = {**asdict(self.trade), "entry_time": self.trade.entry_time.isoformat()}
        return {"symbol": self.symbol, **told, "entry_rate": self.entry_rate, "last_rate": self.last_rate}


@dataclass(frozen=True)
class PortfolioEvent:
    """Something worth telling that happened in a run.

    Attributes
    ----------
    symbol : str
        Whose order it was; empty for the account's own.
    event : BacktestEvent
        What happened; ``bar`` is a row of the symbol's own bars, or of the portfolio's instants.
    """

    symbol: str
    event: BacktestEvent

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"symbol": self.symbol, **self.event.to_dict()}


@dataclass(frozen=True, eq=False)
class PortfolioResult:
    """A finished portfolio run.

    Attributes
    ----------
    config : PortfolioConfig
        What it was run with.
    symbols : tuple of str
        In the order of their names.
    index : DatetimeIndex
        Instants: the union of all bar opens.
    values, cash_values, gross : ndarray of float64, shape (n_instants,)
        Account value, cash, and Σ |value| of the positions when the bars of each instant are over.
    held : ndarray of int64, shape (n_instants,)
        Positions held then.
    units : dict of str to ndarray of float64
        Signed units at each symbol's own closes.
    worth : dict of str to ndarray of float64, shape (n_instants,)
        Signed value of each symbol's position, account currency; their absolute values add up to ``gross``.
    trades : DataFrame
        Closed trades in order of their exits, columns `PORTFOLIO_COLUMNS`: prices in quote currency, money in account
        currency. ``gross_pnl`` = side · (exit price · exit rate - entry price · entry rate) · quantity.
    events : tuple of PortfolioEvent
        In order of time.
    open_positions : tuple of OpenPosition
        What was left open.
    """

    config: PortfolioConfig
    symbols: tuple[str, ...]
    index: pd.DatetimeIndex
    values: NDArray[np.float64]
    cash_values: NDArray[np.float64]
    gross: NDArray[np.float64]
    held: NDArray[np.int64]
    units: dict[str, NDArray[np.float64]]
    worth: dict[str, NDArray[np.float64]]
    trades: pd.DataFrame
    events: tuple[PortfolioEvent, ...]
    open_positions: tuple[OpenPosition, ...]

    @property
    def final_equity(self) -> float:
        """Account value at the end."""
        return float(self.values[-1])

    @cached_property
    def equity(self) -> pd.Series[float]:
        """Account value when the bars of each instant are over, indexed by the instant."""
        return pd.Series(self.values, self.index, name="equity")

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """Figures as `performance_metrics` gives them, over instants, and three of a portfolio's own.

        ``mean_exposure`` and ``highest_exposure`` are of Σ |value| / equity at the instants; ``most_positions`` counts
        those held together.
        """
        trades = self.trades.assign(
            entry_price=self.trades["entry_price"] * self.trades["entry_rate"],
            exit_price=self.trades["exit_price"] * self.trades["exit_rate"],
        )
        sound = self.values > 0
        shares = self.gross[sound] / self.values[sound]
        return {
            **performance_metrics(
                self.values,
                trades,
                periods_per_year(self.index),
                initial_capital=self.config.base.initial_capital,
                position=self.held,
                open_trade=self._open_together(),
            ),
            "mean_exposure": float(shares.mean()) if len(shares) else None,
            "highest_exposure": float(shares.max()) if len(shares) else None,
            "most_positions": int(self.held.max()),
        }

    @cached_property
    def contributions(self) -> pd.DataFrame:
        """What each symbol brought, one row per symbol; the column ``total_pnl`` adds up to the change of equity.

        Columns: ``trades``, ``win_rate`` (NaN without a trade), ``gross_pnl``, ``commission``, ``slippage_cost``,
        ``financing``, ``net_pnl`` of closed trades, ``unrealized_pnl``, ``total_pnl``, and ``share`` of the initial
        capital.
        """
        sums = ["gross_pnl", "commission", "slippage_cost", "financing", "net_pnl"]
        grouped = self.trades.groupby("symbol", observed=True)
        table = grouped[sums].sum().reindex(list(self.symbols), fill_value=0.0)
        table.insert(0, "trades", grouped.size().reindex(table.index, fill_value=0))
        wins = (self.trades["net_pnl"] > 0).groupby(self.trades["symbol"]).mean()
        table.insert(1, "win_rate", wins.reindex(table.index))
        left = {held.symbol: held.trade.unrealized_pnl for held in self.open_positions}
        table["unrealized_pnl"] = [left.get(symbol, 0.0) for symbol in self.symbols]
        table["total_pnl"] = table["net_pnl"] + table["unrealized_pnl"]
        table["share"] = table["total_pnl"] / self.config.base.initial_capital
        return table

    def _open_together(self) -> OpenTrade | None:
        """Return all open positions as one of one unit, for figures that need their entries' value and costs alone."""
        if not self.open_positions:
            return None
        trades = [(held.trade, held.entry_rate) for held in self.open_positions]
        return replace(
            trades[0][0],
            quantity=1.0,
            entry_price=sum(trade.entry_price * trade.quantity * rate for trade, rate in trades),
            commission=sum(trade.commission for trade, _ in trades),
            slippage_cost=sum(trade.slippage_cost for trade, _ in trades),
            financing=sum(trade.financing for trade, _ in trades),
        )


def trades_table(legs: Sequence[Leg], trades: NDArray[np.void], filed: NDArray[np.void]) -> pd.DataFrame:
    """Return closed trades for people.

    Parameters
    ----------
    legs : sequence of Leg
        The symbols in order.
    trades, filed : ndarray of `TRADE` and of `FILED`, shape (n_trades,)
        Trades in order of time.
    """
    parts = []
    for number, leg in enumerate(legs):
        rows = np.flatnonzero(filed["symbol"] == number)
        own, costs = trades[rows], filed[rows]
        arrays = TradeArrays(**{name: np.ascontiguousarray(own[name]) for name in TRADE.names or ()})
        table = arrays.table(pd.DatetimeIndex(leg.bars.index))
        entry, leaving = costs["entry_rate"], costs["exit_rate"]
        gross = arrays.side * (arrays.exit_price * leaving - arrays.entry_price * entry) * arrays.quantity
        net = gross - costs["commission"] - costs["financing"]
        parts.append(
            table.assign(
                symbol=leg.symbol,
                gross_pnl=gross,
                commission=costs["commission"],
                slippage_cost=costs["slippage_cost"],
                financing=costs["financing"],
                net_pnl=net,
                return_pct=net / (arrays.entry_price * arrays.quantity * entry),
                entry_rate=entry,
                exit_rate=leaving,
            ).set_index(rows)
        )
    return pd.concat(parts).sort_index()[list(PORTFOLIO_COLUMNS)]


def portfolio_events(
    legs: Sequence[Leg], index: pd.DatetimeIndex, events: NDArray[np.void], whose: NDArray[np.int64]
) -> tuple[PortfolioEvent, ...]:
    """Return events for people.

    Parameters
    ----------
    legs : sequence of Leg
        The symbols in order.
    index : DatetimeIndex
        The portfolio's instants.
    events : ndarray of `EVENT`, shape (n_events,)
        Events in order of time.
    whose : ndarray of int64, shape (at least n_events,)
        Symbol of each; -1 for the account's own.
    """
    told = []
    for (bar, kind, target, *numbers), number in zip(events.tolist(), whose.tolist(), strict=False):
        times = index if number < 0 else legs[number].bars.index
        event = event_of(bar, times[bar], Happening(kind), Position(target), numbers)
        told.append(PortfolioEvent("" if number < 0 else legs[number].symbol, event))
    return tuple(told)


def open_positions(
    legs: Sequence[Leg], own: NDArray[np.void], costs: NDArray[np.void], rates: NDArray[np.float64]
) -> tuple[OpenPosition, ...]:
    """Return what is held after the last step.

    Parameters
    ----------
    legs : sequence of Leg
        The symbols in order.
    own, costs : ndarray of `ACCOUNT` and of `COSTS`, shape (n_symbols,)
        Their accounts, and what their positions have cost so far.
    rates : ndarray of float64, shape (n_symbols,)
        The last rate of each symbol's currency.
    """
    found = []
    for leg, account, cost, rate in zip(legs, own, costs, rates.tolist(), strict=True):
        trade = open_trade_of(account, pd.DatetimeIndex(leg.bars.index))
        if trade is None:
            continue
        entry_rate, sign = float(cost["entry_rate"]), 1 if trade.side == "long" else -1
        if leg.rates is not None:
            commission, slippage, financing = (float(cost[name]) for name in ("commission", "slippage", "financing"))
            gained = sign * (trade.last_price * rate - trade.entry_price * entry_rate) * trade.quantity
            trade = replace(
                trade,
                commission=commission,
                slippage_cost=slippage,
                financing=financing,
                unrealized_pnl=gained - commission - financing,
            )
        found.append(OpenPosition(leg.symbol, trade, entry_rate, rate))
    return tuple(found)
