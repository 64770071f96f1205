"""Compiled momentum indicators: RSI, rate of change, stochastic, Williams %R, CCI, relative vigor index."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up
from ktrdr_app.indicators.steps import wilder_step
from ktrdr_app.indicators.windows import chunk_length, highest, scratch, window_means, window_sums

Array = NDArray[np.float64]

_SIXTH = 1.0 / 6.0
ROUNDING = 1e-13
"""Share of a price below which a deviation is what floating-point sums leave, not a move."""


@kernel
def strength_line(close: Array, period: int, out: Array) -> None:
    """Write Wilder's relative strength index (Wilder 1978, section VI; seeded as in TA-Lib).

    Parameters
    ----------
    close : ndarray of float64, shape (n_bars,)
        More than ``period`` bars.
    period : int
        Bars of the averages.
    out : ndarray of float64, shape (n_bars,)
        0 to 100, 50 until the close moves; NaN before bar ``period``.
    """
    out[:period] = np.nan
    rises = falls = 0.0
    for t in range(1, len(close)):
        move = close[t] - close[t - 1]
        rises = wilder_step(rises, move if move > 0.0 else 0.0, t - 1, period)
        falls = wilder_step(falls, -move if move < 0.0 else 0.0, t - 1, period)
        if t >= period:
            moves = rises + falls
            out[t] = 100.0 * (rises / moves) if moves > 0.0 else 50.0


@kernel
def change_line(close: Array, period: int, out: Array) -> None:
    """Write the change of the close over some bars, in percent.

    Parameters
    ----------
    close : ndarray of float64, shape (n_bars,)
        More than ``period`` bars; not 0.
    period : int
        Bars to look back.
    out : ndarray of float64, shape (n_bars,)
        Percent; NaN before bar ``period``.
    """
    out[:period] = np.nan
    now, lines = close[period:], out[period:]
    for i in range(len(now)):
        lines[i] = 100.0 * (now[i] / close[i] - 1.0) if close[i] != 0.0 else 0.0


@kernel
def _places(high: Array, low: Array, close: Array, period: int, work: Array, out: Array) -> None:
    """Write where the close stands in the range of the last bars: 0 lowest, 1 highest, 0.5 where there is no range.

    A close outside the range counts as its nearest end. ``out`` has a place for each whole window, at most a chunk.
    """
    closes, bottoms = close[period - 1 :], work[2, : len(out)]
    highest(high, period, 1.0, work, out)
    highest(low, period, -1.0, work, bottoms)
    for i in range(len(out)):
        span, above = out[i] - bottoms[i], closes[i] - bottoms[i]
        above = above if above > 0.0 else 0.0
        above = above if above < span else span
        out[i] = above / span if span > 0.0 else 0.5


@kernel
def stochastic_lines(
    high: Array, low: Array, close: Array, k_period: int, smooth_k: int, d_period: int, out: Array
) -> None:
    """Write the slow stochastic's %K and %D.

    Parameters
    ----------
    high, low, close : ndarray of float64, shape (n_bars,)
        More than ``k_period + smooth_k + d_period - 3`` bars.
    k_period, smooth_k, d_period : int
        Bars of the range, of the mean that smooths it, and of the mean of that.
    out : ndarray of float64, shape (2, n_bars)
        0 to 100; NaN before bar ``k_period + smooth_k + d_period - 3``.
    """
    first = k_period + smooth_k + d_period - 3
    out[:, :first] = np.nan
    size, work = chunk_length(first + 1), scratch(first + 1, 5)
    for start in range(first, len(close), size):
        slow = out[1, start : start + size]
        before, stop = start - first, start + len(slow)
        places, fast = work[3, : len(slow) + smooth_k + d_period - 2], work[4, : len(slow) + d_period - 1]
        _places(high[before:stop], low[before:stop], close[before:stop], k_period, work, places)
        for i in range(len(places)):
            places[i] *= 100.0
        window_means(places, smooth_k, work, fast)
        window_means(fast, d_period, work, slow)
        out[0, start:stop] = fast[d_period - 1 :]


@kernel
def williams_line(high: Array, low: Array, close: Array, period: int, out: Array) -> None:
    """Write Williams %R.

    Parameters
    ----------
    high, low, close : ndarray of float64, shape (n_bars,)
        At least ``period`` bars.
    period : int
        Bars of the range.
    out : ndarray of float64, shape (n_bars,)
        -100 to 0; NaN before bar ``period - 1``.
    """
    out[: period - 1] = np.nan
    size, work = chunk_length(period), scratch(period, 3)
    for start in range(period - 1, len(close), size):
        lines = out[start : start + size]
        before, stop = start - period + 1, start + len(lines)
        _places(high[before:stop], low[before:stop], close[before:stop], period, work, lines)
        for i in range(len(lines)):
            lines[i] = 100.0 * (lines[i] - 1.0)


@kernel
def _add_distances(values: Array, centre: Array, period: int, out: Array) -> None:
    """Add the distances of each window's values from its centre, four at a time to save going through memory."""
    count, fours = len(centre), period - period % 4
    for back in range(0, fours, 4):
        a, b, c, d = values[back:], values[back + 1 :], values[back + 2 :], values[back + 3 :]
        for i in range(count):
            middle = centre[i]
            out[i] += (abs(a[i] - middle) + abs(b[i] - middle)) + (abs(c[i] - middle) + abs(d[i] - middle))
    for back in range(fours, period):
        a = values[back:]
        for i in range(count):
            out[i] += abs(a[i] - centre[i])


@kernel
def cci_line(high: Array, low: Array, close: Array, period: int, out: Array) -> None:
    """Write the commodity channel index.

    Parameters
    ----------
    high, low, close : ndarray of float64, shape (n_bars,)
        At least ``period`` bars.
    period : int
        Bars of the mean and of the mean deviation.
    out : ndarray of float64, shape (n_bars,)
        Unbounded; 0 where the typical prices do not differ; NaN before bar ``period - 1``.
    """
    out[: period - 1] = np.nan
    size, work = chunk_length(period), scratch(period, 5)
    typical, newest, mean, deviation = work[2], work[2, period - 1 :], work[3], work[4]
    share, least = 0.015 / period, 0.015 * ROUNDING
    for start in range(period - 1, len(close), size):
        lines = out[start : start + size]
        count, before = len(lines), start - period + 1
        highs, lows, closes = high[before : start + count], low[before : start + count], close[before : start + count]
        for i in range(len(highs)):
            typical[i] = (highs[i] + lows[i] + closes[i]) / 3.0
        window_means(typical[: len(highs)], period, work, mean[:count])
        deviation[:count] = 0.0
        _add_distances(typical, mean[:count], period, deviation)
        for i in range(count):
            usual = share * deviation[i]
            distance = (newest[i] - mean[i]) / usual if usual > 0.0 else 0.0
            lines[i] = distance if usual > least * abs(mean[i]) else 0.0


@kernel
def _weighted(upper: Array, lower: Array, work: Array, out: Array) -> None:
    """Write 6 times the means, weighted 1, 2, 2, 1, of four neighbouring differences, which go into ``work``."""
    for i in range(len(upper)):
        work[i] = upper[i] - lower[i]
    second, third, fourth = work[1:], work[2:], work[3:]
    for i in range(len(upper) - 3):
        out[i] = work[i] + 2.0 * (second[i] + third[i]) + fourth[i]


@kernel
def vigor_lines(opened: Array, high: Array, low: Array, close: Array, period: int, out: Array) -> None:
    """Write the relative vigor index and its signal.

    Parameters
    ----------
    opened, high, low, close : ndarray of float64, shape (n_bars,)
        More than ``period + 5`` bars.
    period : int
        Bars of the sums.
    out : ndarray of float64, shape (2, n_bars)
        -1 to 1, 0 where no bar of the window has a range; NaN before bar ``period + 5``.
    """
    n, first = len(close), period + 2
    line, signal = out[0], out[1]
    size, work = chunk_length(period), scratch(period + 3, 5)
    for start in range(first, n, size):
        lines = line[start : start + size]
        before, stop = start - period + 1, start + len(lines)
        body, span, spans = work[2, : stop - before], work[3, : stop - before], work[4, : len(lines)]
        _weighted(close[before - 3 : stop], opened[before - 3 : stop], work[0], body)
        _weighted(high[before - 3 : stop], low[before - 3 : stop], work[0], span)
        window_sums(body, period, work, lines)
        window_sums(span, period, work, spans)
        for i in range(len(lines)):
            share = lines[i] / spans[i] if spans[i] > 0.0 else 0.0
            share = share if share < 1.0 else 1.0
            lines[i] = share if share > -1.0 else -1.0
    signals, second, third, fourth = signal[first + 3 :], line[first + 1 :], line[first + 2 :], line[first + 3 :]
    oldest = line[first:]
    for i in range(len(signals)):
        signals[i] = (oldest[i] + 2.0 * (second[i] + third[i]) + fourth[i]) * _SIXTH
    out[:, : first + 3] = np.nan


@warms_up
def _warm_up() -> None:
    prices, out = np.ones(12), np.empty((2, 12))
    prices.flags.writeable = False
    strength_line(prices, 2, out[0])
    change_line(prices, 2, out[0])
    stochastic_lines(prices, prices, prices, 2, 2, 2, out)
    williams_line(prices, prices, prices, 2, out[0])
    cci_line(prices, prices, prices, 2, out[0])
    vigor_lines(prices, prices, prices, prices, 2, out)
