"""Compiled trend indicators: moving averages, MACD, directional movement, parabolic stop, Aroon, SuperTrend."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up
from ktrdr_app.indicators.steps import ema_step, smooth, true_range, wilder_step
from ktrdr_app.indicators.windows import age_of_highest, chunk_length, scratch, window_means

Array = NDArray[np.float64]


@kernel
def mean_line(close: Array, period: int, out: Array) -> None:
    """Write the mean of the last closes.

    Parameters
    ----------
    close : ndarray of float64, shape (n_bars,)
        At least ``period`` bars.
    period : int
        Bars of the mean.
    out : ndarray of float64, shape (n_bars,)
        Price units; NaN before bar ``period - 1``.
    """
    out[: period - 1] = np.nan
    size, work = chunk_length(period), scratch(period, 2)
    for start in range(period - 1, len(close), size):
        lines = out[start : start + size]
        window_means(close[start - period + 1 : start + len(lines)], period, work, lines)


@kernel
def exponential_line(close: Array, period: int, out: Array) -> None:
    """Write the exponential average of the close (seeded as in TA-Lib).

    Parameters
    ----------
    close : ndarray of float64, shape (n_bars,)
        At least ``period`` bars.
    period : int
        The newest close weighs ``2 / (period + 1)``.
    out : ndarray of float64, shape (n_bars,)
        Price units; NaN before bar ``period - 1``.
    """
    out[: period - 1] = np.nan
    average, weight = 0.0, 2.0 / (period + 1)
    for t in range(period):
        average = ema_step(average, close[t], t, period)
    out[period - 1] = average
    smooth(close[period:], weight, 1.0 - weight, average, out[period:])


@kernel
def macd_lines(close: Array, fast: int, slow: int, signal_period: int, out: Array) -> None:
    """Write the MACD, its signal line and the distance of both (Appel 1979; seeded as in TA-Lib).

    Parameters
    ----------
    close : ndarray of float64, shape (n_bars,)
        More than ``slow + signal_period - 2`` bars.
    fast, slow, signal_period : int
        Bars of the averages; the fast one begins late, so that it is complete with the slow one.
    out : ndarray of float64, shape (3, n_bars)
        Price units; NaN before bar ``slow + signal_period - 2``.
    """
    line, signal, histogram = out[0], out[1], out[2]
    first, late = slow + signal_period - 2, slow - fast
    out[:, :first] = np.nan
    quick = steady = average = 0.0
    for t in range(len(close)):
        steady = ema_step(steady, close[t], t, slow)
        if t >= late:
            quick = ema_step(quick, close[t], t - late, fast)
        if t >= slow - 1:
            average = ema_step(average, quick - steady, t - slow + 1, signal_period)
        if t >= first:
            line[t], signal[t], histogram[t] = quick - steady, average, quick - steady - average


@kernel
def directional(high: Array, low: Array, close: Array, period: int, out: Array) -> None:
    """Write ADX, +DI and -DI in one pass (Wilder 1978, section IV; sums seeded as in TA-Lib).

    Parameters
    ----------
    high, low, close : ndarray of float64, shape (n_bars,)
        More than ``2 * period - 1`` bars.
    period : int
        Bars of the smoothing.
    out : ndarray of float64, shape (3, n_bars)
        0 to 100; NaN before bar ``2 * period - 1``.
    """
    n, first = len(close), 2 * period - 1
    adx, plus_di, minus_di = out[0], out[1], out[2]
    out[:, :first] = np.nan
    plus_sum = minus_sum = range_sum = index_sum = average = 0.0
    share = 1.0 / period
    for t in range(1, n):
        up, down = high[t] - high[t - 1], low[t - 1] - low[t]
        keep = 1.0 - share if t >= period else 1.0
        plus_sum = plus_sum * keep + (up if up > 0.0 and up > down else 0.0)
        minus_sum = minus_sum * keep + (down if down > 0.0 and down > up else 0.0)
        range_sum = range_sum * keep + true_range(high[t], low[t], close[t - 1])
        if t < period:
            continue
        plus = minus = 0.0
        if range_sum > 0.0:
            percent = 100.0 / range_sum
            plus, minus = min(100.0, plus_sum * percent), min(100.0, minus_sum * percent)
        moved = plus + minus > 0.0
        index = 100.0 * (abs(plus - minus) / (plus + minus)) if moved else 0.0
        if t <= first:
            index_sum += index
            average = index_sum / period
        elif moved:
            average += (index - average) * share
        if t >= first:
            adx[t], plus_di[t], minus_di[t] = average, plus, minus


@kernel
def parabolic_lines(high: Array, low: Array, initial: float, step: float, greatest: float, out: Array) -> None:
    """Write the parabolic stop and its direction (Wilder 1978, section II; start as in TA-Lib).

    Parameters
    ----------
    high, low : ndarray of float64, shape (n_bars,)
        At least two bars.
    initial, step, greatest : float
        Acceleration factor at the start of a trend, what each new extreme adds, where it ends.
    out : ndarray of float64, shape (2, n_bars)
        Stop, in price units; direction, 1 rising, -1 falling; NaN on the first bar.
    """
    line, direction = out[0], out[1]
    out[:, 0] = np.nan
    # A falling trend is a rising one of negative prices: far is the side that it goes to, near the one of the stop.
    side = -1.0 if low[0] - low[1] > 0.0 and low[0] - low[1] > high[1] - high[0] else 1.0
    far, near = (high[1], low[1]) if side > 0.0 else (-low[1], -high[1])
    stop, extreme, factor = low[0] if side > 0.0 else -high[0], far, initial
    for t in range(1, len(high)):
        far_before, near_before = far, near
        far, near = (high[t], low[t]) if side > 0.0 else (-low[t], -high[t])
        if near <= stop:
            side, stop, extreme, factor = -side, -extreme, -near, initial
            far, near, near_before = -near, -far, -far_before
            stop = min(stop, min(near_before, near))
        line[t], direction[t] = side * stop, side
        if far > extreme:
            extreme, factor = far, min(factor + step, greatest)
        stop = min(stop + factor * (extreme - stop), min(near_before, near))


@kernel
def aroon_lines(high: Array, low: Array, period: int, out: Array) -> None:
    """Write Aroon up, down and their difference (Chande 1995).

    Parameters
    ----------
    high, low : ndarray of float64, shape (n_bars,)
        More than ``period`` bars.
    period : int
        Bars to look back; with the newest bar the window has one more.
    out : ndarray of float64, shape (3, n_bars)
        Up and down 0 to 100, difference -100 to 100; NaN before bar ``period``.
    """
    n = len(high)
    out[:, :period] = np.nan
    window = period + 1
    size, work = chunk_length(window), scratch(window, 4)
    for start in range(period, n, size):
        stop = min(start + size, n)
        ups, downs, differences = out[0, start:stop], out[1, start:stop], out[2, start:stop]
        age_of_highest(high[start - period : stop], window, 1.0, work, ups)
        age_of_highest(low[start - period : stop], window, -1.0, work, downs)
        for i in range(len(ups)):
            ups[i] = 100.0 * ((period - ups[i]) / period)
            downs[i] = 100.0 * ((period - downs[i]) / period)
            differences[i] = ups[i] - downs[i]


@kernel
def supertrend_lines(high: Array, low: Array, close: Array, period: int, multiplier: float, out: Array) -> None:
    """Write the SuperTrend stop and its direction.

    Parameters
    ----------
    high, low, close : ndarray of float64, shape (n_bars,)
        More than ``period`` bars.
    period : int
        Bars of the ATR.
    multiplier : float
        ATRs from the middle of a bar to each band.
    out : ndarray of float64, shape (2, n_bars)
        Stop, in price units; direction, 1 rising, -1 falling; NaN before bar ``period``.
    """
    stop, direction = out[0], out[1]
    out[:, :period] = np.nan
    atr, upper, lower, side = 0.0, np.inf, -np.inf, -1.0
    for t in range(1, len(close)):
        atr = wilder_step(atr, true_range(high[t], low[t], close[t - 1]), t - 1, period)
        if t < period:
            continue
        middle, reach = (high[t] + low[t]) / 2.0, multiplier * atr
        # A band moves only towards the price, until the price has closed beyond it.
        upper = min(upper, middle + reach) if close[t - 1] <= upper else middle + reach
        lower = max(lower, middle - reach) if close[t - 1] >= lower else middle - reach
        if t > period and side < 0.0 and close[t] > upper:
            side = 1.0
        elif side > 0.0 and close[t] < lower:
            side = -1.0
        stop[t] = lower if side > 0.0 else upper
        direction[t] = side


@warms_up
def _warm_up() -> None:
    prices, out = np.ones(8), np.empty((3, 8))
    prices.flags.writeable = False
    mean_line(prices, 2, out[0])
    exponential_line(prices, 2, out[0])
    macd_lines(prices, 2, 3, 2, out)
    directional(prices, prices, prices, 2, out)
    parabolic_lines(prices, prices, 0.1, 0.1, 0.2, out[:2])
    aroon_lines(prices, prices, 2, out)
    supertrend_lines(prices, prices, prices, 2, 1.0, out)
