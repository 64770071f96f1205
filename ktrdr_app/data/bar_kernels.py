"""One pass over many bars that finds what is wrong with them, for series too long to look at column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ktrdr_app.core.kernels import ieee_kernel, warms_up

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Column = NDArray[np.float64]


@ieee_kernel
def all_plain(opens: Column, highs: Column, lows: Column, closes: Column, volume: Column) -> bool:
    """Return whether all prices are above 0 and finite, high and low enclose the others, and no volume is below 0.

    Parameters
    ----------
    opens, highs, lows, closes, volume : ndarray of float64, shape (n_bars,)
        Columns; a missing volume is no fault.
    """
    sound = True
    for row in range(len(opens)):
        high, low = highs[row], lows[row]
        inside = low <= opens[row] and opens[row] <= high and low <= closes[row] and closes[row] <= high
        sound &= inside and low > 0.0 and high < np.inf and not volume[row] < 0.0
    return sound


@warms_up
def _warm_up() -> None:
    ones = np.ones(2)
    ones.flags.writeable = False
    all_plain(ones, ones, ones, ones, ones)
