"""Compiled looks at the last bars: greatest, least, age of the greatest, sum, mean; no error builds up over a series.

A window of any length is put together from windows of 1, 2, 4, 8.. bars (van Emde Boas' doubling, as in sparse tables:
Bender & Farach-Colton, The LCA Problem Revisited, 2000), in vector operations over a chunk that fits the cache.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel

Array = NDArray[np.float64]

SMALLEST_CHUNK = 1024


@kernel
def chunk_length(period: int) -> int:
    """Return how many bars to do at once: few enough for the cache, but no fewer than the window.

    Parameters
    ----------
    period : int
        Bars of the window.
    """
    return period if period > SMALLEST_CHUNK else SMALLEST_CHUNK


@kernel
def scratch(period: int, rows: int) -> NDArray[np.float64]:
    """Return working rows long enough for one chunk and the bars before it.

    Parameters
    ----------
    period : int
        Bars of the longest window.
    rows : int
        How many.

    Returns
    -------
    ndarray of float64, shape (rows, chunk_length(period) + period)
        Not initialised.
    """
    return np.empty((rows, chunk_length(period) + period))


@kernel
def highest(values: Array, start: int, stop: int, period: int, sign: float, work: Array, out: Array) -> None:
    """Write the greatest value of the last ``period`` bars, for bars ``start`` to ``stop - 1``.

    Parameters
    ----------
    values : ndarray of float64, shape (n_bars,)
        Finite.
    start, stop : int
        Bars to do, not more than ``chunk_length(period)`` of them; ``start`` at least ``period - 1``.
    period : int
        Bars of the window, the newest included.
    sign : float
        1 for the greatest, -1 for the least value.
    work : ndarray of float64, shape (2 or more, chunk_length(period) + period)
        Overwritten.
    out : ndarray of float64, shape (at least stop - start,)
        Written from its beginning.
    """
    before = start - period + 1
    length = stop - before
    now, then = work[0], work[1]
    for i in range(length):
        now[i] = sign * values[before + i]
    width = 1
    while 2 * width <= period:
        for i in range(width, length):
            newer, older = now[i], now[i - width]
            then[i] = newer if newer > older else older
        now, then = then, now
        width *= 2
    rest = period - width
    for i in range(stop - start):
        newer, older = now[period - 1 + i], now[period - 1 + i - rest]
        out[i] = sign * (newer if newer > older else older)


@kernel
def age_of_highest(values: Array, start: int, stop: int, period: int, sign: float, work: Array, out: Array) -> None:
    """Write how many bars ago the greatest value of the last ``period`` bars was, the newest of equals.

    Parameters
    ----------
    values : ndarray of float64, shape (n_bars,)
        Finite.
    start, stop : int
        Bars to do, not more than ``chunk_length(period)`` of them; ``start`` at least ``period - 1``.
    period : int
        Bars of the window, the newest included.
    sign : float
        1 for the greatest, -1 for the least value.
    work : ndarray of float64, shape (4 or more, chunk_length(period) + period)
        Overwritten.
    out : ndarray of float64, shape (at least stop - start,)
        Written from its beginning; 0 for the newest bar.
    """
    before = start - period + 1
    length = stop - before
    now, then, age, aged = work[0], work[1], work[2], work[3]
    for i in range(length):
        now[i] = sign * values[before + i]
        age[i] = 0.0
    width = 1
    while 2 * width <= period:
        for i in range(width, length):
            newer, older = now[i], now[i - width]
            then[i] = older if older > newer else newer
            aged[i] = age[i - width] + width if older > newer else age[i]
        now, then = then, now
        age, aged = aged, age
        width *= 2
    rest = period - width
    for i in range(stop - start):
        newest = period - 1 + i
        out[i] = age[newest - rest] + rest if now[newest - rest] > now[newest] else age[newest]


@kernel
def window_sums(values: Array, count: int, period: int, work: Array, out: Array) -> None:
    """Write the sums of ``period`` neighbouring values.

    Parameters
    ----------
    values : ndarray of float64, shape (at least count + period - 1,)
        The first sum is that of its first ``period`` values.
    count : int
        Number of sums, not more than ``chunk_length(period)``.
    period : int
        Values to a sum.
    work : ndarray of float64, shape (2 or more, chunk_length(period) + period)
        Overwritten; may not hold ``values`` or ``out``.
    out : ndarray of float64, shape (at least count,)
        Written from its beginning.
    """
    length = count + period - 1
    now, then = work[0], work[1]
    for i in range(length):
        now[i] = values[i]
    for i in range(count):
        out[i] = 0.0
    width, taken = 1, 0
    while True:
        if period & width:
            for i in range(count):
                out[i] += now[period - 1 - taken + i]
            taken += width
        if taken == period:
            break
        for i in range(width, length):
            then[i] = now[i] + now[i - width]
        now, then = then, now
        width *= 2


@kernel
def moving_mean(values: Array, first: int, period: int, out: Array) -> None:
    """Write the mean of the last ``period`` values, NaN where there are not that many.

    Parameters
    ----------
    values : ndarray of float64, shape (n_bars,)
        Anything before ``first`` is not read.
    first : int
        First bar with a value.
    period : int
        Bars of the window.
    out : ndarray of float64, shape (n_bars,)
        May not be ``values``.
    """
    n = len(values)
    begin = first + period - 1
    out[: min(begin, n)] = np.nan
    size = chunk_length(period)
    work = scratch(period, 2)
    for start in range(begin, n, size):
        count = min(size, n - start)
        window_sums(values[start - period + 1 :], count, period, work, out[start:])
        for i in range(start, start + count):
            out[i] /= period
