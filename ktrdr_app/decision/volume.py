"""How busy a bar was against the bars before it, for the volume filter."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

USUAL_BARS = 20
"""Bars before the one at hand whose mean is its usual volume."""


def volume_ratio(volume: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each bar's volume over the mean of the `USUAL_BARS` bars before it.

    Parameters
    ----------
    volume : ndarray of float64, shape (n_bars,)
        Volume of each bar in any unit; NaN where there is none.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        Without unit. Missing volumes are left out of the mean. NaN in the first `USUAL_BARS` bars, where the
        bar itself has no volume, and where the mean has nothing to stand on or is 0.
    """
    ratio = np.full(len(volume), np.nan)
    if len(volume) <= USUAL_BARS:
        return ratio
    before = sliding_window_view(volume[:-1], USUAL_BARS)
    known = np.isfinite(before)
    total = np.where(known, before, 0.0).sum(axis=1)
    usable = total > 0
    ratio[USUAL_BARS:][usable] = volume[USUAL_BARS:][usable] * known.sum(axis=1)[usable] / total[usable]
    return ratio
