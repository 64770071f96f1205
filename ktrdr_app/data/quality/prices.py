"""Checks of prices: holes, impossible ones, spikes, standing still, unadjusted splits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.data.quality.context import Context
from ktrdr_app.data.quality.findings import Finding, about_lines, finding
from ktrdr_app.data.quality.raw import RawSeries

SPIKE = 12.0
"""A spike leaves its neighbours by this many times the usual change around it."""
LEAST_SPIKE = 0.03
"""And by this much at least, as a log ratio."""
SPLIT_RATIOS = (1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 15.0, 20.0, 25.0, 30.0, 50.0)
"""New shares for one old share; and the other way round."""
SPLIT_TOLERANCE = 0.04
"""How far the overnight step may lie from a ratio, as a log ratio."""
FLAT_SHARE = 0.02
"""Share of bars without a range from which it is worth a line."""


def check_prices(context: Context) -> list[Finding]:
    """Return what is wrong with the prices.

    Parameters
    ----------
    context : Context
        The series.
    """
    return [
        *_holes(context.bars),
        *_impossible(context.bars),
        *_spikes(context),
        *_splits(context),
        *_flat(context),
    ]


def any_of(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which rows have a flag set in any column.

    Parameters
    ----------
    cells : ndarray of bool, shape (n, k)
        A flag per cell.
    """
    return np.asarray(cells.any(axis=1))


def crossed(prices: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which bars have a high or low that does not enclose the other prices.

    Parameters
    ----------
    prices : ndarray of float64, shape (n, 4)
        open, high, low, close; comparisons with NaN are never a violation.
    """
    opened, high, low, close = prices.T
    return np.asarray((high < low) | (high < opened) | (high < close) | (low > opened) | (low > close))


def _holes(bars: RawSeries) -> list[Finding]:
    return [
        *about_lines("not_numbers", "error", "no number stands there", "cell", bars.not_numbers),
        *finding("missing_prices", "error", "a price is missing", bars, any_of(np.isnan(bars.prices))),
    ]


def _impossible(bars: RawSeries) -> list[Finding]:
    infinite = any_of(np.isinf(bars.prices))
    below = any_of(bars.prices <= 0) & ~infinite
    return [
        *finding("infinite_prices", "error", "an infinite price", bars, infinite),
        *finding("nonpositive_prices", "error", "a price of 0 or less", bars, below),
        *finding(
            "ohlc_violations", "warning", "high or low does not enclose the other prices",
            bars, crossed(bars.prices),
        ),
    ]  # fmt: skip


def spike_rows(context: Context) -> NDArray[np.bool_]:
    """Return which sound bars leave their neighbours and are back at once.

    Parameters
    ----------
    context : Context
        The series.

    Returns
    -------
    ndarray of bool, shape (n_sound,)
        A close far from the closes on both sides, or a high or low far beyond its own bar and both neighbours.
    """
    logs = np.log(context.sound.prices)
    if len(logs) < 3:
        return np.zeros(len(logs), dtype=np.bool_)
    reach = np.maximum(SPIKE * context.unusual_scale, LEAST_SPIKE)
    opened, high, low, close = logs.T
    before, after = _neighbours(close)
    alone = np.where((close - before) * (close - after) > 0, np.minimum(abs(close - before), abs(close - after)), 0)
    top, bottom = np.maximum(opened, close), np.minimum(opened, close)
    above = np.minimum(high - top, high - np.maximum(*_neighbours(high)))
    below = np.minimum(bottom - low, np.minimum(*_neighbours(low)) - low)
    return np.asarray(np.maximum(np.maximum(above, below), alone) > reach)


def _neighbours(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.concatenate([values[1:2], values[:-1]]), np.concatenate([values[1:], values[-2:-1]])


def _spikes(context: Context) -> list[Finding]:
    words = "far from its neighbours and back at once; a bad print, or a flash crash"
    return finding("spikes", "warning", words, context.sound, spike_rows(context))


def _splits(context: Context) -> list[Finding]:
    sound = context.sound
    if len(sound) < 4:
        return []
    close, opened = np.log(sound.prices[:, 3]), np.log(sound.prices[:, 0])
    overnight, through = opened[1:] - close[:-1], np.diff(close)
    # The first trade after a split may still be at the old price: then only the close tells, and must fit closely.
    late = (_off_ratio(through) < SPLIT_TOLERANCE / 2) & (np.abs(through) > np.log(1.9))
    step = np.where(_off_ratio(overnight) < SPLIT_TOLERANCE, overnight, np.where(late, through, 0.0))
    large = np.abs(step) > np.maximum(SPIKE * context.unusual_scale[1:], np.log(1.4))
    rows = [row + 1 for row in np.flatnonzero(large).tolist() if _stays(close, row + 1, step[row])]
    words = "a fraction or multiple of the price before, and it stays; a split that was not adjusted?"

    def ratio(_series: RawSeries, row: int) -> str:
        factor = min(SPLIT_RATIOS, key=lambda known: abs(abs(step[row - 1]) - np.log(known)))
        kind = f"1 for {factor:g}" if step[row - 1] > 0 else f"{factor:g} for 1"
        before = sound.prices[row - 1, 3]
        return f"{kind}: close {before:.10g}, then {before * np.exp(step[row - 1]):.6g}"

    return finding("suspected_splits", "warning", words, sound, np.array(rows, dtype=np.intp), ratio)


def _off_ratio(step: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each step lies from the nearest split ratio, as a log ratio; infinite where it is small."""
    ratios = np.log(np.array(SPLIT_RATIOS))
    off = np.full(step.size, np.inf)
    large = np.flatnonzero(np.abs(step) > ratios[0] - SPLIT_TOLERANCE)
    off[large] = np.abs(np.abs(step[large])[:, None] - ratios).min(axis=1)
    return off


def _stays(close: NDArray[np.float64], row: int, step: float) -> bool:
    """Whether the level after a step is as much apart from the level before as the step says."""
    apart = np.median(close[row : row + 5]) - np.median(close[max(row - 5, 0) : row])
    return bool(abs(apart - step) < 0.35 * abs(step))


def _flat(context: Context) -> list[Finding]:
    sound = context.sound
    prices = sound.prices
    flat = prices[:, 1] == prices[:, 2]
    share = float(flat.mean()) if flat.size else 0.0
    words = "no range at all; thin trade, or prices cut to few decimals"
    found = finding("flat_bars", "info", words, sound, flat) if share >= FLAT_SHARE else []
    still = flat & np.concatenate([[False], prices[1:, 3] == prices[:-1, 3]])
    starts, lengths = _runs(still)
    least = shortest_odd_run(float(still.mean()) if still.size else 0.0, len(sound))
    long = lengths >= least
    starts, lengths = starts[long], lengths[long]
    size = dict(zip(starts.tolist(), lengths.tolist(), strict=True))

    def stood(series: RawSeries, row: int) -> str:
        return f"{size[row]:,} bars at {series.prices[row, 3]:.10g}"

    words = f"the price stands still for {least} bars or longer"
    return [*found, *finding("flat_runs", "warning", words, sound, starts, stood, noun="run")]


def shortest_odd_run(share: float, bars: int) -> int:
    """Return the length from which a run of unchanged bars is no chance.

    Parameters
    ----------
    share : float
        Share of bars that are unchanged.
    bars : int
        Number of bars.

    Returns
    -------
    int
        Where bars stood still independently of each other with that share, a run of this length would come about
        in one series of a hundred; at least 5 and at most 60.
    """
    if share <= 0.0:
        return 5
    if share >= 0.999:
        return 60
    return int(np.clip(np.ceil(np.log(100.0 * bars) / -np.log(share)), 5, 60))


def _runs(flags: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return start and length of each run of True."""
    edges = np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8))
    starts = np.flatnonzero(edges == 1)
    return starts, np.flatnonzero(edges == -1) - starts
