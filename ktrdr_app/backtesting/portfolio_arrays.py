"""What the portfolio kernel reads and writes: many symbols' bars end to end, one line of time, one account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ktrdr_app.backtesting.arrays import EVENT, SIZING, TRADE, Market, market_of, new_account
from ktrdr_app.backtesting.terms import terms_of
from ktrdr_app.data.bars import nanoseconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ktrdr_app.backtesting.config import BacktestConfig
    from ktrdr_app.backtesting.portfolio_terms import Leg, PortfolioConfig
    from ktrdr_app.strategy.schema import DecisionSettings

PURSE = np.dtype(
    [
        *((name, np.float64) for name in ("cash", "max_exposure")),
        *((name, np.int64) for name in ("max_positions", "trades", "events", "gone")),
    ]
)
"""The one account: its cash, its limits (0 for none), and how much was written so far."""
COSTS = np.dtype([(name, np.float64) for name in ("entry_rate", "commission", "slippage", "financing")])
"""What a symbol's position has cost so far, account currency, and the rate at which it was opened."""
FILED = np.dtype(
    [
        ("symbol", np.int64),
        *((name, np.float64) for name in ("entry_rate", "exit_rate", "commission", "slippage_cost", "financing")),
    ]
)
"""What is kept of a closed trade beside `TRADE`: whose it was, and its costs in account currency."""
HOME = -1
"""In place of the number of a currency: quoted in account currency."""


class Timeline(NamedTuple):
    """When what happens.

    A slot is an instant at which bars open; it has two steps, the opens and, when these bars are over, the closes.

    Attributes
    ----------
    stamps : ndarray of int64, shape (n_slots,)
        The union of all bar opens, nanoseconds UTC.
    first : ndarray of int64, shape (n_slots + 1,)
        Where each slot's symbols begin in ``symbols``.
    symbols : ndarray of int64, shape (n_all_bars,)
        Symbols with a bar in each slot, in the order of their names.
    steps : ndarray of int64, shape (2 · n_slots,)
        2 · slot for closes, 2 · slot + 1 for opens, in order of time; at one moment the closes come first.
    moments : ndarray of int64, shape (2 · n_slots,)
        Time of each step.
    """

    stamps: NDArray[np.int64]
    first: NDArray[np.int64]
    symbols: NDArray[np.int64]
    steps: NDArray[np.int64]
    moments: NDArray[np.int64]


class Money(NamedTuple):
    """Rates of exchange.

    Attributes
    ----------
    currency : ndarray of int64, shape (n_symbols,)
        Row of ``rates``, or `HOME`.
    rates : ndarray of float64, shape (n_currencies, n_steps)
        Account currency per unit, as known at each step.
    """

    currency: NDArray[np.int64]
    rates: NDArray[np.float64]


class State(NamedTuple):
    """What carries over from step to step.

    Attributes
    ----------
    purse : ndarray of one `PURSE`
        The account.
    own : ndarray of `ACCOUNT`, shape (n_symbols,)
        Each symbol's position, orders and filters; its ``cash`` is lent by the purse.
    costs : ndarray of `COSTS`, shape (n_symbols,)
        Of each open position.
    cursor : ndarray of int64, shape (n_symbols,)
        Row of each symbol's bar at hand; -1 before its first.
    """

    purse: NDArray[np.void]
    own: NDArray[np.void]
    costs: NDArray[np.void]
    cursor: NDArray[np.int64]


class Ledger(NamedTuple):
    """What the kernel writes.

    Attributes
    ----------
    equity, cash, gross : ndarray of float64, shape (n_slots,)
        Account value, cash, and Σ |value| of the positions when each slot's bars are over.
    open_positions : ndarray of int64, shape (n_slots,)
        Positions held then.
    units : ndarray of float64, shape (n_all_bars,)
        Signed units at each bar's close, symbol after symbol.
    worth : ndarray of float64, shape (n_symbols, n_slots)
        Signed value of each symbol's position, account currency, when each slot's bars are over.
    trades, filed : ndarray of `TRADE` and `FILED`
        Closed trades, in order of time.
    events : ndarray of `EVENT`
        Events, in order of time.
    whose : ndarray of int64
        Symbol of each event; -1 for the account's own, whose bar is a slot.
    """

    equity: NDArray[np.float64]
    cash: NDArray[np.float64]
    gross: NDArray[np.float64]
    open_positions: NDArray[np.int64]
    units: NDArray[np.float64]
    worth: NDArray[np.float64]
    trades: NDArray[np.void]
    filed: NDArray[np.void]
    events: NDArray[np.void]
    whose: NDArray[np.int64]

    @classmethod
    def empty(cls, slots: int, bars: int, symbols: int) -> Ledger:
        """Return a ledger; pages that are never written cost nothing.

        Parameters
        ----------
        slots, bars, symbols : int
            Instants, bars of all symbols, symbols.
        """
        trades, events = 2 * bars + symbols, 4 * bars + 3 * symbols + 2
        return cls(
            equity=np.empty(slots),
            cash=np.empty(slots),
            gross=np.empty(slots),
            open_positions=np.empty(slots, dtype=np.int64),
            units=np.empty(bars),
            worth=np.empty((symbols, slots)),
            trades=np.empty(trades, dtype=TRADE),
            filed=np.empty(trades, dtype=FILED),
            events=np.empty(events, dtype=EVENT),
            whose=np.empty(events, dtype=np.int64),
        )


def timeline_of(stamps: Sequence[NDArray[np.int64]], length: int) -> Timeline:
    """Put the bars of several symbols on one line of time.

    Parameters
    ----------
    stamps : sequence of ndarray of int64, shape (n_bars,)
        Bar opens of each symbol, nanoseconds UTC, rising.
    length : int
        Length of a bar, nanoseconds. A bar is over after it, and when the symbol's next bar opens at the latest.
    """
    flat = np.concatenate(stamps)
    union, slots = np.unique(flat, return_inverse=True)
    ends = union + length
    following = np.concatenate([np.append(own[1:], np.iinfo(np.int64).max) for own in stamps])
    np.minimum.at(ends, slots, following)
    whose = np.repeat(np.arange(len(stamps)), [len(own) for own in stamps])
    order = np.lexsort((whose, slots))
    number = np.arange(len(union))
    steps = np.concatenate([2 * number, 2 * number + 1])
    moments = np.concatenate([ends, union])
    by_time = np.lexsort((steps, steps % 2, moments))
    first = np.searchsorted(slots[order], np.arange(len(union) + 1))
    return Timeline(union, first, whose[order], steps[by_time], moments[by_time])


def markets_of(legs: Sequence[Leg], config: BacktestConfig) -> tuple[Market, NDArray[np.int8], NDArray[np.int64]]:
    """Return all symbols' bars end to end, their signals, and where each symbol begins.

    Parameters
    ----------
    legs : sequence of Leg
        The symbols.
    config : BacktestConfig
        As `market_of` takes it.
    """
    markets = [market_of(leg.bars, config) for leg in legs]
    joined = Market(*(np.concatenate(columns) for columns in zip(*markets, strict=True)))
    signals = np.concatenate([leg.signals for leg in legs]).astype(np.int8)
    begins = np.concatenate([[0], np.cumsum([len(leg.bars) for leg in legs])]).astype(np.int64)
    return joined, signals, begins


def money_of(legs: Sequence[Leg], timeline: Timeline) -> Money:
    """Return every currency's rate at every step.

    Parameters
    ----------
    legs : sequence of Leg
        The symbols.
    timeline : Timeline
        The steps.

    Raises
    ------
    NoRate
        If a rate came later than the first step in which its symbol trades.
    """
    number: dict[str, int] = {}
    rows: list[NDArray[np.float64]] = []
    for leg in legs:
        if leg.rates is not None and leg.rates.currency not in number:
            number[leg.rates.currency] = len(rows)
            begins = min(
                int(nanoseconds(other.bars.index[:1])[0])
                for other in legs
                if other.rates is not None and other.rates.currency == leg.rates.currency
            )
            # Before the currency's first bar nothing is held in it, and its rate does not matter.
            rows.append(leg.rates.at(np.maximum(timeline.moments, begins)))
    currency = [HOME if leg.rates is None else number[leg.rates.currency] for leg in legs]
    return Money(np.array(currency, dtype=np.int64), np.array(rows).reshape(len(rows), len(timeline.steps)))


def state_of(config: PortfolioConfig, symbols: int) -> State:
    """Return an account before its first step.

    Parameters
    ----------
    config : PortfolioConfig
        Capital and limits.
    symbols : int
        How many there are.
    """
    purse = np.zeros(1, dtype=PURSE)
    purse["cash"] = config.base.initial_capital
    purse["max_exposure"], purse["max_positions"] = config.max_exposure or 0.0, config.max_positions or 0
    own = np.repeat(new_account(0.0), symbols)
    return State(purse, own, np.zeros(symbols, dtype=COSTS), np.full(symbols, -1, dtype=np.int64))


def portfolio_terms(config: PortfolioConfig, filters: DecisionSettings) -> NDArray[np.void]:
    """Return the terms that orders are decided by, and those by which an order of a decided size is filled.

    Parameters
    ----------
    config : PortfolioConfig
        Costs, sizing, stops.
    filters : DecisionSettings
        The filters that know the position, and the largest position.
    """
    terms = np.repeat(terms_of(config.base, filters), 2)
    terms[1]["sizing"], terms[1]["max_size"], terms[1]["lot_step"] = SIZING["fixed_units"], 1.0, 0.0
    terms[1]["at_close"] = False
    return terms
