"""First bar at which a price has moved by so much: whole blocks of bars at once, then each touch checked exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up
from ktrdr_app.labels.decided import read_only

Floats = NDArray[np.float64]
Steps = NDArray[np.int32]

_BLOCK = 512
"""Bars whose limits and findings stay in the fastest cache."""
_STRIDE = 4
"""Bars ahead per pass over a block."""
_SLACK = 1e-15
"""Several times the rounding of a quotient, relative to the price: the blocks look this much too generously."""


def first_touches(
    entry: Floats, high: Floats, low: Floats, rise: Floats, fall: Floats, lookahead: int
) -> tuple[Steps, Steps]:
    """Return how many bars after each entry the price first rises, and first falls, by so much.

    Parameters
    ----------
    entry : ndarray of float64, shape (n_entries,)
        Price that moves are measured from; entry i belongs to bar i.
    high, low : ndarray of float64, shape (n_bars,)
        Prices that can touch, at least ``n_entries + lookahead`` of each; bars i + 1 to i + lookahead count.
    rise, fall : ndarray of float64, shape (n_entries,)
        Fractions of the entry, above 0; NaN is never touched. Touched means ``(high - entry) / entry >= rise``
        and ``(low - entry) / entry <= -fall``; unlike ``high / entry - 1`` that is 0.1, no less, from 100 to 110 and
        to 90.
    lookahead : int
        Bars to look at, at least 1.

    Returns
    -------
    tuple of two ndarrays of int32, shape (n_entries,)
        Bars to the first rise and to the first fall; 0 where there is none.
    """
    highs, lows = read_only(high), read_only(low)
    return _first_touches(read_only(entry), highs, lows, read_only(rise), read_only(fall), lookahead)


@kernel
def _first_touches(
    entry: Floats, high: Floats, low: Floats, rise: Floats, fall: Floats, lookahead: int
) -> tuple[Steps, Steps]:
    n = len(entry)
    rises, falls = np.zeros(n, dtype=np.int32), np.zeros(n, dtype=np.int32)
    over, under, up, down = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    for start in range(0, n, _BLOCK):
        size = min(_BLOCK, n - start)
        for b in range(size):
            price = entry[start + b]
            over[b] = price * (1.0 + rise[start + b]) * (1.0 - _SLACK)
            under[b] = price * (1.0 - fall[start + b]) + price * _SLACK
        up[:] = 0.0
        down[:] = 0.0
        for step in range(lookahead, 0, -_STRIDE):
            _look(high[start:], low[start:], step, over[:size], under[:size], up[:size], down[:size])
        doubts = 0
        for b in range(size):
            i = start + b
            first, then = int(up[b]), int(down[b])
            rises[i], falls[i] = first, then
            margin = 4.0 * _SLACK * (entry[i] + over[b])
            doubts += 1 if (first > 0) & (high[i + first] < over[b] + margin) else 0
            doubts += 1 if (then > 0) & (low[i + then] > under[b] - margin) else 0
        for i in range(start, start + size if doubts > 0 else start):
            if rises[i] > 0:
                rises[i] = _exact(high, i, rises[i], lookahead, entry[i], rise[i], 1.0)
            if falls[i] > 0:
                falls[i] = _exact(low, i, falls[i], lookahead, entry[i], fall[i], -1.0)
    return rises, falls


@kernel
def _look(high: Floats, low: Floats, step: int, over: Floats, under: Floats, up: Floats, down: Floats) -> None:
    """Note who has touched at four bars ahead, the nearest last; before the first one the first is looked at again."""
    size = len(over)
    s1, s2, s3 = max(step - 1, 1), max(step - 2, 1), max(step - 3, 1)
    h0, h1, h2, h3 = high[step : step + size], high[s1 : s1 + size], high[s2 : s2 + size], high[s3 : s3 + size]
    l0, l1, l2, l3 = low[step : step + size], low[s1 : s1 + size], low[s2 : s2 + size], low[s3 : s3 + size]
    f0, f1, f2, f3 = float(step), float(s1), float(s2), float(s3)
    for b in range(size):
        edge = over[b]
        first = f0 if h0[b] >= edge else up[b]
        first = f1 if h1[b] >= edge else first
        first = f2 if h2[b] >= edge else first
        up[b] = f3 if h3[b] >= edge else first
        edge = under[b]
        first = f0 if l0[b] <= edge else down[b]
        first = f1 if l1[b] <= edge else first
        first = f2 if l2[b] <= edge else first
        down[b] = f3 if l3[b] <= edge else first


@kernel
def _exact(prices: Floats, i: int, step: int, lookahead: int, entry: float, move: float, side: float) -> int:
    """Return the first touch by the definition, from a suspected one on; 0 if there is none."""
    for later in range(step, lookahead + 1):
        if side * (prices[i + later] - entry) / entry >= move:
            return later
    return 0


@warms_up
def _warm_up() -> tuple[Steps, Steps]:
    return first_touches(np.ones(2), np.ones(4), np.ones(4), np.full(2, 0.1), np.full(2, 0.1), 2)
