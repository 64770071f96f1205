"""Indicators as their authors published them: plain loops over lists, ``nan`` where there is no value yet."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from tests.reference import indicators_levels, indicators_volume

NAN = math.nan


def sma(closes: Sequence[float], period: int) -> list[float]:
    """Mean of the last ``period`` closes, summed anew for each bar."""
    return [math.fsum(closes[t - period + 1 : t + 1]) / period if t >= period - 1 else NAN for t in range(len(closes))]


def ema(closes: Sequence[float], period: int, start: int | None = None) -> list[float]:
    """Exponential average; its first value, at bar ``start``, is the mean of the ``period`` closes up to it."""
    start = period - 1 if start is None else start
    result: list[float] = []
    for t, close in enumerate(closes):
        if t < start:
            result.append(NAN)
        elif t == start:
            result.append(math.fsum(closes[t - period + 1 : t + 1]) / period)
        else:
            weight = 2 / (period + 1)
            result.append(weight * close + (1 - weight) * result[-1])
    return result


def wilder(values: Sequence[float], period: int) -> list[float]:
    """Wilder's average of a list: the plain mean first, then one ``period``-th of each new value."""
    result: list[float] = []
    for t, value in enumerate(values):
        if t < period - 1:
            result.append(NAN)
        elif t == period - 1:
            result.append(math.fsum(values[:period]) / period)
        else:
            result.append((result[-1] * (period - 1) + value) / period)
    return result


def rsi(closes: Sequence[float], period: int) -> list[float]:
    """Wilder 1978, VI: 100 - 100 / (1 + RS), RS the ratio of the average rise to the average fall."""
    steps = [after - before for before, after in itertools.pairwise(closes)]
    rises = wilder([max(step, 0.0) for step in steps], period)
    falls = wilder([max(-step, 0.0) for step in steps], period)
    result = [NAN] * min(1, len(closes))
    for rise, fall in zip(rises, falls, strict=True):
        if math.isnan(rise):
            result.append(NAN)
        elif fall == 0:
            result.append(50.0 if rise == 0 else 100.0)
        else:
            result.append(100 - 100 / (1 + rise / fall))
    return result


def macd(closes: Sequence[float], fast: int, slow: int, signal: int) -> tuple[list[float], list[float], list[float]]:
    """Appel: both averages begin at bar ``slow - 1``; the signal begins with the mean of the first MACDs."""
    start = slow - 1
    differences = [quick - lazy for quick, lazy in zip(ema(closes, fast, start), ema(closes, slow, start), strict=True)]
    signals = [NAN] * min(start, len(closes)) + ema(differences[start:], signal)
    lines = [NAN if math.isnan(s) else d for d, s in zip(differences, signals, strict=True)]
    return lines, signals, [line - s for line, s in zip(lines, signals, strict=True)]


def atr(highs: Sequence[float], lows: Sequence[float], closes: Sequence[float], period: int) -> list[float]:
    """Wilder 1978, III: the greatest of high-low, |high - close before|, |low - close before|, averaged."""
    ranges = [
        max(highs[t] - lows[t], abs(highs[t] - closes[t - 1]), abs(lows[t] - closes[t - 1]))
        for t in range(1, len(closes))
    ]
    return [NAN] * min(1, len(closes)) + wilder(ranges, period)


def bollinger_bands(
    closes: Sequence[float], period: int, multiplier: float
) -> tuple[list[float], list[float], list[float]]:
    """Bollinger 2001: mean and population standard deviation by two passes over each window."""
    middle, upper, lower = [], [], []
    for t, mean in enumerate(sma(closes, period)):
        window = closes[max(0, t - period + 1) : t + 1]
        deviation = math.sqrt(math.fsum((close - mean) ** 2 for close in window) / period)
        middle.append(mean)
        upper.append(mean + multiplier * deviation)
        lower.append(mean - multiplier * deviation)
    return middle, upper, lower


def differences(closes: Sequence[float], period: int) -> list[float]:
    """What each close has gained on the one ``period`` bars before it; none for the first ``period`` closes."""
    return [close - earlier for earlier, close in zip(closes, closes[period:], strict=False)]


def roc(closes: Sequence[float], period: int) -> list[float]:
    """Percent of change over ``period`` bars."""
    return [
        NAN if t < period else 100 * (close - closes[t - period]) / closes[t - period] for t, close in enumerate(closes)
    ]


def wma(closes: Sequence[float], period: int) -> list[float]:
    """Mean of the last closes, weighted 1 for the oldest to ``period`` for the newest."""
    total = period * (period + 1) / 2
    return [
        math.fsum((k + 1) * closes[t - period + 1 + k] for k in range(period)) / total if t >= period - 1 else NAN
        for t in range(len(closes))
    ]


def wilder_sum(values: Sequence[float], period: int) -> list[float]:
    """Wilder's running sum as TA-Lib starts it: ``period - 1`` values; then less one part, plus the new value."""
    result: list[float] = []
    for t, value in enumerate(values):
        if t < period - 1:
            result.append(NAN)
        else:
            before = math.fsum(values[: period - 1]) if t == period - 1 else result[-1]
            result.append(before - before / period + value)
    return result


def adx(
    highs: Sequence[float], lows: Sequence[float], closes: Sequence[float], period: int
) -> tuple[list[float], list[float], list[float]]:
    """Wilder 1978, IV: the average of the directional index, and both indicators from where it begins."""
    plus, minus, ranges = [], [], []
    for t in range(1, len(closes)):
        up, down = highs[t] - highs[t - 1], lows[t - 1] - lows[t]
        plus.append(up if up > down and up > 0 else 0.0)
        minus.append(down if down > up and down > 0 else 0.0)
        ranges.append(max(highs[t], closes[t - 1]) - min(lows[t], closes[t - 1]))
    whole = wilder_sum(ranges, period)
    plus_di, minus_di = (
        [100 * part / size if size != 0 else 0.0 for part, size in zip(wilder_sum(values, period), whole, strict=True)]
        for values in (plus, minus)
    )
    sides = list(zip(plus_di, minus_di, strict=True))[period - 1 :]
    indexes = [100 * abs(a - b) / (a + b) if a + b > 0 else NAN for a, b in sides]
    first = [0.0 if math.isnan(index) else index for index in indexes[:period]]
    averages = [math.fsum(first) / period] if len(first) == period else []
    for index in indexes[period:]:
        averages.append(averages[-1] if math.isnan(index) else (averages[-1] * (period - 1) + index) / period)
    silent = [NAN] * min(2 * period - 1, len(closes))
    later = 2 * period - 2
    return silent + averages, silent + plus_di[later:], silent + minus_di[later:]


def parabolic_sar(
    highs: Sequence[float], lows: Sequence[float], initial: float, step: float, most: float
) -> tuple[list[float], list[float]]:
    """Wilder 1978, II, for rising trends; a falling one is a rising one of prices seen in a mirror.

    The first trend falls if the second low falls by more than the second high rises, and the rule of the last two
    bars sees the second bar twice, as in TA-Lib.
    """
    stops, directions = [NAN] * min(1, len(highs)), [NAN] * min(1, len(highs))
    if len(highs) < 2:
        return stops, directions
    fall, rise = lows[0] - lows[1], highs[1] - highs[0]
    side = -1 if fall > 0 and fall > rise else 1

    def seen(t: int) -> tuple[float, float]:
        """Return low and high of a bar as the present trend sees them."""
        return (lows[t], highs[t]) if side > 0 else (-highs[t], -lows[t])

    stop, extreme, factor = seen(0)[0], seen(1)[1], initial
    for t in range(1, len(highs)):
        before = max(t - 1, 1)
        low, high = seen(t)
        if low <= stop:
            side = -side
            low, high = seen(t)
            reached = min(-extreme, seen(before)[0], low)
            stop, extreme, factor = reached, high, initial
        else:
            reached = stop
            if high > extreme:
                extreme, factor = high, min(factor + step, most)
        stops.append(side * reached)
        directions.append(float(side))
        stop = min(stop + factor * (extreme - stop), seen(before)[0], low)
    return stops, directions


def supertrend(
    highs: Sequence[float], lows: Sequence[float], closes: Sequence[float], period: int, multiplier: float
) -> tuple[list[float], list[float]]:
    """Bands around the middle of each bar that only tighten; the side changes when a close breaks the band in force."""
    lines, directions = [], []
    upper = lower = side = NAN
    for t, size in enumerate(atr(highs, lows, closes, period)):
        if math.isnan(size):
            lines.append(NAN)
            directions.append(NAN)
            continue
        middle = (highs[t] + lows[t]) / 2
        top, bottom = middle + multiplier * size, middle - multiplier * size
        if math.isnan(side):
            side, upper, lower = -1.0, top, bottom
        else:
            upper = top if top < upper or closes[t - 1] > upper else upper
            lower = bottom if bottom > lower or closes[t - 1] < lower else lower
            broken = closes[t] > upper if side < 0 else closes[t] < lower
            side = -side if broken else side
        lines.append(lower if side > 0 else upper)
        directions.append(side)
    return lines, directions


def aroon(highs: Sequence[float], lows: Sequence[float], period: int) -> tuple[list[float], list[float], list[float]]:
    """Chande 1995: bars since the newest of the highest highs and of the lowest lows, of ``period + 1`` bars."""
    up, down = [NAN] * min(period, len(highs)), [NAN] * min(period, len(highs))
    for t in range(period, len(highs)):
        ages = range(period + 1)
        up.append(100 * (period - max(ages, key=lambda age: (highs[t - age], -age))) / period)
        down.append(100 * (period - min(ages, key=lambda age: (lows[t - age], age))) / period)
    return up, down, [a - b for a, b in zip(up, down, strict=True)]


def places(highs: Sequence[float], lows: Sequence[float], closes: Sequence[float], period: int) -> list[float]:
    """Share of the last bars' range that lies below the close, a half of no range; a close beyond it is at its end."""
    result: list[float] = []
    for t, close in enumerate(closes):
        if t < period - 1:
            result.append(NAN)
            continue
        top, bottom = max(highs[t - period + 1 : t + 1]), min(lows[t - period + 1 : t + 1])
        result.append(min(1.0, max(0.0, (close - bottom) / (top - bottom))) if top > bottom else 0.5)
    return result


def stochastic(
    highs: Sequence[float], lows: Sequence[float], closes: Sequence[float], k_period: int, d_period: int, smooth_k: int
) -> tuple[list[float], list[float]]:
    """Lane 1984: the place in percent, its mean, and the mean of that; %K is silent until %D speaks."""
    raw = [100 * place for place in places(highs, lows, closes, k_period)]
    fast = [NAN] * min(k_period - 1, len(raw)) + sma(raw[k_period - 1 :], smooth_k)
    silent = k_period + smooth_k - 2
    slow = [NAN] * min(silent, len(raw)) + sma(fast[silent:], d_period)
    return [NAN if math.isnan(d) else k for k, d in zip(fast, slow, strict=True)], slow


def cci(highs: Sequence[float], lows: Sequence[float], closes: Sequence[float], period: int) -> list[float]:
    """Lambert 1980, by two passes over each window; 0 where it holds nothing but rounding."""
    typical = [(high + low + close) / 3 for high, low, close in zip(highs, lows, closes, strict=True)]
    result: list[float] = []
    for t, mean in enumerate(sma(typical, period)):
        window = typical[max(0, t - period + 1) : t + 1]
        usual = math.fsum(abs(price - mean) for price in window) / period
        moved = math.isnan(mean) or usual > 1e-13 * abs(mean)
        result.append((typical[t] - mean) / (0.015 * usual) if moved else 0.0)
    return result


def rvi(
    opens: Sequence[float], highs: Sequence[float], lows: Sequence[float], closes: Sequence[float], period: int
) -> tuple[list[float], list[float]]:
    """Ehlers 2002: sums of the weighted bodies over sums of the weighted ranges; silent until the signal speaks."""

    def weighted(values: Sequence[float]) -> list[float]:
        """Return the means with weights 1, 2, 2, 1 of each value and the three before it."""
        return [NAN] * min(3, len(values)) + [
            math.fsum((values[t], 2 * values[t - 1], 2 * values[t - 2], values[t - 3])) / 6
            for t in range(3, len(values))
        ]

    bodies = weighted([close - opened for opened, close in zip(opens, closes, strict=True)])
    ranges = weighted([high - low for high, low in zip(highs, lows, strict=True)])
    lines: list[float] = []
    for t in range(len(closes)):
        if t < period + 2:
            lines.append(NAN)
            continue
        whole = math.fsum(ranges[t - period + 1 : t + 1])
        share = math.fsum(bodies[t - period + 1 : t + 1]) / whole if whole > 0 else 0.0
        lines.append(min(1.0, max(-1.0, share)))
    signals = weighted(lines)
    return [NAN if math.isnan(s) else line for line, s in zip(lines, signals, strict=True)], signals


def keltner_channels(
    highs: Sequence[float],
    lows: Sequence[float],
    closes: Sequence[float],
    period: int,
    atr_period: int,
    multiplier: float,
) -> tuple[list[float], list[float], list[float]]:
    """EMA and ATR bands around it; silent until both speak."""
    sizes = atr(highs, lows, closes, atr_period)
    middles = [m if s == s else NAN for m, s in zip(ema(closes, period), sizes, strict=True)]
    reaches = [multiplier * s for s in sizes]
    return (
        middles,
        [m + r for m, r in zip(middles, reaches, strict=True)],
        [m - r for m, r in zip(middles, reaches, strict=True)],
    )


def donchian_channels(
    highs: Sequence[float], lows: Sequence[float], period: int
) -> tuple[list[float], list[float], list[float]]:
    """Highest high, lowest low, and half their sum, the newest bar included."""
    ends = range(1, len(highs) + 1)
    upper = [max(highs[end - period : end]) if end >= period else NAN for end in ends]
    lower = [min(lows[end - period : end]) if end >= period else NAN for end in ends]
    return [(a + b) / 2 for a, b in zip(upper, lower, strict=True)], upper, lower


def squeeze_intensity(
    highs: Sequence[float], lows: Sequence[float], closes: Sequence[float], params: Mapping[str, float]
) -> list[float]:
    """Smaller of the two distances from band to channel as a share of the channel's width, 0 unless both are inside."""
    bands = bollinger_bands(closes, int(params["bb_period"]), params["bb_multiplier"])
    channels = keltner_channels(
        highs, lows, closes, int(params["kc_period"]), int(params["atr_period"]), params["kc_multiplier"]
    )
    result: list[float] = []
    for (_, band_top, band_bottom), (_, top, bottom) in zip(
        zip(*bands, strict=True), zip(*channels, strict=True), strict=True
    ):
        if math.isnan(band_top) or math.isnan(top):
            result.append(NAN)
        elif top <= bottom:
            result.append(0.0)
        else:
            result.append(max(0.0, min(top - band_top, band_bottom - bottom) / (top - bottom)))
    return result


Lines = tuple[list[float], ...]


def _columns(bars: pd.DataFrame, *names: str) -> list[list[float]]:
    return [list(bars[name]) for name in names]


HLC = ("high", "low", "close")
BY_NAME: dict[str, Callable[..., Lines]] = {
    "sma": lambda bars, period: (sma(list(bars["close"]), period),),
    "ema": lambda bars, period: (ema(list(bars["close"]), period),),
    "rsi": lambda bars, period: (rsi(list(bars["close"]), period),),
    "macd": lambda bars, fast_period, slow_period, signal_period: macd(
        list(bars["close"]), fast_period, slow_period, signal_period
    ),
    "roc": lambda bars, period: (roc(list(bars["close"]), period),),
    "atr": lambda bars, period: (atr(list(bars["high"]), list(bars["low"]), list(bars["close"]), period),),
    "bollinger_bands": lambda bars, period, multiplier: bollinger_bands(list(bars["close"]), period, multiplier),
    "wma": lambda bars, period: (wma(list(bars["close"]), period),),
    "adx": lambda bars, period: adx(*_columns(bars, *HLC), period),
    "parabolic_sar": lambda bars, initial_af, step_af, max_af: parabolic_sar(
        *_columns(bars, "high", "low"), initial_af, step_af, max_af
    ),
    "supertrend": lambda bars, period, multiplier: supertrend(*_columns(bars, *HLC), period, multiplier),
    "aroon": lambda bars, period: aroon(*_columns(bars, "high", "low"), period),
    "momentum": lambda bars, period: ([NAN] * min(period, len(bars)) + differences(list(bars["close"]), period),),
    "stochastic": lambda bars, k_period, d_period, smooth_k: stochastic(
        *_columns(bars, *HLC), k_period, d_period, smooth_k
    ),
    "williams_r": lambda bars, period: ([100 * (place - 1) for place in places(*_columns(bars, *HLC), period)],),
    "cci": lambda bars, period: (cci(*_columns(bars, *HLC), period),),
    "rvi": lambda bars, period: rvi(*_columns(bars, "open", *HLC), period),
    "bollinger_width": lambda bars, period, multiplier: (
        [
            (upper - lower) / middle
            for middle, upper, lower in zip(*bollinger_bands(list(bars["close"]), period, multiplier), strict=True)
        ],
    ),
    "keltner_channels": lambda bars, period, atr_period, multiplier: keltner_channels(
        *_columns(bars, *HLC), period, atr_period, multiplier
    ),
    "donchian_channels": lambda bars, period: donchian_channels(*_columns(bars, "high", "low"), period),
    "squeeze_intensity": lambda bars, **params: (squeeze_intensity(*_columns(bars, *HLC), params),),
    **indicators_volume.BY_NAME,
    **indicators_levels.BY_NAME,
}


def reference(name: str, bars: pd.DataFrame, params: dict[str, float]) -> Lines:
    """Return the slow twin's lines of an indicator, in the order of its outputs."""
    return BY_NAME[name](bars, **params)
