"""An equity curve as kernels read it, and the moments of its returns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ktrdr_app.backtesting.metrics_kernels import level_sums, spread_sums
from ktrdr_app.core.errors import InvalidValue

T = TypeVar("T", bound=np.generic)

NO_VARIATION = 1e-12
"""Standard deviation of per-bar returns that is rounding only."""


@dataclass(frozen=True)
class CurveSums:
    """What one look at a curve gives.

    Attributes
    ----------
    periods : int
        Returns: points less one.
    mean_equity : float
        Mean account value, account currency.
    deepest : float
        Deepest drawdown, a fraction of 0 or below.
    returns : Moments, optional
        None for fewer than two returns, or once the equity has been 0 or below.
    """

    periods: int
    mean_equity: float
    deepest: float
    returns: Moments | None


@dataclass(frozen=True)
class Moments:
    """Moments of the returns r_t = E_t / E_{t-1} - 1, the initial capital in the place of E_0.

    Attributes
    ----------
    count : int
        Returns, 2 or more.
    mean : float
        Fraction per bar.
    deviation : float
        Sample standard deviation (ddof 1), fraction per bar.
    downside : float
        √(mean of min(r, 0)²) over ALL bars (Sortino and Price 1994), fraction per bar.
    skewness : float, optional
        m3 / m2^1.5, of central moments over n; None without variation.
    kurtosis : float, optional
        m4 / m2², raw: 3 for the normal distribution; None without variation.
    """

    count: int
    mean: float
    deviation: float
    downside: float
    skewness: float | None
    kurtosis: float | None

    @property
    def sharpe(self) -> float | None:
        """Sharpe ratio per bar, not annualised, risk-free rate 0; None without variation."""
        return self.mean / self.deviation if self.deviation > NO_VARIATION else None


def checked_curve(equity: ArrayLike) -> NDArray[np.float64]:
    """Return an equity curve as contiguous float64 that is read-only: kernels are compiled anew for other arrays.

    Parameters
    ----------
    equity : array of float, shape (n_bars,)
        Account value at each bar's close.

    Raises
    ------
    InvalidValue
        If it is empty or not finite.
    """
    values = np.asarray(equity, dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        total = values.sum()
    if values.ndim != 1 or not values.size or not _all_finite(values, total):
        raise _no_curve(values)
    return frozen(values)


def _all_finite(values: NDArray[np.float64], total: float) -> bool:
    # A finite sum has finite parts; only where it is not, as with huge ones, are they looked at one by one.
    return math.isfinite(total) or bool(np.isfinite(values).all())


def _no_curve(values: NDArray[np.float64]) -> InvalidValue:
    return InvalidValue("equity", f"{values.size} points", "at least one point, each a finite number")


def frozen(values: NDArray[T]) -> NDArray[T]:
    """Return a contiguous view that is read-only.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Any numbers.
    """
    view = np.ascontiguousarray(values).view()
    view.flags.writeable = False
    return view


def curve_sums(values: NDArray[np.float64], start: float) -> CurveSums:
    """Return drawdown and moments of a curve.

    Parameters
    ----------
    values : ndarray of float64, shape (n_bars,)
        As `checked_curve` gives it, or `frozen`.
    start : float
        Initial capital.

    Raises
    ------
    InvalidValue
        If it is empty or not finite.
    """
    if not values.size:
        raise _no_curve(values)
    level, deepest, total, lowest = level_sums(values, start)
    if not _all_finite(values, level):
        raise _no_curve(values)
    count = len(values) - 1
    if count < 2 or lowest <= 0:
        return CurveSums(count, level, deepest, None)
    mean = total / count
    second, third, fourth, losses = (part / count for part in spread_sums(values, start, mean))
    varies = second > NO_VARIATION**2
    moments = Moments(
        count=count,
        mean=mean,
        deviation=math.sqrt(second * count / (count - 1)),
        downside=math.sqrt(losses),
        skewness=third / second**1.5 if varies else None,
        kurtosis=fourth / second**2 if varies else None,
    )
    return CurveSums(count, level, deepest, moments)


def returns_of(values: NDArray[np.float64], start: float) -> NDArray[np.float64]:
    """Return the n_bars - 1 simple returns of the bars after the first, as fractions.

    Parameters
    ----------
    values : ndarray of float64, shape (n_bars,)
        Account values, above 0 but for the last.
    start : float
        Initial capital, in the place of the first value.
    """
    returns = values[1:] / values[:-1] - 1.0
    returns[:1] = values[1:2] / start - 1.0
    return returns
