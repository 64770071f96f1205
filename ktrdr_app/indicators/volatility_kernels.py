"""Compiled volatility indicators: ATR, Bollinger, Keltner and Donchian lines, squeeze intensity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up
from ktrdr_app.indicators.steps import ema_step, smooth, true_range, true_ranges, wilder_step
from ktrdr_app.indicators.windows import chunk_length, highest, scratch, window_moments

Array = NDArray[np.float64]


@kernel
def range_line(high: Array, low: Array, close: Array, period: int, out: Array) -> None:
    """Write Wilder's average true range (Wilder 1978, section III; seeded as in TA-Lib).

    Parameters
    ----------
    high, low, close : ndarray of float64, shape (n_bars,)
        More than ``period`` bars.
    period : int
        Bars of the average.
    out : ndarray of float64, shape (n_bars,)
        Price units; NaN before bar ``period``.
    """
    out[:period] = np.nan
    atr, share, size = 0.0, 1.0 / period, chunk_length(1)
    for t in range(1, period + 1):
        atr = wilder_step(atr, true_range(high[t], low[t], close[t - 1]), t - 1, period)
    out[period] = atr
    for start in range(period + 1, len(close), size):
        lines = out[start : start + size]
        stop = start + len(lines)
        true_ranges(high[start:stop], low[start:stop], close[start - 1 : stop - 1], lines)
        atr = smooth(lines, share, 1.0 - share, atr, lines)


@kernel
def keltner_lines(
    high: Array, low: Array, close: Array, period: int, atr_period: int, multiplier: float, out: Array
) -> None:
    """Write the middle, upper and lower line of Keltner channels.

    Parameters
    ----------
    high, low, close : ndarray of float64, shape (n_bars,)
        More than ``max(period - 1, atr_period)`` bars.
    period, atr_period : int
        Bars of the exponential average and of the ATR.
    multiplier : float
        ATRs from the middle to each band.
    out : ndarray of float64, shape (3, n_bars)
        Price units; NaN before bar ``max(period - 1, atr_period)``.
    """
    first = max(period - 1, atr_period)
    middle, upper, lower = out[0], out[1], out[2]
    out[:, :first] = np.nan
    average, atr = ema_step(0.0, close[0], 0, period), 0.0
    for t in range(1, len(close)):
        average = ema_step(average, close[t], t, period)
        atr = wilder_step(atr, true_range(high[t], low[t], close[t - 1]), t - 1, atr_period)
        if t >= first:
            reach = multiplier * atr
            middle[t], upper[t], lower[t] = average, average + reach, average - reach


@kernel
def donchian_lines(high: Array, low: Array, period: int, out: Array) -> None:
    """Write the middle, upper and lower line of Donchian channels.

    Parameters
    ----------
    high, low : ndarray of float64, shape (n_bars,)
        At least ``period`` bars.
    period : int
        Bars of the window, the newest included.
    out : ndarray of float64, shape (3, n_bars)
        Price units; NaN before bar ``period - 1``.
    """
    n = len(high)
    out[:, : period - 1] = np.nan
    size, work = chunk_length(period), scratch(period, 2)
    for start in range(period - 1, n, size):
        stop = min(start + size, n)
        middles, tops, bottoms = out[0, start:stop], out[1, start:stop], out[2, start:stop]
        highest(high[start - period + 1 : stop], period, 1.0, work, tops)
        highest(low[start - period + 1 : stop], period, -1.0, work, bottoms)
        for i in range(len(tops)):
            middles[i] = (tops[i] + bottoms[i]) / 2.0


@kernel
def band_lines(close: Array, period: int, multiplier: float, out: Array) -> None:
    """Write the middle, upper and lower Bollinger Band.

    Parameters
    ----------
    close : ndarray of float64, shape (n_bars,)
        At least ``period`` bars.
    period : int
        Bars of the mean and of the standard deviation.
    multiplier : float
        Standard deviations from the middle to each band.
    out : ndarray of float64, shape (3, n_bars)
        Price units; NaN before bar ``period - 1``.
    """
    out[:, : period - 1] = np.nan
    size, work = chunk_length(period), scratch(period, 5)
    for start in range(period - 1, len(close), size):
        middles = out[0, start : start + size]
        stop = start + len(middles)
        uppers, lowers, reach = out[1, start:stop], out[2, start:stop], work[4, : len(middles)]
        window_moments(close[start - period + 1 : stop], period, work, middles, reach)
        for i in range(len(middles)):
            uppers[i] = middles[i] + multiplier * reach[i]
        for i in range(len(middles)):
            lowers[i] = middles[i] - multiplier * reach[i]


@kernel
def width_line(close: Array, period: int, multiplier: float, out: Array) -> None:
    """Write the width of Bollinger Bands as a share of their middle.

    Parameters
    ----------
    close : ndarray of float64, shape (n_bars,)
        At least ``period`` bars.
    period : int
        Bars of the mean and of the standard deviation.
    multiplier : float
        Standard deviations from the middle to each band.
    out : ndarray of float64, shape (n_bars,)
        0 where the middle is 0; NaN before bar ``period - 1``.
    """
    out[: period - 1] = np.nan
    size, work = chunk_length(period), scratch(period, 5)
    for start in range(period - 1, len(close), size):
        widths = out[start : start + size]
        means = work[4, : len(widths)]
        window_moments(close[start - period + 1 : start + len(widths)], period, work, means, widths)
        for i in range(len(widths)):
            widths[i] = 2.0 * multiplier * widths[i] / means[i] if means[i] != 0.0 else 0.0


@kernel
def squeeze_line(
    high: Array, low: Array, close: Array, band: tuple[int, float], channel: tuple[int, int, float], out: Array
) -> None:
    """Write how deep Bollinger Bands lie inside Keltner channels.

    Parameters
    ----------
    high, low, close : ndarray of float64, shape (n_bars,)
        More bars than the longest warm-up of its parts.
    band : tuple of int and float
        Bollinger Bands: period, standard deviations.
    channel : tuple of 2 int and float
        Keltner channels: period, ATR period, ATRs.
    out : ndarray of float64, shape (n_bars,)
        0 to 0.5; NaN until both speak.
    """
    wide, (period, atr_period, k) = band[0], channel
    n, first = len(close), max(wide - 1, period - 1, atr_period)
    out[:first] = np.nan
    average, atr = ema_step(0.0, close[0], 0, period), 0.0
    for t in range(1, first + 1):
        average = ema_step(average, close[t], t, period)
        atr = wilder_step(atr, true_range(high[t], low[t], close[t - 1]), t - 1, atr_period)
    weight, share = 2.0 / (period + 1), 1.0 / atr_period
    size, work = chunk_length(wide), scratch(wide, 8)
    for start in range(first, n, size - 1):  # a chunk begins with the last bar of the one before, whose averages go on
        lines = out[start : start + size]
        count, stop = len(lines), start + len(lines)
        means, deviations, averages, ranges = work[4, :count], work[5, :count], work[6, :count], work[7, :count]
        window_moments(close[start - wide + 1 : stop], wide, work, means, deviations)
        averages[0], ranges[0] = average, atr
        average = smooth(close[start + 1 : stop], weight, 1.0 - weight, average, averages[1:])
        true_ranges(high[start + 1 : stop], low[start + 1 : stop], close[start : stop - 1], ranges[1:])
        atr = smooth(ranges[1:], share, 1.0 - share, atr, ranges[1:])
        _free(averages, means, lines)
        _depth(ranges, deviations, (k, band[1]), lines)


@kernel
def _free(middles: Array, means: Array, out: Array) -> None:
    for i in range(len(out)):
        out[i] = abs(middles[i] - means[i])


@kernel
def _depth(ranges: Array, deviations: Array, widths: tuple[float, float], out: Array) -> None:
    """Turn the distance of two middles into how deep the bands lie inside, on the nearer side, per width."""
    k, m = widths
    for i in range(len(out)):
        width = 2.0 * k * ranges[i]
        depth = 0.5 - (m * deviations[i] + out[i]) / width if width > 0.0 else 0.0
        depth = depth if depth > 0.0 else 0.0
        out[i] = depth if depth < 0.5 else 0.5


@warms_up
def _warm_up() -> None:
    prices, out = np.ones(8), np.empty((3, 8))
    prices.flags.writeable = False
    range_line(prices, prices, prices, 2, out[0])
    keltner_lines(prices, prices, prices, 2, 2, 1.0, out)
    donchian_lines(prices, prices, 2, out)
    band_lines(prices, 2, 1.0, out)
    width_line(prices, 2, 1.0, out[0])
    squeeze_line(prices, prices, prices, (2, 1.0), (2, 2, 1.0), out[0])
