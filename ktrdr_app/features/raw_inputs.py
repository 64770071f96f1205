"""The single numbers that a bar's features are made of, and the features that other values of one would make."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

BEYOND = 3.0
"""Standard deviations beyond everything seen that a value may still be thought to have."""


@dataclass(frozen=True)
class Spread:
    """What values an input usually has.

    Attributes
    ----------
    deviation : float
        Population standard deviation; 0 where it never changed.
    low, high : float
        Range in which other values are thought possible: all that were seen and `BEYOND` deviations on either side,
        within the bounds that its formula keeps to.
    """

    deviation: float
    low: float
    high: float

    @classmethod
    def of(cls, values: NDArray[np.float64], least: float | None = None, most: float | None = None) -> Spread:
        """Measure values.

        Parameters
        ----------
        values : ndarray of float64, shape (n,)
            What was seen; NaN is left out.
        least, most : float, optional
            Bounds of the formula.
        """
        known = values[np.isfinite(values)]
        if not len(known):
            return cls(0.0, math.nan, math.nan)
        least_seen, most_seen = float(known.min()), float(known.max())
        deviation = float(known.std()) if most_seen > least_seen else 0.0  # rounding leaves a trace in a constant's
        low, high = least_seen - BEYOND * deviation, most_seen + BEYOND * deviation
        return cls(deviation, low if least is None else max(low, least), high if most is None else min(high, most))


@dataclass(frozen=True, eq=False)
class RawInput:
    """One number behind a bar's features: an indicator's value at one bar, or a figure of price or volume.

    Attributes
    ----------
    key : str
        ``rsi``, ``bands.lower``, ``rsi@4h``, ``rsi-1`` (one bar before), ``roc_5``.
    column : str
        Indicator column or feature.
    timeframe : str
        Longer time frame it is on; empty for the strategy's own bars.
    back : int
        Bars of its time frame before the newest known one.
    group : str
        Which group of columns it belongs to, as `groups.timeframe_groups` names them.
    unit : str
        As `OutputInfo.unit` has it; ``ratio`` for context features.
    value : float
        What it was.
    spread : Spread
        What it usually is.
    rows : callable
        Takes other values, float64 of shape (n,), and returns the bar's unscaled features with each of them in the
        place of ``value`` and all else as it was: float32 of shape (n, n_features).
    """

    key: str
    column: str
    timeframe: str
    back: int
    group: str
    unit: str
    value: float
    spread: Spread
    rows: Callable[[NDArray[np.float64]], NDArray[np.float32]]


@dataclass(frozen=True)
class Reading:
    """What the sets of one fuzzy input made of a bar.

    Attributes
    ----------
    name : str
        Fuzzy input.
    column : str
        Indicator column it reads.
    timeframe : str
        Longer time frame; empty for the strategy's own bars.
    form : str
        Scale-free form; ``raw`` for the value as it is.
    unit : str
        Unit of the value, as `OutputInfo.unit` has it.
    value : float
        The indicator's value.
    formed : float
        The value in its form, which the sets are laid over.
    grades : tuple of (str, float)
        Membership in each set, in declared order.
    """

    name: str
    column: str
    timeframe: str
    form: str
    unit: str
    value: float
    formed: float
    grades: tuple[tuple[str, float], ...]

    @property
    def strongest(self) -> tuple[str, float]:
        """The set with the highest membership."""
        return max(self.grades, key=lambda pair: pair[1])


class BarInputs(Protocol):
    """The inputs behind the features of one symbol's bars."""

    @property
    def index(self) -> pd.DatetimeIndex:
        """Bar opens."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Features, in column order."""
        ...

    @property
    def groups(self) -> dict[str, list[int]]:
        """Columns of each group; together all, each once."""
        ...

    def features(self, bar: int) -> NDArray[np.float32]:
        """Return a bar's unscaled features, shape (n_features,).

        Parameters
        ----------
        bar : int
            Row of the bar.
        """
        ...

    def readings(self, bar: int) -> tuple[Reading, ...]:
        """Return what the sets made of a bar.

        Parameters
        ----------
        bar : int
            Row of the bar.
        """
        ...

    def raw_inputs(self, bar: int) -> tuple[RawInput, ...]:
        """Return every input behind a bar's features.

        Parameters
        ----------
        bar : int
            Row of the bar.
        """
        ...
