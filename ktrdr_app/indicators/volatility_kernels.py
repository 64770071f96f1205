"""Compiled volatility indicators: Keltner and Donchian channels, Bollinger width, squeeze intensity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up
from ktrdr_app.indicators.steps import ema_step, true_range, wilder_step
from ktrdr_app.indicators.windows import chunk_length, highest, scratch

Array = NDArray[np.float64]


@kernel
def keltner_lines(
    high: Array, low: Array, close: Array, period: int, atr_period: int, multiplier: float
) -> tuple[Array, Array, Array]:
    """Return the middle, upper and lower line of Keltner channels.

    Parameters
    ----------
    high, low, close : ndarray of float64, shape (n_bars,)
        More than ``max(period - 1, atr_period)`` bars.
    period, atr_period : int
        Bars of the exponential average and of the ATR.
    multiplier : float
        ATRs from the middle to each band.

    Returns
    -------
    tuple of 3 ndarray of float64, shape (n_bars,)
        Price units; NaN before bar ``max(period - 1, atr_period)``.
    """
    n, first = len(close), max(period - 1, atr_period)
    middle, upper, lower = np.empty(n), np.empty(n), np.empty(n)
    middle[:first], upper[:first], lower[:first] = np.nan, np.nan, np.nan
    average, atr = ema_step(0.0, close[0], 0, period), 0.0
    for t in range(1, n):
        average = ema_step(average, close[t], t, period)
        atr = wilder_step(atr, true_range(high[t], low[t], close[t - 1]), t - 1, atr_period)
        if t >= first:
            reach = multiplier * atr
            middle[t], upper[t], lower[t] = average, average + reach, average - reach
    return middle, upper, lower


@kernel
def donchian_lines(high: Array, low: Array, period: int) -> tuple[Array, Array, Array]:
    """Return the middle, upper and lower line of Donchian channels.

    Parameters
    ----------
    high, low : ndarray of float64, shape (n_bars,)
        At least ``period`` bars.
    period : int
        Bars of the window, the newest included.

    Returns
    -------
    tuple of 3 ndarray of float64, shape (n_bars,)
        Price units; NaN before bar ``period - 1``.
    """
    n = len(high)
    middle, upper, lower = np.empty(n), np.empty(n), np.empty(n)
    middle[: period - 1], upper[: period - 1], lower[: period - 1] = np.nan, np.nan, np.nan
    size, work = chunk_length(period), scratch(period, 2)
    for start in range(period - 1, n, size):
        stop = min(start + size, n)
        highest(high, start, stop, period, 1.0, work, upper[start:])
        highest(low, start, stop, period, -1.0, work, lower[start:])
        for t in range(start, stop):
            middle[t] = (upper[t] + lower[t]) / 2.0
    return middle, upper, lower


@kernel
def width_line(middle: Array, upper: Array, lower: Array) -> Array:
    """Return the width of a channel as a share of its middle.

    Parameters
    ----------
    middle, upper, lower : ndarray of float64, shape (n_bars,)
        The channel; NaN stays NaN.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        0 where the middle is 0.
    """
    n = len(middle)
    width = np.empty(n)
    for t in range(n):
        width[t] = (upper[t] - lower[t]) / middle[t] if middle[t] != 0.0 else 0.0
    return width


@kernel
def squeeze_line(
    high: Array, low: Array, close: Array, band_upper: Array, band_lower: Array, periods: tuple[int, int, int], k: float
) -> Array:
    """Return how deep Bollinger Bands lie inside Keltner channels.

    Parameters
    ----------
    high, low, close : ndarray of float64, shape (n_bars,)
        More bars than the longest warm-up of its parts.
    band_upper, band_lower : ndarray of float64, shape (n_bars,)
        The Bollinger Bands.
    periods : tuple of 3 int
        Bars of the exponential average, of the ATR, and first bar to have a value.
    k : float
        ATRs from the middle to each Keltner line.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        0 to 0.5; NaN before the first bar.
    """
    n = len(close)
    period, atr_period, first = periods
    line = np.empty(n)
    line[:first] = np.nan
    average, atr = ema_step(0.0, close[0], 0, period), 0.0
    for t in range(1, n):
        average = ema_step(average, close[t], t, period)
        atr = wilder_step(atr, true_range(high[t], low[t], close[t - 1]), t - 1, atr_period)
        if t >= first:
            reach = k * atr
            above, below = average + reach - band_upper[t], band_lower[t] - (average - reach)
            depth = above if above < below else below
            line[t] = min(0.5, max(0.0, depth / (2.0 * reach))) if reach > 0.0 else 0.0
    return line


@warms_up
def _warm_up() -> None:
    prices, line = np.ones(8), np.ones(8)
    prices.flags.writeable = False
    keltner_lines(prices, prices, prices, 2, 2, 1.0)
    donchian_lines(prices, prices, 2)
    width_line(line, line, line)
    squeeze_line(prices, prices, prices, line, line, (2, 2, 3), 1.0)
