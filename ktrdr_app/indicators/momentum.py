"""Momentum indicators: how fast, and which way, the price moves."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.indicators.definition import Block, OutputInfo, Parameters, indicator
from ktrdr_app.indicators.momentum_kernels import (
    cci_line,
    change_line,
    stochastic_lines,
    strength_line,
    vigor_lines,
    williams_line,
)


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
def rsi(prices: PriceArrays, p: RsiParameters, out: Block) -> None:
    """Relative strength index: the share of rises in all recent moves, 0 to 100.

    Parameters
    ----------
    prices : PriceArrays
        Bars; the close is used.
    p : RsiParameters
        Period in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        0 to 100; NaN before bar ``period``.

    Notes
    -----
    Until the close moves for the first time, Wilder's ratio is 0/0. TA-Lib says 0, which reads as oversold; here
    it is 50, neither. TA-Lib also says 0 where moves are below 1e-14, however small the price.
    """
    strength_line(prices.close, p.period, out[0])


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
def roc(prices: PriceArrays, p: RocParameters, out: Block) -> None:
    """Rate of change: how far the close is from the one some bars ago, in percent.

    Parameters
    ----------
    prices : PriceArrays
        Bars; the close is used.
    p : RocParameters
        Period in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Percent; NaN before bar ``period``.
    """
    change_line(prices.close, p.period, out[0])


class MomentumParameters(Parameters):
    """Parameters of `momentum`."""

    period: int = Field(default=10, ge=1, le=5000)
    """Bars to look back."""


@indicator(
    parameters=MomentumParameters,
    outputs=(OutputInfo("momentum", "price_difference"),),
    warm_up=lambda p: p.period,
    formula="momentum[t] = close[t] - close[t-period]",
    source="Murphy, Technical Analysis of the Financial Markets (1999), ch. 10",
)
def momentum(prices: PriceArrays, p: MomentumParameters, out: Block) -> None:
    """Momentum: how far the close is from the one some bars ago, in price units.

    Parameters
    ----------
    prices : PriceArrays
        Bars; the close is used.
    p : MomentumParameters
        Period in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Price units; NaN before bar ``period``.
    """
    out[0, : p.period] = np.nan
    np.subtract(prices.close[p.period :], prices.close[: -p.period], out=out[0, p.period :])


class StochasticParameters(Parameters):
    """Parameters of `stochastic`."""

    k_period: int = Field(default=14, ge=1, le=5000)
    """Bars of the range."""
    d_period: int = Field(default=3, ge=1, le=5000)
    """Bars of %D, the mean of %K."""
    smooth_k: int = Field(default=3, ge=1, le=5000)
    """Bars of the mean that smooths %K; 1 for the fast stochastic."""


@indicator(
    parameters=StochasticParameters,
    outputs=(OutputInfo("k", "oscillator", 0.0, 100.0), OutputInfo("d", "oscillator", 0.0, 100.0)),
    warm_up=lambda p: p.k_period + p.smooth_k + p.d_period - 3,
    formula="%K = SMA(100 * (close - LL) / (HH - LL), smooth_k); %D = SMA(%K, d_period); HH is the highest high, LL "
    "the lowest low of the last k_period bars",
    source="Lane, Lane's Stochastics, Technical Analysis of Stocks & Commodities 2:3 (1984)",
)
def stochastic(prices: PriceArrays, p: StochasticParameters, out: Block) -> None:
    """Stochastic: where the close stands in the range of the last bars, smoothed.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high, low and close are used.
    p : StochasticParameters
        Three periods in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        %K and %D, 0 to 100; NaN before bar ``k_period + smooth_k + d_period - 3``.

    Notes
    -----
    Without any range the close is neither high nor low: 50, where TA-Lib says 0. A close outside the range of its bar,
    as in files of rounded prices, counts as the nearest end.
    """
    stochastic_lines(prices.high, prices.low, prices.close, p.k_period, p.smooth_k, p.d_period, out)


class WilliamsRParameters(Parameters):
    """Parameters of `williams_r`."""

    period: int = Field(default=14, ge=2, le=5000)
    """Bars of the range."""


@indicator(
    parameters=WilliamsRParameters,
    outputs=(OutputInfo("williams_r", "oscillator", -100.0, 0.0),),
    warm_up=lambda p: p.period - 1,
    formula="%R = -100 * (HH - close) / (HH - LL); HH and LL are the highest high and the lowest low of the last bars",
    source="Williams, How I Made One Million Dollars Last Year Trading Commodities (1973)",
)
def williams_r(prices: PriceArrays, p: WilliamsRParameters, out: Block) -> None:
    """Williams %R: how far the close is below the highest high, as a share of the range.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high, low and close are used.
    p : WilliamsRParameters
        Period in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        -100 to 0; NaN before bar ``period - 1``.

    Notes
    -----
    Without any range it is -50, where TA-Lib says 0, which reads as overbought. A close outside the range of its bar
    counts as the nearest end.
    """
    williams_line(prices.high, prices.low, prices.close, p.period, out[0])


class CciParameters(Parameters):
    """Parameters of `cci`."""

    period: int = Field(default=20, ge=2, le=5000)
    """Bars of the mean and of the mean deviation."""


@indicator(
    parameters=CciParameters,
    outputs=(OutputInfo("cci", "oscillator"),),
    warm_up=lambda p: p.period - 1,
    formula="CCI = (TP - SMA(TP)) / (0.015 * mean of |TP[i] - SMA(TP)| over the period); TP = (high + low + close) / 3",
    source="Lambert, Commodity Channel Index: Tool for Trading Cyclic Trends, Commodities 9:10 (1980)",
)
def cci(prices: PriceArrays, p: CciParameters, out: Block) -> None:
    """Commodity channel index: how many usual deviations the typical price is from its mean.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high, low and close are used.
    p : CciParameters
        Period in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Mostly within 100 of 0, but unbounded; NaN before bar ``period - 1``.

    Notes
    -----
    0 where the typical prices of the period differ by no more than rounding does (1e-13 of their mean); other programs
    divide rounding by rounding there.
    """
    cci_line(prices.high, prices.low, prices.close, p.period, out[0])


class RviParameters(Parameters):
    """Parameters of `rvi`."""

    period: int = Field(default=10, ge=2, le=5000)
    """Bars of the sums."""


@indicator(
    parameters=RviParameters,
    outputs=(OutputInfo("rvi", "ratio", -1.0, 1.0), OutputInfo("signal", "ratio", -1.0, 1.0)),
    warm_up=lambda p: p.period + 5,
    formula="RVI = sum of W(close - open) / sum of W(high - low) over the period; signal = W(RVI); "
    "W(x)[t] = (x[t] + 2 * x[t-1] + 2 * x[t-2] + x[t-3]) / 6",
    source="Ehlers, Relative Vigor Index, Technical Analysis of Stocks & Commodities 20:1 (2002)",
)
def rvi(prices: PriceArrays, p: RviParameters, out: Block) -> None:
    """Relative vigor index: how much of their range the bars keep from open to close.

    Parameters
    ----------
    prices : PriceArrays
        Bars; open, high, low and close are used.
    p : RviParameters
        Period in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        RVI and signal, -1 to 1; both NaN before bar ``period + 5``.

    Notes
    -----
    0 where no bar has a range. Bars whose open or close lies outside their range, as in files of rounded prices, are
    kept from passing -1 and 1.
    """
    vigor_lines(prices.open, prices.high, prices.low, prices.close, p.period, out)
