"""Bars for the tests: the shipped sample, random walks, and hand-written closes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from tests.shared_data import shared_path

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "sample"
SERIES = tuple(sorted(path.stem for path in SAMPLE.glob("*.csv")))


def sample_bars(series: str) -> pd.DataFrame:
    """Read a shipped series by pandas alone."""
    frame = pd.read_csv(SAMPLE / f"{series}.csv", index_col="timestamp", parse_dates=True).astype(np.float64)
    frame.index = pd.DatetimeIndex(frame.index).as_unit("ns")
    return frame


def development_bars(series: str, first: int, rows: int) -> pd.DataFrame:
    """Read some bars of a development series by pandas alone; bars without a price are left out."""
    return _development_series(shared_path(f"data/dev/{series}.csv")).iloc[first : first + rows].copy()


@cache
def _development_series(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path, index_col="timestamp", parse_dates=True)
    frame.index = pd.DatetimeIndex(frame.index).as_unit("ns")
    return frame.astype(np.float64).dropna(subset=["open", "high", "low", "close"])


def walk(rows: int, seed: int = 0, start: float = 100.0, step: float = 0.02) -> pd.DataFrame:
    """Draw bars whose close is a geometric random walk, with highs and lows around them."""
    rng = np.random.default_rng(seed)
    close = start * np.exp(np.cumsum(rng.normal(0, step, rows)))
    opened = np.r_[start, close[:-1]][:rows]
    high = np.maximum(opened, close) * (1 + rng.uniform(0, step, rows))
    low = np.minimum(opened, close) * (1 - rng.uniform(0, step, rows))
    volume = rng.integers(1, 10_000, rows).astype(np.float64)
    return frame_of(close, opened, high, low, volume)


def frame_of(
    close: object, opened: object = None, high: object = None, low: object = None, volume: object = 1.0
) -> pd.DataFrame:
    """Make a frame from closes; the other prices are the close unless given."""
    closes = np.asarray(close, dtype=np.float64)
    columns = {
        "open": closes if opened is None else opened,
        "high": closes if high is None else high,
        "low": closes if low is None else low,
        "close": closes,
        "volume": np.broadcast_to(np.asarray(volume, dtype=np.float64), closes.shape),
    }
    index = pd.date_range("2024-01-01", periods=len(closes), freq="h", tz="UTC", unit="ns", name="timestamp")
    return pd.DataFrame(columns, index=index, dtype=np.float64)


def times(bars: pd.DataFrame, price: float = 1.0, volume: float = 1.0) -> pd.DataFrame:
    """Multiply prices and volume."""
    return bars.mul([price, price, price, price, volume])


def shifted(bars: pd.DataFrame, by: float) -> pd.DataFrame:
    """Add to every price."""
    return bars.add([by, by, by, by, 0.0])
