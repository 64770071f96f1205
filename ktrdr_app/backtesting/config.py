"""What a backtest is run with: capital, costs, fills, sizing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from ktrdr_app.backtesting.sizing import check_sizing, is_number
from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.strategy.schema import MOST_CAPITAL, BacktestSettings

CHOICES = {
    "fill": ("next_open", "close"),
    "commission_unit": ("rate", "per_unit"),
    "slippage_unit": ("rate", "ticks", "range"),
    "stop_unit": ("fraction", "atr"),
}
"""Settings that take one of a few words."""
_DEFAULTS = BacktestSettings()


@dataclass(frozen=True)
class BacktestConfig:
    """Settings of one run, checked when made.

    Attributes
    ----------
    initial_capital : float
        Account currency, above 0 and at most `MOST_CAPITAL`.
    commission : float
        Per side: a fraction of the traded value, 0 to below 1, or an amount per unit, as ``commission_unit`` says.
    commission_unit : str
        ``rate`` or ``per_unit`` (account currency per unit).
    slippage : float
        Against you, per side, in ``slippage_unit``. ``rate``: a fraction of the price, 0 to below 1: buys fill at
        price · (1 + slippage), sells at price · (1 - slippage). ``ticks``: so many times ``tick_size``. ``range``: a
        fraction of high - low of the last bar that was complete when the order was filled.
    slippage_unit : str
        ``rate``, ``ticks`` or ``range``.
    tick_size : float
        Least price step, quote currency; needed for ``ticks`` only.
    spread : float
        Ask less bid in quote currency; bars are taken as mid prices, and each side pays half.
    fill : str
        ``next_open``: an order decided at a bar's close fills at the next bar's open. ``close``: at that very
        close, which is optimistic.
    sizing : mapping
        ``{"kind": "all_in"}``, ``{"kind": "fraction", "fraction": F}`` of the cash,
        ``{"kind": "fixed_units", "units": N}``, or ``{"kind": "risk_atr", "risk": R, "multiple": M}``: as many units
        as lose the fraction R of the cash when the price moves by M times its average true range. No leverage:
        whatever is opened, long or short, must be covered by cash.
    lot_step : float
        Least step of units; what is sized is rounded down to it. 0: any fraction of a unit.
    allow_short : bool
        Whether SELL while flat opens a short position, and SELL while long turns it round.
    stop_loss, take_profit, trailing_stop : float or None
        Distances from the entry's fill price, above 0, in ``stop_unit``; None: no such order. Stops are watched
        within each bar from the fill on. Where a bar touches a stop and a target, the stop is taken; where it opens
        beyond one, the fill is at its open. The trailing stop hangs below the highest high (short: above the lowest
        low) of the bars complete before. Every exit is a market order and pays spread and slippage.
    stop_unit : str
        ``fraction`` of the entry price, or ``atr``: times the average true range at the bar that decided.
    swap_long, swap_short : float
        Overnight interest as a fraction of the position's value and year of 365 days, above -1 and below 1; below 0 is
        received. Charged at each midnight UTC on the last close.
    borrow : float
        Further yearly fraction that short positions pay, 0 to below 1.
    close_at_end : bool
        Whether a position still open after the last bar is closed at its close; else it is only valued there.

    Raises
    ------
    InvalidValue, UnknownName
        For the first field outside its range.
    """

    initial_capital: float = _DEFAULTS.initial_capital
    commission: float = _DEFAULTS.commission
    slippage: float = _DEFAULTS.slippage
    fill: str = _DEFAULTS.fill
    sizing: Mapping[str, Any] = field(default_factory=lambda: {"kind": "all_in"})
    allow_short: bool = _DEFAULTS.allow_short
    close_at_end: bool = _DEFAULTS.close_at_end
    commission_unit: str = _DEFAULTS.commission_unit
    slippage_unit: str = _DEFAULTS.slippage_unit
    tick_size: float = _DEFAULTS.tick_size
    spread: float = _DEFAULTS.spread
    lot_step: float = _DEFAULTS.lot_step
    stop_loss: float | None = _DEFAULTS.stop_loss
    take_profit: float | None = _DEFAULTS.take_profit
    trailing_stop: float | None = _DEFAULTS.trailing_stop
    stop_unit: str = _DEFAULTS.stop_unit
    swap_long: float = _DEFAULTS.swap_long
    swap_short: float = _DEFAULTS.swap_short
    borrow: float = _DEFAULTS.borrow

    def __post_init__(self) -> None:
        capital = self.initial_capital
        if not is_number(capital) or not 0 < capital <= MOST_CAPITAL:
            raise InvalidValue("initial_capital", capital, f"an amount above 0 and at most {MOST_CAPITAL:g}")
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise UnknownName(name, str(getattr(self, name)), choices)
        self._check_costs()
        self._check_stops()
        for name in ("allow_short", "close_at_end"):
            if not isinstance(getattr(self, name), bool):
                raise InvalidValue(name, getattr(self, name), "true or false")
        check_sizing(self.sizing)
        object.__setattr__(self, "sizing", dict(self.sizing))

    @property
    def needs_atr(self) -> bool:
        """Whether orders need the average true range."""
        stopped = (self.stop_loss, self.take_profit, self.trailing_stop) != (None, None, None)
        return self.sizing["kind"] == "risk_atr" or (stopped and self.stop_unit == "atr")

    def _check_costs(self) -> None:
        rates = {"commission": self.commission_unit == "rate", "slippage": self.slippage_unit == "rate", "borrow": True}
        for name, below_one in rates.items():
            value = getattr(self, name)
            if below_one and (not is_number(value) or not 0 <= value < 1):
                raise InvalidValue(name, value, "a fraction of at least 0 and below 1")
        for name in ("commission", "slippage", "spread", "tick_size", "lot_step"):
            value = getattr(self, name)
            if not is_number(value) or value < 0:
                raise InvalidValue(name, value, "a number of at least 0")
        for name in ("swap_long", "swap_short"):
            value = getattr(self, name)
            if not is_number(value) or not -1 < value < 1:
                raise InvalidValue(name, value, "a yearly fraction above -1 and below 1")
        if self.slippage_unit == "ticks" and self.tick_size == 0:
            raise InvalidValue("tick_size", self.tick_size, "a number above 0, since slippage is in ticks")

    def _check_stops(self) -> None:
        for name in ("stop_loss", "take_profit", "trailing_stop"):
            value = getattr(self, name)
            if value is not None and (not is_number(value) or value <= 0):
                raise InvalidValue(name, value, "a number above 0, or none")

    @classmethod
    def of(cls, settings: BacktestSettings) -> Self:
        """Return the configuration that a strategy's ``backtest`` section asks for, all-in.

        Parameters
        ----------
        settings : BacktestSettings
            The section.
        """
        return cls(**settings.model_dump())
