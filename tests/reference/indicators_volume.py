"""Volume indicators as their authors published them: plain loops over lists, each window summed anew."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

NAN = math.nan
ROUNDED = 1e-12
"""Part of a price that is rounding, not a move: 0.1 + 0.2 is not 0.3 to a computer."""
NEW_YORK = ZoneInfo("America/New_York")


def clock(index: pd.DatetimeIndex, session: str) -> list[datetime]:
    """Times without a zone, on a clock whose midnight begins a session: UTC, or New York's seven hours on."""
    stamps = [stamp.to_pydatetime() for stamp in index]
    if session == "utc":
        return [stamp.replace(tzinfo=None) for stamp in stamps]
    return [stamp.astimezone(NEW_YORK).replace(tzinfo=None) + timedelta(hours=7) for stamp in stamps]


def traded(bars: pd.DataFrame) -> list[float]:
    """Volumes, 0 where missing."""
    return [0.0 if math.isnan(volume) else volume for volume in bars["volume"]]


def typical(bars: pd.DataFrame) -> list[float]:
    """Mean of high, low and close; the quotes are added exactly, so that equal sums are equal."""
    return [math.fsum((h, low, c)) / 3 for h, low, c in zip(bars["high"], bars["low"], bars["close"], strict=True)]


def places(bars: pd.DataFrame) -> list[float]:
    """Chaikin's multiplier: -1 with the close at the low, 1 at the high, 0 in a bar without range."""
    rows = zip(bars["high"], bars["low"], bars["close"], strict=True)
    return [((c - low) - (h - c)) / (h - low) if h > low else 0.0 for h, low, c in rows]


def obv(bars: pd.DataFrame) -> list[float]:
    """Granville 1963: volume added on a rise, taken off on a fall; starts with the first volume."""
    closes, result = list(bars["close"]), []
    for t, volume in enumerate(traded(bars)):
        step = 1 if t == 0 else (closes[t] > closes[t - 1]) - (closes[t] < closes[t - 1])
        result.append((result[-1] if result else 0.0) + step * volume)
    return result


def mfi(bars: pd.DataFrame, period: int) -> list[float]:
    """Quong and Soudack 1989: 100 - 100 / (1 + positive flow / negative flow)."""
    prices, volumes = typical(bars), traded(bars)
    result = []
    for t in range(len(prices)):
        if t < period:
            result.append(NAN)
            continue
        window = range(t - period + 1, t + 1)
        rise = math.fsum(prices[j] * volumes[j] for j in window if prices[j] > prices[j - 1] * (1 + ROUNDED))
        fall = math.fsum(prices[j] * volumes[j] for j in window if prices[j] < prices[j - 1] * (1 - ROUNDED))
        if fall == 0:
            result.append(50.0 if rise == 0 else 100.0)
        else:
            result.append(100 - 100 / (1 + rise / fall))
    return result


def ad_line(bars: pd.DataFrame) -> list[float]:
    """Chaikin: the sum of multiplier times volume since the first bar."""
    result: list[float] = []
    for place, volume in zip(places(bars), traded(bars), strict=True):
        result.append((result[-1] if result else 0.0) + place * volume)
    return result


def cmf(bars: pd.DataFrame, period: int) -> list[float]:
    """Chaikin: multiplier times volume over volume, window by window."""
    volumes = traded(bars)
    flows = [place * volume for place, volume in zip(places(bars), volumes, strict=True)]
    result = []
    for t in range(len(flows)):
        window = slice(t - period + 1, t + 1)
        whole = math.fsum(volumes[window]) if t >= period - 1 else NAN
        result.append(max(-1.0, min(1.0, math.fsum(flows[window]) / whole)) if whole else 0.0)
    return [NAN if t < period - 1 else value for t, value in enumerate(result)]


def volume_ratio(bars: pd.DataFrame, period: int) -> list[float]:
    """Volume over the mean of the known ones in the window."""
    volumes = list(bars["volume"])
    result = []
    for t, volume in enumerate(volumes):
        known = [v for v in volumes[max(0, t - period + 1) : t + 1] if not math.isnan(v)]
        mean = math.fsum(known) / len(known) if known else 0.0
        value = 1.0 if math.isnan(volume) or mean == 0 else volume / mean
        result.append(NAN if t < period - 1 else value)
    return result


def vwap(bars: pd.DataFrame, anchor: str, period: int, session: str) -> list[float]:
    """Value over volume of all bars from the anchor on; the close where there is no volume."""
    prices, volumes, closes = typical(bars), traded(bars), list(bars["close"])
    days = [stamp.date() for stamp in clock(bars.index, session)] if anchor == "session" else []
    first, result = 0, []
    for t, close in enumerate(closes):
        if anchor == "session" and t > 0 and days[t] != days[t - 1]:
            first = t
        if anchor == "rolling":
            first = t - period + 1
        if first < 0:
            result.append(NAN)
            continue
        whole = math.fsum(volumes[first : t + 1])
        value = math.fsum(p * v for p, v in zip(prices[first : t + 1], volumes[first : t + 1], strict=True))
        result.append(value / whole if whole else close)
    return result


def cumulative_vwap(bars: pd.DataFrame) -> list[float]:
    """Value over volume since the first bar, by running sums."""
    value = whole = 0.0
    result = []
    for price, volume, close in zip(typical(bars), traded(bars), bars["close"], strict=True):
        value, whole = value + price * volume, whole + volume
        result.append(value / whole if whole else close)
    return result


def volume_surprise(bars: pd.DataFrame, weeks: int, session: str) -> list[float]:
    """Log of volume over the median of the bars that opened exactly 1, 2, .. weeks before."""
    stamps = clock(bars.index, session)
    seen: dict[datetime, float] = {}
    result = []
    for stamp, volume in zip(stamps, traded(bars), strict=True):
        earlier = [seen[then] for k in range(1, weeks + 1) if (then := stamp - timedelta(weeks=k)) in seen]
        if stamp - stamps[0] < timedelta(weeks=weeks):
            result.append(NAN)
        elif volume == 0 or len(earlier) < weeks / 2:
            result.append(0.0)
        else:
            result.append(math.log(volume / median(earlier)))
        if volume > 0:
            seen[stamp] = volume
    return result


def volume_rank(bars: pd.DataFrame, period: int) -> list[float]:
    """Share of the known volumes before this bar that are below it, half of the equal ones."""
    volumes = list(bars["volume"])
    result = []
    for t, volume in enumerate(volumes):
        known = [v for v in volumes[max(0, t - period) : t] if not math.isnan(v)]
        if t < period:
            result.append(NAN)
        elif math.isnan(volume) or not known:
            result.append(0.5)
        else:
            result.append((sum(v < volume for v in known) + sum(v == volume for v in known) / 2) / len(known))
    return result


BY_NAME: dict[str, Any] = {
    "obv": lambda bars: (obv(bars),),
    "mfi": lambda bars, period: (mfi(bars, period),),
    "ad_line": lambda bars: (ad_line(bars),),
    "cmf": lambda bars, period: (cmf(bars, period),),
    "volume_ratio": lambda bars, period: (volume_ratio(bars, period),),
    "vwap": lambda bars, anchor, period, session: (
        cumulative_vwap(bars) if anchor == "cumulative" else vwap(bars, anchor, period, session),
    ),
    "volume_surprise": lambda bars, weeks, session: (volume_surprise(bars, weeks, session),),
    "volume_rank": lambda bars, period: (volume_rank(bars, period),),
}
"""Slow twins by name: bars and parameters in, one list per output out."""
