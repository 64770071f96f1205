"""Averages against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ktrdr_app.indicators import compute
from tests.indicators.bars import frame_of, walk

NAN = np.nan


def test_sma_by_hand() -> None:
    result = compute("sma", frame_of([2, 4, 6, 8, 1]), period=3)
    np.testing.assert_allclose(result["sma"], [NAN, NAN, 4, 6, 5])


def test_ema_by_hand_is_seeded_with_the_mean() -> None:
    # weight 2 / (3 + 1) = 1/2; seed (2 + 4 + 6) / 3 = 4
    result = compute("ema", frame_of([2, 4, 6, 8, 1]), period=3)
    np.testing.assert_allclose(result["ema"], [NAN, NAN, 4, 6, 3.5])


def test_averages_of_a_straight_line_lag_behind_it() -> None:
    close = np.arange(1.0, 201.0)
    sma = compute("sma", frame_of(close), period=21)["sma"].to_numpy()
    ema = compute("ema", frame_of(close), period=21)["ema"].to_numpy()
    np.testing.assert_allclose(sma[20:], close[20:] - 10)
    np.testing.assert_allclose(ema[20:], close[20:] - 10)


def test_sma_agrees_with_pandas() -> None:
    bars = walk(500, seed=3)
    np.testing.assert_allclose(compute("sma", bars, period=17)["sma"], bars["close"].rolling(17).mean(), rtol=1e-12)


@pytest.mark.parametrize("name", ["sma", "ema"])
def test_last_bar_alone_when_as_long_as_the_period(name: str) -> None:
    result = compute(name, frame_of([1, 2, 3, 4]), period=4)[name]
    assert result.isna().tolist() == [True, True, True, False]
    assert result.iloc[-1] == pytest.approx(2.5)


@pytest.mark.parametrize("name", ["sma", "ema"])
def test_default_period_is_20(name: str) -> None:
    bars = walk(60)
    assert compute(name, bars).equals(compute(name, bars, period=20))
