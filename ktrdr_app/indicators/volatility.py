"""Volatility indicators: how wide the price swings."""

from __future__ import annotations

import talib
from pydantic import Field

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.indicators.definition import Lines, OutputInfo, Parameters, indicator


class AtrParameters(Parameters):
    """Parameters of `atr`."""

    period: int = Field(default=14, ge=1, le=5000)
    """Bars of Wilder's smoothing."""


@indicator(
    parameters=AtrParameters,
    outputs=(OutputInfo("atr", "price_difference"),),
    warm_up=lambda p: p.period,
    formula="TR[t] = max(high[t], close[t-1]) - min(low[t], close[t-1]); ATR is its Wilder average",
    source="Wilder, New Concepts in Technical Trading Systems (1978), section III",
)
def atr(prices: PriceArrays, p: AtrParameters) -> Lines:
    """Average true range: the usual size of a bar, gaps included.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high, low and close are used.
    p : AtrParameters
        Period in bars.

    Returns
    -------
    tuple of ndarray of float64, shape (n_bars,)
        Price units, 0 or more; NaN before bar ``period``, as the first bar has no true range.
    """
    return (talib.ATR(prices.high, prices.low, prices.close, p.period),)


class BollingerBandsParameters(Parameters):
    """Parameters of `bollinger_bands`."""

    period: int = Field(default=20, ge=2, le=5000)
    """Bars of the mean and of the standard deviation."""
    multiplier: float = Field(default=2.0, ge=0.1, le=20)
    """Standard deviations from the middle to each band."""


@indicator(
    parameters=BollingerBandsParameters,
    outputs=(OutputInfo("middle", "price"), OutputInfo("upper", "price"), OutputInfo("lower", "price")),
    warm_up=lambda p: p.period - 1,
    formula="middle = SMA(close, period); upper, lower = middle +/- multiplier * standard deviation (divisor: period)",
    source="Bollinger, Bollinger on Bollinger Bands (2001), ch. 7",
)
def bollinger_bands(prices: PriceArrays, p: BollingerBandsParameters) -> Lines:
    """Bollinger Bands: a moving average with bands as wide as the price has swung.

    Parameters
    ----------
    prices : PriceArrays
        Bars; the close is used.
    p : BollingerBandsParameters
        Period in bars and width in standard deviations.

    Returns
    -------
    tuple of ndarray of float64, shape (n_bars,)
        Middle, upper and lower band, in price units; NaN before bar ``period - 1``.

    Notes
    -----
    The standard deviation is that of a population (``ddof=0``), as Bollinger and TA-Lib have it; pandas and some
    charting sites divide by ``period - 1``. Before version 0.8, TA-Lib took a variance below 1e-14 for zero, so
    that the bands closed on prices below about 0.001.
    """
    upper, middle, lower = talib.BBANDS(prices.close, p.period, p.multiplier, p.multiplier)
    return middle, upper, lower
