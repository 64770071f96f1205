"""Trend indicators: averages that follow the price, and measures of how steadily it goes one way."""

from __future__ import annotations

from typing import Self

import talib
from pydantic import Field, model_validator

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.indicators.definition import Block, OutputInfo, Parameters, indicator
from ktrdr_app.indicators.trend_kernels import (
    aroon_lines,
    directional,
    exponential_line,
    macd_lines,
    mean_line,
    parabolic_lines,
    supertrend_lines,
)


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
def sma(prices: PriceArrays, p: SmaParameters, out: Block) -> None:
    """Simple moving average: the mean of the last closes.

    Parameters
    ----------
    prices : PriceArrays
        Bars; the close is used.
    p : SmaParameters
        Period in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        The mean, in price units; NaN before bar ``period - 1``.
    """
    mean_line(prices.close, p.period, out[0])


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
def ema(prices: PriceArrays, p: EmaParameters, out: Block) -> None:
    """Exponential moving average: a mean whose weights fall with age.

    Parameters
    ----------
    prices : PriceArrays
        Bars; the close is used.
    p : EmaParameters
        Period in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        The average, in price units; NaN before bar ``period - 1``.
    """
    exponential_line(prices.close, p.period, out[0])


class WmaParameters(Parameters):
    """Parameters of `wma`."""

    period: int = Field(default=20, ge=2, le=5000)
    """Bars that are averaged; the newest close weighs ``period`` times the oldest."""


@indicator(
    parameters=WmaParameters,
    outputs=(OutputInfo("wma", "price"),),
    warm_up=lambda p: p.period - 1,
    formula="WMA[t] = (period * close[t] + ... + 1 * close[t-period+1]) / (period * (period+1) / 2)",
    source="Murphy, Technical Analysis of the Financial Markets (1999), ch. 9",
)
def wma(prices: PriceArrays, p: WmaParameters, out: Block) -> None:
    """Weighted moving average: a mean whose weights fall in a straight line with age.

    Parameters
    ----------
    prices : PriceArrays
        Bars; the close is used.
    p : WmaParameters
        Period in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        The average, in price units; NaN before bar ``period - 1``.
    """
    out[0] = talib.WMA(prices.close, p.period)


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
def macd(prices: PriceArrays, p: MacdParameters, out: Block) -> None:
    """Moving average convergence/divergence: the distance of two exponential averages.

    Parameters
    ----------
    prices : PriceArrays
        Bars; the close is used.
    p : MacdParameters
        Three periods in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        MACD, signal, histogram, in price units; all NaN before bar ``slow_period + signal_period - 2``.

    Notes
    -----
    Both averages start at bar ``slow_period - 1``, the fast one from the mean of the ``fast_period`` closes up to it.
    """
    macd_lines(prices.close, p.fast_period, p.slow_period, p.signal_period, out)


class AdxParameters(Parameters):
    """Parameters of `adx`."""

    period: int = Field(default=14, ge=2, le=5000)
    """Bars of Wilder's smoothing, of the movements and again of their index."""


@indicator(
    parameters=AdxParameters,
    outputs=(
        OutputInfo("adx", "oscillator", 0.0, 100.0),
        OutputInfo("plus_di", "oscillator", 0.0, 100.0),
        OutputInfo("minus_di", "oscillator", 0.0, 100.0),
    ),
    warm_up=lambda p: 2 * p.period - 1,
    formula="+DI, -DI = 100 * S(+DM), S(-DM) / S(TR); DX = 100 * |+DI - -DI| / (+DI + -DI); ADX = Wilder average of "
    "DX; S is Wilder's sum, +DM the rise of the high, -DM the fall of the low, the larger one only and only above 0",
    source="Wilder, New Concepts in Technical Trading Systems (1978), section IV; seeding as in TA-Lib",
)
def adx(prices: PriceArrays, p: AdxParameters, out: Block) -> None:
    """Average directional index: how steadily the price goes one way, whichever, with the two sides beside it.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high, low and close are used.
    p : AdxParameters
        Period in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        ADX, +DI, -DI, 0 to 100; all NaN before bar ``2 * period - 1``.

    Notes
    -----
    Wilder's sum begins with the first ``period - 1`` movements, as in TA-Lib. Without any range both DI are 0; while
    neither side moves the ADX stays where it is.
    """
    directional(prices.high, prices.low, prices.close, p.period, out)


class ParabolicSarParameters(Parameters):
    """Parameters of `parabolic_sar`."""

    initial_af: float = Field(default=0.02, ge=0.0001, le=1)
    """Acceleration factor at the start of each trend."""
    step_af: float = Field(default=0.02, ge=0, le=1)
    """What each new extreme adds to it."""
    max_af: float = Field(default=0.2, ge=0.0001, le=1)
    """Largest acceleration factor; not below ``initial_af``."""

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.initial_af > self.max_af:
            raise ValueError(f"initial_af ({self.initial_af}) not above max_af ({self.max_af})")
        return self


@indicator(
    parameters=ParabolicSarParameters,
    outputs=(OutputInfo("parabolic_sar", "price"), OutputInfo("direction", "oscillator", -1.0, 1.0)),
    warm_up=lambda _: 1,
    formula="SAR[t+1] = SAR[t] + AF * (EP - SAR[t]), never beyond the lows (highs) of the last two bars; EP is the "
    "trend's extreme; AF grows by step_af with each new one; when the price reaches SAR the trend turns and "
    "SAR becomes EP",
    source="Wilder, New Concepts in Technical Trading Systems (1978), section II; start as in TA-Lib",
)
def parabolic_sar(prices: PriceArrays, p: ParabolicSarParameters, out: Block) -> None:
    """Parabolic stop and reverse: a stop that follows a trend ever faster until the price meets it.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high and low are used, above 0.
    p : ParabolicSarParameters
        Acceleration factors.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Stop in price units; direction, 1 rising (stop below) or -1 falling; NaN on the first bar.

    Notes
    -----
    The values are those of TA-Lib's SAREXT, which unlike its SAR tells the initial factor from the step. The first
    trend falls if the second bar's low falls by more than its high rises, else it rises.
    """
    parabolic_lines(prices.high, prices.low, p.initial_af, p.step_af, p.max_af, out)


class SupertrendParameters(Parameters):
    """Parameters of `supertrend`."""

    period: int = Field(default=10, ge=1, le=5000)
    """Bars of the ATR."""
    multiplier: float = Field(default=3.0, ge=0.1, le=20)
    """ATRs from the middle of a bar to each band."""


@indicator(
    parameters=SupertrendParameters,
    outputs=(OutputInfo("supertrend", "price"), OutputInfo("direction", "oscillator", -1.0, 1.0)),
    warm_up=lambda p: p.period,
    formula="bands = (high + low) / 2 +/- multiplier * ATR(period), each moving only towards the price until a close "
    "beyond it; falling: the upper band, until a close above it; rising: the lower band, until a close below it",
    source="Seban, Tout le monde mérite d'être riche (2008); band and start rules as in TradingView's ta.supertrend",
)
def supertrend(prices: PriceArrays, p: SupertrendParameters, out: Block) -> None:
    """SuperTrend: a stop some true ranges away that follows the trend and changes sides when a close breaks it.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high, low and close are used.
    p : SupertrendParameters
        Period in bars and distance in ATRs.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Stop in price units; direction, 1 rising (stop below) or -1 falling; NaN before bar ``period``.

    Notes
    -----
    The first bar with an ATR counts as falling. TradingView writes the direction with the opposite sign.
    """
    supertrend_lines(prices.high, prices.low, prices.close, p.period, p.multiplier, out)


class AroonParameters(Parameters):
    """Parameters of `aroon`."""

    period: int = Field(default=14, ge=2, le=5000)
    """Bars to look back; with the newest bar the window has one more."""


@indicator(
    parameters=AroonParameters,
    outputs=(
        OutputInfo("up", "oscillator", 0.0, 100.0),
        OutputInfo("down", "oscillator", 0.0, 100.0),
        OutputInfo("oscillator", "oscillator", -100.0, 100.0),
    ),
    warm_up=lambda p: p.period,
    formula="up, down = 100 * (period - bars since the highest high, lowest low of the last period+1 bars) / period; "
    "oscillator = up - down",
    source="Chande, The Time Price Oscillator, Technical Analysis of Stocks & Commodities 13:9 (1995)",
)
def aroon(prices: PriceArrays, p: AroonParameters, out: Block) -> None:
    """Aroon: how fresh the highest high and the lowest low are.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high and low are used.
    p : AroonParameters
        Period in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Up and down, 0 to 100; oscillator, -100 to 100; NaN before bar ``period``.

    Notes
    -----
    Of equal highs (lows) the newest counts, as in TA-Lib; so a market that stands still has 100, 100 and 0.
    """
    aroon_lines(prices.high, prices.low, p.period, out)
