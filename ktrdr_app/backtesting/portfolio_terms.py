"""What a portfolio is run with: one account's limits, and the symbols with their bars, orders and currencies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.sizing import is_number
from ktrdr_app.core.errors import InvalidValue, NoRate, SignalsMismatch
from ktrdr_app.data.bars import check_bars

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

DUST = 1e-9
"""Fraction of the equity that is no money to open a position with: rounding left over by those before."""


@dataclass(frozen=True)
class PortfolioConfig:
    """Settings of one account over several symbols, checked when made.

    Attributes
    ----------
    base : BacktestConfig
        Capital, costs, fills, stops, sizing. ``fraction`` and ``risk_atr`` are fractions of the account's equity;
        ``all_in`` takes all the free cash.
    max_exposure : float or None
        Most that all positions together may come to when one is opened: Σ |value| / equity, above 0 and at most 1.
        None is 1: there is no leverage.
    max_positions : int or None
        Most positions held together, 1 or more.

    Raises
    ------
    InvalidValue
        For the first field outside its range.
    """

    base: BacktestConfig = field(default_factory=BacktestConfig)
    max_exposure: float | None = None
    max_positions: int | None = None

    def __post_init__(self) -> None:
        share, most = self.max_exposure, self.max_positions
        if share is not None and (not is_number(share) or not 0 < share <= 1):
            raise InvalidValue("max_exposure", share, "a number above 0 and at most 1: nothing is bought on credit")
        if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 1):
            raise InvalidValue("max_positions", most, "a whole number of 1 or more")


@dataclass(frozen=True, eq=False)
class Rates:
    """What one unit of a currency was worth in account currency, as it became known.

    Attributes
    ----------
    currency : str
        The currency.
    known : ndarray of int64, shape (n_rates,)
        When each rate became known, nanoseconds UTC, rising.
    values : ndarray of float64, shape (n_rates,)
        Account currency per unit, above 0.
    """

    currency: str
    known: NDArray[np.int64]
    values: NDArray[np.float64]

    def at(self, moments: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the last rate known at each moment.

        Parameters
        ----------
        moments : ndarray of int64, shape (n_moments,)
            Nanoseconds UTC.

        Raises
        ------
        NoRate
            If the first rate came later than one of them.
        """
        places = np.searchsorted(self.known, moments, side="right") - 1
        if len(places) and places.min() < 0:
            raise NoRate(self.currency, int(moments[int(np.argmin(places))]))
        return self.values[places]


@dataclass(frozen=True, eq=False)
class Leg:
    """One symbol of a portfolio.

    Attributes
    ----------
    symbol : str
        Its name, which decides the order of fills at one instant.
    bars : DataFrame
        Its own bars, as `check_bars` accepts them, closed ones too.
    signals : ndarray of int8, shape (n_bars,)
        BUY 0, HOLD 1, SELL 2 at each close.
    rates : Rates or None
        Conversion of its quote currency; None where it is quoted in account currency.
    """

    symbol: str
    bars: pd.DataFrame
    signals: NDArray[np.int8]
    rates: Rates | None = None


def ordered_legs(legs: Sequence[Leg]) -> tuple[Leg, ...]:
    """Check the symbols of a portfolio, and return them in the order of their names.

    Parameters
    ----------
    legs : sequence of Leg
        One or more, each name once.

    Raises
    ------
    InvalidValue
        If there is none, or a name twice.
    SignalsMismatch
        If a symbol's signals are not one of 0, 1, 2 for each bar.
    EmptyData, MalformedBars
        If bars break their contract.
    """
    names = [leg.symbol for leg in legs]
    if not names or len(set(names)) < len(names):
        raise InvalidValue("symbols", ", ".join(names), "one or more symbols, each once")
    for leg in legs:
        check_bars(leg.bars, leg.symbol, closed=True)
        if leg.signals.shape != (len(leg.bars),) or not np.isin(leg.signals, (0, 1, 2)).all():
            expected = f"BUY 0, HOLD 1 or SELL 2 for each of {len(leg.bars)} bars"
            raise SignalsMismatch(leg.symbol, f"signals of shape {leg.signals.shape}", expected)
    return tuple(sorted(legs, key=lambda leg: leg.symbol))


def equal_shares(symbols: int, max_positions: int | None) -> Mapping[str, object]:
    """Return the sizing of a portfolio that asks for none: the same fraction of the equity for every position.

    Parameters
    ----------
    symbols : int
        How many there are.
    max_positions : int, optional
        Most positions held together.
    """
    return {"kind": "fraction", "fraction": 1.0 / min(symbols, max_positions or symbols)}
