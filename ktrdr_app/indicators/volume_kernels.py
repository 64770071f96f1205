"""Compiled loops of the volume indicators; what they mean stands in `volume`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up
from ktrdr_app.indicators.blocks import slide_sums

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

SLOTS = 7 * 24 * 60
"""Minutes of a week: bars that open on the same one are of the same slot."""
_MINUTE = 60_000_000_000
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
def money_flow_index(high: Array, low: Array, close: Array, volume: Array, period: int) -> Array:
    """Return the share of rising money flow in all money flow of the last bars, in percent.

    Parameters
    ----------
    high, low, close, volume : ndarray of float64, shape (n_bars,)
        Bars.
    period : int
        Bars of the window.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        0 to 100, 50 without any flow; NaN before bar ``period``.
    """
    n = len(close)
    line = np.empty(n)
    rises, falls = np.empty(period), np.empty(period)
    rise_tails, fall_tails = np.zeros(period + 1), np.zeros(period + 1)
    before = (high[0] + low[0] + close[0]) / 3.0
    for start in range(1, n, period):
        rows = min(period, n - start)
        for k in range(rows):
            t = start + k
            typical = (high[t] + low[t] + close[t]) / 3.0
            flow = typical * traded(volume[t])
            rises[k] = flow if typical - before > ROUNDING * typical else 0.0
            falls[k] = flow if before - typical > ROUNDING * typical else 0.0
            before = typical
        slide_sums(rises, falls, rise_tails, fall_tails, rows)
        for k in range(rows):
            total = rises[k] + falls[k]
            line[start + k] = 100.0 * (rises[k] / total) if total > 0.0 else 50.0
    line[:period] = np.nan
    return line


@kernel
def chaikin_money_flow(high: Array, low: Array, close: Array, volume: Array, period: int) -> Array:
    """Return the mean place of the close in its bar over the last bars, weighted by volume.

    Parameters
    ----------
    high, low, close, volume : ndarray of float64, shape (n_bars,)
        Bars.
    period : int
        Bars of the window.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        -1 to 1, 0 without any volume; NaN before bar ``period - 1``.
    """
    n = len(close)
    line = np.empty(n)
    flows, volumes = np.empty(period), np.empty(period)
    flow_tails, volume_tails = np.zeros(period + 1), np.zeros(period + 1)
    for start in range(0, n, period):
        rows = min(period, n - start)
        for k in range(rows):
            t = start + k
            width = high[t] - low[t]
            place = ((close[t] - low[t]) - (high[t] - close[t])) / width if width > 0.0 else 0.0
            volumes[k] = traded(volume[t])
            flows[k] = place * volumes[k]
        slide_sums(flows, volumes, flow_tails, volume_tails, rows)
        for k in range(rows):
            ratio = flows[k] / volumes[k] if volumes[k] > 0.0 else 0.0
            line[start + k] = min(max(ratio, -1.0), 1.0)
    line[: period - 1] = np.nan
    return line


@kernel
def volume_to_mean(volume: Array, period: int) -> Array:
    """Return each bar's volume over the mean of the last bars whose volume is known.

    Parameters
    ----------
    volume : ndarray of float64, shape (n_bars,)
        Volume units, NaN where missing.
    period : int
        Bars of the window, this bar included.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        1 where this bar's volume is missing or the window has none; NaN before bar ``period - 1``.
    """
    n = len(volume)
    line = np.empty(n)
    sums, counts = np.empty(period), np.empty(period)
    sum_tails, count_tails = np.zeros(period + 1), np.zeros(period + 1)
    for start in range(0, n, period):
        rows = min(period, n - start)
        for k in range(rows):
            sums[k] = traded(volume[start + k])
            counts[k] = 1.0 if volume[start + k] >= 0.0 else 0.0
        slide_sums(sums, counts, sum_tails, count_tails, rows)
        for k in range(rows):
            known = volume[start + k] >= 0.0 and sums[k] > 0.0
            line[start + k] = volume[start + k] * counts[k] / sums[k] if known else 1.0
    line[: period - 1] = np.nan
    return line


@kernel
def rolling_vwap(high: Array, low: Array, close: Array, volume: Array, period: int) -> Array:
    """Return the mean typical price of the last bars, weighted by volume.

    Parameters
    ----------
    high, low, close, volume : ndarray of float64, shape (n_bars,)
        Bars.
    period : int
        Bars of the window.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        Price units, the close where the window has no volume; NaN before bar ``period - 1``.
    """
    n = len(close)
    line = np.empty(n)
    values, volumes = np.empty(period), np.empty(period)
    value_tails, volume_tails = np.zeros(period + 1), np.zeros(period + 1)
    for start in range(0, n, period):
        rows = min(period, n - start)
        for k in range(rows):
            t = start + k
            volumes[k] = traded(volume[t])
            values[k] = (high[t] + low[t] + close[t]) / 3.0 * volumes[k]
        slide_sums(values, volumes, value_tails, volume_tails, rows)
        for k in range(rows):
            line[start + k] = values[k] / volumes[k] if volumes[k] > 0.0 else close[start + k]
    line[: period - 1] = np.nan
    return line


@kernel
def anchored_vwap(high: Array, low: Array, close: Array, volume: Array, starts: Integers) -> Array:
    """Return the mean typical price since the last anchor, weighted by volume.

    Parameters
    ----------
    high, low, close, volume : ndarray of float64, shape (n_bars,)
        Bars.
    starts : ndarray of int64, shape (n_anchors,)
        Rows at which the sums begin anew, the first 0.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        Price units; the close until there is volume.
    """
    n = len(close)
    line = np.empty(n)
    for anchor in range(len(starts)):
        value, total = 0.0, 0.0
        stop = starts[anchor + 1] if anchor + 1 < len(starts) else n
        for t in range(starts[anchor], stop):
            volume_now = traded(volume[t])
            value += (high[t] + low[t] + close[t]) / 3.0 * volume_now
            total += volume_now
            line[t] = value / total if total > 0.0 else close[t]
    return line


@kernel
def past_rank(volume: Array, period: int) -> Array:
    """Return the share of the bars before that had less volume, half of the equal ones counted.

    Parameters
    ----------
    volume : ndarray of float64, shape (n_bars,)
        Volume units, NaN where missing.
    period : int
        Bars to compare with, this bar not among them.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        0 to 1, 0.5 where this bar's or every earlier volume is missing; NaN before bar ``period``.
    """
    n = len(volume)
    line = np.full(n, np.nan)
    known = np.where(volume >= 0.0, volume, np.nan)
    missing = np.isnan(known[:period]).sum()
    for t in range(period, n):
        now, below, above = known[t], 0, 0
        window = known[t - period : t]
        for j in range(period):
            below += window[j] < now
            above += window[j] > now
        compared = period - missing if now >= 0.0 else 0
        line[t] = 0.5 + 0.5 * (below - above) / compared if compared > 0 else 0.5
        missing += int(np.isnan(now)) - int(np.isnan(known[t - period]))
    return line


@kernel
def log_to_slot_median(volume: Array, clock: Integers, weeks: int) -> Array:
    """Return the log of each bar's volume over the median of its slot of the week in the weeks before.

    Parameters
    ----------
    volume : ndarray of float64, shape (n_bars,)
        Volume units, NaN where missing.
    clock : ndarray of int64, shape (n_bars,)
        Bar opens on the clock that defines the slots, nanoseconds.
    weeks : int
        Weeks before this bar to look at.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        0 where this bar has no volume, or its slot had some in fewer than half of the weeks; NaN until the series
        is ``weeks`` weeks old.
    """
    n = len(volume)
    line = np.empty(n)
    seen = np.zeros((SLOTS, weeks))
    seen_in = np.full((SLOTS, weeks), np.int64(-(2**62)))
    found = np.empty(weeks)
    begin = clock[0] + weeks * SLOTS * _MINUTE if n else 0
    for t in range(n):
        minute = clock[t] // _MINUTE
        week, slot = minute // SLOTS, minute % SLOTS
        count = 0
        for k in range(weeks):
            if week - weeks <= seen_in[slot, k] < week:
                place = count
                while place > 0 and found[place - 1] > seen[slot, k]:
                    found[place] = found[place - 1]
                    place -= 1
                found[place] = seen[slot, k]
                count += 1
        now = traded(volume[t])
        enough = now > 0.0 and 2 * count >= weeks
        line[t] = np.log(2.0 * now / (found[(count - 1) // 2] + found[count // 2])) if enough else 0.0
        if clock[t] < begin:
            line[t] = np.nan
        if now > 0.0:
            seen[slot, week % weeks], seen_in[slot, week % weeks] = now, week
    return line


@warms_up
def _warm_up() -> None:
    ones, hours = np.ones(4), np.arange(4, dtype=np.int64)
    ones.flags.writeable = hours.flags.writeable = False
    money_flow_index(ones, ones, ones, ones, 2)
    chaikin_money_flow(ones, ones, ones, ones, 2)
    volume_to_mean(ones, 2)
    rolling_vwap(ones, ones, ones, ones, 2)
    anchored_vwap(ones, ones, ones, ones, np.zeros(1, np.int64))
    past_rank(ones, 2)
    log_to_slot_median(ones, hours, 1)
