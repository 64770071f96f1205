"""Compiled steps of recursive averages, one bar at a time, seeded with the mean of the first values as in TA-Lib."""

from __future__ import annotations

from ktrdr_app.core.kernels import kernel


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
