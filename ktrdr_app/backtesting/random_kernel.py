"""Accounts of random trades in closed form: two fills per trade, no bar between them is looked at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up

ROUNDING = 1e-12
"""Relative excess of cost over cash that is rounding, not lack of money."""

LOT_ROUNDING = 1e-9
"""Part of a lot by which units may fall short of a whole number by rounding; many lots by `ROUNDING` of them."""

Array = NDArray[np.float64]
Rows = NDArray[np.int64]


class Fills(NamedTuple):
    """What orders cost in each bar; every array has the shape (n_bars,).

    Attributes
    ----------
    buy, sell : ndarray of float64
        Price of a purchase and of a sale, spread and slippage inside.
    carry_long, carry_short : ndarray of float64
        Swap and borrow per unit from the first bar to this one, account currency; empty where there is none.
    first : int
        First bar in which an order can fill.
    commission : float
        Fraction of the traded value, per side.
    per_unit : float
        Commission per unit and side, account currency.
    lot_step : float
        Units are rounded down to multiples of it; 0 for any fraction.
    """

    buy: Array
    sell: Array
    carry_long: Array
    carry_short: Array
    first: int
    commission: float
    per_unit: float
    lot_step: float


class Stakes(NamedTuple):
    """The trades of a run, less their times; every array has the shape (n_trades,).

    Attributes
    ----------
    held : ndarray of int64
        Bars from entry to exit, 1 or more.
    side : ndarray of int64
        1 long, -1 short.
    share : ndarray of float64
        Part of the cash that the entry takes, commission included; 0 where ``units`` are fixed.
    units : ndarray of float64
        Fixed units, or 0.
    """

    held: Rows
    side: Rows
    share: Array
    units: Array


class Marks(NamedTuple):
    """Where an account is looked at on its way; every array has the shape (n_marks,).

    Attributes
    ----------
    at : ndarray of int64
        Bars, rising.
    close : ndarray of float64
        Their closes.
    """

    at: Rows
    close: Array


@kernel
def random_entry_bars(
    held: Rows, order: Rows, first: int, last: int, generator: np.random.Generator, entries: Rows
) -> None:
    """Fill in random entry bars for trades in an order, none before the one before it is closed.

    The number of free bars before each trade is one of n sorted uniform draws of 0 to all free bars; sums of
    exponential draws give them sorted at once (Devroye 1986, V.2).

    Parameters
    ----------
    held : ndarray of int64, shape (n_trades,)
        Bars from entry to exit.
    order : ndarray of int64, shape (n_trades,)
        Rows of the trades, one after another in time.
    first, last : int
        First bar of an entry, last bar of an exit.
    generator : numpy.random.Generator
        Source of the draws.
    entries : ndarray of int64, shape (n_trades,)
        Written: the bar of each trade in that order, rising.
    """
    count = order.size
    sums = np.empty(count)
    total, busy = 0.0, 0
    for place in range(count):
        total -= np.log1p(-generator.random())
        sums[place] = total
        busy += held[order[place]]
    total -= np.log1p(-generator.random())
    free = max(0, last - first - busy)
    scale = (free + 1) / total
    before = first
    for place in range(count):
        entries[place] = before + min(free, int(sums[place] * scale))
        before += held[order[place]]


@kernel
def account_of(
    fills: Fills, stakes: Stakes, entries: Rows, order: Rows, capital: float, marks: Marks, path: Array
) -> float:
    """Return the cash after trades that follow one another, each sized, paid and closed as in a run.

    Parameters
    ----------
    fills : Fills
        Prices and costs.
    stakes : Stakes
        The trades.
    entries, order
        As `random_entry_bars` has them.
    capital : float
        Cash at the start, account currency.
    marks : Marks
        Where the account is looked at.
    path : ndarray of float64, shape (n_marks,)
        Written: the account's value at the close of each of these bars, the position included.
    """
    cash, last, mark = capital, fills.buy.size - 1, 0
    for place in range(order.size):
        if cash <= 0.0:
            break
        trade, into = order[place], min(entries[place], last)
        out, long = min(into + stakes.held[trade], last), stakes.side[trade] > 0
        price = fills.buy[into] if long else fills.sell[into]
        cost = price * (1.0 + fills.commission) + fills.per_unit
        quantity = stakes.units[trade] if stakes.units[trade] > 0.0 else stakes.share[trade] * cash / cost
        if fills.lot_step > 0.0:
            lots = quantity / fills.lot_step
            quantity = np.floor(lots + max(LOT_ROUNDING, ROUNDING * lots)) * fills.lot_step
        if quantity <= 0.0 or quantity * cost > cash * (1.0 + ROUNDING):
            continue
        carry = fills.carry_long if long else fills.carry_short
        while mark < marks.at.size and marks.at[mark] < out:
            bar, close = marks.at[mark], marks.close[mark]
            path[mark] = cash
            if bar >= into:
                moved = close - price if long else price - close
                if carry.size:
                    moved -= carry[bar] - carry[into]
                path[mark] += quantity * (moved - price * fills.commission - fills.per_unit)
            mark += 1
        left = fills.sell[out] if long else fills.buy[out]
        gained = left - price if long else price - left
        if carry.size:
            gained -= carry[out] - carry[into]
        cash += quantity * (gained - (price + left) * fills.commission - 2.0 * fills.per_unit)
    path[mark:] = cash
    return cash


@kernel
def draw_accounts(
    fills: Fills, stakes: Stakes, capital: float, draws: int, generator: np.random.Generator, marks: Marks
) -> tuple[Array, Array]:
    """Return the cash at the end of each random run, shape (draws,), and its way there, shape (draws, n_marks).

    Parameters
    ----------
    fills : Fills
        Prices and costs.
    stakes : Stakes
        The trades, which each run makes in an order of its own.
    capital : float
        Cash at the start, account currency.
    draws : int
        Random runs.
    generator : numpy.random.Generator
        Source of the draws.
    marks : Marks
        Where the accounts are looked at.
    """
    count = stakes.held.size
    order, entries = np.arange(count), np.empty(count, np.int64)
    finals, paths = np.empty(draws), np.empty((draws, marks.at.size))
    for draw in range(draws):
        for place in range(count - 1, 0, -1):
            other = min(place, int(generator.random() * (place + 1)))
            order[place], order[other] = order[other], order[place]
        random_entry_bars(stakes.held, order, fills.first, fills.buy.size - 1, generator, entries)
        finals[draw] = account_of(fills, stakes, entries, order, capital, marks, paths[draw])
    return finals, paths


@warms_up
def _warm_up() -> None:
    prices, none, one, whole = np.ones(3), np.zeros(0), np.ones(1), np.ones(1, dtype=np.int64)
    fills = Fills(prices, prices, none, none, 1, 0.0, 0.0, 0.0)
    draw_accounts(fills, Stakes(whole, whole, one, one), 1.0, 1, np.random.default_rng(0), Marks(whole, one))
