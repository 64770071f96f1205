"""One pass over many bars that finds what is wrong with them, for series too long to look at column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ktrdr_app.core.kernels import ieee_kernel, warms_up

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Column = NDArray[np.float64]


@ieee_kernel
def all_plain(
    stamps: NDArray[np.int64], opens: Column, highs: Column, lows: Column, closes: Column, volume: Column
) -> bool:
    """Return whether stamps rise, prices are above 0 and finite, highs and lows enclose them, no volume is below 0.

    Parameters
    ----------
    stamps : ndarray of int64, shape (n_bars,)
        Bar opens, nanoseconds.
    opens, highs, lows, closes, volume : ndarray of float64, shape (n_bars,)
        Columns; a missing volume is no fault.
    """
    sound = True
    for row in range(len(opens)):
        high, low, opened, close = highs[row], lows[row], opens[row], closes[row]
        # No "and": without branches, this takes as long as the columns take to come from memory.
        sound &= (low <= opened) & (opened <= high) & (low <= close) & (close <= high)
        sound &= (low > 0.0) & (high < np.inf) & (not volume[row] < 0.0)
    for row in range(1, len(stamps)):
        sound &= stamps[row - 1] < stamps[row]
    return sound


@warms_up
def _warm_up() -> None:
    ones, stamps = np.ones(2), np.arange(2)
    for column in (ones, stamps):
        column.flags.writeable = False
    all_plain(stamps, ones, ones, ones, ones, ones)
