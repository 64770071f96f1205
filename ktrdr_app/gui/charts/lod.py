"""Level of detail: a pyramid of lows and highs over arrays, built once, so that any zoom draws few shapes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Buckets:
    """Neighbouring bars put together; no low and no high is lost.

    Attributes
    ----------
    step : int
        Bars per bucket, a power of two.
    start : ndarray of int64, shape (n_buckets,)
        First bar of each bucket, a multiple of ``step``.
    stop : ndarray of int64, shape (n_buckets,)
        One past the last bar of each bucket.
    low, high : ndarray of float64, shape (n_buckets,)
        Least low and greatest high of each bucket's bars.
    """

    step: int
    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    low: Floats
    high: Floats


def bucket_step(bars_per_pixel: float) -> int:
    """Return how many bars to put together: 1 up to one bar per pixel, then the next power of two.

    Parameters
    ----------
    bars_per_pixel : float
        Bars that share one pixel column.
    """
    step = 1
    while step < bars_per_pixel:
        step *= 2
    return step


def visible_slice(left: float, right: float, size: int) -> tuple[int, int]:
    """Return the bars ``[first, last)`` whose cell (index ± 0.5) touches a view, within what there is.

    Parameters
    ----------
    left, right : float
        Edges of the view, in bar indices.
    size : int
        Number of bars.
    """
    first = int(np.clip(np.floor(left + 0.5), 0, size))
    last = int(np.clip(np.ceil(right + 0.5), first, size))
    return first, last


class MinMaxPyramid:
    """Lows and highs at every power of two; 2n numbers in all, NaN ignored where a bucket holds any number.

    Parameters
    ----------
    low, high : ndarray of float64, shape (n,)
        Per-bar lows and highs; the same array twice for a curve.
    """

    def __init__(self, low: Floats, high: Floats) -> None:
        self._lows = [np.ascontiguousarray(low, dtype=np.float64)]
        self._highs = [np.ascontiguousarray(high, dtype=np.float64)]
        while len(self._lows[-1]) > 1:
            self._lows.append(_halved(self._lows[-1], np.fmin))
            self._highs.append(_halved(self._highs[-1], np.fmax))

    def __len__(self) -> int:
        return len(self._lows[0])

    def buckets(self, first: int, last: int, step: int) -> Buckets:
        """Return the buckets that cover bars ``[first, last)``; the outer two may reach beyond.

        Parameters
        ----------
        first, last : int
            Bars within the series.
        step : int
            Power of two from `bucket_step`; the coarsest level serves for anything larger.
        """
        level = min(step.bit_length() - 1, len(self._lows) - 1)
        step = 1 << level
        begin, end = first // step, -(-last // step)
        start = np.arange(begin, end, dtype=np.int64) * step
        stop = np.minimum(start + step, len(self))
        return Buckets(step, start, stop, self._lows[level][begin:end], self._highs[level][begin:end])

    def extent(self, first: int, last: int) -> tuple[float, float]:
        """Return the least low and the greatest high of bars ``[first, last)``, exactly; NaN if there is none.

        Parameters
        ----------
        first, last : int
            Bars within the series.
        """
        if first >= last:
            return float("nan"), float("nan")
        level = max(0, (last - first).bit_length() // 2)
        step = 1 << level
        begin, end = -(-first // step), last // step
        if begin >= end:
            lows, highs = self._lows[0][first:last], self._highs[0][first:last]
            return float(np.fmin.reduce(lows)), float(np.fmax.reduce(highs))
        parts = (slice(first, begin * step), slice(end * step, last))
        lows = np.concatenate([self._lows[level][begin:end], *(self._lows[0][part] for part in parts)])
        highs = np.concatenate([self._highs[level][begin:end], *(self._highs[0][part] for part in parts)])
        return float(np.fmin.reduce(lows)), float(np.fmax.reduce(highs))


def _halved(values: Floats, merge: np.ufunc) -> Floats:
    """Return neighbours put together; a last one without a neighbour stays."""
    pairs = len(values) // 2
    half = np.empty(len(values) - pairs)
    merge(values[0 : 2 * pairs : 2], values[1 : 2 * pairs : 2], out=half[:pairs])
    half[pairs:] = values[2 * pairs :]
    return half
