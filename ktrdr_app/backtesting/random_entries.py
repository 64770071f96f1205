"""What as many trades at random times would have brought: the luck that a result has to beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.random_kernel import Fills, Stakes, draw_finals
from ktrdr_app.backtesting.trades import TradeArrays
from ktrdr_app.core import seeds
from ktrdr_app.data.bars import PriceArrays

if TYPE_CHECKING:
    import pandas as pd

    from ktrdr_app.backtesting.results import OpenTrade

DRAWS = 200
"""Random runs."""

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
    """

    finals: Array
    final_equity: float
    initial_capital: float
    trades: int
    seed: int

    @property
    def percentile(self) -> float:
        """Share of the random runs that ended lower, ties counted half; 0.5 is what luck gives on average."""
        return float((self.finals < self.final_equity).mean() + (self.finals == self.final_equity).mean() / 2)

    @property
    def chance(self) -> float:
        """One-sided p-value: (1 + draws that ended as high or higher) / (1 + draws) (North et al. 2002)."""
        return float((1 + (self.finals >= self.final_equity).sum()) / (1 + len(self.finals)))

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form: returns as fractions, 5th percentile, median and 95th percentile of the draws."""
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
        }


def random_entries(
    fills: Fills, stakes: Stakes, final_equity: float, initial_capital: float, seed: int, draws: int = DRAWS
) -> RandomEntries | None:
    """Let the trades of a run begin at random times instead, and place the run among such runs.

    Every draw has the run's trades - the same holding times with their sides, in shuffled order, at the same costs -
    that begin at random: the bars without a position are cut at as many uniformly drawn places as there are trades,
    and the trades are put in there. Orders fill at the bar's open (or close, as the settings say); stops and targets
    are not watched. An order that the cash does not cover is left out, as in a run.

    Parameters
    ----------
    fills : Fills
        As `fills_of` gives them.
    stakes : Stakes
        As `stakes_of` gives them.
    final_equity, initial_capital : float
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
    if not len(stakes.held) or len(fills.buy) - 1 <= fills.first:
        return None
    finals = draw_finals(fills, stakes, float(initial_capital), draws, seeds.generator(seed, "random entries"))
    return RandomEntries(finals, final_equity, initial_capital, len(stakes.held), seed)


def fills_of(bars: pd.DataFrame, config: BacktestConfig) -> Fills:
    """Return what orders of a run with these settings cost.

    Parameters
    ----------
    bars : DataFrame
        Bars of one symbol.
    config : BacktestConfig
        Fill and costs are taken from it.
    """
    prices, at_close = PriceArrays.of(bars), config.fill == "close"
    price = prices.close if at_close else prices.open
    none = np.zeros(0)
    return Fills(
        buy=price * (1 + config.slippage),
        sell=price * (1 - config.slippage),
        carry_long=none,
        carry_short=none,
        first=0 if at_close else 1,
        commission=config.commission,
        per_unit=0.0,
        lot_step=0.0,
    )


def stakes_of(trades: TradeArrays, open_trade: OpenTrade | None, equity: Array, config: BacktestConfig) -> Stakes:
    """Return what a run staked; a position left open counts as held to the last bar.

    Stakes are sized as the settings say where that needs nothing but cash and price. Where it needs more (a risk in
    units of range), each trade stakes the share of the account that it did in the run.

    Parameters
    ----------
    trades : TradeArrays
        Closed trades.
    open_trade : OpenTrade, optional
        Position left open.
    equity : ndarray of float64, shape (n_bars,)
        Account value at each bar's close.
    config : BacktestConfig
        Sizing and capital.
    """
    entry, held = trades.entry_bar, trades.bars_held
    side, value = trades.side.astype(np.int64), trades.quantity * trades.entry_price
    if open_trade is not None:
        begun = len(equity) - open_trade.bars_held
        entry, held = np.append(entry, begun), np.append(held, open_trade.bars_held - 1)
        side = np.append(side, 1 if open_trade.side == "long" else -1)
        value = np.append(value, open_trade.quantity * open_trade.entry_price)
    kind, none = config.sizing["kind"], np.zeros(len(entry))
    if kind == "fixed_units":
        share, units = none, np.full(len(entry), float(config.sizing["units"]))
    elif kind in ("all_in", "fraction"):
        share, units = np.full(len(entry), float(config.sizing.get("fraction", 1.0))), none
    else:
        before = np.append(config.initial_capital, equity)[entry]
        share, units = np.clip(value / before, 0.0, 1.0), none
    return Stakes(np.maximum(held, 1), side, share, units)
