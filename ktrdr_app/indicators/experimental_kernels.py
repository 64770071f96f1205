"""Compiled experimental indicators: the Fisher transform, Ichimoku's lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up
from ktrdr_app.indicators.steps import smooth
from ktrdr_app.indicators.windows import chunk_length, highest, scratch

Array = NDArray[np.float64]

_ROUNDING = 1e-12
"""A range below this part of the price is the rounding of equal prices, not a range."""
_LN2 = 0.6931471805599453
_EXPONENT_OF_ONE = 1023 << 52
_HALF_STEP = 1 << 51
_WHOLE = 4503599627370496.0
"""2**52: its last bits, read as a whole number, count ones."""
_WHOLE_BITS = 1075 << 52


@kernel
def _places(high: Array, low: Array, period: int, work: Array, out: Array) -> None:
    """Write 0.66 times where the middle of each bar stands between those of the last bars, -0.5 to 0.5."""
    middles, bottoms = work[2, : len(high)], work[3, : len(out)]
    for i in range(len(high)):
        middles[i] = (high[i] + low[i]) / 2.0
    highest(middles, period, 1.0, work, out)
    highest(middles, period, -1.0, work, bottoms)
    newest = middles[period - 1 :]
    for i in range(len(out)):
        width = out[i] - bottoms[i]
        place = (newest[i] - bottoms[i]) / width if width > 0.0 else 0.5
        out[i] = 0.66 * (place - 0.5) if width > _ROUNDING * out[i] else 0.0


@kernel
def double_areatangent(x: float) -> float:
    """Return ln((1 + x) / (1 - x)), right to 1e-15, in operations that vectorise (libm's do not).

    Parameters
    ----------
    x : float
        From -0.999 to 0.999.

    Notes
    -----
    The quotient is brought near 1 by a power of two, whose logarithm is known; of what is left, at most 1.5, the
    series 2 * (s + s**3 / 3 + ..), s = (a - b) / (a + b), needs twelve terms (Abramowitz & Stegun 4.1.27).
    """
    a, b = 1.0 + x, 1.0 - x
    bits_a, bits_b = np.float64(a).view(np.int64), np.float64(b).view(np.int64)
    power = np.uint64(bits_a - bits_b + (_EXPONENT_OF_ONE + _HALF_STEP)) >> np.uint64(52)
    scaled = np.int64(bits_b + (np.int64(power << np.uint64(52)) - _EXPONENT_OF_ONE)).view(np.float64)
    count = np.int64(np.int64(power) | _WHOLE_BITS).view(np.float64) - (_WHOLE + 1023.0)
    both = a + scaled
    s = (a - scaled) / both if both > 0.0 else 0.0
    t = s * s
    term = 1 / 21 + t / 23
    term = 1 / 19 + t * term
    term = 1 / 17 + t * term
    term = 1 / 15 + t * term
    term = 1 / 13 + t * term
    term = 1 / 11 + t * term
    term = 1 / 9 + t * term
    term = 1 / 7 + t * term
    term = 1 / 5 + t * term
    term = 1 / 3 + t * term
    return count * _LN2 + 2.0 * (s + s * t * term)


@kernel
def _followed(places: Array, place: float) -> float:
    """Turn places into Ehlers's smoothed ones, kept inside -1 to 1; return the last."""
    for i in range(len(places)):
        place = places[i] + 0.67 * place
        if abs(place) > 0.99:
            place = 0.999 if place > 0.0 else -0.999
        places[i] = place
    return place


@kernel
def fisher_lines(high: Array, low: Array, period: int, weight: float, out: Array) -> None:
    """Write Ehlers's Fisher transform and the same one bar before.

    Parameters
    ----------
    high, low : ndarray of float64, shape (n_bars,)
        More than ``period`` bars.
    period : int
        Bars of the range.
    weight : float
        Weight of the newest transformed value in their average, above 0 and up to 1.
    out : ndarray of float64, shape (2, n_bars)
        Unbounded; NaN before bar ``period``.
    """
    fisher, signal = out[0], out[1]
    size, work = chunk_length(period), scratch(period, 5)
    place, value = 0.0, 0.0
    for start in range(period - 1, len(high), size):
        lines, signals = fisher[start : start + size], signal[start : start + size]
        places, stop = work[4, : len(lines)], start + len(lines)
        _places(high[start - period + 1 : stop], low[start - period + 1 : stop], period, work, places)
        place = _followed(places, place)
        for i in range(len(places)):
            lines[i] = double_areatangent(places[i])
        signals[0] = value
        value = smooth(lines, weight, 1.0 - weight, value, lines)
        signals[1:] = lines[:-1]
    out[:, :period] = np.nan


@kernel
def _extremes(prices: Array, periods: tuple[int, int, int], sign: float, work: Array, row: int) -> None:
    """Write the greatest (least) of three windows into three rows, each put together from the shorter one before."""
    short, middle, long = periods
    length = len(prices)
    tops, wider, widest = (
        work[row, short - 1 : length],
        work[row + 1, middle - 1 : length],
        work[row + 2, long - 1 : length],
    )
    highest(prices, short, sign, work, tops)
    highest(tops, middle, sign, work, wider, short)
    highest(wider, long, sign, work, widest, middle)


@kernel
def _middle(high: Array, low: Array, out: Array) -> None:
    for i in range(len(out)):
        out[i] = (high[i] + low[i]) / 2.0


@kernel
def cloud_lines(high: Array, low: Array, periods: tuple[int, int, int], displacement: int, out: Array) -> None:
    """Write Ichimoku's tenkan, kijun and both spans.

    Parameters
    ----------
    high, low : ndarray of float64, shape (n_bars,)
        More than ``periods[2] - 1 + displacement`` bars.
    periods : tuple of 3 int
        Bars of the ranges, rising.
    displacement : int
        Bars by which the spans lie ahead.
    out : ndarray of float64, shape (4, n_bars)
        Price units; NaN before bar ``periods[2] - 1 + displacement``.
    """
    n, before = len(high), periods[2] - 1
    size, work = chunk_length(periods[2]), scratch(periods[2], 8)
    for start in range(before, n, size):
        stop = min(start + size, n)
        end = stop - start + before
        _extremes(high[start - before : stop], periods, 1.0, work, 2)
        _extremes(low[start - before : stop], periods, -1.0, work, 5)
        tenkan, kijun = out[0, start:stop], out[1, start:stop]
        _middle(work[2, before:end], work[5, before:end], tenkan)
        _middle(work[3, before:end], work[6, before:end], kijun)
        ahead = start + displacement
        _middle(tenkan, kijun, out[2, ahead : stop + displacement])
        _middle(work[4, before:end], work[7, before:end], out[3, ahead : stop + displacement])
    out[:, : before + displacement] = np.nan


@warms_up
def _warm_up() -> None:
    prices, out = np.ones(8), np.empty((4, 8))
    prices.flags.writeable = False
    fisher_lines(prices, prices, 2, 0.5, out[:2])
    cloud_lines(prices, prices, (1, 2, 3), 1, out)
