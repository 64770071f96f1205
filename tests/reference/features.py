"""Slow twins of the context features and labels, written from their definitions, bar by bar."""

from __future__ import annotations

import math
import statistics

import pandas as pd


def price_context(bars: pd.DataFrame, row: int) -> dict[str, float]:
    """Return group B of one bar; NaN where a window reaches before the first bar."""
    close = bars["close"].tolist()
    found = {f"roc_{lag}": close[row] / close[row - lag] - 1 if row >= lag else math.nan for lag in (5, 10, 20)}
    reach = bars["high"].iloc[row] - bars["low"].iloc[row]
    found["daily_position"] = (close[row] - bars["low"].iloc[row]) / reach if reach else 0.5
    returns = [close[i] / close[i - 1] - 1 for i in range(max(1, row - 19), row + 1)]
    found["volatility_20"] = statistics.stdev(returns) if len(returns) == 20 else math.nan
    return found


def volume_context(bars: pd.DataFrame, row: int) -> dict[str, float]:
    """Return group C of one bar; an empty volume counts as 0."""
    volume = [0.0 if math.isnan(v) else v for v in bars["volume"].tolist()]
    close = bars["close"].tolist()
    last = volume[max(0, row - 19) : row + 1]
    full = row >= 20
    mean = sum(last) / 20 if len(last) == 20 else math.nan
    signed = [
        volume[i] * ((close[i] > close[i - 1]) - (close[i] < close[i - 1])) for i in range(max(1, row - 19), row + 1)
    ]
    change = math.nan
    if row >= 5:
        before = volume[row - 5]
        change = min(volume[row] / before - 1, 10.0) if before > 0 and volume[row] > 0 else 0.0
    ratio = math.nan if math.isnan(mean) else (volume[row] / mean if mean else 1.0)
    slope = (sum(signed) / sum(last) if sum(last) else 0.0) if full else math.nan
    return {
        "volume_ratio_20": ratio,
        "volume_change_5": change,
        "obv_normalized": slope,
        "volume_available": float(volume[row] > 0),
    }


def first_touch(close: list[float], threshold: float, lookahead: int) -> list[int]:
    """Return labels by looking at each bar's horizon in turn."""
    labels = []
    for i, price in enumerate(close):
        horizon = close[i + 1 : i + 1 + lookahead]
        if len(horizon) < lookahead:
            labels.append(-1)
            continue
        moves = [(later - price) / price for later in horizon]
        up = next((k for k, move in enumerate(moves) if move >= threshold), lookahead)
        down = next((k for k, move in enumerate(moves) if move <= -threshold), lookahead)
        labels.append(1 if up == down else 0 if up < down else 2)
    return labels


def zscore(values: list[float], window: int, row: int) -> float:
    """Return the z-score of one value within the window that ends with it."""
    part = values[row - window + 1 : row + 1]
    if row + 1 < window or any(math.isnan(v) for v in part):
        return math.nan
    spread = statistics.pstdev(part)
    return (values[row] - statistics.fmean(part)) / spread if spread else 0.0
