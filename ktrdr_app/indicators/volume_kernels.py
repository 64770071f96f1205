"""Compiled loops of the volume indicators; what they mean stands in `volume`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up
from ktrdr_app.indicators.windows import chunk_length, scratch, window_sums

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

SLOTS = 7 * 24 * 60
"""Minutes of a week: bars that open on the same one are of the same slot."""
_MINUTE = 60_000_000_000
_WEEK = SLOTS * _MINUTE
ROUNDING = 1e-12
"""Typical prices that differ by less than this part are equal: sums of the same quotes, rounded in another order."""


@kernel
def traded(volume: float) -> float:
    """Return a bar's volume, 0 where it is missing (NaN, or the negative number some sources write).

    Parameters
    ----------
    volume : float
        Volume units.
    """
    return volume if 0.0 < volume < np.inf else 0.0


@kernel
def on_balance(close: Array, volume: Array, out: Array) -> None:
    """Write the sum of the volumes, taken off on falling bars.

    Parameters
    ----------
    close, volume : ndarray of float64, shape (n_bars,)
        Bars; at least one.
    out : ndarray of float64, shape (n_bars,)
        Volume units.
    """
    total = traded(volume[0])
    out[0] = total
    for t in range(1, len(close)):
        moved = traded(volume[t]) if close[t] != close[t - 1] else 0.0
        total += moved if close[t] > close[t - 1] else -moved
        out[t] = total


@kernel
def _placed(high: Array, low: Array, close: Array, volume: Array, flows: Array, volumes: Array) -> None:
    """Write Chaikin's volume, weighted by how high in its bar the close stands, and the volume."""
    for i in range(len(close)):
        width = high[i] - low[i]
        place = ((close[i] - low[i]) - (high[i] - close[i])) / width if width > 0.0 else 0.0
        volumes[i] = traded(volume[i])
        flows[i] = place * volumes[i]


@kernel
def accumulated(high: Array, low: Array, close: Array, volume: Array, out: Array) -> None:
    """Write the sum of the volumes, each weighted by how high in its bar the close stands.

    Parameters
    ----------
    high, low, close, volume : ndarray of float64, shape (n_bars,)
        Bars.
    out : ndarray of float64, shape (n_bars,)
        Volume units.
    """
    total = 0.0
    for t in range(len(close)):
        width = high[t] - low[t]
        if width > 0.0:
            total += ((close[t] - low[t]) - (high[t] - close[t])) / width * traded(volume[t])
        out[t] = total


@kernel
def _flows(typical: Array, volume: Array, rises: Array, falls: Array) -> None:
    """Write the money that flowed on rising and on falling bars, and 0; ``typical`` has one bar more before them."""
    for i in range(len(rises)):
        before, now = typical[i], typical[i + 1]
        flow, least = now * traded(volume[i]), ROUNDING * now
        rises[i] = flow if now - before > least else 0.0
        falls[i] = flow if before - now > least else 0.0


@kernel
def money_flow_index(high: Array, low: Array, close: Array, volume: Array, period: int, out: Array) -> None:
    """Write the share of rising money flow in all money flow of the last bars, in percent.

    Parameters
    ----------
    high, low, close, volume : ndarray of float64, shape (n_bars,)
        More than ``period`` bars.
    period : int
        Bars of the window.
    out : ndarray of float64, shape (n_bars,)
        0 to 100, 50 without any flow; NaN before bar ``period``.
    """
    out[:period] = np.nan
    size, work = chunk_length(period), scratch(period, 6)
    for start in range(period, len(close), size):
        lines = out[start : start + size]
        first, stop = start - period + 1, start + len(lines)
        typical, rises, falls = work[2, : stop - first + 1], work[3, : stop - first], work[4, : stop - first]
        _typical(high[first - 1 : stop], low[first - 1 : stop], close[first - 1 : stop], typical)
        _flows(typical, volume[first:stop], rises, falls)
        fallen = work[5, : len(lines)]
        window_sums(rises, period, work, lines)
        window_sums(falls, period, work, fallen)
        for i in range(len(lines)):
            total = lines[i] + fallen[i]
            lines[i] = 100.0 * (lines[i] / total) if total > 0.0 else 50.0


@kernel
def _typical(high: Array, low: Array, close: Array, out: Array) -> None:
    for i in range(len(out)):
        out[i] = (high[i] + low[i] + close[i]) / 3.0


@kernel
def chaikin_money_flow(high: Array, low: Array, close: Array, volume: Array, period: int, out: Array) -> None:
    """Write the mean place of the close in its bar over the last bars, weighted by volume.

    Parameters
    ----------
    high, low, close, volume : ndarray of float64, shape (n_bars,)
        At least ``period`` bars.
    period : int
        Bars of the window.
    out : ndarray of float64, shape (n_bars,)
        -1 to 1, 0 without any volume; NaN before bar ``period - 1``.
    """
    out[: period - 1] = np.nan
    size, work = chunk_length(period), scratch(period, 5)
    for start in range(period - 1, len(close), size):
        lines = out[start : start + size]
        first, stop = start - period + 1, start + len(lines)
        flows, volumes, sums = work[2, : stop - first], work[3, : stop - first], work[4, : len(lines)]
        _placed(high[first:stop], low[first:stop], close[first:stop], volume[first:stop], flows, volumes)
        window_sums(flows, period, work, lines)
        window_sums(volumes, period, work, sums)
        for i in range(len(lines)):
            ratio = lines[i] / sums[i] if sums[i] > 0.0 else 0.0
            ratio = ratio if ratio < 1.0 else 1.0
            lines[i] = ratio if ratio > -1.0 else -1.0


@kernel
def volume_to_mean(volume: Array, period: int, out: Array) -> None:
    """Write each bar's volume over the mean of the last bars whose volume is known.

    Parameters
    ----------
    volume : ndarray of float64, shape (n_bars,)
        Volume units, NaN where missing; at least ``period`` bars.
    period : int
        Bars of the window, this bar included.
    out : ndarray of float64, shape (n_bars,)
        1 where this bar's volume is missing or the window has none; NaN before bar ``period - 1``.
    """
    out[: period - 1] = np.nan
    size, work = chunk_length(period), scratch(period, 5)
    for start in range(period - 1, len(volume), size):
        lines = out[start : start + size]
        seen, now = volume[start - period + 1 : start + len(lines)], volume[start : start + size]
        volumes, known, counts = work[2, : len(seen)], work[3, : len(seen)], work[4, : len(lines)]
        for i in range(len(seen)):
            volumes[i] = traded(seen[i])
            known[i] = 1.0 if seen[i] >= 0.0 else 0.0
        window_sums(volumes, period, work, lines)
        window_sums(known, period, work, counts)
        for i in range(len(lines)):
            ratio = now[i] * counts[i] / lines[i] if lines[i] > 0.0 else 1.0
            lines[i] = ratio if now[i] >= 0.0 else 1.0


@kernel
def rolling_vwap(high: Array, low: Array, close: Array, volume: Array, period: int, out: Array) -> None:
    """Write the mean typical price of the last bars, weighted by volume.

    Parameters
    ----------
    high, low, close, volume : ndarray of float64, shape (n_bars,)
        At least ``period`` bars.
    period : int
        Bars of the window.
    out : ndarray of float64, shape (n_bars,)
        Price units, the close where the window has no volume; NaN before bar ``period - 1``.
    """
    out[: period - 1] = np.nan
    size, work = chunk_length(period), scratch(period, 5)
    for start in range(period - 1, len(close), size):
        lines, closes = out[start : start + size], close[start : start + size]
        first, stop = start - period + 1, start + len(lines)
        values, volumes, sums = work[2, : stop - first], work[3, : stop - first], work[4, : len(lines)]
        seen = volume[first:stop]
        _typical(high[first:stop], low[first:stop], close[first:stop], values)
        for i in range(len(values)):
            volumes[i] = traded(seen[i])
            values[i] *= volumes[i]
        window_sums(values, period, work, lines)
        window_sums(volumes, period, work, sums)
        for i in range(len(lines)):
            lines[i] = lines[i] / sums[i] if sums[i] > 0.0 else closes[i]


@kernel
def anchored_vwap(high: Array, low: Array, close: Array, volume: Array, starts: Integers, out: Array) -> None:
    """Write the mean typical price since the last anchor, weighted by volume.

    Parameters
    ----------
    high, low, close, volume : ndarray of float64, shape (n_bars,)
        Bars.
    starts : ndarray of int64, shape (n_anchors,)
        Rows at which the sums begin anew, the first 0.
    out : ndarray of float64, shape (n_bars,)
        Price units; the close until there is volume.
    """
    for anchor in range(len(starts)):
        value, total = 0.0, 0.0
        stop = starts[anchor + 1] if anchor + 1 < len(starts) else len(close)
        for t in range(starts[anchor], stop):
            volume_now = traded(volume[t])
            value += (high[t] + low[t] + close[t]) * volume_now
            total += 3.0 * volume_now
            out[t] = value / total if total > 0.0 else close[t]


@kernel
def _add_orders(window: Array, now: Array, orders: Integers) -> None:
    """Add 1 for every value of each bar's window that is below the bar's own, and -1 for every one above it."""
    count, period = len(now), len(window) - len(now)
    for back in range(0, period - 3, 4):
        a, b, c, d = window[back:], window[back + 1 :], window[back + 2 :], window[back + 3 :]
        for i in range(count):
            v = now[i]
            below = np.int64(a[i] < v) + np.int64(b[i] < v) + np.int64(c[i] < v) + np.int64(d[i] < v)
            above = np.int64(a[i] > v) + np.int64(b[i] > v) + np.int64(c[i] > v) + np.int64(d[i] > v)
            orders[i] += below - above
    for back in range(period // 4 * 4, period):
        a = window[back:]
        for i in range(count):
            orders[i] += np.int64(a[i] < now[i]) - np.int64(a[i] > now[i])


@kernel
def past_rank(volume: Array, period: int, out: Array) -> None:
    """Write the share of the bars before that had less volume, half of the equal ones counted.

    Parameters
    ----------
    volume : ndarray of float64, shape (n_bars,)
        Volume units, NaN where missing; more than ``period`` bars.
    period : int
        Bars to compare with, this bar not among them.
    out : ndarray of float64, shape (n_bars,)
        0 to 1, 0.5 where this bar's or every earlier volume is missing; NaN before bar ``period``.
    """
    out[:period] = np.nan
    size, work = chunk_length(period), scratch(period, 5)
    orders = np.empty(size, np.int64)
    for start in range(period, len(volume), size):
        lines = out[start : start + size]
        seen = volume[start - period : start + len(lines)]
        values, known, counts = work[2, : len(seen)], work[3, : len(seen)], work[4, : len(lines)]
        for i in range(len(seen)):
            there = seen[i] >= 0.0
            values[i] = seen[i] if there else np.nan
            known[i] = 1.0 if there else 0.0
        window_sums(known[:-1], period, work, counts)
        orders[:] = 0
        _add_orders(values, values[period:], orders)
        for i in range(len(lines)):
            compared = counts[i] * known[period + i]
            lines[i] = 0.5 + 0.5 * orders[i] / compared if compared > 0.0 else 0.5


@kernel
def log_to_slot_median(volume: Array, clock: Integers, weeks: int, out: Array) -> None:
    """Write the log of each bar's volume over the median of its slot of the week in the weeks before.

    Parameters
    ----------
    volume : ndarray of float64, shape (n_bars,)
        Volume units, NaN where missing.
    clock : ndarray of int64, shape (n_bars,)
        Bar opens on the clock that defines the slots, nanoseconds.
    weeks : int
        Weeks before this bar to look at.
    out : ndarray of float64, shape (n_bars,)
        0 where this bar has no volume, or its slot had some in fewer than half of the weeks; NaN until the series
        is ``weeks`` weeks old.
    """
    seen, seen_in = np.zeros((SLOTS, weeks)), np.full((SLOTS, weeks), np.int64(-(2**62)))
    found = np.empty(weeks)
    begin = clock[0] + weeks * _WEEK
    week, monday, newest = np.int64(0), np.int64(0), np.int64(0)
    for t in range(len(volume)):
        if not 0 <= clock[t] - monday < _WEEK:
            week = clock[t] // _WEEK
            monday, newest = week * _WEEK, week % weeks
        slot = np.uint64(clock[t] - monday) // np.uint64(_MINUTE)
        count = 0
        for k in range(weeks):
            if week - weeks <= seen_in[slot, k] < week:
                value = seen[slot, k]
                for j in range(count):  # which way a value goes is pure chance, so there is no branch
                    below, above = min(found[j], value), max(found[j], value)
                    found[j], value = below, above
                found[count] = value
                count += 1
        now = traded(volume[t])
        enough = now > 0.0 and 2 * count >= weeks
        out[t] = np.log(2.0 * now / (found[(count - 1) // 2] + found[count // 2])) if enough else 0.0
        if clock[t] < begin:
            out[t] = np.nan
        if now > 0.0:
            seen[slot, newest], seen_in[slot, newest] = now, week


@warms_up
def _warm_up() -> None:
    ones, hours, out = np.ones(4), np.arange(4, dtype=np.int64), np.empty(4)
    ones.flags.writeable = hours.flags.writeable = False
    on_balance(ones, ones, out)
    accumulated(ones, ones, ones, ones, out)
    money_flow_index(ones, ones, ones, ones, 2, out)
    chaikin_money_flow(ones, ones, ones, ones, 2, out)
    volume_to_mean(ones, 2, out)
    rolling_vwap(ones, ones, ones, ones, 2, out)
    anchored_vwap(ones, ones, ones, ones, np.zeros(1, np.int64), out)
    past_rank(ones, 2, out)
    log_to_slot_median(ones, hours, 1, out)
