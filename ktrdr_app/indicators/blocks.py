"""Sums and extremes of sliding windows without subtraction, so that nothing drifts, however long the series.

A series is cut into blocks as long as the window. A window then is the tail of one block and the head of the next;
the tails are added up once per block, from its end (van Herk 1992; Gil and Werman 1993).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up

Array = NDArray[np.float64]


@kernel
def slide_sums(first: Array, second: Array, first_tails: Array, second_tails: Array, rows: int) -> None:
    """Replace the terms of a block by the sums of the windows that end on them, for two series at once.

    Parameters
    ----------
    first, second : ndarray of float64, shape (period,)
        Terms of this block in their first ``rows`` places; afterwards the windows' sums.
    first_tails, second_tails : ndarray of float64, shape (period + 1,)
        Sums of the block before from each place to its end, 0 in the last place; afterwards those of this block.
        Zeros before the first block.
    rows : int
        Terms in this block: the period, or fewer in the last block.
    """
    one, two = 0.0, 0.0
    for k in range(rows):
        a, b = first[k], second[k]
        one += a
        two += b
        first[k] = one + first_tails[k + 1]
        second[k] = two + second_tails[k + 1]
        first_tails[k], second_tails[k] = a, b
    one, two = 0.0, 0.0
    for k in range(rows - 1, -1, -1):
        one += first_tails[k]
        two += second_tails[k]
        first_tails[k], second_tails[k] = one, two


@kernel
def slide_extremes(high: Array, low: Array, high_tails: Array, low_tails: Array, rows: int) -> None:
    """Replace the values of a block by the highest and the lowest of the windows that end on them.

    Parameters
    ----------
    high, low : ndarray of float64, shape (period,)
        Values of this block in their first ``rows`` places; afterwards the windows' highest and lowest.
    high_tails, low_tails : ndarray of float64, shape (period + 1,)
        Extremes of the block before from each place to its end; minus and plus infinity in the last place, and
        everywhere before the first block.
    rows : int
        Values in this block: the period, or fewer in the last block.
    """
    top, bottom = -np.inf, np.inf
    for k in range(rows):
        a, b = high[k], low[k]
        top, bottom = max(top, a), min(bottom, b)
        high[k] = max(top, high_tails[k + 1])
        low[k] = min(bottom, low_tails[k + 1])
        high_tails[k], low_tails[k] = a, b
    top, bottom = -np.inf, np.inf
    for k in range(rows - 1, -1, -1):
        top, bottom = max(top, high_tails[k]), min(bottom, low_tails[k])
        high_tails[k], low_tails[k] = top, bottom


@kernel
def midpoints(high: Array, low: Array, period: int) -> Array:
    """Return the middle between the highest high and the lowest low of the last bars.

    Parameters
    ----------
    high, low : ndarray of float64, shape (n_bars,)
        Prices.
    period : int
        Bars of the window.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        Price units; NaN before bar ``period - 1``.
    """
    n = len(high)
    line = np.empty(n)
    tops, bottoms = np.empty(period), np.empty(period)
    top_tails, bottom_tails = np.full(period + 1, -np.inf), np.full(period + 1, np.inf)
    for start in range(0, n, period):
        rows = min(period, n - start)
        tops[:rows] = high[start : start + rows]
        bottoms[:rows] = low[start : start + rows]
        slide_extremes(tops, bottoms, top_tails, bottom_tails, rows)
        for k in range(rows):
            line[start + k] = (tops[k] + bottoms[k]) / 2.0
    line[: period - 1] = np.nan
    return line


@warms_up
def _warm_up() -> Array:
    prices = np.ones(4)
    prices.flags.writeable = False
    return midpoints(prices, prices, 2)
