"""The original's context features against plain loops, and which of them look ahead."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.features.legacy_context import LOOK_AHEAD, price_context, raw_indicators, volume_context
from tests.features.test_legacy import bars


def test_price_features_against_loops() -> None:
    frame = bars()
    found = price_context(frame)
    close = frame["close"].to_numpy()
    returns = [0.0] + [close[i] / close[i - 1] - 1 for i in range(1, len(close))]
    for i in range(len(close)):
        for lag in (5, 10, 20):
            expected = close[i] / close[i - lag] - 1 if i >= lag else 0.0
            assert found[f"roc_{lag}"].iloc[i] == pytest.approx(expected, abs=1e-12)
        window = returns[i - 19 : i + 1] if i >= 19 else returns
        assert found["volatility_20"].iloc[i] == pytest.approx(np.std(window, ddof=1), rel=1e-9)
        low, high = frame["low"].iloc[i], frame["high"].iloc[i]
        assert found["daily_price_position"].iloc[i] == pytest.approx((close[i] - low) / (high - low))


def test_volume_features_against_loops() -> None:
    frame = bars()
    found = volume_context(frame, frame["volume"])
    volume, close = frame["volume"].to_numpy(), frame["close"].to_numpy()
    balance = [0.0]
    for i in range(1, len(volume)):
        balance.append(balance[-1] + np.sign(close[i] - close[i - 1]) * volume[i])
    for i in range(len(volume)):
        mean = np.mean(volume[i - 19 : i + 1]) if i >= 19 else np.mean(volume)
        assert found["volume_ratio_20"].iloc[i] == pytest.approx(volume[i] / (mean + 1e-8))
        change = (volume[i] - volume[i - 5]) / (volume[i - 5] + 1e-8) if i >= 5 else 0.0
        assert found["volume_change_5"].iloc[i] == pytest.approx(np.clip(change, -100, 100))
        expected = (balance[i] - np.mean(balance)) / np.std(balance, ddof=1)
        assert found["obv_normalized"].iloc[i] == pytest.approx(expected)


def test_a_bar_without_range_is_in_its_middle() -> None:
    frame = bars().assign(high=5.0, low=5.0, close=5.0)
    assert (price_context(frame)["daily_price_position"] == 0.5).all()


def test_ratios_appear_only_for_three_names() -> None:
    frame = bars().assign(sma_20=50.0, sma=50.0)
    found = price_context(frame)
    assert next(iter(found)) == "price_to_sma_20_ratio"
    assert "price_to_sma_ratio" not in found
    np.testing.assert_allclose(found["price_to_sma_20_ratio"], frame["close"] / 50.0)


@pytest.mark.parametrize("absent", [-1.0, np.nan])
def test_a_missing_volume_takes_its_neighbours(absent: float) -> None:
    frame = bars(30)
    holes = frame["volume"].copy()
    holes.iloc[[0, 1, 10]] = absent
    filled = frame["volume"].copy()
    filled.iloc[:2], filled.iloc[10] = filled.iloc[2], filled.iloc[9]
    for name, values in volume_context(frame, holes).items():
        np.testing.assert_array_equal(values, volume_context(frame, filled)[name], err_msg=name)


def test_series_without_volume() -> None:
    frame = bars(40)
    none = volume_context(frame, frame["volume"] * np.nan)
    assert all((values == 0).all() for values in none.values())
    unknown = volume_context(frame, frame["volume"] * 0 - 1)
    np.testing.assert_allclose(unknown["volume_ratio_20"], 1.0)


def test_only_the_marked_features_change_when_bars_are_appended() -> None:
    long, short = bars(60), bars(60).iloc[:40]
    for build in (price_context, lambda frame: volume_context(frame, frame["volume"])):
        before, after = build(short), build(long)
        changed = {name for name in before if not np.allclose(before[name], after[name].iloc[:40], rtol=1e-12)}
        assert changed == set(LOOK_AHEAD) & set(before)


def test_raw_indicators_are_those_of_a_few_names() -> None:
    frame = bars().assign(rsi=40.0, macd=np.arange(60.0), other=1.0)
    found = raw_indicators(frame)
    assert list(found) == ["rsi_normalized", "macd_normalized"]
    assert (found["rsi_normalized"] == 0.4).all()
    assert found["macd_normalized"].mean() == pytest.approx(0, abs=1e-12)
    assert found["macd_normalized"].std(ddof=1) == pytest.approx(1)
    assert (raw_indicators(pd.DataFrame({"macd": [2.0, 2.0]}))["macd_normalized"] == 0).all()
