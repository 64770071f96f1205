"""How busy a bar was against the bars before it, for the volume filter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up

USUAL_BARS = 20
"""Bars before the one at hand whose mean is its usual volume."""


@kernel
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
    for bar in range(USUAL_BARS, len(volume)):
        total, known = 0.0, 0
        for before in range(bar - USUAL_BARS, bar):
            if np.isfinite(volume[before]):
                total += volume[before]
                known += 1
        if total > 0.0:
            ratio[bar] = volume[bar] * known / total
    return ratio


@warms_up
def _warm_up() -> None:
    volume_ratio(np.ones(2))
