"""Sums over an equity curve that metrics are made of: compiled, no copy of the curve, no pandas."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import ieee_kernel, warms_up

Array = NDArray[np.float64]


@ieee_kernel
def level_sums(equity: Array, start: float) -> tuple[float, float, float, float]:
    """Return mean equity, deepest drawdown, sum of returns, and the lowest account value before the last bar.

    Parameters
    ----------
    equity : ndarray of float64, shape (n_bars,)
        Account value at each bar's close, n_bars at least 1.
    start : float
        Initial capital: first peak of the drawdown and base of the first return, in the place of ``equity[0]``.

    Returns
    -------
    mean, deepest, total, lowest : float
        Account currency; a fraction of 0 or below; a sum of n_bars - 1 fractions; account currency. The sum means
        something only where ``lowest`` is above 0.
    """
    before, lowest, total, level = start, start, 0.0, equity[0]
    peak = max(start, equity[0])
    trough, crest = equity[0], peak
    for bar in range(1, equity.size):
        value = equity[bar]
        if before < lowest:
            lowest = before
        total += value / before - 1.0
        before = value
        level += value
        if value > peak:
            peak = value
        elif value * crest < trough * peak:  # value / peak < trough / crest, without a division per bar
            trough, crest = value, peak
    return level / equity.size, trough / crest - 1.0, total, lowest


@ieee_kernel
def spread_sums(equity: Array, start: float, mean: float) -> tuple[float, float, float, float]:
    """Return the sums of squares, cubes and fourth powers of the returns about their mean, and of squared losses.

    Parameters
    ----------
    equity, start
        As `level_sums` takes them; every value but the last above 0.
    mean : float
        Mean return per bar.

    Returns
    -------
    second, third, fourth, downside : float
        Σ (r - mean)^k for k of 2, 3, 4, and Σ min(r, 0)².
    """
    before, second, third, fourth, downside = start, 0.0, 0.0, 0.0, 0.0
    for bar in range(1, equity.size):
        change = equity[bar] / before - 1.0
        before = equity[bar]
        away = change - mean
        square = away * away
        second += square
        third += square * away
        fourth += square * square
        loss = min(change, 0.0)
        downside += loss * loss
    return second, third, fourth, downside


@ieee_kernel
def water_sums(equity: Array, stamps: NDArray[np.int64], start: float) -> tuple[float, int, int, int, int]:
    """Return the sum of squared drawdowns, bars under water, and the longest stretch under water.

    Parameters
    ----------
    equity, start
        As `level_sums` takes them.
    stamps : ndarray of int64, shape (n_bars,)
        Bar opens, nanoseconds.

    Returns
    -------
    squares : float
        Σ drawdown².
    under : int
        Bars whose equity is below the highest so far.
    longest, first, last : int
        Nanoseconds from the bar of the high to the bar that reaches it again, or to the last bar where none does;
        rows of these two bars (a first bar below the initial capital counts as its own high).
    """
    peak, top = start, 0
    squares, under, longest, first, last = 0.0, 0, 0, 0, 0
    for bar in range(equity.size):
        value = equity[bar]
        if value < peak:
            fall = value / peak - 1.0
            squares += fall * fall
            under += 1
        if value < peak or (bar > 0 and equity[bar - 1] < peak):
            span = stamps[bar] - stamps[top]
            if span > longest:
                longest, first, last = span, top, bar
        if value >= peak:
            peak, top = value, bar
    return squares, under, longest, first, last


@ieee_kernel
def sided_sums(returns: Array) -> tuple[float, float, int, float, float]:
    """Return the sum of gains, the sum of losses, how many gain, and the highest and lowest return.

    Parameters
    ----------
    returns : ndarray of float64, shape (n,)
        Fractions, n at least 1.

    Returns
    -------
    gains, losses : float
        Σ max(r, 0) and Σ max(-r, 0).
    rising : int
        Returns above 0.
    best, worst : float
        Extremes.
    """
    gains, losses, rising, best, worst = 0.0, 0.0, 0, returns[0], returns[0]
    for place in range(returns.size):
        value = returns[place]
        if value > 0.0:
            gains += value
            rising += 1
        else:
            losses -= value
        if value > best:
            best = value
        if value < worst:
            worst = value
    return gains, losses, rising, best, worst


@warms_up
def _warm_up() -> None:
    curve, stamps = np.ones(2), np.zeros(2, dtype=np.int64)
    for array in (curve, stamps):
        array.flags.writeable = False
    level_sums(curve, 1.0)
    spread_sums(curve, 1.0, 0.0)
    water_sums(curve, stamps, 1.0)
    sided_sums(curve)
