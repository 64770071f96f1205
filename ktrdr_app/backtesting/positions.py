"""The account: cash, at most one position, and what each fill costs."""

from __future__ import annotations

from dataclasses import dataclass

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.sizing import units_to_open
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.decision.actions import Position

ROUNDING = 1e-12
"""Relative excess of cost over cash that is rounding, not lack of money."""


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
    """

    bar: int
    price: float
    at_close: bool = False

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
        """What slippage took: |price - market price| times quantity."""
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
        ``signal``, ``reversal`` or ``end_of_data``.
    """

    side: Position
    entry: Fill
    exit: Fill
    reason: str

    @property
    def gross_pnl(self) -> float:
        """(Exit price - entry price) times quantity, signed by side: slippage inside, commission not."""
        return self.side * (self.exit.price - self.entry.price) * self.entry.quantity

    @property
    def net_pnl(self) -> float:
        """Gross profit less the commission of both sides: exactly what the account gained."""
        return self.gross_pnl - self.entry.commission - self.exit.commission


class PositionManager:
    """Cash and the one position of an account; every change goes through `open` and `close`.

    Parameters
    ----------
    config : BacktestConfig
        Capital, costs and sizing.
    """

    def __init__(self, config: BacktestConfig) -> None:
        self.config = config
        self.cash = float(config.initial_capital)
        self.units = 0.0
        self.entry: Fill | None = None

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

    def open(self, side: Position, quote: Quote) -> str:
        """Open a position from flat, or say why not.

        Parameters
        ----------
        side : Position
            LONG or SHORT.
        quote : Quote
            Market price of the fill.

        Returns
        -------
        str
            Empty if it was filled, else the reason of the refusal; the account is then unchanged.

        Raises
        ------
        InvalidValue
            If a position is open already, or ``side`` is FLAT.
        """
        if self.entry is not None or side is Position.FLAT:
            raise InvalidValue("side", side.name, "LONG or SHORT, from a flat account")
        if self.cash <= 0:
            return f"no cash is left ({self.cash:,.2f})"
        unit_cost = self._price(quote, side) * (1 + self.config.commission)
        quantity = units_to_open(self.config.sizing, self.cash, unit_cost)
        if quantity * unit_cost > self.cash * (1 + ROUNDING):
            return f"{quantity:g} units cost {quantity * unit_cost:,.2f}, cash is {self.cash:,.2f}"
        self.entry = self._execute(side, quantity, quote)
        return ""

    def close(self, quote: Quote, reason: str) -> Trade:
        """Close the position.

        Parameters
        ----------
        quote : Quote
            Market price of the fill.
        reason : str
            ``signal``, ``reversal`` or ``end_of_data``.

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
        self.entry = None
        return Trade(side, entry, fill, reason)

    def _price(self, quote: Quote, direction: Position) -> float:
        return quote.price * (1 + direction * self.config.slippage)

    def _execute(self, direction: Position, quantity: float, quote: Quote) -> Fill:
        price = self._price(quote, direction)
        fill = Fill(quote, quantity, price, quantity * price * self.config.commission)
        self.cash -= direction * fill.value + fill.commission
        self.units += direction * quantity
        return fill
