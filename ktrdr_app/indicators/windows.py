"""Compiled looks at the last bars: greatest, least, age of the greatest, sum, mean, deviation.

A window of any length is put together from windows of 1, 4, 16.. bars, as in sparse tables (Bender & Farach-Colton,
The LCA Problem Revisited, 2000), in vector operations over a chunk that fits the cache. So the time grows with the
logarithm of the length, and no error builds up along a series. Loops run over slices from 0, touch few arrays each and
write to one that they do not read under another name, else the compiler does not turn them into vector operations.
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
def _greatest_of_four(values: Array, places: tuple[int, int, int], sign: float, out: Array) -> None:
    """Write the greatest (least) of each value and of those some places after it."""
    n = len(out)
    a, b, c, d = values[:n], values[places[0] :], values[places[1] :], values[places[2] :]
    if sign > 0.0:
        for i in range(n):
            one = a[i] if a[i] > b[i] else b[i]
            other = c[i] if c[i] > d[i] else d[i]
            out[i] = one if one > other else other
    else:
        for i in range(n):
            one = a[i] if a[i] < b[i] else b[i]
            other = c[i] if c[i] < d[i] else d[i]
            out[i] = one if one < other else other


@kernel
def _rest_of_window(width: int, period: int) -> tuple[int, int, int]:
    """Return where parts of ``width`` values begin that cover a window of up to four of them together."""
    rest = period - width
    return min(width, rest), min(2 * width, rest), rest


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
    if 4 * width >= period:
        _greatest_of_four(values, _rest_of_window(width, period), sign, out)
        return
    now, then = work[0, : len(values) - 3 * width], work[1]
    _greatest_of_four(values, (width, 2 * width, 3 * width), sign, now)
    width *= 4
    while 4 * width < period:
        longer = then[: len(now) - 3 * width]
        _greatest_of_four(now, (width, 2 * width, 3 * width), sign, longer)
        now, then = longer, now
        width *= 4
    _greatest_of_four(now, _rest_of_window(width, period), sign, out)


@kernel
def _greater(newer: Array, older: Array, sign: float, out: Array) -> None:
    for i in range(len(out)):
        one, other = sign * newer[i], sign * older[i]
        out[i] = one if one > other else other


@kernel
def _age_in_pair(newer: Array, older: Array, sign: float, out: Array) -> None:
    for i in range(len(out)):
        out[i] = 1.0 if sign * older[i] > sign * newer[i] else 0.0


@kernel
def _age_of_greater(newer: Array, older: Array, young: Array, old: Array, apart: float, out: Array) -> None:
    for i in range(len(out)):
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
    if period == 1:
        out[:] = 0.0
        return
    _age_in_pair(values[1:], values[:-1], sign, age[1:])
    _greater(values[1:], values[:-1], sign, now[1:])
    width = 2
    while 2 * width <= period:
        _age_of_greater(now[width:], now[:-width], age[width:], age[:-width], float(width), aged[width:])
        _greater(now[width:], now[:-width], 1.0, then[width:])
        now, then, age, aged = then, now, aged, age
        width *= 2
    newest, older, rest = period - 1, width - 1, float(period - width)
    end = length - period + width
    _age_of_greater(now[newest:], now[older:end], age[newest:], age[older:end], rest, out)


@kernel
def _sum_of_four(sums: Array, width: int, out: Array) -> None:
    n = len(out)
    a, b, c, d = sums[:n], sums[width:], sums[2 * width :], sums[3 * width :]
    for i in range(n):
        out[i] = (a[i] + b[i]) + (c[i] + d[i])


@kernel
def _copy(values: Array, out: Array) -> None:
    for i in range(len(out)):
        out[i] = values[i]


@kernel
def _add(values: Array, out: Array) -> None:
    for i in range(len(out)):
        out[i] += values[i]


@kernel
def _add_parts(sums: Array, width: int, parts: int, taken: int, out: Array) -> None:
    """Add one to three neighbouring parts of ``width`` values, the first after the ``taken`` ones that ``out`` has."""
    n = len(out)
    a = sums[taken:]
    if parts == 1 and taken:
        _add(a, out)
        return
    if parts == 1:
        _copy(a, out)
        return
    b = sums[taken + width :]
    if parts == 3:
        c = sums[taken + 2 * width :]
        for i in range(n):
            before = out[i] if taken else 0.0
            out[i] = before + ((a[i] + b[i]) + c[i])
    else:
        for i in range(n):
            before = out[i] if taken else 0.0
            out[i] = before + (a[i] + b[i])


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
    taken, fours = period % 4, period // 4
    if taken:
        _add_parts(values, 1, taken, 0, out)
    if not fours:
        return
    width, now, then = 4, work[0, : len(values) - 3], work[1]
    _sum_of_four(values, 1, now)
    while True:
        if fours % 4:
            _add_parts(now, width, fours % 4, taken, out)
            taken += fours % 4 * width
        fours //= 4
        if not fours:
            return
        longer = then[: len(now) - 3 * width]
        _sum_of_four(now, width, longer)
        now, then = longer, now
        width *= 4


@kernel
def _square_of_four(sums: Array, width: int, out: Array) -> None:
    """Write the squared distances of four neighbouring parts from their common mean."""
    n, share = len(out), 1.0 / width
    a, b, c, d = sums[:n], sums[width:], sums[2 * width :], sums[3 * width :]
    for i in range(n):
        middle = 0.25 * ((a[i] + b[i]) + (c[i] + d[i]))
        p, q, r, s = a[i] - middle, b[i] - middle, c[i] - middle, d[i] - middle
        out[i] = share * ((p * p + q * q) + (r * r + s * s))


@kernel
def _add_four(squares: Array, width: int, out: Array) -> None:
    a, b, c, d = squares, squares[width:], squares[2 * width :], squares[3 * width :]
    for i in range(len(out)):
        out[i] += (a[i] + b[i]) + (c[i] + d[i])


@kernel
def _join(sums: Array, others: Array, sizes: tuple[int, int], out: Array) -> None:
    """Add to the squared distances of two parts what the distance of their means brings."""
    a, b = 1.0 / sizes[0], 1.0 / sizes[1]
    weight = 1.0 / (a + b)
    for i in range(len(out)):
        apart = sums[i] * a - others[i] * b
        out[i] += weight * apart * apart


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
    n, taken, fours = len(mean), period % 4, period // 4
    if taken:
        _copy(values, mean)
        deviation[:] = 0.0
    for place in range(1, taken):
        _join(mean, values[place:], (place, 1), deviation)
        _add(values[place:], mean)
    width, count = 4, len(values) - 3
    sums, sums_then, squares, squares_then = work[0, :count], work[1], work[2, :count], work[3]
    if fours:
        _sum_of_four(values, 1, sums)
        _square_of_four(values, 1, squares)
    while fours:
        for _ in range(fours % 4):
            part, square = sums[taken : taken + n], squares[taken : taken + n]
            if taken:
                _join(mean, part, (taken, width), deviation)
                _add(square, deviation)
                _add(part, mean)
            else:
                _copy(part, mean)
                _copy(square, deviation)
            taken += width
        fours //= 4
        if fours:
            count -= 3 * width
            longer, wider = sums_then[:count], squares_then[:count]
            _sum_of_four(sums, width, longer)
            _square_of_four(sums, width, wider)
            _add_four(squares, width, wider)
            sums, sums_then, squares, squares_then = longer, sums, wider, squares
            width *= 4
    _mean_and_root(1.0 / period, mean, deviation)


@kernel
def _mean_and_root(share: float, mean: Array, deviation: Array) -> None:
    for i in range(len(mean)):
        mean[i] *= share
    for i in range(len(mean)):
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
    share = 1.0 / period
    for i in range(len(out)):
        out[i] *= share
