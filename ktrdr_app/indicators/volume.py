"""Volume indicators: whether trade goes with the price."""

from __future__ import annotations

import numpy as np
import talib

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.indicators.definition import Lines, OutputInfo, Parameters, indicator


class ObvParameters(Parameters):
    """`obv` has no parameters."""


@indicator(
    parameters=ObvParameters,
    outputs=(OutputInfo("obv", "volume"),),
    warm_up=lambda _: 0,
    formula="OBV[t] = OBV[t-1] + volume[t] * sign(close[t] - close[t-1]); OBV[0] = volume[0]",
    source="Granville, New Key to Stock Market Profits (1963); start value as in TA-Lib",
)
def obv(prices: PriceArrays, p: ObvParameters) -> Lines:
    """On-balance volume: volume added on rising bars and taken off on falling ones.

    Parameters
    ----------
    prices : PriceArrays
        Bars; close and volume are used. A missing volume (NaN) counts as 0, so a series without any gives 0.
    p : ObvParameters
        None.

    Returns
    -------
    tuple of ndarray of float64, shape (n_bars,)
        Volume units; never NaN. The level depends on the first bar: only its changes mean something.
    """
    del p
    return (talib.OBV(prices.close, np.nan_to_num(prices.volume, nan=0.0)),)
