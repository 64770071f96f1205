"""Trend indicators: averages that follow the price."""

from __future__ import annotations

import talib
from pydantic import Field

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.indicators.definition import Lines, OutputInfo, Parameters, indicator


class SmaParameters(Parameters):
    """Parameters of `sma`."""

    period: int = Field(default=20, ge=2, le=5000)
    """Bars that are averaged."""


@indicator(
    parameters=SmaParameters,
    outputs=(OutputInfo("sma", "price"),),
    warm_up=lambda p: p.period - 1,
    formula="SMA[t] = (close[t] + ... + close[t-period+1]) / period",
    source="Murphy, Technical Analysis of the Financial Markets (1999), ch. 9",
)
def sma(prices: PriceArrays, p: SmaParameters) -> Lines:
    """Simple moving average: the mean of the last closes.

    Parameters
    ----------
    prices : PriceArrays
        Bars; the close is used.
    p : SmaParameters
        Period in bars.

    Returns
    -------
    tuple of ndarray of float64, shape (n_bars,)
        The mean, in price units; NaN before bar ``period - 1``.
    """
    return (talib.SMA(prices.close, p.period),)


class EmaParameters(Parameters):
    """Parameters of `ema`."""

    period: int = Field(default=20, ge=2, le=5000)
    """Bars; the newest close weighs 2 / (period + 1)."""


@indicator(
    parameters=EmaParameters,
    outputs=(OutputInfo("ema", "price"),),
    warm_up=lambda p: p.period - 1,
    formula="EMA[t] = EMA[t-1] + 2/(period+1) * (close[t] - EMA[t-1]); the first value is the mean of the first closes",
    source="Appel, Technical Analysis: Power Tools for Active Investors (2005); seeding as in TA-Lib",
)
def ema(prices: PriceArrays, p: EmaParameters) -> Lines:
    """Exponential moving average: a mean whose weights fall with age.

    Parameters
    ----------
    prices : PriceArrays
        Bars; the close is used.
    p : EmaParameters
        Period in bars.

    Returns
    -------
    tuple of ndarray of float64, shape (n_bars,)
        The average, in price units; NaN before bar ``period - 1``.
    """
    return (talib.EMA(prices.close, p.period),)
