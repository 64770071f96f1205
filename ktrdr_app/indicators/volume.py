"""Volume indicators: whether trade goes with the price.

A missing volume is never a number: it counts as no trade, and where nothing was traded an indicator gives the value
that says nothing, so that a forex series without volume loses no bars. Each entry says which value that is.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.indicators import volume_kernels as kernels
from ktrdr_app.indicators.definition import Block, OutputInfo, Parameters, indicator
from ktrdr_app.indicators.sessions import Session, session_clock, session_starts


class ObvParameters(Parameters):
    """`obv` has no parameters."""


@indicator(
    parameters=ObvParameters,
    outputs=(OutputInfo("obv", "volume"),),
    warm_up=lambda _: 0,
    formula="OBV[t] = OBV[t-1] + volume[t] * sign(close[t] - close[t-1]); OBV[0] = volume[0]",
    source="Granville, New Key to Stock Market Profits (1963); start value as in TA-Lib",
    missing_volume="counts as 0; a series without any gives 0",
)
def obv(prices: PriceArrays, p: ObvParameters, out: Block) -> None:
    """On-balance volume: volume added on rising bars and taken off on falling ones.

    Parameters
    ----------
    prices : PriceArrays
        Bars; close and volume are used. A missing volume (NaN) counts as 0, so a series without any gives 0.
    p : ObvParameters
        None.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Volume units; never NaN. The level depends on the first bar: only its changes mean something.
    """
    del p
    kernels.on_balance(prices.close, prices.volume, out[0])


class MfiParameters(Parameters):
    """Parameters of `mfi`."""

    period: int = Field(default=14, ge=1, le=5000)
    """Bars whose money flow is added up."""


@indicator(
    parameters=MfiParameters,
    outputs=(OutputInfo("mfi", "oscillator", 0.0, 100.0),),
    warm_up=lambda p: p.period,
    formula="MFI = 100 * R / (R + F); R and F are the sums of typical price * volume over the bars on which the typical"
    " price (high + low + close) / 3 rose and fell",
    source="Quong and Soudack, Volume-Weighted RSI: Money Flow, Stocks & Commodities 7:3 (1989)",
    missing_volume="counts as 0; 50, neither, where no money flowed in the window",
)
def mfi(prices: PriceArrays, p: MfiParameters, out: Block) -> None:
    """Money flow index: the share of money that came in on rises, 0 to 100.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high, low, close and volume are used. A missing volume counts as 0.
    p : MfiParameters
        Period in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        0 to 100, 50 where no money flowed; NaN before bar ``period``.

    Notes
    -----
    Typical prices that differ by rounding alone are equal, as in TA-Lib. TA-Lib's own is not used: it adds and
    subtracts on a running sum, whose last digits drift, and says 0, which reads as oversold, where nothing was traded.
    """
    kernels.money_flow_index(prices.high, prices.low, prices.close, prices.volume, p.period, out[0])


class AdLineParameters(Parameters):
    """`ad_line` has no parameters."""


@indicator(
    parameters=AdLineParameters,
    outputs=(OutputInfo("ad_line", "volume"),),
    warm_up=lambda _: 0,
    formula="AD[t] = AD[t-1] + volume[t] * ((close - low) - (high - close)) / (high - low); nothing if high = low",
    source="Chaikin's accumulation/distribution line; Achelis, Technical Analysis from A to Z (2000)",
    missing_volume="counts as 0; a series without any gives 0",
)
def ad_line(prices: PriceArrays, p: AdLineParameters, out: Block) -> None:
    """Accumulation/distribution line: volume added by how high in its bar the close stands.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high, low, close and volume are used. A missing volume counts as 0.
    p : AdLineParameters
        None.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Volume units; never NaN. The level depends on the first bar: only its changes mean something.
    """
    del p
    kernels.accumulated(prices.high, prices.low, prices.close, prices.volume, out[0])


class CmfParameters(Parameters):
    """Parameters of `cmf`."""

    period: int = Field(default=20, ge=1, le=5000)
    """Bars of the window."""


@indicator(
    parameters=CmfParameters,
    outputs=(OutputInfo("cmf", "oscillator", -1.0, 1.0),),
    warm_up=lambda p: p.period - 1,
    formula="CMF = sum(volume * ((close - low) - (high - close)) / (high - low)) / sum(volume), over period bars",
    source="Chaikin; Achelis, Technical Analysis from A to Z (2000), Chaikin Money Flow",
    missing_volume="counts as 0; 0, neither, where the window has no volume",
)
def cmf(prices: PriceArrays, p: CmfParameters, out: Block) -> None:
    """Chaikin money flow: where in their bars the closes stand, weighted by volume, -1 to 1.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high, low, close and volume are used. A missing volume counts as 0.
    p : CmfParameters
        Period in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        -1 (all closes at the low) to 1, 0 where the window has no volume; NaN before bar ``period - 1``. Held to
        these bounds where a vendor's rounding puts a close outside its bar.
    """
    kernels.chaikin_money_flow(prices.high, prices.low, prices.close, prices.volume, p.period, out[0])


class VolumeRatioParameters(Parameters):
    """Parameters of `volume_ratio`."""

    period: int = Field(default=20, ge=1, le=5000)
    """Bars of the mean, this one included."""


@indicator(
    parameters=VolumeRatioParameters,
    outputs=(OutputInfo("volume_ratio", "ratio"),),
    warm_up=lambda p: p.period - 1,
    formula="volume[t] / mean of volume[t-period+1 .. t]",
    source="Source document, volume_ratio_20; Arms, Volume Cycles in the Stock Market (1983), on relative volume",
    missing_volume="is left out of the mean; 1, as usual, where the bar's own is missing or the window has none",
)
def volume_ratio(prices: PriceArrays, p: VolumeRatioParameters, out: Block) -> None:
    """Volume ratio: a bar's volume beside the mean of the last bars; 1 is as usual.

    Parameters
    ----------
    prices : PriceArrays
        Bars; volume is used. Missing ones are left out of the mean; a true 0 counts.
    p : VolumeRatioParameters
        Period in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        0 to ``period``, 1 where volume is missing; NaN before bar ``period - 1``.
    """
    kernels.volume_to_mean(prices.volume, p.period, out[0])


class VwapParameters(Parameters):
    """Parameters of `vwap`."""

    anchor: Literal["session", "rolling", "cumulative"] = "session"
    """Where the sums begin: with each session, ``period`` bars ago, or with the first bar of the series."""
    period: int = Field(default=20, ge=1, le=5000)
    """Bars of the window, for ``rolling``."""
    session: Session = "utc"
    """When a session begins, for ``session``: 00:00 UTC, or 17:00 in New York."""


@indicator(
    parameters=VwapParameters,
    outputs=(OutputInfo("vwap", "price"),),
    warm_up=lambda p: p.period - 1 if p.anchor == "rolling" else 0,
    formula="VWAP = sum(volume * (high + low + close) / 3) / sum(volume), since the session's first bar, over period"
    " bars, or since the first bar",
    source="Berkowitz, Logue and Noser, The Total Cost of Transactions on the NYSE, Journal of Finance 43:1 (1988)",
    missing_volume="counts as 0; the close, so no distance from it, while the sum has no volume",
)
def vwap(prices: PriceArrays, p: VwapParameters, out: Block) -> None:
    """Volume-weighted average price: what the average unit was traded at.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high, low, close, volume and, for sessions, the times are used. A missing volume counts as 0.
    p : VwapParameters
        Anchor, with its period or session.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Price units; the close while nothing was traded. NaN before bar ``period - 1`` if ``rolling``, never else: the
        first session counts from the first bar there is. A cumulative line depends on where the series begins.

    Raises
    ------
    MalformedBars
        If the anchor is the session and the bars have no times.
    """
    columns = prices.high, prices.low, prices.close, prices.volume
    if p.anchor == "rolling":
        kernels.rolling_vwap(*columns, p.period, out[0])
    else:
        starts = np.zeros(1, np.int64) if p.anchor == "cumulative" else session_starts(prices, p.session)
        kernels.anchored_vwap(*columns, starts, out[0])


class VolumeSurpriseParameters(Parameters):
    """Parameters of `volume_surprise`."""

    weeks: int = Field(default=4, ge=1, le=52)
    """Weeks before this bar to compare with."""
    session: Session = "utc"
    """Clock of the slots: UTC, or New York, whose summer time the hours of forex and American shares follow."""


@indicator(
    parameters=VolumeSurpriseParameters,
    outputs=(OutputInfo("volume_surprise", "ratio"),),
    warm_up=lambda _: 1,
    formula="ln(volume[t] / median of the volumes at the same minute of the week in the last weeks)",
    source="Source document, volume; seasonal profile as in Bialkowski, Darolles and Le Fol, Improving VWAP Strategies,"
    " Journal of Banking & Finance 32:9 (2008)",
    waits_for="as many weeks as are compared with",
    missing_volume="is left out; 0, as usual, where the bar has none, or fewer than half of the weeks had any",
)
def volume_surprise(prices: PriceArrays, p: VolumeSurpriseParameters, out: Block) -> None:
    """Volume surprise: the log of a bar's volume over what its hour of the week usually brings; 0 is as usual.

    Parameters
    ----------
    prices : PriceArrays
        Bars; volume and times are used. Volumes that are missing or 0 are left out.
    p : VolumeSurpriseParameters
        Weeks to look back, and the clock.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Natural logarithm, 0 where nothing can be compared; NaN until the series is ``weeks`` weeks old.

    Raises
    ------
    MalformedBars
        If the bars have no times.
    """
    kernels.log_to_slot_median(prices.volume, session_clock(prices, p.session), p.weeks, out[0])


class VolumeRankParameters(Parameters):
    """Parameters of `volume_rank`."""

    period: int = Field(default=100, ge=1, le=5000)
    """Bars before this one to compare with."""


@indicator(
    parameters=VolumeRankParameters,
    outputs=(OutputInfo("volume_rank", "oscillator", 0.0, 1.0),),
    warm_up=lambda p: p.period,
    formula="share of volume[t-period .. t-1] that is below volume[t]; equal ones count half",
    source="Percentile rank with ties at half; Hyndman and Fan, The American Statistician 50:4 (1996)",
    missing_volume="is left out; 0.5, in the middle, where the bar's own or every other is missing",
)
def volume_rank(prices: PriceArrays, p: VolumeRankParameters, out: Block) -> None:
    """Volume rank: the share of earlier bars that had less volume, 0 to 1.

    Parameters
    ----------
    prices : PriceArrays
        Bars; volume is used. Missing ones are left out; a true 0 counts.
    p : VolumeRankParameters
        Period in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        0 to 1, 0.5 where volume is missing; NaN before bar ``period``.
    """
    kernels.past_rank(prices.volume, p.period, out[0])
