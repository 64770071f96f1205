"""Markets and settings that the tests of this room draw from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from ktrdr_app.backtesting.config import BacktestConfig

FREE = {"commission": 0.0, "slippage": 0.0}


def make_bars(
    opens: Sequence[float],
    closes: Sequence[float],
    highs: Sequence[float] | None = None,
    lows: Sequence[float] | None = None,
    volume: Sequence[float] | float = 1000.0,
    freq: str = "1D",
) -> pd.DataFrame:
    """Return bars; highs and lows enclose open and close tightly where they are not given."""
    index = pd.date_range("2020-01-01", periods=len(opens), freq=freq, tz="UTC", unit="ns", name="timestamp")
    columns = {
        "open": opens,
        "high": np.maximum(opens, closes) if highs is None else highs,
        "low": np.minimum(opens, closes) if lows is None else lows,
        "close": closes,
        "volume": volume,
    }
    return pd.DataFrame(columns, index=index, dtype=np.float64)


def walk(seed: int, rows: int, freq: str = "1D") -> pd.DataFrame:
    """Return a random walk with gaps between close and next open."""
    draw = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(draw.normal(0, 0.02, rows)))
    opens = np.concatenate([[100.0], close[:-1]]) * np.exp(draw.normal(0, 0.005, rows))
    high = np.maximum(opens, close) * (1 + draw.random(rows) * 0.01)
    low = np.minimum(opens, close) * (1 - draw.random(rows) * 0.01)
    return make_bars(opens, close, high, low, draw.integers(100, 10_000, rows), freq)


def coin_signals(seed: int, rows: int, hold: float = 0.6) -> np.ndarray:
    """Return random signals, ``hold`` of them HOLD."""
    draw = np.random.default_rng(seed)
    return draw.choice([0, 1, 2], size=rows, p=[(1 - hold) / 2, hold, (1 - hold) / 2]).astype(np.int8)


prices = st.floats(min_value=0.5, max_value=2_000.0, allow_nan=False).map(lambda value: round(value, 4))


@st.composite
def markets(draw: st.DrawFn, least: int = 1, most: int = 40) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw bars and signals for them."""
    rows = draw(st.integers(least, most))
    column = st.lists(prices, min_size=rows, max_size=rows)
    opens, closes = draw(column), draw(column)
    stretch = st.lists(st.floats(0, 0.2), min_size=rows, max_size=rows)
    highs = np.maximum(opens, closes) * (1 + np.array(draw(stretch)))
    lows = np.minimum(opens, closes) * (1 - np.array(draw(stretch)))
    signals = draw(st.lists(st.sampled_from([0, 1, 2]), min_size=rows, max_size=rows))
    return make_bars(opens, closes, highs, lows), np.array(signals, dtype=np.int8)


sizings = st.one_of(
    st.just({"kind": "all_in"}),
    st.floats(0.01, 1.0).map(lambda share: {"kind": "fraction", "fraction": share}),
    st.floats(0.01, 500.0).map(lambda units: {"kind": "fixed_units", "units": units}),
)


@st.composite
def configs(draw: st.DrawFn, **fixed: Any) -> BacktestConfig:
    """Draw a configuration, some of its fields fixed."""
    fields = {
        "initial_capital": draw(st.floats(100.0, 1e6)),
        "commission": draw(st.sampled_from([0.0, 0.001, 0.02])),
        "slippage": draw(st.sampled_from([0.0, 0.0005, 0.03])),
        "fill": draw(st.sampled_from(["next_open", "close"])),
        "sizing": draw(sizings),
        "allow_short": draw(st.booleans()),
        "close_at_end": draw(st.booleans()),
    }
    return BacktestConfig(**(fields | fixed))
