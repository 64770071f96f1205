"""Volatility indicators: how wide the price swings."""

from __future__ import annotations

from pydantic import Field

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.indicators.definition import Block, OutputInfo, Parameters, indicator
from ktrdr_app.indicators.volatility_kernels import (
    band_lines,
    donchian_lines,
    keltner_lines,
    range_line,
    squeeze_line,
    width_line,
)


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
def atr(prices: PriceArrays, p: AtrParameters, out: Block) -> None:
    """Average true range: the usual size of a bar, gaps included.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high, low and close are used.
    p : AtrParameters
        Period in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Price units, 0 or more; NaN before bar ``period``, as the first bar has no true range.
    """
    range_line(prices.high, prices.low, prices.close, p.period, out[0])


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
def bollinger_bands(prices: PriceArrays, p: BollingerBandsParameters, out: Block) -> None:
    """Bollinger Bands: a moving average with bands as wide as the price has swung.

    Parameters
    ----------
    prices : PriceArrays
        Bars; the close is used.
    p : BollingerBandsParameters
        Period in bars and width in standard deviations.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Middle, upper and lower band, in price units; NaN before bar ``period - 1``.

    Notes
    -----
    The standard deviation is that of a population (``ddof=0``), as Bollinger and TA-Lib have it; pandas and some
    charting sites divide by ``period - 1``. TA-Lib's own is not used: its running sums lose digits in a calm market.
    """
    band_lines(prices.close, p.period, p.multiplier, out)


class BollingerWidthParameters(Parameters):
    """Parameters of `bollinger_width`."""

    period: int = Field(default=20, ge=2, le=5000)
    """Bars of the mean and of the standard deviation."""
    multiplier: float = Field(default=2.0, ge=0.1, le=20)
    """Standard deviations from the middle to each band."""


@indicator(
    parameters=BollingerWidthParameters,
    outputs=(OutputInfo("bollinger_width", "ratio"),),
    warm_up=lambda p: p.period - 1,
    formula="width = (upper - lower) / middle of the Bollinger Bands",
    source="Bollinger, Bollinger on Bollinger Bands (2001), ch. 8",
)
def bollinger_width(prices: PriceArrays, p: BollingerWidthParameters, out: Block) -> None:
    """Bollinger BandWidth: the distance of the Bollinger Bands as a share of the price.

    Parameters
    ----------
    prices : PriceArrays
        Bars; the close is used.
    p : BollingerWidthParameters
        Period in bars and width in standard deviations.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Fraction of the middle, 0 or more at prices above 0; NaN before bar ``period - 1``.
    """
    width_line(prices.close, p.period, p.multiplier, out[0])


class KeltnerChannelsParameters(Parameters):
    """Parameters of `keltner_channels`."""

    period: int = Field(default=20, ge=2, le=5000)
    """Bars of the exponential average in the middle."""
    atr_period: int = Field(default=10, ge=1, le=5000)
    """Bars of the ATR."""
    multiplier: float = Field(default=2.0, ge=0.1, le=20)
    """ATRs from the middle to each band."""


@indicator(
    parameters=KeltnerChannelsParameters,
    outputs=(OutputInfo("middle", "price"), OutputInfo("upper", "price"), OutputInfo("lower", "price")),
    warm_up=lambda p: max(p.period - 1, p.atr_period),
    formula="middle = EMA(close, period); upper, lower = middle +/- multiplier * ATR(atr_period)",
    source="Keltner, How to Make Money in Commodities (1960); EMA and ATR as in Raschke & Connors, "
    "Street Smarts (1995)",
)
def keltner_channels(prices: PriceArrays, p: KeltnerChannelsParameters, out: Block) -> None:
    """Keltner channels: an exponential average with bands some true ranges away.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high, low and close are used.
    p : KeltnerChannelsParameters
        Two periods in bars and the width in ATRs.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Middle, upper and lower line, in price units; NaN before bar ``max(period - 1, atr_period)``.

    Notes
    -----
    Average and ATR are those of `ema` and `atr`. Keltner's own channels of 1960 are simple averages of the typical
    price and of the range.
    """
    keltner_lines(prices.high, prices.low, prices.close, p.period, p.atr_period, p.multiplier, out)


class DonchianChannelsParameters(Parameters):
    """Parameters of `donchian_channels`."""

    period: int = Field(default=20, ge=2, le=5000)
    """Bars of the window, the newest included."""


@indicator(
    parameters=DonchianChannelsParameters,
    outputs=(OutputInfo("middle", "price"), OutputInfo("upper", "price"), OutputInfo("lower", "price")),
    warm_up=lambda p: p.period - 1,
    formula="upper = highest high, lower = lowest low of the last period bars; middle = (upper + lower) / 2",
    source="Donchian, High Finance in Copper, Financial Analysts Journal 16:6 (1960)",
)
def donchian_channels(prices: PriceArrays, p: DonchianChannelsParameters, out: Block) -> None:
    """Donchian channels: the highest high and the lowest low of the last bars, and the middle between them.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high and low are used.
    p : DonchianChannelsParameters
        Period in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Middle, upper and lower line, in price units; NaN before bar ``period - 1``.

    Notes
    -----
    The newest bar belongs to the window, so a close never leaves the channel of its own bar; a breakout is a close
    beyond the channel of the bar before.
    """
    donchian_lines(prices.high, prices.low, p.period, out)


class SqueezeIntensityParameters(Parameters):
    """Parameters of `squeeze_intensity`."""

    bb_period: int = Field(default=20, ge=2, le=5000)
    """Bars of the Bollinger Bands."""
    bb_multiplier: float = Field(default=2.0, ge=0.1, le=20)
    """Standard deviations from the middle to each Bollinger Band."""
    kc_period: int = Field(default=20, ge=2, le=5000)
    """Bars of the Keltner channels' exponential average."""
    kc_multiplier: float = Field(default=2.0, ge=0.1, le=20)
    """ATRs from the middle to each Keltner line."""
    atr_period: int = Field(default=10, ge=1, le=5000)
    """Bars of the Keltner channels' ATR."""


@indicator(
    parameters=SqueezeIntensityParameters,
    outputs=(OutputInfo("squeeze_intensity", "ratio", 0.0, 0.5),),
    warm_up=lambda p: max(p.bb_period - 1, p.kc_period - 1, p.atr_period),
    formula="max(0, min(KC upper - BB upper, BB lower - KC lower) / (KC upper - KC lower)); BB are the Bollinger "
    "Bands, KC the Keltner channels",
    source="after Carter, Mastering the Trade (2005), ch. 11, which asks only whether the bands lie inside",
)
def squeeze_intensity(prices: PriceArrays, p: SqueezeIntensityParameters, out: Block) -> None:
    """Squeeze intensity: how deep the Bollinger Bands lie inside the Keltner channels, 0 if they do not.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high, low and close are used.
    p : SqueezeIntensityParameters
        Periods in bars, widths in standard deviations and in ATRs.
    out : ndarray of float64, shape (n_outputs, n_bars)
        0 no squeeze, up to 0.5 where the bands have closed; NaN before the longest warm-up of its parts ends.

    Notes
    -----
    0 where there is no true range. Carter sets the Keltner lines 1.5 ATRs away.
    """
    band, channel = (p.bb_period, p.bb_multiplier), (p.kc_period, p.atr_period, p.kc_multiplier)
    squeeze_line(prices.high, prices.low, prices.close, band, channel, out[0])
