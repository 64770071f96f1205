"""Compiled momentum indicators: stochastic, Williams %R, commodity channel index, relative vigor index."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up
from ktrdr_app.indicators.windows import chunk_length, highest, moving_mean, scratch, window_sums

Array = NDArray[np.float64]

ROUNDING = 1e-13
"""Share of a price below which a deviation is what floating-point sums leave, not a move."""


@kernel
def place_in_range(high: Array, low: Array, close: Array, period: int) -> Array:
    """Return where the close stands between the lowest low and the highest high of the last bars.

    Parameters
    ----------
    high, low, close : ndarray of float64, shape (n_bars,)
        At least ``period`` bars; a close outside the range counts as its nearest end.
    period : int
        Bars of the window, the newest included.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        0 lowest to 1 highest, 0.5 where the range is zero; NaN before bar ``period - 1``.
    """
    n = len(close)
    place = np.empty(n)
    place[: period - 1] = np.nan
    size, work = chunk_length(period), scratch(period, 3)
    bottom = work[2]
    for start in range(period - 1, n, size):
        stop = min(start + size, n)
        highest(high, start, stop, period, 1.0, work, place[start:])
        highest(low, start, stop, period, -1.0, work, bottom)
        for i in range(stop - start):
            t = start + i
            span, above = place[t] - bottom[i], close[t] - bottom[i]
            above = above if above > 0.0 else 0.0
            above = above if above < span else span
            place[t] = above / span if span > 0.0 else 0.5
    return place


@kernel
def stochastic_lines(
    high: Array, low: Array, close: Array, k_period: int, smooth_k: int, d_period: int
) -> tuple[Array, Array]:
    """Return the slow stochastic's %K and %D.

    Parameters
    ----------
    high, low, close : ndarray of float64, shape (n_bars,)
        More than ``k_period + smooth_k + d_period - 3`` bars.
    k_period, smooth_k, d_period : int
        Bars of the range, of the mean that smooths it, and of the mean of that.

    Returns
    -------
    tuple of 2 ndarray of float64, shape (n_bars,)
        0 to 100; NaN before bar ``k_period + smooth_k + d_period - 3``.
    """
    n = len(close)
    place = place_in_range(high, low, close, k_period)
    for t in range(n):
        place[t] *= 100.0
    k_line, d_line = np.empty(n), np.empty(n)
    moving_mean(place, k_period - 1, smooth_k, k_line)
    moving_mean(k_line, k_period + smooth_k - 2, d_period, d_line)
    k_line[: k_period + smooth_k + d_period - 3] = np.nan
    return k_line, d_line


@kernel
def williams_line(high: Array, low: Array, close: Array, period: int) -> Array:
    """Return Williams %R.

    Parameters
    ----------
    high, low, close : ndarray of float64, shape (n_bars,)
        At least ``period`` bars.
    period : int
        Bars of the range.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        -100 to 0; NaN before bar ``period - 1``.
    """
    line = place_in_range(high, low, close, period)
    for t in range(len(line)):
        line[t] = 100.0 * (line[t] - 1.0)
    return line


@kernel
def cci_line(high: Array, low: Array, close: Array, period: int) -> Array:
    """Return the commodity channel index.

    Parameters
    ----------
    high, low, close : ndarray of float64, shape (n_bars,)
        At least ``period`` bars.
    period : int
        Bars of the mean and of the mean deviation.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        Unbounded; 0 where the typical prices do not differ; NaN before bar ``period - 1``.
    """
    n = len(close)
    line = np.empty(n)
    line[: period - 1] = np.nan
    size, work = chunk_length(period), scratch(period, 5)
    typical, mean, deviation = work[2], work[3], work[4]
    for start in range(period - 1, n, size):
        count, before = min(size, n - start), start - period + 1
        for i in range(count + period - 1):
            typical[i] = (high[before + i] + low[before + i] + close[before + i]) / 3.0
        window_sums(typical, count, period, work, mean)
        for i in range(count):
            mean[i] /= period
            deviation[i] = 0.0
        for back in range(period):
            for i in range(count):
                deviation[i] += abs(typical[period - 1 - back + i] - mean[i])
        for i in range(count):
            usual = deviation[i] / period
            moved = usual > ROUNDING * abs(mean[i])
            line[start + i] = (typical[period - 1 + i] - mean[i]) / (0.015 * usual) if moved else 0.0
    return line


@kernel
def vigor_lines(opened: Array, high: Array, low: Array, close: Array, period: int) -> tuple[Array, Array]:
    """Return the relative vigor index and its signal.

    Parameters
    ----------
    opened, high, low, close : ndarray of float64, shape (n_bars,)
        More than ``period + 5`` bars.
    period : int
        Bars of the sums.

    Returns
    -------
    tuple of 2 ndarray of float64, shape (n_bars,)
        -1 to 1, 0 where no bar of the window has a range; NaN before bar ``period + 5``.
    """
    n, first = len(close), period + 2
    line, signal = np.empty(n), np.empty(n)
    size, work = chunk_length(period), scratch(period, 5)
    body, span, spans = work[2], work[3], work[4]
    for start in range(first, n, size):
        count, before = min(size, n - start), start - period + 1
        for i in range(count + period - 1):
            t = before + i
            inner = (close[t - 1] - opened[t - 1]) + (close[t - 2] - opened[t - 2])
            body[i] = (close[t] - opened[t]) + 2.0 * inner + (close[t - 3] - opened[t - 3])
            inner = (high[t - 1] - low[t - 1]) + (high[t - 2] - low[t - 2])
            span[i] = (high[t] - low[t]) + 2.0 * inner + (high[t - 3] - low[t - 3])
        window_sums(body, count, period, work, line[start:])
        window_sums(span, count, period, work, spans)
        for i in range(count):
            share = line[start + i] / spans[i] if spans[i] > 0.0 else 0.0
            line[start + i] = min(1.0, max(-1.0, share))
    for t in range(first + 3, n):
        signal[t] = (line[t] + 2.0 * line[t - 1] + 2.0 * line[t - 2] + line[t - 3]) / 6.0
    line[: first + 3], signal[: first + 3] = np.nan, np.nan
    return line, signal


@warms_up
def _warm_up() -> None:
    prices = np.ones(12)
    prices.flags.writeable = False
    stochastic_lines(prices, prices, prices, 2, 2, 2)
    williams_line(prices, prices, prices, 2)
    cci_line(prices, prices, prices, 2)
    vigor_lines(prices, prices, prices, prices, 2)
