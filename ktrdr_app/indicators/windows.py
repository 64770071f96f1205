"""Compiled looks at the last bars: greatest, least, age of the greatest, sum, mean, deviation.

A window of any length is put together from windows of 1, 2, 4, 8.. bars, as in sparse tables (Bender & Farach-Colton,
The LCA Problem Revisited, 2000), in vector operations over a chunk that fits the cache. So the time grows with the
logarithm of the length, and no error builds up along a series. Loops run over slices from 0 and touch few arrays
each, else the compiler does not turn them into vector operations.
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
def _start(values: Array, sign: float, out: Array) -> None:
    for i in range(len(values)):
        out[i] = sign * values[i]


@kernel
def _greater(newer: Array, older: Array, sign: float, out: Array) -> None:
    for i in range(len(newer)):
        out[i] = sign * (newer[i] if newer[i] > older[i] else older[i])


@kernel
def highest(values: Array, period: int, sign: float, work: Array, out: Array, width: int = 1) -> None:
    """Write the greatest value of each ``period`` neighbouring ones.

    Parameters
    ----------
    values : ndarray of float64, shape (n + period - width,)
        Finite; n not more than ``chunk_length(period)``.
    period : int
        Values of a window.
    sign : float
        1 for the greatest, -1 for the least value.
    work : ndarray of float64, shape (2 or more, chunk_length(period) + period)
        Overwritten.
    out : ndarray of float64, shape (n,)
        The first is the greatest of the first ``period`` values.
    width : int
        Of how many neighbouring values each of ``values`` already is the greatest; not above ``period``.
    """
    count = len(values)
    now, then = work[0, :count], work[1, :count]
    _start(values, sign, now)
    while 2 * width <= period:
        count -= width
        _greater(now[width:], now[:count], 1.0, then[:count])
        now, then = then[:count], now[:count]
        width *= 2
    rest = period - width
    _greater(now[rest:], now[: count - rest], sign, out)


@kernel
def _age_of_greater(newer: Array, older: Array, young: Array, old: Array, apart: float, out: Array) -> None:
    for i in range(len(newer)):
        aged = old[i] + apart
        out[i] = aged if older[i] > newer[i] else young[i]


@kernel
def age_of_highest(values: Array, period: int, sign: float, work: Array, out: Array) -> None:
    """Write how many places back the greatest of each ``period`` neighbouring values is, the newest of equals.

    Parameters
    ----------
    values : ndarray of float64, shape (n + period - 1,)
        Finite; n not more than ``chunk_length(period)``.
    period : int
        Values of a window.
    sign : float
        1 for the greatest, -1 for the least value.
    work : ndarray of float64, shape (4 or more, chunk_length(period) + period)
        Overwritten.
    out : ndarray of float64, shape (n,)
        0 for the newest value of the window to ``period - 1`` for the oldest.
    """
    length = len(values)
    now, then, age, aged = work[0, :length], work[1, :length], work[2, :length], work[3, :length]
    _start(values, sign, now)
    age[:] = 0.0
    width = 1
    while 2 * width <= period:
        _age_of_greater(now[width:], now[:-width], age[width:], age[:-width], float(width), aged[width:])
        _greater(now[width:], now[:-width], 1.0, then[width:])
        now, then, age, aged = then, now, aged, age
        width *= 2
    newest, older, rest = period - 1, width - 1, float(period - width)
    end = length - period + width
    _age_of_greater(now[newest:], now[older:end], age[newest:], age[older:end], rest, out)


@kernel
def _add(one: Array, other: Array, out: Array) -> None:
    for i in range(len(one)):
        out[i] = one[i] + other[i]


@kernel
def window_sums(values: Array, period: int, work: Array, out: Array) -> None:
    """Write the sum of each ``period`` neighbouring values.

    Parameters
    ----------
    values : ndarray of float64, shape (n + period - 1,)
        n not more than ``chunk_length(period)``.
    period : int
        Values to a sum.
    work : ndarray of float64, shape (2 or more, chunk_length(period) + period)
        Overwritten; may not hold ``values`` or ``out``.
    out : ndarray of float64, shape (n,)
        The first is the sum of the first ``period`` values.
    """
    length = len(values)
    count = length - period + 1
    now, then = work[0, :length], work[1, :length]
    _start(values, 1.0, now)
    width, last = 1, period - 1
    while True:
        if period & width:
            part = now[last : last + count]
            if last == period - 1:
                _start(part, 1.0, out)
            else:
                _add(out, part, out)
            last -= width
        if last < 0:
            break
        _add(now[width:], now[:-width], then[width:])
        now, then = then, now
        width *= 2


@kernel
def _merge(
    sums: tuple[Array, Array], squares: tuple[Array, Array], sizes: tuple[int, int], sum_out: Array, square_out: Array
) -> None:
    sum_a, sum_b = sums
    square_a, square_b = squares
    a, b = 1.0 / sizes[0], 1.0 / sizes[1]
    weight = 1.0 / (a + b)
    for i in range(len(sum_a)):
        apart = sum_a[i] * a - sum_b[i] * b
        square_out[i] = square_a[i] + square_b[i] + weight * apart * apart
    _add(sum_a, sum_b, sum_out)


@kernel
def window_moments(values: Array, period: int, work: Array, mean: Array, deviation: Array) -> None:
    """Write mean and population standard deviation of each ``period`` neighbouring values.

    Squares are taken of the distances between the means of parts (Chan, Golub & LeVeque, Algorithms for Computing the
    Sample Variance, 1983), so that a calm window keeps its digits and equal values have no deviation.

    Parameters
    ----------
    values : ndarray of float64, shape (n + period - 1,)
        n not more than ``chunk_length(period)``.
    period : int
        Values of a window, 2 or more.
    work : ndarray of float64, shape (4 or more, chunk_length(period) + period)
        Overwritten.
    mean, deviation : ndarray of float64, shape (n,)
        The first are those of the first ``period`` values.
    """
    length = len(values)
    count = length - period + 1
    sums, sums_then, squares, squares_then = work[0, :length], work[1, :length], work[2, :length], work[3, :length]
    _start(values, 1.0, sums)
    squares[:] = 0.0
    width, last, taken = 1, period - 1, 0
    while True:
        if period & width:
            part, square = sums[last : last + count], squares[last : last + count]
            if taken:
                _merge((mean, part), (deviation, square), (taken, width), mean, deviation)
            else:
                _start(part, 1.0, mean)
                _start(square, 1.0, deviation)
            taken += width
            last -= width
        if last < 0:
            break
        pair = (sums[width:], sums[:-width])
        _merge(pair, (squares[width:], squares[:-width]), (width, width), sums_then[width:], squares_then[width:])
        sums, sums_then, squares, squares_then = sums_then, sums, squares_then, squares
        width *= 2
    share = 1.0 / period
    for i in range(count):
        mean[i] *= share
    for i in range(count):
        deviation[i] = np.sqrt(deviation[i] * share)


@kernel
def window_means(values: Array, period: int, work: Array, out: Array) -> None:
    """Write the mean of each ``period`` neighbouring values.

    Parameters
    ----------
    values : ndarray of float64, shape (n + period - 1,)
        n not more than ``chunk_length(period)``.
    period : int
        Values of a window.
    work : ndarray of float64, shape (2 or more, chunk_length(period) + period)
        Overwritten; may not hold ``values`` or ``out``.
    out : ndarray of float64, shape (n,)
        The first is the mean of the first ``period`` values.
    """
    window_sums(values, period, work, out)
    for i in range(len(out)):
        out[i] /= period
