"""Compiled steps of recursive averages, seeded with the mean of the first values as in TA-Lib."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel

Array = NDArray[np.float64]


@kernel
def true_range(high: float, low: float, before: float) -> float:
    """Return the range of a bar, the close before it included (Wilder 1978, section III).

    Parameters
    ----------
    high, low : float
        The bar's own.
    before : float
        Close of the bar before.
    """
    top = high if high > before else before
    bottom = low if low < before else before
    return top - bottom


@kernel
def wilder_step(average: float, value: float, number: int, period: int) -> float:
    """Return Wilder's average after one more value (Wilder 1978, section III).

    Parameters
    ----------
    average : float
        The average before it; 0 before the first value.
    value : float
        The new value.
    number : int
        How many values came before it; the average is complete with value ``period - 1``.
    period : int
        The new value weighs ``1 / period``.
    """
    share = 1.0 / period
    keep = 1.0 if number < period else 1.0 - share
    return average * keep + value * share


@kernel
def ema_step(average: float, value: float, number: int, period: int) -> float:
    """Return the exponential average after one more value.

    Parameters
    ----------
    average : float
        The average before it; 0 before the first value.
    value : float
        The new value.
    number : int
        How many values came before it; the average is complete with value ``period - 1``.
    period : int
        The new value weighs ``2 / (period + 1)``.
    """
    seeding, weight = number < period, 2.0 / (period + 1)
    keep, share = (1.0, 1.0 / period) if seeding else (1.0 - weight, weight)
    return average * keep + value * share


@kernel
def smooth(values: Array, share: float, keep: float, average: float, out: Array) -> float:
    """Write the recursive average ``keep * before + share * value`` after each value.

    Four values at a time, each from the average before all of them: a processor waits once for four results instead of
    once for each (look-ahead transformation; Parhi & Messerschmitt, Pipeline Interleaving and Parallelism in Recursive
    Digital Filters, 1989). The last few go the same way, so that a value does not depend on how many follow it.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        The new values.
    share, keep : float
        Weights of a new value and of the average before it.
    average : float
        The average before the first value.
    out : ndarray of float64, shape (n,)
        May be ``values`` itself.

    Returns
    -------
    float
        The average after the last value; ``average`` if there is none.
    """
    keep_2 = keep * keep
    keep_3 = keep_2 * keep
    keep_4 = keep_3 * keep
    whole = len(values) - len(values) % 4
    for i in range(0, whole, 4):
        one = share * values[i]
        two = share * values[i + 1] + keep * one
        three = share * values[i + 2] + keep * two
        four = share * values[i + 3] + keep * three
        out[i] = one + keep * average
        out[i + 1] = two + keep_2 * average
        out[i + 2] = three + keep_3 * average
        average = four + keep_4 * average
        out[i + 3] = average
    new, kept = 0.0, 1.0
    for i in range(whole, len(values)):
        new = share * values[i] + keep * new
        kept *= keep
        out[i] = new + kept * average
    return out[len(values) - 1] if whole < len(values) else average


@kernel
def true_ranges(high: Array, low: Array, before: Array, out: Array) -> None:
    """Write the range of each bar, the close before it included (Wilder 1978, section III).

    Parameters
    ----------
    high, low : ndarray of float64, shape (n,)
        The bars' own.
    before : ndarray of float64, shape (n or more,)
        Closes of the bars before.
    out : ndarray of float64, shape (n,)
        Price units.
    """
    for i in range(len(out)):
        out[i] = true_range(high[i], low[i], before[i])
