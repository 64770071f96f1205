"""Checks of volume: none at all, zeros, holes, below zero, a scale that changes for good."""

from __future__ import annotations

import numpy as np

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.quality.context import Context
from ktrdr_app.data.quality.findings import Finding, finding
from ktrdr_app.data.quality.raw import RawSeries

BREAK = 20.0
"""The usual volume of four periods changes by this factor from the four periods before: another unit, not trade."""
_SIDE = 4
CONSTANT = 0.4
"""Share of the bars with any volume that have the same one, from which it is no count of what was traded."""
_LEAST = 50


def check_volume(context: Context) -> list[Finding]:
    """Return what is wrong with the volume.

    Parameters
    ----------
    context : Context
        The series.
    """
    bars = context.bars
    missing = np.isnan(bars.volume)
    if missing.all():
        return finding("no_volume", "info", "no volume at all", bars, missing, _volume)
    zero = bars.volume == 0
    if zero.all():
        words = "the volume is 0 throughout; the source has none"
        return finding("zero_volume", "info", words, bars, zero, _volume)
    return [
        *finding("missing_volume", "warning", "the volume is missing", bars, missing, _volume),
        *finding("zero_volume", "info", "the volume is 0", bars, zero, _volume),
        *finding("negative_volume", "error", "the volume is below 0", bars, bars.volume < 0, _volume),
        *_constant(context),
        *_scale_breaks(context),
    ]


def _volume(series: RawSeries, row: int) -> str:
    return f"volume {series.volume[row]:.10g}"


def _constant(context: Context) -> list[Finding]:
    """A volume that most bars share: vendors of quotes put the number of minutes or of updates there."""
    bars = context.bars
    values, counts = np.unique(bars.volume[bars.volume > 0], return_counts=True)
    if counts.sum() < _LEAST or counts.max() < CONSTANT * counts.sum():
        return []
    commonest = values[counts.argmax()]
    words = f"the volume is {commonest:.10g}, the same in all of them; it counts minutes or quotes, not what was traded"
    return finding("constant_volume", "warning", words, bars, bars.volume == commonest, _volume)


def _scale_breaks(context: Context) -> list[Finding]:
    """Weeks (days, where there are few weeks) whose usual volume leaves that of the weeks before for good."""
    bars = context.bars.take(np.asarray(context.bars.volume > 0))
    if len(bars) < 4 * _SIDE:
        return []
    span = bars.stamp[-1] - bars.stamp[0]
    period = NANOSECONDS["1w"] if span > 26 * NANOSECONDS["1w"] else NANOSECONDS["1d"]
    period = max(period, 5 * context.length)
    number = bars.stamp // period
    firsts = np.flatnonzero(np.concatenate([[True], np.diff(number) != 0]))
    usual = np.array([np.median(part) for part in np.split(np.log(bars.volume), firsts[1:])])
    if usual.size < 2 * _SIDE:
        return []
    windows = np.lib.stride_tricks.sliding_window_view(usual, _SIDE)
    before, after = windows[:-_SIDE], windows[_SIDE:]
    # All of one side must lie beyond all of the other, so that one wild week is not taken for a change for good.
    apart = np.maximum(after.min(axis=1) - before.max(axis=1), before.min(axis=1) - after.max(axis=1))
    moved = np.abs(np.median(after, axis=1) - np.median(before, axis=1))
    jump = np.abs(after[:, 0] - before[:, -1])
    broken = (moved > np.log(BREAK)) & (apart > 0) & (jump > np.log(BREAK) / 2)
    places = np.flatnonzero(broken)
    # A change in the middle of a period shows at both of its ends: the greater jump is the one.
    changes = np.split(places, np.flatnonzero(np.diff(places) >= _SIDE) + 1) if places.size else []
    rows = firsts[np.array([part[jump[part].argmax()] for part in changes], dtype=np.intp) + _SIDE]
    words = f"the usual volume changes {BREAK:g}-fold or more, and for good; another unit?"
    return finding("volume_scale_breaks", "warning", words, bars, rows, _volume, noun="time")
