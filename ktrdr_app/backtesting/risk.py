"""Figures of the tails and of the time spent below the highest equity, with formula, unit and convention."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.backtesting.curve import frozen
from ktrdr_app.backtesting.metrics import Figure, ratio
from ktrdr_app.backtesting.metrics_kernels import sided_sums, water_sums

TAIL = 0.05
"""Share of the periods that the tail figures look at: 5 % of the worst, and of the best."""

DAY = 86_400e9
"""Nanoseconds of a day."""


def tail_figures(returns: NDArray[np.float64]) -> dict[str, Figure]:
    """Measure the tails of returns, per period (bar, day, week or month), historical: no distribution is assumed.

    ============== =======================================================================================
    positive_share share of r above 0
    omega          Σ max(r, 0) / Σ max(-r, 0): gains over losses around a threshold of 0 (Keating and Shadwick 2002)
    tail_ratio     95th percentile / |5th percentile| of r; above 1 the best periods are larger than the worst
    var_95         5th percentile of r: one period in twenty is worse. A return, so negative is a loss
    cvar_95        mean of the floor(0.05 (n - 1)) + 1 lowest r: what those periods bring (Acerbi and Tasche 2002)
    best           highest r
    worst          lowest r
    ============== =======================================================================================

    Percentiles are interpolated between neighbours (NumPy's ``linear``). All are fractions; None where there is no
    return, or no loss to divide by.

    Parameters
    ----------
    returns : ndarray of float64, shape (n_periods,)
        Simple returns as fractions, finite.
    """
    names = ("positive_share", "omega", "tail_ratio", "var_95", "cvar_95", "best", "worst")
    if not len(returns):
        return dict.fromkeys(names)
    low, high, mean_of_worst = _tails(returns)
    gains, losses, rising, best, worst = sided_sums(frozen(returns))
    figures: tuple[Figure, ...] = (
        rising / len(returns),
        ratio(gains, losses),
        ratio(abs(high), abs(low)),
        low,
        mean_of_worst,
        best,
        worst,
    )
    return dict(zip(names, figures, strict=True))


def _tails(returns: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return both percentiles and the mean of the worst, from one partial sort."""
    last = len(returns) - 1
    low, high = TAIL * last, (1 - TAIL) * last
    worst = math.floor(low)
    places = sorted({worst, min(worst + 1, last), math.floor(high), min(math.floor(high) + 1, last)})
    ordered = np.partition(returns, places)

    def at(place: float) -> float:
        whole = math.floor(place)
        below, above = float(ordered[whole]), float(ordered[min(whole + 1, last)])
        return below + (place - whole) * (above - below)

    return at(low), at(high), float(ordered[: worst + 1].mean())


def water_figures(values: NDArray[np.float64], stamps: NDArray[np.int64], start: float) -> dict[str, Figure]:
    """Measure how deep and how long the account was below its highest value so far.

    =============================== ====================================================================
    ulcer_index                     √(mean of drawdown²) over all bars, a fraction (Martin and McCann 1989)
    share_under_water               share of bars whose equity is below the highest so far
    longest_under_water_days        days from a high to the first bar that reaches it again, or to the last bar
    longest_under_water_from, _to   rows of those two bars; None if the account was never under water
    =============================== ====================================================================

    Parameters
    ----------
    values : ndarray of float64, shape (n_bars,)
        Account value at each bar's close, as `checked_curve` gives it.
    stamps : ndarray of int64, shape (n_bars,)
        Bar opens, nanoseconds.
    start : float
        Initial capital, the first high.
    """
    squares, under, longest, first, last = water_sums(values, stamps, start)
    return {
        "ulcer_index": math.sqrt(squares / len(values)),
        "share_under_water": under / len(values),
        "longest_under_water_days": longest / DAY,
        "longest_under_water_from": first if under else None,
        "longest_under_water_to": last if under else None,
    }
