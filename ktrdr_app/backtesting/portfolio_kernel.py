"""The portfolio kernel: many symbols, one account, step by step in order of time, without the GIL.

Costs, stops and filters are those of the single account's kernel, whose functions it calls with cash lent by the one
purse. numba's cache does not see a change in another file: after a change of ``kernel.py``, this file must change too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ktrdr_app.backtesting.arrays import NO_ORDER, Market
from ktrdr_app.backtesting.kernel import (
    CLOSED,
    ENDED,
    FIXED,
    FLAT,
    FRACTION,
    GONE,
    HOLD,
    LEFT_OPEN,
    LONG,
    NO_CASH,
    NO_LOT,
    NO_PRICE,
    NO_RANGE,
    NO_ROOM,
    NOT_FILLED,
    REVERSAL,
    RISK,
    SHORT,
    SHRUNK,
    SIGNAL,
    TOO_DEAR,
    TOO_MANY,
    charge_nights,
    close_position,
    count_bar,
    decide,
    fill_price,
    leave_within_bar,
    open_position,
    touched,
)
from ktrdr_app.backtesting.portfolio_arrays import (
    HOME,
    Ledger,
    Money,
    State,
    Timeline,
    portfolio_terms,
    state_of,
    timeline_of,
)
from ktrdr_app.backtesting.portfolio_terms import DUST, PortfolioConfig
from ktrdr_app.backtesting.positions import LOT_ROUNDING, ROUNDING
from ktrdr_app.backtesting.terms import NO_FILTERS
from ktrdr_app.core.kernels import ieee_kernel, warms_up

if TYPE_CHECKING:
    from numpy.typing import NDArray

WHOLE_ACCOUNT = -1
BUY = 0


@ieee_kernel
def play_steps(
    market: Market,
    signals: NDArray[np.int8],
    begins: NDArray[np.int64],
    timeline: Timeline,
    money: Money,
    terms: NDArray[np.void],
    state: State,
    ledger: Ledger,
    begin: int,
    end: int,
) -> None:
    """Run the steps ``begin`` to ``end`` - 1; the state carries over from the call before.

    Parameters
    ----------
    market : Market
        All symbols' bars, end to end.
    signals : ndarray of int8, shape (n_all_bars,)
        BUY, HOLD, SELL at each close.
    begins : ndarray of int64, shape (n_symbols + 1,)
        Where each symbol's bars begin.
    timeline, money : Timeline, Money
        The steps, and the rates at each.
    terms : ndarray of two `TERMS`
        As `portfolio_terms` gives them.
    state : State
        Changed.
    ledger : Ledger
        Written.
    begin, end : int
        Steps.
    """
    for step in range(begin, end):
        slot = timeline.steps[step] // 2
        first, last = timeline.first[slot], timeline.first[slot + 1]
        if timeline.steps[step] % 2:
            for place in range(first, last):
                symbol = timeline.symbols[place]
                state.cursor[symbol] += 1
                _interest(market, begins, money, terms, state, symbol, step)
            _fill_all(market.open, begins, timeline, money, terms, state, ledger, first, last, step, False)
        else:
            for place in range(first, last):
                _watch(market, signals, begins, money, terms, state, ledger, timeline.symbols[place], step)
            for place in range(first, last):
                _judge(market, signals, begins, terms, state, timeline.symbols[place])
            if terms[0].at_close:
                _fill_all(market.close, begins, timeline, money, terms, state, ledger, first, last, step, True)
            _mark(money, state, ledger, slot, step)
            ended = False
            for place in range(first, last):
                ended |= _finish(market, begins, money, terms, state, ledger, timeline.symbols[place], step)
            if ended:
                _mark(money, state, ledger, slot, step)
            for place in range(first, last):
                symbol = timeline.symbols[place]
                ledger.units[begins[symbol] + state.cursor[symbol]] = state.own[symbol].units


@ieee_kernel
def _rate(money: Money, symbol: int, step: int) -> Any:
    """Account currency per unit of a symbol's quote currency."""
    return 1.0 if money.currency[symbol] == HOME else money.rates[money.currency[symbol], step]


@ieee_kernel
def _lend(state: State, terms: NDArray[np.void], symbol: int, rate: float) -> Any:
    """Give a symbol the purse's cash in its own currency, and return its account."""
    own, purse = state.own[symbol], state.purse[0]
    own.cash, own.trades = purse.cash / rate, purse.trades
    terms[1].per_unit = terms[0].per_unit / rate
    return own


@ieee_kernel
def _settle(state: State, symbol: int, rate: float) -> None:
    """Take back what is left of the cash."""
    own, purse = state.own[symbol], state.purse[0]
    purse.cash, purse.trades = own.cash * rate, own.trades


@ieee_kernel
def _interest(market: Market, begins: NDArray[np.int64], money: Money, terms: NDArray[np.void], state: State,
              symbol: int, step: int) -> None:  # fmt: skip
    """Charge the nights since the symbol's bar before."""
    row = begins[symbol] + state.cursor[symbol]
    if len(market.nights) == 0 or market.nights[row] <= 0 or state.own[symbol].units == 0.0:
        return
    rate = _rate(money, symbol, step)
    own = _lend(state, terms, symbol, rate)
    before = own.financing
    charge_nights(own, terms[1], market.nights[row])
    state.costs[symbol].financing += (own.financing - before) * rate
    _settle(state, symbol, rate)


@ieee_kernel
def _fill_all(prices: NDArray[np.float64], begins: NDArray[np.int64], timeline: Timeline, money: Money,
              terms: NDArray[np.void], state: State, ledger: Ledger, first: int, last: int, step: int,
              at_close: bool) -> None:  # fmt: skip
    """Fill the orders of one moment: all exits first, then all entries, each in the order of the symbols' names."""
    for entering in (False, True):
        for place in range(first, last):
            symbol = timeline.symbols[place]
            own, bar = state.own[symbol], state.cursor[symbol]
            price = prices[begins[symbol] + bar]
            if own.pending == NO_ORDER or price != price:
                continue
            at_end = bar == begins[symbol + 1] - begins[symbol] - 1
            if at_close and own.pending != FLAT and terms[0].close_at_end and at_end:
                continue
            if not entering and own.units != 0.0:
                reason = SIGNAL if own.pending == FLAT else REVERSAL
                _exit(money, terms, state, ledger, symbol, step, price, reason)
            elif entering:
                target = own.pending
                own.pending = NO_ORDER
                if target != FLAT:
                    _enter(money, terms, state, ledger, symbol, step, target, price)


@ieee_kernel
def _exit(money: Money, terms: NDArray[np.void], state: State, ledger: Ledger, symbol: int, step: int, price: float,
          reason: int) -> None:  # fmt: skip
    """Close a position at a market price."""
    rate = _rate(money, symbol, step)
    own = _lend(state, terms, symbol, rate)
    commission, slippage = own.commission, own.slippage
    close_position(own, ledger.trades[own.trades], terms[1], state.cursor[symbol], price, own.last_range, reason)
    _file(money, state, ledger, symbol, rate, commission, slippage)
    _settle(state, symbol, rate)


@ieee_kernel
def _file(money: Money, state: State, ledger: Ledger, symbol: int, rate: float, commission: float,
          slippage: float) -> None:  # fmt: skip
    """Keep the costs of the trade just closed in account currency; before its exit they were as given."""
    own, costs = state.own[symbol], state.costs[symbol]
    trade, filed = ledger.trades[own.trades - 1], ledger.filed[own.trades - 1]
    filed.symbol, filed.entry_rate, filed.exit_rate = symbol, costs.entry_rate, rate
    if money.currency[symbol] == HOME:
        filed.commission, filed.slippage_cost = trade.commission, trade.slippage_cost
        filed.financing = trade.financing
    else:
        filed.commission = costs.commission + (own.commission - commission) * rate
        filed.slippage_cost = costs.slippage + (own.slippage - slippage) * rate
        filed.financing = costs.financing


@ieee_kernel
def _watch(market: Market, signals: NDArray[np.int8], begins: NDArray[np.int64], money: Money, terms: NDArray[np.void],
           state: State, ledger: Ledger, symbol: int, step: int) -> None:  # fmt: skip
    """Watch the stops over the bar that is over, and take its close as the symbol's last price."""
    own, bar = state.own[symbol], state.cursor[symbol]
    row = begins[symbol] + bar
    opened, high, low, close = market.open[row], market.high[row], market.low[row], market.close[row]
    rate = _rate(money, symbol, step)
    if close != close:
        if signals[row] != HOLD:
            _tell(state, ledger, symbol, bar, CLOSED, LONG if signals[row] == BUY else SHORT, 0.0, 0.0, 0.0)
        return
    if own.units != 0.0:
        if touched(own, high, low):
            _lend(state, terms, symbol, rate)
            commission, slippage = own.commission, own.slippage
            leave_within_bar(own, ledger.trades[own.trades], terms[1], bar, opened, high, low)
            _file(money, state, ledger, symbol, rate, commission, slippage)
            _settle(state, symbol, rate)
        else:
            count_bar(own, high, low)
    own.last_range, own.last_close = high - low, close


@ieee_kernel
def _judge(market: Market, signals: NDArray[np.int8], begins: NDArray[np.int64], terms: NDArray[np.void], state: State,
           symbol: int) -> None:  # fmt: skip
    """Apply the filters that know the position to the signal of a close, and place the order."""
    own, bar = state.own[symbol], state.cursor[symbol]
    row = begins[symbol] + bar
    close = market.close[row]
    if close == close and signals[row] != HOLD:
        atr = market.atr[row] if len(market.atr) > 0 else 0.0
        decide(own, terms[1], atr, market.stamps[row], signals[row], bar)


@ieee_kernel
def _standing(money: Money, state: State, step: int) -> Any:
    """Return the account's worth at the last closes, Σ |value| of its positions, that of its shorts, and how many."""
    worth, gross, short, count = state.purse[0].cash, 0.0, 0.0, 0
    for symbol in range(len(state.own)):
        own = state.own[symbol]
        if own.units != 0.0:
            value = own.units * own.last_close * _rate(money, symbol, step)
            worth += value
            gross += abs(value)
            short += max(0.0, -value)
            count += 1
    return worth, gross, short, count


@ieee_kernel
def _enter(money: Money, terms: NDArray[np.void], state: State, ledger: Ledger, symbol: int, step: int, side: int,
           market_price: float) -> None:  # fmt: skip
    """Open a position from flat within the account's limits, or note why not."""
    own, costs, rate = state.own[symbol], state.costs[symbol], _rate(money, symbol, step)
    quantity = _granted(money, terms, state, ledger, symbol, step, side, market_price, rate)
    if quantity <= 0.0:
        return
    _lend(state, terms, symbol, rate)
    terms[1].size = quantity
    open_position(own, ledger.events, terms[1], state.cursor[symbol], side, market_price, own.last_range)
    _settle(state, symbol, rate)
    # Until its first close, a position is worth what the market asked for it, and not the close before.
    own.last_close = market_price
    costs.entry_rate, costs.financing = rate, 0.0
    costs.commission, costs.slippage = own.commission * rate, own.slippage * rate


@ieee_kernel
def _granted(money: Money, terms: NDArray[np.void], state: State, ledger: Ledger, symbol: int, step: int, side: int,
             market_price: float, rate: float) -> Any:  # fmt: skip
    """Return the units that an order is given; 0, and an event, where it is refused."""
    own, bar, rules, purse = state.own[symbol], state.cursor[symbol], terms[0], state.purse[0]
    worth, gross, short, count = _standing(money, state, step)
    # What shorts brought in is owed: as much again stays untouched as their cover.
    free = purse.cash - 2.0 * short
    if purse.max_positions > 0 and count >= purse.max_positions:
        return _tell(state, ledger, symbol, bar, TOO_MANY, side, float(count), 0.0, 0.0)
    if free <= DUST * worth:
        return _tell(state, ledger, symbol, bar, NO_CASH, side, free, 0.0, 0.0)
    price = fill_price(rules, market_price, side, own.last_range)
    if not price > 0.0:
        return _tell(state, ledger, symbol, bar, NO_PRICE, side, 0.0, 0.0, 0.0)
    if rules.needs_atr and not own.order_atr > 0.0:
        return _tell(state, ledger, symbol, bar, NO_RANGE, side, 0.0, 0.0, 0.0)
    room = purse.max_exposure * worth - gross
    if purse.max_exposure > 0.0 and room <= DUST * worth:
        return _tell(state, ledger, symbol, bar, NO_ROOM, side, gross, purse.max_exposure * worth, 0.0)
    cost = price * (1.0 + rules.commission) * rate + rules.per_unit
    quantity = _wanted(rules, worth, free, cost, own.order_atr * rate)
    most = rules.max_size * worth / cost if rules.max_size < 1.0 or rules.sizing == RISK else np.inf
    if rules.sizing == FRACTION or rules.sizing == RISK:
        most = min(most, free / cost)
    if purse.max_exposure > 0.0:
        most = min(most, room / cost)
    if quantity > most:
        _tell(state, ledger, symbol, bar, SHRUNK, side, quantity, most, 0.0)
        quantity = most
    if rules.lot_step > 0.0:
        lots = np.floor(quantity / rules.lot_step + LOT_ROUNDING)
        if lots < 1.0:
            return _tell(state, ledger, symbol, bar, NO_LOT, side, quantity, rules.lot_step, 0.0)
        quantity = lots * rules.lot_step
    if quantity * cost > free * (1.0 + ROUNDING):
        return _tell(state, ledger, symbol, bar, TOO_DEAR, side, quantity, quantity * cost, free)
    return quantity


@ieee_kernel
def _wanted(rules: Any, worth: float, free: float, cost: float, atr: float) -> Any:
    """Units before limits and lots: fractions are of the account's worth, all-in is all the free cash."""
    if rules.sizing == FRACTION:
        return rules.size * worth / cost
    if rules.sizing == FIXED:
        return rules.size
    if rules.sizing == RISK:
        return rules.size * worth / (rules.multiple * atr)
    return free / cost


@ieee_kernel
def _tell(state: State, ledger: Ledger, symbol: int, bar: int, kind: int, target: int, first: float, second: float,
          third: float) -> float:  # fmt: skip
    """Write one event, and return 0."""
    purse = state.purse[0]
    row = purse.events
    event = ledger.events[row]
    event.bar, event.kind, event.target = bar, kind, target
    event.first, event.second, event.third = first, second, third
    ledger.whose[row] = symbol
    purse.events = row + 1
    return 0.0


@ieee_kernel
def _mark(money: Money, state: State, ledger: Ledger, slot: int, step: int) -> None:
    """Value the account and each of its positions."""
    worth, gross, _, count = _standing(money, state, step)
    ledger.equity[slot], ledger.cash[slot], ledger.gross[slot] = worth, state.purse[0].cash, gross
    ledger.open_positions[slot] = count
    for symbol in range(len(state.own)):
        own, value = state.own[symbol], 0.0
        if own.units != 0.0:  # the rate of a currency that is not held may be unknown
            value = own.units * own.last_close * _rate(money, symbol, step)
        ledger.worth[symbol, slot] = value
    if worth <= 0.0 and state.purse[0].gone == 0:
        state.purse[0].gone = 1
        _tell(state, ledger, WHOLE_ACCOUNT, slot, GONE, FLAT, worth, 0.0, 0.0)


@ieee_kernel
def _finish(market: Market, begins: NDArray[np.int64], money: Money, terms: NDArray[np.void], state: State,
            ledger: Ledger, symbol: int, step: int) -> bool:  # fmt: skip
    """After a symbol's last bar: tell its order that nothing fills any more, and close its position if asked to."""
    own, bar = state.own[symbol], state.cursor[symbol]
    row = begins[symbol] + bar
    if row + 1 < begins[symbol + 1]:
        return False
    if own.pending != NO_ORDER:
        _tell(state, ledger, symbol, bar, NOT_FILLED, own.pending, 0.0, 0.0, 0.0)
        own.pending = NO_ORDER
    if not terms[0].close_at_end or own.units == 0.0:
        return False
    if market.close[row] != market.close[row]:
        _tell(state, ledger, symbol, bar, LEFT_OPEN, FLAT, 0.0, 0.0, 0.0)
        return False
    _exit(money, terms, state, ledger, symbol, step, market.close[row], ENDED)
    return True


@warms_up
def _warm_up() -> None:
    ones, stamps = np.ones(4), np.arange(4)
    none, nights = ones[:0], stamps[:0]
    market = Market(stamps, ones, ones, ones, ones, none, nights)
    timeline = timeline_of([stamps], 1)
    money = Money(np.array([HOME]), np.ones((0, 8)))
    state, ledger = state_of(PortfolioConfig(), 1), Ledger.empty(4, 4, 1)
    signals, terms = np.array([0, 1, 2, 1], dtype=np.int8), portfolio_terms(PortfolioConfig(), NO_FILTERS)
    play_steps(market, signals, np.array([0, 4]), timeline, money, terms, state, ledger, 0, 8)
