"""The event kernel: decisions, fills, stops and equity in one pass over the bars, without the GIL.

It does what `BacktestingEngine` does, order by order; a test holds the two together. One file holds all of it,
since numba's cache does not notice when a kernel in another file changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ktrdr_app.backtesting.arrays import NEVER, NO_ORDER, SIZING, TERMS, Books, Market, new_account
from ktrdr_app.backtesting.events import Happening
from ktrdr_app.backtesting.positions import LOT_ROUNDING, ROUNDING
from ktrdr_app.backtesting.trades import REASONS
from ktrdr_app.core.kernels import ieee_kernel, warms_up
from ktrdr_app.decision.actions import Action, Position

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Signals = NDArray[np.int8]
    Record = NDArray[np.void]
    Events = NDArray[np.void]
    Changes = NDArray[np.void]

BUY, HOLD, SELL = (int(action) for action in Action)
SHORT, FLAT, LONG = (int(position) for position in Position)
FRACTION, FIXED, RISK = SIZING["fraction"], SIZING["fixed_units"], SIZING["risk_atr"]
SIGNAL, REVERSAL, STOPPED, TAKEN, TRAILED, ENDED = range(len(REASONS))
NO_CASH, TOO_DEAR, NO_LOT, NO_RANGE, NO_PRICE, SHRUNK, CLOSED, GONE, NOT_FILLED, LEFT_OPEN, TOO_MANY, NO_ROOM = (
    int(kind) for kind in Happening
)


@ieee_kernel
def play(market: Market, signals: Signals, terms: Record, account: Record, books: Books, begin: int, end: int) -> None:
    """Run the bars ``begin`` to ``end`` - 1; the account carries over from the call before.

    Parameters
    ----------
    market : Market
        Bars.
    signals : ndarray of int8, shape (n_bars,)
        BUY, HOLD, SELL decided at each close, before the filters that know the position.
    terms : ndarray of one `TERMS`
        Costs, sizing, stops, filters.
    account : ndarray of one `ACCOUNT`
        State; changed.
    books : Books
        Written.
    begin, end : int
        Rows.

    Notes
    -----
    Functions are given records and as few arrays as can be: each array that is handed on is counted in and out. The
    inner loop passes over bars on which nothing is asked for, charged, touched or lost; it keeps a trade's extremes
    beside the record, as what is written to that would have to be read again at each bar.
    """
    bar, own, rules, charged, ranged = begin, account[0], terms[0], len(market.nights) > 0, len(market.atr) > 0
    stamps, opens, highs, lows, closes, atr, nights = market
    equity, held, trades, events, changes = books
    _change(own, changes, begin)
    while bar < end:
        worth = own.cash + own.units * own.last_close
        if own.pending == NO_ORDER and (worth > 0.0 or own.gone):
            side, cash, units, guarded, seen = _side(own), own.cash, own.units, rules.guarded, -1
            highest, lowest = own.highest, own.lowest
            while bar < end and signals[bar] == HOLD and not (charged and nights[bar] > 0):
                close = closes[bar]
                if close == close:
                    value = cash + units * close
                    if side != FLAT:
                        high, low = highs[bar], lows[bar]
                        if (guarded and touched(own, high, low)) or (value <= 0.0 and not own.gone):
                            break
                        if guarded:
                            count_bar(own, high, low)
                        highest, lowest = high if high > highest else highest, low if low < lowest else lowest
                    worth, seen = value, bar
                equity[bar], held[bar] = worth, side
                bar += 1
            if seen >= 0:
                own.highest, own.lowest = highest, lowest
                own.last_range, own.last_close = highs[seen] - lows[seen], closes[seen]
            if bar == end:
                break
        if charged and own.units != 0.0 and nights[bar] > 0:
            charge_nights(own, rules, nights[bar])
        close, signal, traded = closes[bar], signals[bar], closes[bar] == closes[bar]
        if traded:
            if own.pending != NO_ORDER:
                _order(own, trades[own.trades], events, rules, bar, opens[bar], own.last_range)
            if own.units != 0.0:
                _live_through(own, trades[own.trades], rules, bar, opens[bar], highs[bar], lows[bar])
            own.last_range, own.last_close = highs[bar] - lows[bar], close
        held[bar] = _side(own)
        if signal != HOLD and not traded:
            _note(own, events, bar, CLOSED, LONG if signal == BUY else SHORT, 0.0, 0.0, 0.0)
        elif signal != HOLD:
            placed = decide(own, rules, atr[bar] if ranged else 0.0, stamps[bar], signal, bar)
            if placed and _fills_at_close(own, rules, bar == len(closes) - 1):
                _order(own, trades[own.trades], events, rules, bar, close, own.last_range)
        equity[bar] = own.cash + own.units * own.last_close
        _change(own, changes, bar)
        _look_for_ruin(own, events, bar, equity[bar])
        bar += 1


@ieee_kernel
def finish(market: Market, terms: Record, account: Record, books: Books) -> None:
    """End a run after its last bar: tell the order that nothing fills any more, and close if that is asked for.

    Parameters
    ----------
    market, terms, account, books
        As `play` takes them.
    """
    own, rules, last = account[0], terms[0], len(market.close) - 1
    events = books.events
    if own.pending != NO_ORDER:
        _note(own, events, last, NOT_FILLED, own.pending, 0.0, 0.0, 0.0)
    if not rules.close_at_end or own.units == 0.0:
        return
    if market.close[last] != market.close[last]:
        _note(own, events, last, LEFT_OPEN, FLAT, 0.0, 0.0, 0.0)
        return
    close_position(own, books.trades[own.trades], rules, last, market.close[last], own.last_range, ENDED)
    books.equity[last] = own.cash
    _change(own, books.changes, last)
    _look_for_ruin(own, events, last, own.cash)


@ieee_kernel
def _live_through(own: Any, trade: Any, rules: Any, bar: int, opened: float, high: float, low: float) -> None:
    """Leave a position whose stop or target lies within the bar, or else count the bar as held."""
    if rules.guarded and touched(own, high, low):
        leave_within_bar(own, trade, rules, bar, opened, high, low)
    else:
        count_bar(own, high, low)


@ieee_kernel
def _look_for_ruin(own: Any, events: Events, bar: int, worth: float) -> None:
    """Note, once, that nothing is left of the account."""
    if worth <= 0.0 and own.gone == 0:
        own.gone = 1
        _note(own, events, bar, GONE, FLAT, worth, 0.0, 0.0)


@ieee_kernel
def _change(own: Any, changes: Changes, bar: int) -> None:
    """Write cash and units at a bar's close where they are not those of the close before."""
    if own.changes > 0:
        latest = changes[own.changes - 1]
        if latest.cash == own.cash and latest.units == own.units:
            return
        if latest.bar == bar:
            own.changes -= 1
    change = changes[own.changes]
    change.bar, change.cash, change.units = bar, own.cash, own.units
    own.changes += 1


@ieee_kernel
def _fills_at_close(own: Any, rules: Any, at_end: bool) -> Any:
    """Whether an order is filled at the close that it was placed at: none is opened where all is closed."""
    return rules.at_close and own.pending != NO_ORDER and (own.pending == FLAT or not (rules.close_at_end and at_end))


@ieee_kernel
def decide(own: Any, rules: Any, atr: float, stamp: int, signal: int, bar: int) -> bool:
    """Apply the filters that know the position, and place the order."""
    side = _side(own)
    if rules.aware:
        if signal == BUY and side > 0:
            return False
        if signal == SELL and (side < 0 or (side == 0 and not rules.allow_short)):
            return False
    if own.acted != NEVER and (bar - own.acted < rules.separation or stamp - own.acted_at < rules.separation_ns):
        return False
    opens = side == 0 and (signal == BUY or rules.allow_short)
    if opens and own.ended != NEVER and bar - own.ended < rules.cooldown:
        return False
    own.acted, own.acted_at = bar, stamp
    target = NO_ORDER
    if signal == BUY and side <= 0:
        target = LONG
    elif signal == SELL and side >= 0:
        if rules.allow_short:
            target = SHORT
        elif side > 0:
            target = FLAT
    if target != NO_ORDER:
        own.pending = target
        own.order_atr = atr
    return True


@ieee_kernel
def _order(own: Any, trade: Any, events: Events, rules: Any, bar: int, price: float, span: float) -> None:
    """Fill the pending order at a market price: close what is held, open what is wanted."""
    target = own.pending
    own.pending = NO_ORDER
    if own.units != 0.0:
        close_position(own, trade, rules, bar, price, span, SIGNAL if target == FLAT else REVERSAL)
    if target != FLAT:
        open_position(own, events, rules, bar, target, price, span)


@ieee_kernel
def open_position(own: Any, events: Events, rules: Any, bar: int, side: int, market_price: float, span: float) -> None:
    """Open a position from flat, or note why not."""
    if own.cash <= 0.0:
        _note(own, events, bar, NO_CASH, side, own.cash, 0.0, 0.0)
        return
    price = fill_price(rules, market_price, side, span)
    cost = price * (1.0 + rules.commission) + rules.per_unit
    if not price > 0.0:
        _note(own, events, bar, NO_PRICE, side, 0.0, 0.0, 0.0)
        return
    if rules.needs_atr and not own.order_atr > 0.0:
        _note(own, events, bar, NO_RANGE, side, 0.0, 0.0, 0.0)
        return
    quantity = _sized(own, rules, cost)
    most = rules.max_size * own.cash / cost
    if quantity > most and (rules.max_size < 1.0 or rules.sizing == RISK):
        _note(own, events, bar, SHRUNK, side, quantity, most, 0.0)
        quantity = most
    if rules.lot_step > 0.0:
        lots = np.floor(quantity / rules.lot_step + LOT_ROUNDING)
        if lots < 1.0:
            _note(own, events, bar, NO_LOT, side, quantity, rules.lot_step, 0.0)
            return
        quantity = lots * rules.lot_step
    if quantity * cost > own.cash * (1.0 + ROUNDING):
        _note(own, events, bar, TOO_DEAR, side, quantity, quantity * cost, own.cash)
        return
    own.entry_price, own.entry_bar = price, bar
    own.commission = own.slippage = own.financing = 0.0
    _execute(own, rules, quantity, side, price, market_price)
    own.highest, own.lowest, own.peak = -np.inf, np.inf, market_price
    unit = own.order_atr if rules.in_atr else price
    own.stop = price - side * rules.stop * unit if rules.stop > 0.0 else np.nan
    own.target = price + side * rules.take * unit if rules.take > 0.0 else np.nan
    own.trail = rules.trail * unit if rules.trail > 0.0 else np.nan


@ieee_kernel
def _sized(own: Any, rules: Any, cost: float) -> Any:
    """Units before limits and lots."""
    if rules.sizing == FRACTION:
        return rules.size * own.cash / cost
    if rules.sizing == FIXED:
        return rules.size
    if rules.sizing == RISK:
        return rules.size * own.cash / (rules.multiple * own.order_atr)
    return own.cash / cost


@ieee_kernel
def _side(own: Any) -> int:
    """Sign of the units held."""
    return int(own.units > 0.0) - int(own.units < 0.0)


@ieee_kernel
def touched(own: Any, high: float, low: float) -> Any:
    """Whether a bar reaches stop, trailing stop or target; comparisons with NaN, for none, are false."""
    if own.units > 0.0:
        return low <= own.stop or low <= own.peak - own.trail or high >= own.target
    return high >= own.stop or high >= own.peak + own.trail or low <= own.target


@ieee_kernel
def count_bar(own: Any, high: float, low: float) -> None:
    """Take a whole bar into the trade's extremes and the trailing stop's peak."""
    if high > own.highest:
        own.highest = high
    if low < own.lowest:
        own.lowest = low
    if own.units > 0.0:
        if high > own.peak:
            own.peak = high
    elif low < own.peak:
        own.peak = low


@ieee_kernel
def leave_within_bar(own: Any, trade: Any, rules: Any, bar: int, opened: float, high: float, low: float) -> None:
    """Stop or take the position within a bar, the stop first; a bar that opens beyond the price fills at its open."""
    side = _side(own)
    worst = low if side > 0 else high
    level, reason = own.stop, STOPPED
    trailing = own.peak - side * own.trail
    if trailing == trailing and not side * trailing <= side * level:
        level, reason = trailing, TRAILED
    if side * worst <= side * level:
        beyond = side * opened <= side * level
        close_position(own, trade, rules, bar, opened if beyond else level, own.last_range, reason)
    else:
        beyond = side * opened >= side * own.target
        close_position(own, trade, rules, bar, opened if beyond else own.target, own.last_range, TAKEN)


@ieee_kernel
def close_position(own: Any, trade: Any, rules: Any, bar: int, market_price: float, span: float, reason: int) -> None:
    """Close the position and write its trade."""
    side, quantity = _side(own), abs(own.units)
    price = fill_price(rules, market_price, -side, span)
    _execute(own, rules, quantity, -side, price, market_price)
    best = side * (max(own.highest, market_price) / own.entry_price - 1.0)
    worst = side * (min(own.lowest, market_price) / own.entry_price - 1.0)
    trade.entry_bar, trade.exit_bar, trade.side, trade.reason = own.entry_bar, bar, side, reason
    trade.quantity, trade.entry_price, trade.exit_price = quantity, own.entry_price, price
    trade.commission, trade.slippage_cost, trade.financing = own.commission, own.slippage, own.financing
    trade.mfe, trade.mae = max(0.0, best, worst), min(0.0, best, worst)
    own.trades += 1
    own.units = 0.0
    own.ended = bar


@ieee_kernel
def _execute(own: Any, rules: Any, quantity: float, direction: int, price: float, market_price: float) -> None:
    """Move cash and units by one fill, and count its costs."""
    fee = quantity * price * rules.commission + quantity * rules.per_unit
    own.cash -= direction * (price * quantity) + fee
    own.units += direction * quantity
    own.commission += fee
    own.slippage += abs(price - market_price) * quantity


@ieee_kernel
def fill_price(rules: Any, market_price: float, direction: int, span: float) -> Any:
    """Market price made worse by spread and slippage; never below 0."""
    worse = direction * (rules.slip_fixed + rules.slip_range * span)
    return max(0.0, market_price * (1.0 + direction * rules.slip_rate) + worse)


@ieee_kernel
def charge_nights(own: Any, rules: Any, nights: int) -> None:
    """Pay, or receive, interest for the nights since the bar before, on the last close."""
    rate = rules.night_long if own.units > 0 else rules.night_short
    cost = abs(own.units) * own.last_close * rate * nights
    own.cash -= cost
    own.financing += cost


@ieee_kernel
def _note(
    own: Any, events: Events, bar: int, kind: int, target: int, first: float, second: float, third: float
) -> None:
    """Write one event."""
    event = events[own.events]
    event.bar, event.kind, event.target = bar, kind, target
    event.first, event.second, event.third = first, second, third
    own.events += 1


@warms_up
def _warm_up() -> None:
    ones = np.ones(4)
    stamps, signals = np.arange(4), np.array([BUY, HOLD, SELL, HOLD], dtype=np.int8)
    for column in (ones, stamps, signals):
        column.flags.writeable = False
    books, account = Books.empty(4), new_account(1.0)
    none, nights = ones[:0], stamps[:0]
    free = np.zeros(1, dtype=TERMS)
    market = Market(stamps, ones, ones, ones, ones, none, nights)
    play(market, signals, free, account, books, 0, 4)
    finish(market, free, account, books)
