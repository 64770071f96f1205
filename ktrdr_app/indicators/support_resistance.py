"""Support and resistance: levels that the past has drawn and the price may turn at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.indicators.definition import Block, OutputInfo, Parameters, indicator
from ktrdr_app.indicators.sessions import Session, session_starts
from ktrdr_app.indicators.swings import confirmed_turns, spread, taken_back

Array = NDArray[np.float64]


class PivotPointsParameters(Parameters):
    """Parameters of `pivot_points`."""

    method: Literal["classic", "fibonacci", "camarilla"] = "classic"
    """How the levels stand around the pivot."""
    session: Session = "utc"
    """When a session begins: 00:00 UTC, or 17:00 in New York."""


def _classic(pivot: Array, high: Array, low: Array, close: Array) -> tuple[Array, ...]:
    """Return r1..r4 and s1..s4 as on the trading floor."""
    del close
    up, down = pivot - low, high - pivot
    return (
        *(pivot + up, pivot + (high - low), high + 2 * up, high + 3 * up),
        *(pivot - down, pivot - (high - low), low - 2 * down, low - 3 * down),
    )


def _fibonacci(pivot: Array, high: Array, low: Array, close: Array) -> tuple[Array, ...]:
    """Return r1..r4 and s1..s4 at Fibonacci's ratios of the range from the pivot."""
    del close
    steps = [ratio * (high - low) for ratio in (0.382, 0.618, 1.0, 1.618)]
    return (*(pivot + step for step in steps), *(pivot - step for step in steps))


def _camarilla(pivot: Array, high: Array, low: Array, close: Array) -> tuple[Array, ...]:
    """Return r1..r4 and s1..s4 at parts of 1.1 ranges from the close."""
    del pivot
    steps = [1.1 * (high - low) / part for part in (12, 6, 4, 2)]
    return (*(close + step for step in steps), *(close - step for step in steps))


_METHODS: dict[str, Callable[[Array, Array, Array, Array], tuple[Array, ...]]] = {
    "classic": _classic,
    "fibonacci": _fibonacci,
    "camarilla": _camarilla,
}


@indicator(
    parameters=PivotPointsParameters,
    outputs=tuple(OutputInfo(name, "price") for name in ("pivot", "r1", "r2", "r3", "r4", "s1", "s2", "s3", "s4")),
    warm_up=lambda _: 1,
    formula="From the last session's H, L, C: pivot P = (H+L+C)/3. Classic: R1 = 2P-L, R2 = P+(H-L), R3 = H+2(P-L),"
    " R4 = H+3(P-L), S1 = 2P-H, S2 = P-(H-L), S3 = L-2(H-P), S4 = L-3(H-P). Fibonacci: P +/- 0.382, 0.618, 1, 1.618"
    " of (H-L). Camarilla: C +/- 1.1(H-L)/12, /6, /4, /2",
    source="Classic: Person, A Complete Guide to Technical Trading Tactics (2004), ch. 6; Camarilla: N. Scott (1989)",
    waits_for="the end of the first session",
)
def pivot_points(prices: PriceArrays, p: PivotPointsParameters, out: Block) -> None:
    """Pivot points: levels drawn from the high, low and close of the last session.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high, low, close and the times are used.
    p : PivotPointsParameters
        Method and session.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Pivot, four resistances, four supports, in price units; NaN in the first session. The last session is the one
        before this bar's own that has bars: Friday's on a Monday of shares.

    Raises
    ------
    MalformedBars
        If the bars have no times.

    Notes
    -----
    Sources agree on three levels each for classic and Fibonacci; the fourth goes on with their rule, Fibonacci's with
    the next ratio. Bars of a day or longer are sessions of their own.
    """
    starts = session_starts(prices, p.session)
    high, low = np.maximum.reduceat(prices.high, starts), np.minimum.reduceat(prices.low, starts)
    close = prices.close[np.append(starts[1:], len(prices)) - 1]
    pivot = (high + low + close) / 3
    levels = np.stack([pivot, *_METHODS[p.method](pivot, high, low, close)])
    spread(levels, starts[1:], out)


class FibonacciRetracementsParameters(Parameters):
    """Parameters of `fibonacci_retracements`."""

    threshold: float = Field(default=0.05, ge=0.0001, le=0.9)
    """Move that proves a turn, as a fraction of its price: 0.05 is 5 %."""


RATIOS = (0.236, 0.382, 0.5, 0.618, 0.786)
"""Parts of a swing that are marked: powers and roots of the golden section, and the half."""


@indicator(
    parameters=FibonacciRetracementsParameters,
    outputs=(
        *(OutputInfo(f"level_{1000 * ratio:.0f}", "price") for ratio in RATIOS),
        OutputInfo("swing_high", "price"),
        OutputInfo("swing_low", "price"),
        OutputInfo("retracement", "ratio"),
    ),
    warm_up=lambda _: 2,
    formula="Of the last swing from A to B, both ends confirmed: level = B + ratio * (A - B) for 0.236, 0.382, 0.5,"
    " 0.618, 0.786; retracement = (B - close) / (B - A). A high (low) is confirmed by the first close threshold below"
    " (above) it",
    source="Murphy, Technical Analysis of the Financial Markets (1999), ch. 13; swings as in Merrill, Filtered Waves"
    " (1977)",
    waits_for="two confirmed turning points",
    shifts=False,
)
def fibonacci_retracements(prices: PriceArrays, p: FibonacciRetracementsParameters, out: Block) -> None:
    """Fibonacci retracements: how far back into the last confirmed swing the price may come, and has.

    Parameters
    ----------
    prices : PriceArrays
        Bars; high, low and close are used.
    p : FibonacciRetracementsParameters
        Move that proves a turn.
    out : ndarray of float64, shape (n_outputs, n_bars)
        Five levels, the swing's high and low, in price units, and the part of the swing that the close has taken
        back: 0 at its end, 1 at its start. NaN until two turning points are confirmed.
    """
    proven, _, price = confirmed_turns(prices.high, prices.low, prices.close, p.threshold)
    begin, end = price[:-1], price[1:]
    levels = [end + ratio * (begin - end) for ratio in RATIOS]
    swings = np.stack([*levels, np.maximum(begin, end), np.minimum(begin, end)])
    spread(swings, proven[1:], out[:-1])
    taken_back(prices.close, price, proven[1:], out[-1])
