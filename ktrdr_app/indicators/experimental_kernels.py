"""Compiled experimental indicators: the Fisher transform, Ichimoku's lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up
from ktrdr_app.indicators.windows import chunk_length, highest, scratch

Array = NDArray[np.float64]

_ROUNDING = 1e-12
"""A range below this part of the price is the rounding of equal prices, not a range."""


@kernel
def _places(high: Array, low: Array, period: int, work: Array, out: Array) -> None:
    """Write where the middle of each bar stands between those of the last bars, -0.5 to 0.5."""
    middles, bottoms = work[2, : len(high)], work[3, : len(out)]
    for i in range(len(high)):
        middles[i] = (high[i] + low[i]) / 2.0
    highest(middles, period, 1.0, work, out)
    highest(middles, period, -1.0, work, bottoms)
    newest = middles[period - 1 :]
    for i in range(len(out)):
        width = out[i] - bottoms[i]
        out[i] = (newest[i] - bottoms[i]) / width - 0.5 if width > _ROUNDING * out[i] else 0.0


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
        for i in range(len(places)):
            place = 0.66 * places[i] + 0.67 * place
            if abs(place) > 0.99:
                place = 0.999 if place > 0.0 else -0.999
            places[i] = (1.0 + place) / (1.0 - place)
        for i in range(len(places)):
            signals[i] = value
            value = weight * np.log(places[i]) + (1.0 - weight) * value
            lines[i] = value
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
