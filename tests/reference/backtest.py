"""A backtest by bookkeeping: a journal in decimals of 60 digits, every balance summed anew from its first line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Any

BUY, HOLD, SELL = 0, 1, 2


@dataclass
class Book:
    """Everything the run left behind; numbers are decimals."""

    equity: list[Decimal] = field(default_factory=list)
    cash: list[Decimal] = field(default_factory=list)
    units: list[Decimal] = field(default_factory=list)
    trades: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)
    unfilled: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One line of the journal: what a fill moved, and at which bar."""

    bar: int
    money: Decimal
    units: Decimal
    fee: Decimal
    price: Decimal
    market: Decimal


def keep_books(
    opens: Sequence[float],
    closes: Sequence[float],
    signals: Sequence[int],
    *,
    capital: float,
    commission: float,
    slippage: float,
    fill: str,
    sizing: Mapping[str, Any],
    short: bool,
    close_at_end: bool,
) -> Book:
    """Return the books of a run in which a signal is known at its bar's close."""
    with localcontext() as context:
        context.prec = 60
        fee_rate, slip, start = Decimal(commission), Decimal(slippage), Decimal(capital)
        journal: list[Line] = []
        book = Book()

        def balance() -> Decimal:
            return start + sum((line.money for line in journal), Decimal(0))

        def holding() -> Decimal:
            # Opening and closing lines carry the very same quantity, so the sum is exactly 0 when flat.
            return sum((line.units for line in journal), Decimal(0))

        def enter(bar: int, price: float, quantity: Decimal) -> None:
            market = Decimal(price)
            paid = market * (1 + slip) if quantity > 0 else market * (1 - slip)
            fee = abs(quantity) * paid * fee_rate
            journal.append(Line(bar, -quantity * paid - fee, quantity, fee, paid, market))

        def settle(bar: int, price: float, reason: str) -> None:
            opening = journal[-1]
            enter(bar, price, -holding())
            book.trades.append(trade_of(opening, journal[-1], reason))

        def begin(bar: int, price: float, sign: int) -> None:
            cost = Decimal(price) * (1 + sign * slip) * (1 + fee_rate)
            quantity = {
                "all_in": lambda: balance() / cost,
                "fraction": lambda: Decimal(sizing["fraction"]) * balance() / cost,
                "fixed_units": lambda: Decimal(sizing["units"]),
            }[sizing["kind"]]()
            if balance() <= 0 or quantity * cost > balance() * (1 + Decimal("1e-12")):
                book.rejected.append(bar)
                return
            enter(bar, price, sign * quantity)

        last = len(closes) - 1
        for bar, signal in enumerate(signals):
            side = (holding() > 0) - (holding() < 0)
            goal = wish(signal, side, short)
            when = bar if fill == "close" else bar + 1
            price = closes[bar] if fill == "close" else (opens[when] if when <= last else None)
            shuts_at_once = fill == "close" and close_at_end and bar == last and goal != 0
            if goal is None:
                continue
            if price is None or shuts_at_once:
                book.unfilled.append(bar)
                continue
            if side != 0:
                settle(when, price, "signal" if goal == 0 else "reversal")
            if goal != 0:
                begin(when, price, goal)
        if close_at_end and holding() != 0:
            settle(last, closes[last], "end_of_data")
        for bar, close in enumerate(closes):
            past = [line for line in journal if line.bar <= bar]
            book.cash.append(start + sum((line.money for line in past), Decimal(0)))
            book.units.append(sum((line.units for line in past), Decimal(0)))
            book.equity.append(book.cash[-1] + book.units[-1] * Decimal(close))
        return book


def wish(signal: int, side: int, short: bool) -> int | None:
    """Return the side that a signal asks for (1, 0, -1), or None if it asks for nothing."""
    table = {
        (BUY, 0): 1,
        (BUY, -1): 1,
        (SELL, 1): -1 if short else 0,
        (SELL, 0): -1 if short else None,
    }
    return table.get((signal, side))


def trade_of(first: Line, second: Line, reason: str) -> dict[str, Any]:
    """Return a closed trade from its two journal lines."""
    fees = first.fee + second.fee
    earned = first.money + second.money
    quantity = abs(first.units)
    return {
        "entry_bar": first.bar,
        "exit_bar": second.bar,
        "side": "long" if first.units > 0 else "short",
        "quantity": quantity,
        "entry_price": first.price,
        "exit_price": second.price,
        "gross_pnl": earned + fees,
        "commission": fees,
        "slippage_cost": (abs(first.price - first.market) + abs(second.price - second.market)) * quantity,
        "net_pnl": earned,
        "return_pct": earned / (first.price * quantity),
        "bars_held": second.bar - first.bar,
        "exit_reason": reason,
    }
