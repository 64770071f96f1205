"""Swings of the price that are known to be over: each turn is reported at the bar that proves it, never before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up

Array = NDArray[np.float64]

_SLACK = 1e-12
"""A move that reaches the threshold but for rounding counts, so that a change of currency unit changes nothing."""


@kernel
def confirmed_swings(high: Array, low: Array, close: Array, threshold: float) -> tuple[Array, Array, Array, Array]:
    """Return at each bar the last two turning points that are confirmed.

    A high is confirmed by the first close that is ``threshold`` below it, a low by the first close as far above.
    The close comes last in its bar, so the bar of the high itself may confirm it, and whether high or low came first
    inside a bar need not be known. The next leg begins with the lowest low since that high. The search begins at the
    first close.

    Parameters
    ----------
    high, low, close : ndarray of float64, shape (n_bars,)
        Prices above 0; the close three times for swings of closes alone.
    threshold : float
        Fraction of the turning point's price, between 0 and 1.

    Returns
    -------
    last, before : ndarray of float64, shape (n_bars,)
        Prices of the last confirmed turning point and of the one before it; NaN until there is one.
    age : ndarray of float64, shape (n_bars,)
        Bars since the bar of the last one; NaN until there is one.
    direction : ndarray of float64, shape (n_bars,)
        1 after a low, -1 after a high; NaN until there is one.
    """
    n = len(close)
    last, before, age, way = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    down, up = (1.0 - threshold) * (1.0 + _SLACK), (1.0 + threshold) * (1.0 - _SLACK)
    if n == 0:
        return last, before, age, way
    top, top_at, bottom, bottom_at = close[0], 0, close[0], 0
    direction, pivot, pivot_at, pivot_before = 0, np.nan, 0, np.nan
    for t in range(1, n):
        if direction >= 0 and high[t] >= top:
            top, top_at = high[t], t
        if direction <= 0 and low[t] <= bottom:
            bottom, bottom_at = low[t], t
        if direction >= 0 and close[t] <= top * down:
            direction, pivot_before, pivot, pivot_at = -1, pivot, top, top_at
            bottom, bottom_at = close[top_at], top_at
            for j in range(top_at + 1, t + 1):
                if low[j] <= bottom:
                    bottom, bottom_at = low[j], j
        elif direction <= 0 and close[t] >= bottom * up:
            direction, pivot_before, pivot, pivot_at = 1, pivot, bottom, bottom_at
            top, top_at = close[bottom_at], bottom_at
            for j in range(bottom_at + 1, t + 1):
                if high[j] >= top:
                    top, top_at = high[j], j
        if direction != 0:
            last[t], before[t], age[t], way[t] = pivot, pivot_before, t - pivot_at, direction
    return last, before, age, way


@warms_up
def _warm_up() -> None:
    confirmed_swings(np.ones(4), np.ones(4), np.ones(4), 0.1)
