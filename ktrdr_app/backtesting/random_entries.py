"""What as many trades at random times would have brought: the luck that a result has to beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.backtesting.arrays import DAY
from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.random_kernel import Fills, Marks, Stakes, draw_accounts
from ktrdr_app.backtesting.terms import terms_of
from ktrdr_app.backtesting.trades import OpenTrade, TradeArrays
from ktrdr_app.core import seeds
from ktrdr_app.data.bars import nanoseconds

if TYPE_CHECKING:
    import pandas as pd

    from ktrdr_app.backtesting.trades import OpenTrade

DRAWS = 200
"""Random runs."""

POINTS = 120
"""Bars at which the way of the random accounts is kept, at most."""
PERCENTILES = (5, 25, 50, 75, 95)
"""Of the random accounts, at each of these bars."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RandomEntries:
    """A run among random ones.

    Attributes
    ----------
    finals : ndarray of float64, shape (n_draws,)
        Last account value of each random run, all trades closed.
    final_equity, initial_capital : float
        Of the run itself, account currency.
    trades : int
        Trades of each run.
    seed : int
        Of the draws.
    bars : ndarray of int64, shape (n_points,)
        Rows of the run at which the random accounts were looked at.
    paths : ndarray of float64, shape (n_draws, n_points)
        Value of each random account at the close of these bars.
    """

    finals: Array
    final_equity: float
    initial_capital: float
    trades: int
    seed: int
    bars: NDArray[np.int64]
    paths: Array

    @property
    def percentile(self) -> float:
        """Share of the random runs that ended lower, ties counted half; 0.5 is what luck gives on average."""
        return float((self.finals < self.final_equity).mean() + (self.finals == self.final_equity).mean() / 2)

    @property
    def chance(self) -> float:
        """One-sided p-value: (1 + draws that ended as high or higher) / (1 + draws) (North et al. 2002)."""
        return float((1 + (self.finals >= self.final_equity).sum()) / (1 + len(self.finals)))

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form: returns as fractions, 5th percentile, median and 95th percentile of the draws.

        ``way`` has rows of some bars in ``bars`` and, by percentile (``p5`` and so on), the random accounts' returns up
        to their closes.
        """
        low, middle, high = np.quantile(self.finals / self.initial_capital - 1, [0.05, 0.5, 0.95]).tolist()
        return {
            "draws": len(self.finals),
            "seed": self.seed,
            "trades": self.trades,
            "total_return": self.final_equity / self.initial_capital - 1,
            "low": low,
            "median": middle,
            "high": high,
            "percentile": self.percentile,
            "chance": self.chance,
            "way": self._way(),
        }

    def _way(self) -> dict[str, list[float]]:
        levels = np.percentile(self.paths / self.initial_capital - 1, PERCENTILES, axis=0).round(6)
        named = {f"p{percentile}": row.tolist() for percentile, row in zip(PERCENTILES, levels, strict=True)}
        return {"bars": self.bars.tolist(), **named}


def random_entries(
    bars: pd.DataFrame, stakes: Stakes, config: BacktestConfig, final_equity: float, seed: int, draws: int = DRAWS
) -> RandomEntries | None:
    """Let the trades of a run begin at random times instead, and place the run among such runs.

    Every draw has the run's trades - the same holding times with their sides, in shuffled order, at the same costs -
    that begin at random: the bars without a position are cut at as many uniformly drawn places as there are trades,
    and the trades are put in there. Orders fill at the bar's open (or close, as the settings say); stops and targets
    are not watched. An order that the cash does not cover is left out, as in a run.

    Parameters
    ----------
    bars : DataFrame
        Bars of one symbol.
    stakes : Stakes
        As `stakes_of` gives them.
    config : BacktestConfig
        Capital, fill and costs are taken from it.
    final_equity : float
        Of the run, account currency.
    seed : int
        Recorded with the result.
    draws : int
        Random runs.

    Returns
    -------
    RandomEntries or None
        None for a run without trades, or without two bars in which orders can fill.
    """
    fills, capital = fills_of(bars, config), float(config.initial_capital)
    if not len(stakes.held) or len(fills.buy) - 1 <= fills.first:
        return None
    open_rows = np.flatnonzero(_trading(bars))
    at = np.unique(np.linspace(0, len(open_rows) - 1, min(POINTS, len(open_rows))).round().astype(np.int64))
    marks = Marks(at, bars["close"].to_numpy(dtype=np.float64)[open_rows[at]])
    generator = seeds.generator(seed, "random entries")
    finals, paths = draw_accounts(fills, stakes, capital, draws, generator, marks)
    return RandomEntries(finals, final_equity, capital, len(stakes.held), seed, open_rows[at], paths)


def fills_of(bars: pd.DataFrame, config: BacktestConfig) -> Fills:
    """Return what orders of a run with these settings cost, in the bars in which the market is open.

    Parameters
    ----------
    bars : DataFrame
        Bars of one symbol; those without a close are left out.
    config : BacktestConfig
        Fill and costs are taken from it.
    """
    rules, trading = terms_of(config)[0], _trading(bars)
    at_close = bool(rules["at_close"])
    price = bars["close" if at_close else "open"].to_numpy(dtype=np.float64)[trading]
    worse = price * rules["slip_rate"] + rules["slip_fixed"]
    if rules["slip_range"]:
        span = (bars["high"] - bars["low"]).to_numpy(dtype=np.float64)[trading]
        worse += rules["slip_range"] * (span if at_close else np.append(0.0, span)[:-1])
    interest = np.zeros(0)
    if rules["night_long"] or rules["night_short"]:
        days = nanoseconds(bars.index)[trading] // DAY
        close = bars["close"].to_numpy(dtype=np.float64)[trading]
        interest = np.cumsum(np.diff(days, prepend=days[:1]) * np.append(0.0, close)[:-1])
    return Fills(
        buy=price + worse,
        sell=np.maximum(price - worse, 0.0),
        carry_long=interest * rules["night_long"],
        carry_short=interest * rules["night_short"],
        first=0 if at_close else 1,
        commission=float(rules["commission"]),
        per_unit=float(rules["per_unit"]),
        lot_step=float(rules["lot_step"]),
    )


def stakes_of(bars: pd.DataFrame, trades: TradeArrays, open_trade: OpenTrade | None, config: BacktestConfig) -> Stakes:
    """Return what a run staked in each trade: the share of its cash, or the units where these are fixed.

    A position left open counts as held to the last bar. Times are in bars in which the market is open.

    Parameters
    ----------
    bars : DataFrame
        Bars of one symbol.
    trades : TradeArrays
        Closed trades.
    open_trade : OpenTrade, optional
        Position left open.
    config : BacktestConfig
        Capital, commission and sizing.
    """
    entry, leave, side = trades.entry_bar, trades.exit_bar, trades.side.astype(np.int64)
    quantity, price = trades.quantity, trades.entry_price
    if open_trade is not None:
        entry = np.append(entry, len(bars) - open_trade.bars_held)
        leave = np.append(leave, len(bars) - 1)
        side = np.append(side, 1 if open_trade.side == "long" else -1)
        quantity = np.append(quantity, open_trade.quantity)
        price = np.append(price, open_trade.entry_price)
    row = np.cumsum(_trading(bars)) - 1
    cash = config.initial_capital + np.append(0.0, np.cumsum(trades.net_pnl))[: len(entry)]
    fixed = config.sizing["kind"] == "fixed_units"
    rules = terms_of(config)[0]
    cost = price * (1 + rules["commission"]) + rules["per_unit"]
    share = np.clip(quantity * cost / cash, 0.0, 1.0)
    none = np.zeros(len(entry))
    return Stakes(
        held=np.maximum(row[leave] - row[entry], 1),
        side=side,
        share=none if fixed else share,
        units=quantity if fixed else none,
    )


def _trading(bars: pd.DataFrame) -> NDArray[np.bool_]:
    trading: NDArray[np.bool_] = np.isfinite(bars["close"].to_numpy(dtype=np.float64))
    return trading
