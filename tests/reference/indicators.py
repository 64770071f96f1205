"""Indicators as their authors published them: plain loops over lists, ``nan`` where there is no value yet."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

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


def roc(closes: Sequence[float], period: int) -> list[float]:
    """Percent of change over ``period`` bars."""
    return [
        NAN if t < period else 100 * (close - closes[t - period]) / closes[t - period] for t, close in enumerate(closes)
    ]


Lines = tuple[list[float], ...]

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
    **indicators_volume.BY_NAME,
    **indicators_levels.BY_NAME,
}


def reference(name: str, bars: pd.DataFrame, params: dict[str, float]) -> Lines:
    """Return the slow twin's lines of an indicator, in the order of its outputs."""
    return BY_NAME[name](bars, **params)
