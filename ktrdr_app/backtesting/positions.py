"""The account: cash, at most one position, its stops, and what each fill and each night costs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.events import Happening
from ktrdr_app.backtesting.sizing import units_to_open
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.decision.actions import Position

ROUNDING = 1e-12
"""Relative excess of cost over cash that is rounding, not lack of money."""
LOT_ROUNDING = 1e-9
"""Part of a lot that a division may lose."""
YEAR_NIGHTS = 365
"""Nights over which a yearly rate is spread."""


@dataclass(frozen=True)
class Quote:
    """A market price at which an order is filled.

    Attributes
    ----------
    bar : int
        Row of the bar.
    price : float
        The bar's open or close, before slippage.
    at_close : bool
        Whether it is the close.
    span : float
        High - low of the last bar that was complete, for slippage that is a fraction of it.
    """

    bar: int
    price: float
    at_close: bool = False
    span: float = 0.0

    @property
    def edge(self) -> int:
        """Row of the first bar that lies wholly after the quote."""
        return self.bar + self.at_close


@dataclass(frozen=True)
class Fill:
    """One executed order.

    Attributes
    ----------
    quote : Quote
        Where and when.
    quantity : float
        Units, above 0.
    price : float
        Price with slippage.
    commission : float
        Paid, in account currency.
    """

    quote: Quote
    quantity: float
    price: float
    commission: float

    @property
    def value(self) -> float:
        """Traded value: price with slippage times quantity."""
        return self.price * self.quantity

    @property
    def slippage_cost(self) -> float:
        """What spread and slippage took: |price - market price| times quantity."""
        return abs(self.price - self.quote.price) * self.quantity


@dataclass(frozen=True)
class Trade:
    """A position from its opening to its closing fill.

    Attributes
    ----------
    side : Position
        LONG or SHORT.
    entry, exit : Fill
        The two fills, of equal quantity.
    reason : str
        One of `REASONS`.
    financing : float
        Interest paid while it was held.
    """

    side: Position
    entry: Fill
    exit: Fill
    reason: str
    financing: float = 0.0

    @property
    def gross_pnl(self) -> float:
        """(Exit price - entry price) times quantity, signed by side: slippage inside, commission not."""
        return self.side * (self.exit.price - self.entry.price) * self.entry.quantity

    @property
    def net_pnl(self) -> float:
        """Gross profit less the commission of both sides and financing: exactly what the account gained."""
        return self.gross_pnl - self.entry.commission - self.exit.commission - self.financing


@dataclass(frozen=True)
class Refusal:
    """An order that was not filled as it was wanted.

    Attributes
    ----------
    kind : Happening
        What happened.
    numbers : tuple of float, length 3
        As `event_of` takes them.
    """

    kind: Happening
    numbers: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass
class Guard:
    """Stop, target and trailing stop of a position; NaN for none.

    Attributes
    ----------
    stop, target, trail : float
        Prices, and the distance of the trailing stop.
    peak : float
        Best market price of the bars complete so far.
    """

    stop: float
    target: float
    trail: float
    peak: float

    def level(self, side: Position) -> tuple[float, str]:
        """Return the price at which a position is stopped, and by which order; of equal ones, the fixed stop.

        Parameters
        ----------
        side : Position
            LONG or SHORT.
        """
        trailing = self.peak - side * self.trail
        if math.isnan(self.stop) or side * trailing > side * self.stop:
            return trailing, "trailing_stop"
        return self.stop, "stop_loss"


class PositionManager:
    """Cash and the one position of an account; every change goes through `open`, `close` and `charge`.

    Parameters
    ----------
    config : BacktestConfig
        Capital, costs, sizing and stops.
    max_size : float
        Greatest fraction of the cash that a position may take.
    """

    def __init__(self, config: BacktestConfig, max_size: float = 1.0) -> None:
        self.config = config
        self.max_size = max_size
        per_unit = config.commission_unit == "per_unit"
        self._rate, self._per_unit = (0.0, config.commission) if per_unit else (config.commission, 0.0)
        self.cash = float(config.initial_capital)
        self.units = 0.0
        self.entry: Fill | None = None
        self.guard: Guard | None = None
        self.financing = 0.0

    @property
    def position(self) -> Position:
        """Side of the market at this moment."""
        return Position((self.units > 0) - (self.units < 0))

    def value(self, price: float) -> float:
        """Return the account's worth: cash plus signed units times price.

        Parameters
        ----------
        price : float
            Market price of one unit.
        """
        return self.cash + self.units * price

    def open(self, side: Position, quote: Quote, atr: float = math.nan) -> tuple[Refusal, ...]:
        """Open a position from flat, or say why not.

        Parameters
        ----------
        side : Position
            LONG or SHORT.
        quote : Quote
            Market price of the fill.
        atr : float
            Average true range when the order was decided, where sizing or stops need it.

        Returns
        -------
        tuple of Refusal
            Empty if it was filled as wanted. If the account is still flat, it was refused.

        Raises
        ------
        InvalidValue
            If a position is open already, or ``side`` is FLAT.
        """
        if self.entry is not None or side is Position.FLAT:
            raise InvalidValue("side", side.name, "LONG or SHORT, from a flat account")
        if self.cash <= 0:
            return (Refusal(Happening.NO_CASH, (self.cash, 0.0, 0.0)),)
        price = self._price(quote, side)
        if price <= 0:
            return (Refusal(Happening.NO_PRICE),)
        if self.config.needs_atr and not atr > 0:
            return (Refusal(Happening.NO_RANGE),)
        unit_cost = price * (1 + self._rate) + self._per_unit
        quantity, notes = self._quantity(unit_cost, atr)
        if quantity > 0:
            self.entry = self._execute(side, quantity, quote)
            self.guard = self._guard(side, self.entry, atr)
            self.financing = 0.0
        return notes

    def close(self, quote: Quote, reason: str) -> Trade:
        """Close the position.

        Parameters
        ----------
        quote : Quote
            Market price of the fill.
        reason : str
            One of `REASONS`.

        Raises
        ------
        InvalidValue
            If there is no position.
        """
        if self.entry is None:
            raise InvalidValue("position", "FLAT", "an open position to close")
        side, entry = self.position, self.entry
        fill = self._execute(Position(-side), entry.quantity, quote)
        self.units = 0.0
        self.entry = self.guard = None
        return Trade(side, entry, fill, reason, self.financing)

    def charge(self, price: float, nights: int) -> None:
        """Pay, or receive, interest on the position.

        Parameters
        ----------
        price : float
            Last close.
        nights : int
            Midnights passed.
        """
        yearly = self.config.swap_long if self.units > 0 else self.config.swap_short + self.config.borrow
        cost = abs(self.units) * price * (yearly / YEAR_NIGHTS) * nights
        self.cash -= cost
        self.financing += cost

    def _quantity(self, unit_cost: float, atr: float) -> tuple[float, tuple[Refusal, ...]]:
        """Return units within the limits, 0 where the order is refused, and what there is to say."""
        config, notes = self.config, list[Refusal]()
        quantity = units_to_open(config.sizing, self.cash, unit_cost, atr)
        most = self.max_size * self.cash / unit_cost
        if quantity > most and (self.max_size < 1 or config.sizing["kind"] == "risk_atr"):
            notes.append(Refusal(Happening.SHRUNK, (quantity, most, 0.0)))
            quantity = most
        if config.lot_step > 0:
            lots = math.floor(quantity / config.lot_step + LOT_ROUNDING)
            if lots < 1:
                return 0.0, (*notes, Refusal(Happening.NO_LOT, (quantity, config.lot_step, 0.0)))
            quantity = lots * config.lot_step
        if quantity * unit_cost > self.cash * (1 + ROUNDING):
            return 0.0, (*notes, Refusal(Happening.TOO_DEAR, (quantity, quantity * unit_cost, self.cash)))
        return quantity, tuple(notes)

    def _guard(self, side: Position, entry: Fill, atr: float) -> Guard:
        config = self.config
        unit = atr if config.stop_unit == "atr" else entry.price

        def distance(setting: float | None) -> float:
            return math.nan if setting is None else setting * unit

        stop, target = (
            entry.price - side * distance(config.stop_loss),
            entry.price + side * distance(config.take_profit),
        )
        return Guard(stop, target, distance(config.trailing_stop), entry.quote.price)

    def _price(self, quote: Quote, direction: Position) -> float:
        config = self.config
        worse = config.spread / 2
        if config.slippage_unit == "ticks":
            worse += config.slippage * config.tick_size
        elif config.slippage_unit == "range":
            worse += config.slippage * quote.span
        rate = config.slippage if config.slippage_unit == "rate" else 0.0
        return max(0.0, quote.price * (1 + direction * rate) + direction * worse)

    def _execute(self, direction: Position, quantity: float, quote: Quote) -> Fill:
        price = self._price(quote, direction)
        fee = quantity * price * self._rate + quantity * self._per_unit
        fill = Fill(quote, quantity, price, fee)
        self.cash -= direction * fill.value + fill.commission
        self.units += direction * quantity
        return fill
