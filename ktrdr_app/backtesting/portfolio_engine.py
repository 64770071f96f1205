"""The reference portfolio: plain, event by event, with the single account's position manager; the kernel must agree."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ktrdr_app.backtesting.arrays import DAY, average_true_range
from ktrdr_app.backtesting.engine import target_of
from ktrdr_app.backtesting.events import Happening
from ktrdr_app.backtesting.portfolio_terms import DUST, Leg, PortfolioConfig, ordered_legs
from ktrdr_app.backtesting.positions import LOT_ROUNDING, ROUNDING, PositionManager, Quote, Refusal, Trade
from ktrdr_app.backtesting.sizing import units_to_open
from ktrdr_app.backtesting.terms import NO_FILTERS
from ktrdr_app.core.timeframes import bar_length
from ktrdr_app.data.bars import PriceArrays, nanoseconds
from ktrdr_app.decision.actions import Action, Position
from ktrdr_app.decision.orchestrator import DecisionOrchestrator
from ktrdr_app.strategy.schema import DecisionSettings

if TYPE_CHECKING:
    from ktrdr_app.backtesting.config import BacktestConfig


@dataclass(frozen=True)
class ConvertedTrade:
    """A closed trade with its costs in account currency.

    Attributes
    ----------
    symbol : str
        Whose it was.
    trade : Trade
        The two fills, quote currency.
    entry_rate, exit_rate : float
        Account currency per unit of quote currency.
    commission, slippage, financing : float
        Account currency.
    """

    symbol: str
    trade: Trade
    entry_rate: float
    exit_rate: float
    commission: float
    slippage: float
    financing: float

    @property
    def net_pnl(self) -> float:
        """What the account gained by it."""
        trade = self.trade
        moved = trade.exit.price * self.exit_rate - trade.entry.price * self.entry_rate
        return trade.side * moved * trade.entry.quantity - self.commission - self.financing


@dataclass
class PortfolioRecord:
    """What the reference tells of a run.

    Attributes
    ----------
    stamps : list of int
        Instants, nanoseconds UTC.
    equity, cash, gross : dict of int to float
        By instant.
    trades : list of ConvertedTrade
        In order of time.
    events : list of (str, int, Position, Refusal)
        Symbol (empty for the account's own), row of the bar or instant, target, what happened.
    units : dict of str to list of float
        Signed units at each symbol's closes.
    """

    stamps: list[int]
    equity: dict[int, float] = field(default_factory=dict)
    cash: dict[int, float] = field(default_factory=dict)
    gross: dict[int, float] = field(default_factory=dict)
    trades: list[ConvertedTrade] = field(default_factory=list)
    events: list[tuple[str, int, Position, Refusal]] = field(default_factory=list)
    units: dict[str, list[float]] = field(default_factory=dict)


def _total(values: Iterable[float], start: float = 0.0) -> float:
    """Return a sum, one by one from the left; `sum` rounds otherwise from Python 3.12 on."""
    for value in values:
        start += value
    return start


class _Funded(PositionManager):
    """A position of one symbol, opened in the size that the account grants, with cash that it lends."""

    granted = 0.0

    def borrow(self, cash: float, rate: float) -> None:
        self.cash = cash / rate
        if self.config.commission_unit == "per_unit":
            self._per_unit = self.config.commission / rate

    def _quantity(self, _unit_cost: float, _atr: float) -> tuple[float, tuple[Refusal, ...]]:
        return self.granted, ()


class _Desk:
    """One symbol: its bars, position, order and filters."""

    def __init__(self, leg: Leg, config: BacktestConfig, filters: DecisionSettings, length: int) -> None:
        prices = PriceArrays.of(leg.bars)
        columns = (prices.open, prices.high, prices.low, prices.close)
        self.leg = leg
        self.bars: list[tuple[float, float, float, float]] = list(zip(*(c.tolist() for c in columns), strict=True))
        self.stamps: list[int] = nanoseconds(leg.bars.index).tolist()
        self.ends = [
            min(stamp + length, later)
            for stamp, later in zip(self.stamps, [*self.stamps[1:], self.stamps[-1] + length], strict=True)
        ]
        ranges = average_true_range(leg.bars, config) if config.needs_atr else np.full(len(leg.bars), math.nan)
        self.ranges: list[float] = ranges.tolist()
        self.account = _Funded(config)
        self.judge = DecisionOrchestrator(filters, config.allow_short)
        self.bar = -1
        self.pending: Position | None = None
        self.order_atr = math.nan
        self.last_close = self.span = 0.0
        self.ended: int | None = None
        self.entry_rate = 1.0
        self.paid = [0.0, 0.0, 0.0]

    @property
    def is_last(self) -> bool:
        return self.bar == len(self.bars) - 1

    def rate(self, moment: int) -> float:
        rates = self.leg.rates
        if rates is None:
            return 1.0
        known = [
            value for when, value in zip(rates.known.tolist(), rates.values.tolist(), strict=True) if when <= moment
        ]
        return known[-1] if known else math.nan

    def value(self, moment: int) -> float:
        return self.account.units * self.last_close * self.rate(moment) if self.account.units else 0.0

    def decide(self) -> Position | None:
        signal = Action(int(self.leg.signals[self.bar]))
        shares = [float(action is signal) for action in Action]
        position = self.account.position
        decision = self.judge.decide(
            self.bar, shares, math.nan, position, time=self.stamps[self.bar], last_exit=self.ended
        )
        return target_of(decision.action, position, self.account.config.allow_short)


class PortfolioEngine:
    """Runs several symbols through one account; see `run_portfolio`, of which this is the slow and plain form.

    Parameters
    ----------
    config : PortfolioConfig
        Capital, costs, sizing, limits.
    filters : DecisionSettings
        The filters that look at a symbol's own position; the confidence threshold must let certainty pass.
    """

    def __init__(self, config: PortfolioConfig, filters: DecisionSettings = NO_FILTERS) -> None:
        self.config = config
        self.filters = filters
        self.cash = float(config.base.initial_capital)
        self.desks: list[_Desk] = []
        self.record = PortfolioRecord([])
        self.gone = False

    def run(self, legs: Sequence[Leg], timeframe: str) -> PortfolioRecord:
        """Trade the symbols.

        Parameters
        ----------
        legs : sequence of Leg
            The symbols with their bars and signals.
        timeframe : str
            Length of the bars.

        Raises
        ------
        InvalidValue, SignalsMismatch, EmptyData, MalformedBars
            If symbols, signals or bars do not fit.
        """
        length = bar_length(timeframe)
        self.desks = [_Desk(leg, self.config.base, self.filters, length) for leg in ordered_legs(legs)]
        instants = sorted({stamp for desk in self.desks for stamp in desk.stamps})
        self.record = PortfolioRecord(instants, units={desk.leg.symbol: [] for desk in self.desks})
        agenda: list[tuple[int, bool, int, list[_Desk]]] = []
        for slot, instant in enumerate(instants):
            there = [desk for desk in self.desks if instant in desk.stamps]
            over = min(desk.ends[desk.stamps.index(instant)] for desk in there)
            agenda += [(instant, True, slot, there), (over, False, slot, there)]
        for moment, opening, slot, there in sorted(agenda, key=lambda entry: entry[:3]):
            if opening:
                self._opens(there, moment)
            else:
                self._closes(there, moment, slot)
        return self.record

    def _opens(self, there: list[_Desk], moment: int) -> None:
        base = self.config.base
        charged = (base.swap_long, base.swap_short, base.borrow) != (0, 0, 0)
        for desk in there:
            desk.bar += 1
            if charged and desk.bar and desk.account.entry is not None:
                nights = desk.stamps[desk.bar] // DAY - desk.stamps[desk.bar - 1] // DAY
                if nights > 0:
                    self._charge(desk, moment, nights)
        waiting = [desk for desk in there if desk.pending is not None and not math.isnan(desk.bars[desk.bar][0])]
        self._fill(waiting, moment, column=0)

    def _closes(self, there: list[_Desk], moment: int, slot: int) -> None:
        trading = [desk for desk in there if not math.isnan(desk.bars[desk.bar][3])]
        for desk in there:
            if desk in trading:
                self._watch(desk, moment)
                _, high, low, desk.last_close = desk.bars[desk.bar]
                desk.span = high - low
            elif desk.leg.signals[desk.bar] != Action.HOLD:
                wanted = Position.LONG if desk.leg.signals[desk.bar] == Action.BUY else Position.SHORT
                self._note(desk, wanted, Happening.CLOSED)
        decided = []
        for desk in trading:
            target = desk.decide()
            if target is not None:
                desk.pending, desk.order_atr = target, desk.ranges[desk.bar]
                decided.append(desk)
        base = self.config.base
        if base.fill == "close":
            at_once = [
                desk for desk in decided if desk.pending is Position.FLAT or not (base.close_at_end and desk.is_last)
            ]
            self._fill(at_once, moment, column=3)
        self._mark(moment, slot)
        ended = [self._finish(desk, moment) for desk in there]
        if any(ended):
            self._mark(moment, slot)
        for desk in there:
            self.record.units[desk.leg.symbol].append(desk.account.units)

    def _fill(self, desks: list[_Desk], moment: int, column: int) -> None:
        """Fill orders: exits first, then entries."""
        for desk in desks:
            if desk.account.entry is not None:
                reason = "signal" if desk.pending is Position.FLAT else "reversal"
                self._leave(desk, moment, desk.bars[desk.bar][column], column == 3, reason)
        for desk in desks:
            target, desk.pending = desk.pending, None
            if target is not None and target is not Position.FLAT:
                quote = Quote(desk.bar, desk.bars[desk.bar][column], at_close=column == 3, span=desk.span)
                self._enter(desk, moment, target, quote)

    def _enter(self, desk: _Desk, moment: int, side: Position, quote: Quote) -> None:
        granted, refusals = self._granted(desk, moment, side, quote)
        self.record.events += [(desk.leg.symbol, desk.bar, side, refusal) for refusal in refusals]
        if granted <= 0:
            return
        rate, account = desk.rate(moment), desk.account
        account.granted = granted
        account.borrow(self.cash, rate)
        account.open(side, quote, desk.order_atr)
        self.cash = account.cash * rate
        if account.entry is not None:
            desk.entry_rate, desk.last_close = rate, quote.price
            desk.paid = [account.entry.commission * rate, account.entry.slippage_cost * rate, 0.0]

    def _granted(self, desk: _Desk, moment: int, side: Position, quote: Quote) -> tuple[float, list[Refusal]]:
        """Return the units that the account lets an order have, and what there is to say of it."""
        config, base, rate = self.config, self.config.base, desk.rate(moment)
        values = [other.value(moment) for other in self.desks]
        worth, gross = _total(values, self.cash), _total(map(abs, values))
        free = self.cash - 2 * _total(-value for value in values if value < 0)
        held = sum(other.account.entry is not None for other in self.desks)
        if config.max_positions is not None and held >= config.max_positions:
            return 0.0, [Refusal(Happening.TOO_MANY, (held, 0.0, 0.0))]
        if free <= DUST * worth:
            return 0.0, [Refusal(Happening.NO_CASH, (free, 0.0, 0.0))]
        price = desk.account._price(quote, side)
        if price <= 0:
            return 0.0, [Refusal(Happening.NO_PRICE)]
        if base.needs_atr and not desk.order_atr > 0:
            return 0.0, [Refusal(Happening.NO_RANGE)]
        limits = [math.inf]
        per_unit = base.commission_unit == "per_unit"
        cost = price * (1 if per_unit else 1 + base.commission) * rate + (base.commission if per_unit else 0)
        if config.max_exposure is not None:
            room = config.max_exposure * worth - gross
            if room <= DUST * worth:
                return 0.0, [Refusal(Happening.NO_ROOM, (gross, config.max_exposure * worth, 0.0))]
            limits.append(room / cost)
        kind = base.sizing["kind"]
        if self.filters.max_position_size < 1 or kind == "risk_atr":
            limits.append(self.filters.max_position_size * worth / cost)
        if kind in ("fraction", "risk_atr"):
            limits.append(free / cost)
        stake = free if kind == "all_in" else worth
        return self._in_lots(units_to_open(base.sizing, stake, cost, desk.order_atr * rate), min(limits), cost, free)

    def _in_lots(self, wanted: float, most: float, cost: float, free: float) -> tuple[float, list[Refusal]]:
        said, step = list[Refusal](), self.config.base.lot_step
        if wanted > most:
            said.append(Refusal(Happening.SHRUNK, (wanted, most, 0.0)))
            wanted = most
        if step > 0:
            lots = math.floor(wanted / step + LOT_ROUNDING)
            if lots < 1:
                return 0.0, [*said, Refusal(Happening.NO_LOT, (wanted, step, 0.0))]
            wanted = lots * step
        if wanted * cost > free * (1 + ROUNDING):
            return 0.0, [*said, Refusal(Happening.TOO_DEAR, (wanted, wanted * cost, free))]
        return wanted, said

    def _watch(self, desk: _Desk, moment: int) -> None:
        """Stop or take a position within the bar that is over, the stop first."""
        guard, side = desk.account.guard, desk.account.position
        if guard is None:
            return
        opened, high, low, _ = desk.bars[desk.bar]
        worst, best = (low, high) if side is Position.LONG else (high, low)
        level, reason = guard.level(side)
        if side * worst <= side * level:
            self._leave(desk, moment, opened if side * opened <= side * level else level, False, reason)
        elif side * best >= side * guard.target:
            price = opened if side * opened >= side * guard.target else guard.target
            self._leave(desk, moment, price, False, "take_profit")
        else:
            guard.peak = max(guard.peak, high) if side is Position.LONG else min(guard.peak, low)

    def _leave(self, desk: _Desk, moment: int, price: float, at_close: bool, reason: str) -> None:
        rate, account = desk.rate(moment), desk.account
        account.borrow(self.cash, rate)
        trade = account.close(Quote(desk.bar, price, at_close=at_close, span=desk.span), reason)
        self.cash = account.cash * rate
        desk.ended = desk.bar
        paid = (trade.entry.commission + trade.exit.commission, trade.entry.slippage_cost + trade.exit.slippage_cost)
        converted = (*paid, trade.financing)
        if desk.leg.rates is not None:
            commission, slippage, financing = desk.paid
            converted = (
                commission + trade.exit.commission * rate,
                slippage + trade.exit.slippage_cost * rate,
                financing,
            )
        self.record.trades.append(ConvertedTrade(desk.leg.symbol, trade, desk.entry_rate, rate, *converted))

    def _charge(self, desk: _Desk, moment: int, nights: int) -> None:
        rate, account = desk.rate(moment), desk.account
        account.borrow(self.cash, rate)
        before = account.financing
        account.charge(desk.last_close, nights)
        desk.paid[2] += (account.financing - before) * rate
        self.cash = account.cash * rate

    def _mark(self, moment: int, slot: int) -> None:
        values = [desk.value(moment) for desk in self.desks]
        instant, worth = self.record.stamps[slot], _total(values, self.cash)
        self.record.equity[instant], self.record.cash[instant] = worth, self.cash
        self.record.gross[instant] = _total(map(abs, values))
        if worth <= 0 and not self.gone:
            self.gone = True
            self.record.events.append(("", slot, Position.FLAT, Refusal(Happening.GONE, (worth, 0.0, 0.0))))

    def _note(self, desk: _Desk, target: Position, kind: Happening) -> None:
        self.record.events.append((desk.leg.symbol, desk.bar, target, Refusal(kind)))

    def _finish(self, desk: _Desk, moment: int) -> bool:
        """After a symbol's last bar, tell its waiting order, and close its position if that is asked for."""
        if not desk.is_last:
            return False
        if desk.pending is not None:
            self._note(desk, desk.pending, Happening.NOT_FILLED)
            desk.pending = None
        if not self.config.base.close_at_end or desk.account.entry is None:
            return False
        close = desk.bars[desk.bar][3]
        if math.isnan(close):
            self._note(desk, Position.FLAT, Happening.LEFT_OPEN)
            return False
        self._leave(desk, moment, close, True, "end_of_data")
        return True
