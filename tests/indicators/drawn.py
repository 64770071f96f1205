"""Drawn bars of small whole prices: ties, gaps, bars without a range, and volumes that are missing or 0."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from tests.indicators.bars import frame_of

TOP = 64.0
"""Prices lie strictly between 0 and this one, and so do prices mirrored at half of it."""


BODY, SHADOW = st.integers(8, 56), st.integers(0, 6)
VOLUME = st.sampled_from([1.0, 2.0, 5.0, 9.0, 0.0, math.nan])


def whole_bars(least: int = 1, most: int = 24) -> st.SearchStrategy[pd.DataFrame]:
    """Draw bars whose prices are whole numbers, so that equal prices are equal and sums are exact."""
    rows = st.tuples(BODY, BODY, SHADOW, SHADOW, VOLUME)
    return st.lists(rows, min_size=least, max_size=most).map(_frame)


def _frame(rows: list[tuple[int, int, int, int, float]]) -> pd.DataFrame:
    opened, close, above, below, volume = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    high, low = np.maximum(opened, close) + above, np.minimum(opened, close) - below
    return frame_of(close, opened=opened, high=high, low=low, volume=volume)


def mirrored(bars: pd.DataFrame) -> pd.DataFrame:
    """Return the bars upside down: every rise is a fall of the same size, highs are lows."""
    return bars.assign(
        open=TOP - bars["open"], high=TOP - bars["low"], low=TOP - bars["high"], close=TOP - bars["close"]
    )
