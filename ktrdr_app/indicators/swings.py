"""Swings of the price that are known to be over: each turn is reported at the bar that proves it, never before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

_SLACK = 1e-12
"""A move that reaches the threshold but for rounding counts, so that a change of currency unit changes nothing."""


@kernel
def confirmed_turns(high: Array, low: Array, close: Array, threshold: float) -> tuple[Rows, Rows, Array]:
    """Return every turning point that is confirmed; highs and lows take turns.

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
    proven, turned : ndarray of int64, shape (n_turns,)
        Rows of the bar that confirms and of the turn itself, which is not later; no bar confirms two.
    price : ndarray of float64, shape (n_turns,)
        Price of the turn.
    """
    n = len(close)
    proven, turned, price = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n)
    count, direction = 0, 0
    down, up = (1.0 - threshold) * (1.0 + _SLACK), (1.0 + threshold) * (1.0 - _SLACK)
    top = bottom = close[0] if n else np.nan
    top_at = bottom_at = 0
    for t in range(1, n):
        if direction >= 0 and high[t] >= top:
            top, top_at = high[t], t
        if direction <= 0 and low[t] <= bottom:
            bottom, bottom_at = low[t], t
        if direction >= 0 and close[t] <= top * down:
            proven[count], turned[count], price[count] = t, top_at, top
            count, direction = count + 1, -1
            bottom, bottom_at = close[top_at], top_at
            for j in range(top_at + 1, t + 1):
                if low[j] <= bottom:
                    bottom, bottom_at = low[j], j
        elif direction <= 0 and close[t] >= bottom * up:
            proven[count], turned[count], price[count] = t, bottom_at, bottom
            count, direction = count + 1, 1
            top, top_at = close[bottom_at], bottom_at
            for j in range(bottom_at + 1, t + 1):
                if high[j] >= top:
                    top, top_at = high[j], j
    return proven[:count].copy(), turned[:count].copy(), price[:count].copy()


@kernel
def spread(values: Array, starts: Rows, out: Array) -> None:
    """Give every bar the values of the last start, its own included; NaN before the first.

    Parameters
    ----------
    values : ndarray of float64, shape (n_lines, n_starts or more)
        One row per line.
    starts : ndarray of int64, shape (n_starts,)
        Rows of the bars at which they come into force, rising.
    out : ndarray of float64, shape (n_lines, n_bars)
        Overwritten.
    """
    for row in range(len(out)):
        line, begin, value = out[row], 0, np.nan
        for i in range(len(starts)):
            for t in range(begin, starts[i]):
                line[t] = value
            begin, value = starts[i], values[row, i]
        line[begin:] = value


@kernel
def bars_since(turned: Rows, starts: Rows, out: Array) -> None:
    """Count the bars since the last turn that is known; NaN before the first.

    Parameters
    ----------
    turned, starts : ndarray of int64, shape (n_turns,)
        Rows of the turns, and of the bars from which they are known, rising.
    out : ndarray of float64, shape (n_bars,)
        Overwritten.
    """
    out[: starts[0] if len(starts) else len(out)] = np.nan
    for i in range(len(starts)):
        for t in range(starts[i], starts[i + 1] if i + 1 < len(starts) else len(out)):
            out[t] = t - turned[i]


@kernel
def taken_back(close: Array, turns: Array, starts: Rows, out: Array) -> None:
    """Write the part of the last known swing that the close has taken back; NaN before the first.

    Parameters
    ----------
    close : ndarray of float64, shape (n_bars,)
        Prices.
    turns : ndarray of float64, shape (n_swings + 1,)
        Prices at the ends of the swings, each the end of one and the begin of the next.
    starts : ndarray of int64, shape (n_swings,)
        Rows of the bars from which each swing is known, rising.
    out : ndarray of float64, shape (n_bars,)
        0 at the end of the swing, 1 at its begin.
    """
    out[: starts[0] if len(starts) else len(out)] = np.nan
    for i in range(len(starts)):
        end, size = turns[i + 1], turns[i] - turns[i + 1]
        for t in range(starts[i], starts[i + 1] if i + 1 < len(starts) else len(out)):
            out[t] = (close[t] - end) / size


@warms_up
def _warm_up() -> None:
    prices, rows, out = np.ones(4), np.zeros(1, np.int64), np.empty((2, 4))
    prices.flags.writeable = False
    confirmed_turns(prices, prices, prices, 0.1)
    spread(np.ones((2, 1)), rows, out)
    bars_since(rows, rows, out[0])
    taken_back(prices, np.array([1.0, 2.0]), rows, out[0])
