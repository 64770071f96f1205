"""Levels, swings and transforms as their authors published them: plain loops that look at the whole past each time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from tests.reference.indicators_volume import clock

NAN = math.nan
REACHED = 1e-12
"""A threshold counts as reached but for this part of the price: 1.1 times 3 is 3.3000000000000003 to a computer."""
ROUNDED = 1e-12
"""A range below this part of the price is none."""


def pivot_levels(method: str, high: float, low: float, close: float) -> list[float]:
    """Pivot, r1 to r4, s1 to s4 of one session, as every table of these formulas has them."""
    p, width = (high + low + close) / 3, high - low
    if method == "classic":
        up = [2 * p - low, p + width, high + 2 * (p - low), high + 3 * (p - low)]
        down = [2 * p - high, p - width, low - 2 * (high - p), low - 3 * (high - p)]
    elif method == "fibonacci":
        up = [p + 0.382 * width, p + 0.618 * width, p + width, p + 1.618 * width]
        down = [p - 0.382 * width, p - 0.618 * width, p - width, p - 1.618 * width]
    else:
        up = [close + width * 1.1 / 12, close + width * 1.1 / 6, close + width * 1.1 / 4, close + width * 1.1 / 2]
        down = [close - width * 1.1 / 12, close - width * 1.1 / 6, close - width * 1.1 / 4, close - width * 1.1 / 2]
    return [p, *up, *down]


def pivot_points(bars: pd.DataFrame, method: str, session: str) -> list[list[float]]:
    """Levels of the session before, the bars of each day collected in a dictionary."""
    days = [stamp.date() for stamp in clock(bars.index, session)]
    rows: dict[Any, list[int]] = {}
    for t, day in enumerate(days):
        rows.setdefault(day, []).append(t)
    result = []
    order = list(rows)
    for day in days:
        place = order.index(day) if day != order[0] else 0
        if place == 0:
            result.append([NAN] * 9)
            continue
        past = bars.iloc[rows[order[place - 1]][0] : rows[order[place - 1]][-1] + 1]
        result.append(pivot_levels(method, max(past["high"]), min(past["low"]), past["close"].iloc[-1]))
    return [list(line) for line in zip(*result, strict=True)] if result else [[] for _ in range(9)]


def turns(
    highs: Sequence[float], lows: Sequence[float], closes: Sequence[float], threshold: float
) -> list[tuple[int, int, int, float]]:
    """Confirmed turning points: (bar that confirms, bar of the turn, 1 for a low and -1 for a high, its price)."""
    found: list[tuple[int, int, int, float]] = []
    origin, wanted = 0, (-1, 1)
    for t in range(1, len(closes)):
        top = max([closes[origin], *highs[origin + 1 : t + 1]])
        bottom = min([closes[origin], *lows[origin + 1 : t + 1]])
        if -1 in wanted and closes[t] <= top * (1 - threshold) + REACHED * top:
            at = max(j for j in range(origin, t + 1) if (closes[j] if j == origin else highs[j]) == top)
            found.append((t, at, -1, top))
            origin, wanted = at, (1,)
        elif 1 in wanted and closes[t] >= bottom * (1 + threshold) - REACHED * bottom:
            at = max(j for j in range(origin, t + 1) if (closes[j] if j == origin else lows[j]) == bottom)
            found.append((t, at, 1, bottom))
            origin, wanted = at, (-1,)
    return found


def known_turns(found: list[tuple[int, int, int, float]], bars: int) -> list[list[tuple[int, int, int, float]]]:
    """The turns confirmed up to each bar, the last two at most."""
    result, count = [], 0
    for t in range(bars):
        while count < len(found) and found[count][0] <= t:
            count += 1
        result.append(found[max(0, count - 2) : count])
    return result


def zigzag(bars: pd.DataFrame, threshold: float) -> list[list[float]]:
    """Merrill 1977, on closes: price of the last turn, direction since, bars since."""
    closes = list(bars["close"])
    lines: list[list[float]] = [[], [], []]
    for t, known in enumerate(known_turns(turns(closes, closes, closes, threshold), len(closes))):
        values = (known[-1][3], float(known[-1][2]), float(t - known[-1][1])) if known else (NAN, NAN, NAN)
        for line, value in zip(lines, values, strict=True):
            line.append(value)
    return lines


def fibonacci_retracements(bars: pd.DataFrame, threshold: float) -> list[list[float]]:
    """Levels between the last two confirmed turns, counted back from the later one."""
    closes = list(bars["close"])
    found = turns(list(bars["high"]), list(bars["low"]), closes, threshold)
    lines: list[list[float]] = [[] for _ in range(8)]
    for close, known in zip(closes, known_turns(found, len(closes)), strict=True):
        values = [NAN] * 8
        if len(known) == 2:
            begin, end = known[0][3], known[1][3]
            values = [end + part * (begin - end) for part in (0.236, 0.382, 0.5, 0.618, 0.786)]
            values += [max(begin, end), min(begin, end), (end - close) / (end - begin)]
        for line, value in zip(lines, values, strict=True):
            line.append(value)
    return lines


def fisher_transform(bars: pd.DataFrame, period: int, smoothing: int) -> list[list[float]]:
    """Ehlers 2002, his EasyLanguage line by line; his two halves are an average over three bars."""
    middles = [(high + low) / 2 for high, low in zip(bars["high"], bars["low"], strict=True)]
    value1 = fish = 0.0
    line = []
    for t, price in enumerate(middles):
        if t < period - 1:
            line.append(NAN)
            continue
        window = middles[t - period + 1 : t + 1]
        top, bottom = max(window), min(window)
        where = (price - bottom) / (top - bottom) if top - bottom > ROUNDED * top else 0.5
        value1 = 0.33 * 2 * (where - 0.5) + 0.67 * value1
        value1 = 0.999 if value1 > 0.99 else -0.999 if value1 < -0.99 else value1
        weight = 2 / (smoothing + 1)
        fish = weight * math.log((1 + value1) / (1 - value1)) + (1 - weight) * fish
        line.append(fish)
    signal = [NAN, *line[:-1]][: len(line)]
    return [[NAN if t < period else value for t, value in enumerate(values)] for values in (line, signal)]


def ichimoku(bars: pd.DataFrame, tenkan: int, kijun: int, senkou_b: int, displacement: int) -> list[list[float]]:
    """Hosoda: the middles of three ranges; the spans of a bar were worked out ``displacement`` bars before."""
    highs, lows = list(bars["high"]), list(bars["low"])

    def middle(t: int, period: int) -> float:
        return (max(highs[t - period + 1 : t + 1]) + min(lows[t - period + 1 : t + 1])) / 2

    lines: list[list[float]] = [[], [], [], []]
    for t in range(len(highs)):
        then = t - displacement
        values = [NAN] * 4
        if then >= senkou_b - 1:
            values = [middle(t, tenkan), middle(t, kijun)]
            values += [(middle(then, tenkan) + middle(then, kijun)) / 2, middle(then, senkou_b)]
        for line, value in zip(lines, values, strict=True):
            line.append(value)
    return lines


BY_NAME: dict[str, Any] = {
    "pivot_points": pivot_points,
    "fibonacci_retracements": fibonacci_retracements,
    "fisher_transform": fisher_transform,
    "ichimoku": ichimoku,
    "zigzag": zigzag,
}
"""Slow twins by name: bars and parameters in, one list per output out."""
