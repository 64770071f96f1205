"""Indicators in exact fractions, each value from its definition alone: weights written out, no value from the last."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import pandas as pd

Line = list[Fraction | None]
Values = Sequence[Fraction]


def exact(values: Sequence[float]) -> list[Fraction]:
    """Return the numbers as fractions; a missing one counts as 0."""
    return [Fraction(0) if math.isnan(value) else Fraction(value) for value in values]


def windows(values: Values, period: int) -> list[Values | None]:
    """Return the last values at each bar, None before there are enough."""
    return [values[t - period + 1 : t + 1] if t >= period - 1 else None for t in range(len(values))]


def over_windows(values: Values, period: int, figure: Callable[[Values], Fraction]) -> Line:
    """Return a figure of each window."""
    return [None if window is None else figure(window) for window in windows(values, period)]


def mean(window: Values) -> Fraction:
    """Return the arithmetic mean."""
    return sum(window, Fraction(0)) / len(window)


def variance(window: Values) -> Fraction:
    """Return the population variance as half the mean squared difference of all pairs."""
    return sum(((a - b) ** 2 for a in window for b in window), Fraction(0)) / (2 * len(window) ** 2)


def faded(values: Values, period: int, share: Fraction) -> Line:
    """Return the mean of the first values, then every value with the weight that its age has left it."""
    line: Line = []
    for t in range(len(values)):
        if t < period - 1:
            line.append(None)
            continue
        age = t - (period - 1)
        later = sum((share * (1 - share) ** (t - s) * values[s] for s in range(period, t + 1)), Fraction(0))
        line.append((1 - share) ** age * mean(values[:period]) + later)
    return line


def ema(values: Values, period: int) -> Line:
    """Return the exponential average with weight 2 / (period + 1)."""
    return faded(values, period, Fraction(2, period + 1))


def wilder(values: Values, period: int) -> Line:
    """Return Wilder's average, whose weight is 1 / period."""
    return faded(values, period, Fraction(1, period))


def delayed(line: Line, bars: int) -> Line:
    """Put a line so many bars later."""
    return [None] * bars + line


def wma(values: Values, period: int) -> Line:
    """Return the mean of the means of the last 1, 2, ... values, by their lengths: the newest is in all of them."""

    def figure(window: Values) -> Fraction:
        parts = [window[-length:] for length in range(1, period + 1)]
        return sum((sum(part, Fraction(0)) for part in parts), Fraction(0)) / sum(range(1, period + 1))

    return over_windows(values, period, figure)


def true_ranges(high: Values, low: Values, close: Values) -> list[Fraction]:
    """Return the greatest of the three distances of each bar from the second on."""
    return [
        max(high[t] - low[t], abs(high[t] - close[t - 1]), abs(close[t - 1] - low[t])) for t in range(1, len(close))
    ]


def atr(high: Values, low: Values, close: Values, period: int) -> Line:
    """Return Wilder's average of the true ranges."""
    return delayed(wilder(true_ranges(high, low, close), period), min(1, len(close)))


def rsi(close: Values, period: int) -> Line:
    """Return 100 - 100 / (1 + RS), Wilder's own form; 100 without falls, 50 without any move."""
    steps = [b - a for a, b in itertools.pairwise(close)]
    rises, falls = (wilder([max(side * step, Fraction(0)) for step in steps], period) for side in (1, -1))
    line: Line = [None] * min(1, len(close))
    for rise, fall in zip(rises, falls, strict=True):
        if rise is None or fall is None:
            line.append(None)
        elif fall == 0:
            line.append(Fraction(100 if rise else 50))
        else:
            line.append(100 - 100 / (1 + rise / fall))
    return line


def macd(close: Values, fast: int, slow: int, signal: int) -> list[Line]:
    """Return MACD, signal and histogram; the fast average begins from the closes just before the slow one."""
    late = close[slow - fast :]
    quick: Line = delayed(ema(late, fast), len(close) - len(late))
    apart = [a - b for a, b in zip(quick, ema(close, slow), strict=True) if a is not None and b is not None]
    signals = ema(apart, signal)
    spoken = [(a, s, a - s) for a, s in zip(apart, signals, strict=True) if s is not None]
    silent: Line = [None] * (len(close) - len(spoken))
    return [silent + [row[place] for row in spoken] for place in range(3)]


def places(high: Values, low: Values, close: Values, period: int) -> Line:
    """Return which share of the range lies below the close; a half where there is no range."""
    tops, bottoms = over_windows(high, period, max), over_windows(low, period, min)
    return [
        None if top is None or bottom is None else (c - bottom) / (top - bottom) if top > bottom else Fraction(1, 2)
        for top, bottom, c in zip(tops, bottoms, close, strict=True)
    ]


def cci(high: Values, low: Values, close: Values, period: int) -> Line:
    """Return the distance from the mean in mean deviations of 0.015."""

    def figure(window: Values) -> Fraction:
        middle = mean(window)
        usual = mean([abs(value - middle) for value in window])
        return (window[-1] - middle) / (Fraction(15, 1000) * usual) if usual else Fraction(0)

    return over_windows([(h + lo + c) / 3 for h, lo, c in zip(high, low, close, strict=True)], period, figure)


def weighted(values: Sequence[Fraction | None]) -> Line:
    """Return the means of four values with weights 1, 2, 2, 1."""
    line: Line = []
    for t in range(len(values)):
        four = [value for value in values[max(0, t - 3) : t + 1] if value is not None]
        line.append(None if len(four) < 4 else (four[0] + 2 * four[1] + 2 * four[2] + four[3]) / 6)
    return line


def rvi(opened: Values, high: Values, low: Values, close: Values, period: int) -> list[Line]:
    """Return the vigor and its signal; both speak when the signal does."""
    bodies = weighted([c - o for o, c in zip(opened, close, strict=True)])
    ranges = weighted([h - lo for h, lo in zip(high, low, strict=True)])
    vigor: Line = []
    for t in range(len(close)):
        parts = [(b, r) for b, r in zip(bodies, ranges, strict=True)][max(0, t - period + 1) : t + 1]
        known = [(b, r) for b, r in parts if b is not None and r is not None]
        whole = sum((r for _, r in known), Fraction(0))
        share = sum((b for b, _ in known), Fraction(0)) / whole if whole else Fraction(0)
        vigor.append(share if len(known) == period else None)
    signal = weighted(vigor)
    return [[None if s is None else v for v, s in zip(vigor, signal, strict=True)], signal]


def aroon(high: Values, low: Values, period: int) -> list[Line]:
    """Return up, down and their difference from the last place at which each extreme stands."""

    def recent(window: Values, extreme: Fraction) -> Fraction:
        last = max(place for place, value in enumerate(window) if value == extreme)
        return Fraction(100 * last, period)

    up = over_windows(high, period + 1, lambda window: recent(window, max(window)))
    down = over_windows(low, period + 1, lambda window: recent(window, min(window)))
    return [up, down, [None if a is None or b is None else a - b for a, b in zip(up, down, strict=True)]]


def close_places(high: Values, low: Values, close: Values) -> list[Fraction]:
    """Return Chaikin's multiplier of each bar, -1 at its low and 1 at its high; 0 of a bar without a range."""
    return [(2 * c - h - lo) / (h - lo) if h > lo else Fraction(0) for h, lo, c in zip(high, low, close, strict=True)]


def mfi(typical: Values, volume: Values, period: int) -> Line:
    """Return the share of the money that came on rises; 50 where none flowed."""
    line: Line = []
    for t in range(len(typical)):
        steps = range(t - period + 1, t + 1)
        if t < period:
            line.append(None)
            continue
        rose = sum((typical[s] * volume[s] for s in steps if typical[s] > typical[s - 1]), Fraction(0))
        fell = sum((typical[s] * volume[s] for s in steps if typical[s] < typical[s - 1]), Fraction(0))
        line.append(100 * rose / (rose + fell) if rose + fell else Fraction(50))
    return line


def columns_of(bars: pd.DataFrame) -> tuple[list[Fraction], ...]:
    """Return open, high, low, close and volume as fractions."""
    return tuple(exact(bars[name].tolist()) for name in ("open", "high", "low", "close", "volume"))
