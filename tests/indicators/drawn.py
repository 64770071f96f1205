"""Drawn bars of small whole prices: ties, gaps, bars without a range, and volumes that are missing or 0."""

from __future__ import annotations

import math

import pandas as pd
from hypothesis import strategies as st

from tests.indicators.bars import frame_of

TOP = 64.0
"""Prices lie strictly between 0 and this one, and so do prices mirrored at half of it."""


@st.composite
def whole_bars(draw: st.DrawFn, least: int = 1, most: int = 24, volumes: bool = True) -> pd.DataFrame:
    """Draw bars whose prices are whole numbers, so that equal prices are equal and sums are exact."""
    bodies = draw(st.lists(st.tuples(st.integers(8, 56), st.integers(8, 56)), min_size=least, max_size=most))
    shadows = draw(
        st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=len(bodies), max_size=len(bodies))
    )
    kinds = st.one_of(st.integers(1, 9), st.just(0), st.just(math.nan)) if volumes else st.integers(1, 9)
    volume = draw(st.lists(kinds, min_size=len(bodies), max_size=len(bodies)))
    return frame_of(
        [close for _, close in bodies],
        opened=[float(opened) for opened, _ in bodies],
        high=[float(max(body) + above) for body, (above, _) in zip(bodies, shadows, strict=True)],
        low=[float(min(body) - below) for body, (_, below) in zip(bodies, shadows, strict=True)],
        volume=volume,
    )


def mirrored(bars: pd.DataFrame) -> pd.DataFrame:
    """Return the bars upside down: every rise is a fall of the same size, highs are lows."""
    return bars.assign(
        open=TOP - bars["open"], high=TOP - bars["low"], low=TOP - bars["high"], close=TOP - bars["close"]
    )
