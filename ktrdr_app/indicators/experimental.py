"""Experimental indicators: transforms and pictures of the price that stand outside the four families."""

from __future__ import annotations

from typing import Self

import numpy as np
from pydantic import Field, model_validator

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.indicators.definition import Block, OutputInfo, Parameters, indicator
from ktrdr_app.indicators.experimental_kernels import cloud_lines, fisher_lines
from ktrdr_app.indicators.swings import bars_since, confirmed_turns, spread


class FisherTransformParameters(Parameters):
    """Parameters of `fisher_transform`."""

    period: int = Field(default=10, ge=2, le=5000)
    """Bars whose range is stretched to -1 .. 1."""
    smoothing: int = Field(default=3, ge=1, le=5000)
    """Bars of the exponential average over the transformed value; 3 gives Ehlers's half and half, 1 none."""


@indicator(
    parameters=FisherTransformParameters,
    outputs=(OutputInfo("fisher", "oscillator"), OutputInfo("signal", "oscillator")),
    warm_up=lambda p: p.period,
    formula="x = 0.66 * ((M - lowest M) / (highest M - lowest M) - 0.5) + 0.67 * x[t-1], M = (high + low) / 2, beyond"
    " 0.99 set to 0.999; fisher = w * ln((1+x) / (1-x)) + (1-w) * fisher[t-1], w = 2 / (smoothing + 1);"
    " signal = fisher[t-1]",
    source="Ehlers, Using the Fisher Transform, Stocks & Commodities 20:11 (2002)",
)
def fisher_transform(prices: PriceArrays, p: FisherTransformParameters, out: Block) -> None:
    """Fisher transform: the place in the recent range, stretched until its turns stand out.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high and low are used.
    p : FisherTransformParameters
        Period of the range, and smoothing.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Fisher, about -4 to 4, and the same one bar before as signal; NaN before bar ``period``.

    Notes
    -----
    Both recursions start from 0, as in Ehlers's code. A window without any range, where his quotient is 0/0, counts as
    its middle.
    """
    fisher_lines(prices.high, prices.low, p.period, 2.0 / (p.smoothing + 1), out)


class IchimokuParameters(Parameters):
    """Parameters of `ichimoku`."""

    tenkan: int = Field(default=9, ge=1, le=4998)
    """Bars of the conversion line."""
    kijun: int = Field(default=26, ge=2, le=4999)
    """Bars of the base line; above ``tenkan``."""
    senkou_b: int = Field(default=52, ge=3, le=5000)
    """Bars of the second span; above ``kijun``."""
    displacement: int = Field(default=26, ge=1, le=5000)
    """Bars by which both spans lie ahead of the bar they are worked out on."""

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if not self.tenkan < self.kijun < self.senkou_b:
            found = f"({self.tenkan}, {self.kijun}, {self.senkou_b})"
            raise ValueError(f"tenkan below kijun below senkou_b {found}")
        return self


@indicator(
    parameters=IchimokuParameters,
    outputs=tuple(OutputInfo(name, "price") for name in ("tenkan", "kijun", "span_a", "span_b")),
    warm_up=lambda p: p.senkou_b - 1 + p.displacement,
    formula="mid(n) = (highest high + lowest low of n bars) / 2; tenkan, kijun = mid of theirs; span_a[t] = (tenkan +"
    " kijun)[t-displacement] / 2; span_b[t] = mid(senkou_b)[t-displacement]",
    source="Hosoda (1969); Elliott, Ichimoku Charts (2007)",
)
def ichimoku(prices: PriceArrays, p: IchimokuParameters, out: Block) -> None:
    """Ichimoku cloud: middles of three ranges, two of them drawn ahead as the cloud.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high and low are used.
    p : IchimokuParameters
        Three periods and the displacement, in bars.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Tenkan, kijun and the two spans that lie over this bar, in price units; all NaN before bar
        ``senkou_b - 1 + displacement``.

    Notes
    -----
    There is no chikou: it is the close of ``displacement`` bars later, so at its own bar nobody knows it.
    """
    cloud_lines(prices.high, prices.low, (p.tenkan, p.kijun, p.senkou_b), p.displacement, out)


class ZigzagParameters(Parameters):
    """Parameters of `zigzag`."""

    threshold: float = Field(default=0.05, ge=0.0001, le=0.9)
    """Move that proves a turn, as a fraction of its price: 0.05 is 5 %."""


@indicator(
    parameters=ZigzagParameters,
    outputs=(
        OutputInfo("zigzag", "price"),
        OutputInfo("direction", "oscillator", -1.0, 1.0),
        OutputInfo("bars_since", "ratio"),
    ),
    warm_up=lambda _: 1,
    formula="A high (low) of the closes is confirmed by the first close threshold below (above) it; zigzag = close at"
    " the last confirmed turn, direction = 1 after a low and -1 after a high, bars_since = bars since the turn itself",
    source="Merrill, Filtered Waves (1977)",
    waits_for="a confirmed turning point",
    shifts=False,
)
def zigzag(prices: PriceArrays, p: ZigzagParameters, out: Block) -> None:
    """ZigZag of confirmed turns: the last one that is proven at each bar, and how long ago it was.

    Parameters
    ----------
    prices : PriceArrays
        Bars; the close is used.
    p : ZigzagParameters
        Move that proves a turn.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Price of the turn, direction since (1 up, -1 down), bars since; NaN until the first turn is confirmed. No value
        ever changes when bars are added, unlike the usual line, `zigzag_line`.
    """
    proven, turned, price = confirmed_turns(prices.close, prices.close, prices.close, p.threshold)
    directions = np.where(prices.close[proven] > price, 1.0, -1.0)
    spread(np.stack([price, directions]), proven, out[:2])
    bars_since(turned, proven, out[2])


@indicator(
    parameters=ZigzagParameters,
    outputs=(OutputInfo("zigzag_line", "price", charts_only=True),),
    warm_up=lambda _: 1,
    formula="Straight lines from turn to turn of the closes, the last one to the highest (lowest) close since",
    source="Merrill, Filtered Waves (1977)",
    waits_for="a confirmed turning point",
    shifts=False,
)
def zigzag_line(prices: PriceArrays, p: ZigzagParameters, out: Block) -> None:
    """ZigZag line for charts: drawn after the fact, its last leg moves as bars come; strategies take `zigzag`.

    Parameters
    ----------
    prices : PriceArrays
        Bars; the close is used.
    p : ZigzagParameters
        Move that proves a turn.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Price units; NaN before the first turn and after the last extreme.
    """
    close = prices.close
    proven, turned, price = confirmed_turns(close, close, close, p.threshold)
    line = out[0]
    line[:] = np.nan
    if len(turned):
        tail = close[turned[-1] :]
        extreme = tail.argmax() if close[proven[-1]] > price[-1] else tail.argmin()
        corners = np.append(turned, turned[-1] + extreme)
        reach = np.arange(corners[0], corners[-1] + 1)
        line[reach] = np.interp(reach, corners, close[corners])
