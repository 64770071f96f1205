"""Momentum indicators: how fast, and which way, the price moves."""

from __future__ import annotations

from typing import Self

import numpy as np
import talib
from pydantic import Field, model_validator

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.indicators.definition import Lines, OutputInfo, Parameters, indicator


class RsiParameters(Parameters):
    """Parameters of `rsi`."""

    period: int = Field(default=14, ge=2, le=5000)
    """Bars of Wilder's smoothing."""


@indicator(
    parameters=RsiParameters,
    outputs=(OutputInfo("rsi", "oscillator", 0.0, 100.0),),
    warm_up=lambda p: p.period,
    formula="RSI = 100 * G / (G + L); G and L are Wilder averages of the rises and falls of the close",
    source="Wilder, New Concepts in Technical Trading Systems (1978), section VI",
)
def rsi(prices: PriceArrays, p: RsiParameters) -> Lines:
    """Relative strength index: the share of rises in all recent moves, 0 to 100.

    Parameters
    ----------
    prices : PriceArrays
        Bars; the close is used.
    p : RsiParameters
        Period in bars.

    Returns
    -------
    tuple of ndarray of float64, shape (n_bars,)
        0 to 100; NaN before bar ``period``.

    Notes
    -----
    Until the close moves for the first time, Wilder's ratio is 0/0. TA-Lib says 0, which reads as oversold; here
    it is 50, neither.
    """
    line = talib.RSI(prices.close, p.period)
    unmoved = np.logical_and.accumulate(prices.close == prices.close[0])
    line[p.period :][unmoved[p.period :]] = 50.0
    return (line,)


class MacdParameters(Parameters):
    """Parameters of `macd`."""

    fast_period: int = Field(default=12, ge=2, le=5000)
    """Bars of the fast average."""
    slow_period: int = Field(default=26, ge=3, le=5000)
    """Bars of the slow average; above ``fast_period``."""
    signal_period: int = Field(default=9, ge=1, le=5000)
    """Bars of the signal line, an average of the MACD itself."""

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.fast_period >= self.slow_period:
            raise ValueError(f"fast_period ({self.fast_period}) below slow_period ({self.slow_period})")
        return self


@indicator(
    parameters=MacdParameters,
    outputs=(
        OutputInfo("macd", "price_difference"),
        OutputInfo("signal", "price_difference"),
        OutputInfo("histogram", "price_difference"),
    ),
    warm_up=lambda p: p.slow_period + p.signal_period - 2,
    formula="MACD = EMA(close, fast) - EMA(close, slow); signal = EMA(MACD, signal); histogram = MACD - signal",
    source="Appel, The Moving Average Convergence-Divergence Trading Method (1979); seeding as in TA-Lib",
)
def macd(prices: PriceArrays, p: MacdParameters) -> Lines:
    """Moving average convergence/divergence: the distance of two exponential averages.

    Parameters
    ----------
    prices : PriceArrays
        Bars; the close is used.
    p : MacdParameters
        Three periods in bars.

    Returns
    -------
    tuple of ndarray of float64, shape (n_bars,)
        MACD, signal, histogram, in price units; all NaN before bar ``slow_period + signal_period - 2``.

    Notes
    -----
    Both averages start at bar ``slow_period - 1``, the fast one from the mean of the ``fast_period`` closes up to it.
    """
    macd_line, signal, histogram = talib.MACD(prices.close, p.fast_period, p.slow_period, p.signal_period)
    return macd_line, signal, histogram


class RocParameters(Parameters):
    """Parameters of `roc`."""

    period: int = Field(default=10, ge=1, le=5000)
    """Bars to look back."""


@indicator(
    parameters=RocParameters,
    outputs=(OutputInfo("roc", "ratio"),),
    warm_up=lambda p: p.period,
    formula="ROC[t] = 100 * (close[t] / close[t-period] - 1), in percent",
    source="Murphy, Technical Analysis of the Financial Markets (1999), ch. 10; percent as in TA-Lib",
)
def roc(prices: PriceArrays, p: RocParameters) -> Lines:
    """Rate of change: how far the close is from the one some bars ago, in percent.

    Parameters
    ----------
    prices : PriceArrays
        Bars; the close is used.
    p : RocParameters
        Period in bars.

    Returns
    -------
    tuple of ndarray of float64, shape (n_bars,)
        Percent; NaN before bar ``period``.
    """
    return (talib.ROC(prices.close, p.period),)
