"""The original's indicators once more, bar by bar from their description, in plain Python."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

NAN = math.nan
Rows = Sequence[tuple[float, float, float, float, float]]
"""Open, high, low, close, volume of each bar."""


def tail(values: Sequence[float], i: int, n: int) -> list[float]:
    """Return the last ``n`` values up to row ``i``, or nothing if there are not so many."""
    return list(values[i - n + 1 : i + 1]) if i + 1 >= n else []


def mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else NAN


def deviation(values: Sequence[float]) -> float:
    """Return the sample standard deviation."""
    if len(values) < 2:
        return NAN
    middle = mean(values)
    return math.sqrt(math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1))


def means(values: Sequence[float], n: int) -> list[float]:
    return [mean(tail(values, i, n)) for i in range(len(values))]


def smoothed(values: Sequence[float], alpha: float) -> list[float]:
    out = [values[0]]
    for value in values[1:]:
        out.append(alpha * value + (1 - alpha) * out[-1])
    return out


def weighted(values: Sequence[float], n: int) -> list[float]:
    """Return the exponential mean with weights divided by their sum."""
    decay = 1 - 2 / (n + 1)
    out = []
    for i in range(len(values)):
        weights = [decay ** (i - j) for j in range(i + 1)]
        out.append(math.fsum(w * v for w, v in zip(weights, values, strict=False)) / math.fsum(weights))
    return out


def ranges(rows: Rows) -> list[float]:
    out = []
    for i, (_, high, low, _, _) in enumerate(rows):
        before = rows[i - 1][3]
        out.append(high - low if i == 0 else max(high - low, abs(high - before), abs(low - before)))
    return out


def closes(rows: Rows) -> list[float]:
    return [row[3] for row in rows]


def rsi(rows: Rows, n: int) -> list[float]:
    close, out = closes(rows), [NAN] * len(rows)
    gain = loss = 0.0
    for i in range(1, len(rows)):
        change = close[i] - close[i - 1]
        up, down = max(change, 0.0), max(-change, 0.0)
        if i <= n:
            gain, loss = gain + up / n, loss + down / n
        else:
            gain, loss = (gain * (n - 1) + up) / n, (loss * (n - 1) + down) / n
        if i >= n:
            out[i] = 100 * gain / (gain + loss) if gain + loss > 0 else 50.0
    return out


def macd(rows: Rows, fast: int, slow: int) -> list[float]:
    quick, lazy = smoothed(closes(rows), 2 / (fast + 1)), smoothed(closes(rows), 2 / (slow + 1))
    return [a - b for a, b in zip(quick, lazy, strict=True)]


def stochastic(rows: Rows, n: int, smooth: int) -> list[float]:
    raw = []
    for i in range(len(rows)):
        window = rows[i - n + 1 : i + 1] if i + 1 >= n else []
        high, low = max((r[1] for r in window), default=NAN), min((r[2] for r in window), default=NAN)
        raw.append(100 * (rows[i][3] - low) / (high - low) if window and high > low else 50.0)
    return [mean(raw[max(0, i - smooth + 1) : i + 1]) for i in range(len(raw))]


def cci(rows: Rows, n: int) -> list[float]:
    typical = [(r[1] + r[2] + r[3]) / 3 for r in rows]
    out = []
    for i in range(len(rows)):
        window = tail(typical, i, n)
        middle = mean(window)
        spread = mean([abs(value - middle) for value in window])
        out.append((typical[i] - middle) / (0.015 * spread))
    return out


def mfi(rows: Rows, n: int) -> list[float]:
    typical, out = [(r[1] + r[2] + r[3]) / 3 for r in rows], [NAN] * len(rows)
    for i in range(n, len(rows)):
        up = sum(typical[j] * rows[j][4] for j in range(i - n + 1, i + 1) if typical[j] > typical[j - 1])
        down = sum(typical[j] * rows[j][4] for j in range(i - n + 1, i + 1) if typical[j] < typical[j - 1])
        out[i] = 100.0 if down == 0 else 100 * up / (up + down)
    return out


def vwap(rows: Rows, n: int) -> list[float]:
    out = []
    for i in range(len(rows)):
        window = rows[max(0, i - n + 1) : i + 1]
        total = sum(r[4] for r in window)
        out.append(sum((r[1] + r[2] + r[3]) / 3 * r[4] for r in window) / total if total else NAN)
    return out


def flow(row: tuple[float, float, float, float, float]) -> float:
    _, high, low, close, volume = row
    return ((close - low) - (high - close)) / (high - low) * volume if high > low else 0.0


def cmf(rows: Rows, n: int) -> list[float]:
    out = [NAN] * len(rows)
    for i in range(n - 1, len(rows)):
        window = rows[i - n + 1 : i + 1]
        total = sum(r[4] for r in window)
        out[i] = sum(map(flow, window)) / total if total else 0.0
    return out


def adx(rows: Rows, n: int) -> list[float]:
    up, down = [0.0], [0.0]
    for before, now in itertools.pairwise(rows):
        rise, fall = now[1] - before[1], before[2] - now[2]
        up.append(rise if rise > fall and rise > 0 else 0.0)
        down.append(fall if fall > rise and fall > 0 else 0.0)
    plus, minus, swing = (smoothed(values, 1 / n) for values in (up, down, ranges(rows)))
    index = []
    for a, b, c in zip(plus, minus, swing, strict=True):
        index.append(100 * abs(a / c - b / c) / (a / c + b / c) if c and a + b else 0.0)
    return smoothed(index, 1 / n)


def band_width(rows: Rows, n: int, multiplier: float) -> list[float]:
    out = []
    for i in range(len(rows)):
        window = tail(closes(rows), i, n)
        out.append(2 * multiplier * deviation(window) / mean(window) if window else 0.0)
    return out


def squeeze(rows: Rows, n: int, multiplier: float) -> list[float]:
    close, middle = closes(rows), smoothed(closes(rows), 2 / (n + 1))
    reach, out = [2.0 * value for value in means(ranges(rows), 10)], []
    for i in range(len(rows)):
        window = tail(close, i, n)
        if math.isnan(reach[i]):
            out.append(0.0)
            continue
        spread = multiplier * deviation(window)
        above = middle[i] + reach[i] - (mean(window) + spread)
        below = mean(window) - spread - (middle[i] - reach[i])
        out.append(max(0.0, min(above, below) / (2 * reach[i])) if window else NAN)
    return out


def vigour(rows: Rows, n: int) -> list[float]:
    def four(values: list[float], i: int) -> float:
        return (values[i] + 2 * values[i - 1] + 2 * values[i - 2] + values[i - 3]) / 6 if i >= 3 else NAN

    rise, span = [r[3] - r[0] for r in rows], [r[1] - r[2] for r in rows]
    out = [NAN] * len(rows)
    for i in range(n + 2, len(rows)):
        places = range(i - n + 1, i + 1)
        out[i] = sum(four(rise, j) for j in places) / sum(four(span, j) for j in places)
    return out


def aroon(rows: Rows, n: int) -> list[float]:
    out = [NAN] * len(rows)
    for i in range(n - 1, len(rows)):
        highs = [r[1] for r in rows[i - n + 1 : i + 1]]
        out[i] = 100 * (highs.index(max(highs)) + 1) / n
    return out


def balance(rows: Rows) -> list[float]:
    out = [0.0]
    for before, now in itertools.pairwise(rows):
        out.append(out[-1] + now[4] * ((now[3] > before[3]) - (now[3] < before[3])))
    return out


SLOW: dict[str, tuple[dict[str, float], Callable[[Rows], list[float]]]] = {
    "SMA": ({"period": 7}, lambda rows: means(closes(rows), 7)),
    "EMA": ({"period": 9}, lambda rows: weighted(closes(rows), 9)),
    "MACD": ({"fast_period": 5, "slow_period": 11}, lambda rows: macd(rows, 5, 11)),
    "RSI": ({"period": 6}, lambda rows: rsi(rows, 6)),
    "ATR": ({"period": 5}, lambda rows: means(ranges(rows), 5)),
    "Stochastic": ({"k_period": 8, "smooth_k": 2}, lambda rows: stochastic(rows, 8, 2)),
    "CCI": ({"period": 9}, lambda rows: cci(rows, 9)),
    "MFI": ({"period": 8}, lambda rows: mfi(rows, 8)),
    "VWAP": ({"period": 6}, lambda rows: vwap(rows, 6)),
    "CMF": ({"period": 9}, lambda rows: cmf(rows, 9)),
    "ADX": ({"period": 7}, lambda rows: adx(rows, 7)),
    "BollingerBandWidth": ({"period": 8, "multiplier": 1.5}, lambda rows: band_width(rows, 8, 1.5)),
    "SqueezeIntensity": ({"bb_period": 12, "bb_multiplier": 1.5, "kc_period": 12}, lambda rows: squeeze(rows, 12, 1.5)),
    "RVI": ({"period": 5}, lambda rows: vigour(rows, 5)),
    "Aroon": ({"period": 9}, lambda rows: aroon(rows, 9)),
    "OBV": ({}, balance),
}
"""First column of a class: parameters, and the slow computation."""
