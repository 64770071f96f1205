"""Small bars whose figures can be worked out on paper, random ones, and one line of one of the original's formulas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ktrdr_app.indicators.legacy import FORMULAS
from ktrdr_app.indicators.legacy.formula import Line
from tests.reference.legacy_indicators import Rows

NAN = float("nan")


def bars(
    high: Sequence[float],
    low: Sequence[float],
    close: Sequence[float],
    volume: Sequence[float] | float = 1.0,
    opens: Sequence[float] | None = None,
) -> pd.DataFrame:
    """Return hourly bars of these prices; they open at their close unless told otherwise."""
    index = pd.date_range("2020-01-01", periods=len(close), freq="h", tz="UTC")
    columns = {"open": close if opens is None else opens, "high": high, "low": low, "close": close, "volume": volume}
    return pd.DataFrame(columns, index=index).astype(np.float64)


def points(close: Sequence[float], volume: Sequence[float] | float = 1.0, reach: float = 0.0) -> pd.DataFrame:
    """Return bars that reach as far above their close as below it."""
    return bars([value + reach for value in close], [value - reach for value in close], close, volume)


def random_bars(count: int, seed: int = 5) -> pd.DataFrame:
    """Return bars with gaps, equal closes and bars without volume."""
    rng = np.random.default_rng(seed)
    close = 50 + np.cumsum(rng.normal(size=count)).round(1)
    opens = close + rng.normal(size=count).round(1)
    high, low = np.maximum(close, opens) + rng.random(count), np.minimum(close, opens) - rng.random(count)
    return bars(high.tolist(), low.tolist(), close.tolist(), rng.integers(0, 9, count).tolist(), opens.tolist())


def rows_of(frame: pd.DataFrame) -> Rows:
    """Return the bars as the plain loops take them."""
    return [tuple(row) for row in frame[["open", "high", "low", "close", "volume"]].to_numpy().tolist()]


def columns(type_name: str, frame: pd.DataFrame, **params: object) -> dict[str, Line]:
    """Return what the original appended for an indicator that its file calls ``Mine``."""
    return FORMULAS.get(type_name).columns(frame, "Mine", params)


def close_to(found: Line, expected: Sequence[float]) -> None:
    """Fail unless a line has these values, NaN for NaN."""
    np.testing.assert_allclose(found.to_numpy(), expected, rtol=1e-12, atol=1e-12)
