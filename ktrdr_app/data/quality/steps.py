"""Checks of the time from bar to bar: another time frame than the name says, or two in one file."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.quality.context import Context
from ktrdr_app.data.quality.findings import Finding, finding, moment
from ktrdr_app.data.quality.raw import RawSeries

_RUN = 4
"""Equal steps in a row that are no chance; a week of daily bars has as many."""
_LEAST = 10


def check_steps(context: Context) -> list[Finding]:
    """Return where the steps between bars are not those of the time frame.

    Parameters
    ----------
    context : Context
        The series.
    """
    if len(context.bars) < 3:
        return []
    usual = _usual(context.steps)
    if usual and usual != context.timeframe:
        close = context.steps != context.length
        words = f"the bars are {usual} apart, not {context.timeframe}"
        return finding("wrong_timeframe", "error", words, context.bars, np.flatnonzero(close), _next)
    return _mixed(context)


def _usual(steps: NDArray[np.int64]) -> str:
    """Return the time frame of the most frequent step, or nothing if it is none of ours."""
    lengths, counts = np.unique(steps, return_counts=True)
    commonest = int(lengths[counts.argmax()])
    return next((name for name, length in NANOSECONDS.items() if length == commonest), "")


def _mixed(context: Context) -> list[Finding]:
    """Stretches at another time frame's step, and bars too close together."""
    steps, length = context.steps, context.length
    other = np.zeros(steps.size, dtype=np.bool_)
    for known in NANOSECONDS.values():
        if known != length:
            other |= _in_runs(steps == known)
    if np.count_nonzero(other) < _LEAST:
        other[:] = False
    mixed = f"the time to the next bar is that of another time frame than {context.timeframe}; two in one file"
    close = "the next bar begins before this one is over; a bar cut short, or stamps on two grids"
    return [
        *finding("mixed_timeframes", "error", mixed, context.bars, np.flatnonzero(other), _next),
        *finding("overlapping_bars", "warning", close, context.bars, np.flatnonzero((steps < length) & ~other), _next),
    ]


def _in_runs(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the flags that stand in runs of at least `_RUN`."""
    edges = np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    kept = np.zeros(flags.size + 1, dtype=np.int64)
    long = ends - starts >= _RUN
    np.add.at(kept, starts[long], 1)
    np.add.at(kept, ends[long], -1)
    return np.cumsum(kept)[:-1] > 0


def _next(series: RawSeries, row: int) -> str:
    return f"next bar at {moment(series.stamp[row + 1])}"
