"""What a backtest is run with: capital, costs, fills, sizing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from ktrdr_app.backtesting.sizing import check_sizing, is_number
from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.strategy.schema import BacktestSettings

FILLS = ("next_open", "close")
_DEFAULTS = BacktestSettings()


@dataclass(frozen=True)
class BacktestConfig:
    """Settings of one run, checked when made.

    Attributes
    ----------
    initial_capital : float
        Account currency, above 0.
    commission : float
        Fraction of the traded value, per side, 0 to below 1.
    slippage : float
        Fraction of the price, against you, per side, 0 to below 1: buys fill at price · (1 + slippage), sells at
        price · (1 - slippage).
    fill : str
        ``next_open``: an order decided at a bar's close fills at the next bar's open. ``close``: at that very
        close, which is optimistic.
    sizing : mapping
        ``{"kind": "all_in"}``, ``{"kind": "fraction", "fraction": F}`` of the cash, or
        ``{"kind": "fixed_units", "units": N}``. Units may be fractions. No leverage: whatever is opened, long or
        short, must be covered by cash.
    allow_short : bool
        Whether SELL while flat opens a short position, and SELL while long turns it round.
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
    close_at_end: bool = False

    def __post_init__(self) -> None:
        capital = self.initial_capital
        if not is_number(capital) or capital <= 0:
            raise InvalidValue("initial_capital", capital, "an amount above 0")
        for name in ("commission", "slippage"):
            rate = getattr(self, name)
            if not is_number(rate) or not 0 <= rate < 1:
                raise InvalidValue(name, rate, "a fraction of at least 0 and below 1")
        if self.fill not in FILLS:
            raise UnknownName("fill", str(self.fill), FILLS)
        for name in ("allow_short", "close_at_end"):
            if not isinstance(getattr(self, name), bool):
                raise InvalidValue(name, getattr(self, name), "true or false")
        check_sizing(self.sizing)
        object.__setattr__(self, "sizing", dict(self.sizing))

    @classmethod
    def of(cls, settings: BacktestSettings) -> Self:
        """Return the configuration that a strategy's ``backtest`` section asks for, all-in.

        Parameters
        ----------
        settings : BacktestSettings
            The section.
        """
        return cls(**settings.model_dump())
