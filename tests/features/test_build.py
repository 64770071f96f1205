"""The one feature function: every column recomputed by hand, nothing from the future, warm-up never filled."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skfuzzy
import talib
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.paths import Workspace, shipped
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.features.build import build_features
from ktrdr_app.features.contract import FeatureFrame
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.strategy.load import load_strategy
from tests.conftest import make_bars
from tests.features.strategies import plan
from tests.reference import features as slow


def _column(frame: FeatureFrame, name: str) -> np.ndarray:
    return frame.values[:, frame.contract.names.index(name)]


def test_memberships_equal_talib_and_scikit_fuzzy_done_by_hand() -> None:
    bars = make_bars(200, seed=1)
    close, high, low = (bars[name].to_numpy() for name in ("close", "high", "low"))
    built = build_features(bars, plan())
    rsi = talib.RSI(close, 5)
    low_set = np.where(rsi <= 30, 1.0, skfuzzy.trapmf(rsi, [0, 10, 30, 50]))
    distance = (close - talib.SMA(close, 8)) / talib.ATR(high, low, close, 14)
    above = np.where(distance >= 2, 1.0, skfuzzy.trimf(distance, [0, 2, 4]))
    percent = 100 * talib.MACD(close, 3, 6, 3)[1] / close
    flat = skfuzzy.gaussmf(percent, 0, 1)
    rows = built.valid
    for name, expected in (("rsi_low", low_set), ("mean_above", above), ("signal_flat", flat)):
        np.testing.assert_allclose(_column(built, name)[rows], expected[rows], atol=1e-6)


def test_context_lags_and_raw_values_sit_in_their_columns() -> None:
    bars = make_bars(150, seed=2)
    built = build_features(bars, plan())
    rsi = talib.RSI(bars["close"].to_numpy(), 5)
    mean = talib.SMA(bars["close"].to_numpy(), 8)
    for row in np.flatnonzero(built.valid)[::7]:
        for name, expected in (slow.price_context(bars, row) | slow.volume_context(bars, row)).items():
            assert _column(built, name)[row] == pytest.approx(expected, rel=1e-5, abs=1e-6)
        assert _column(built, "rsi_low_lag2")[row] == _column(built, "rsi_low")[row - 2]
        assert _column(built, "signal_flat_lag1")[row] == _column(built, "signal_flat")[row - 1]
        assert _column(built, "rsi_normalized")[row] == pytest.approx(rsi[row] / 100, rel=1e-6)
        assert _column(built, "mean_zscore")[row] == pytest.approx(slow.zscore(mean.tolist(), 50, row), rel=1e-4)


def test_warm_up_rows_are_missing_and_in_front_only() -> None:
    built = build_features(make_bars(150, seed=3), plan())
    first = int(np.argmax(built.valid))
    assert 50 < first < 80
    assert built.valid[first:].all()
    assert not built.valid[:first].any()
    assert np.isnan(built.values[:first]).any(axis=1).all()


def test_a_series_shorter_than_the_warm_up_has_no_valid_row() -> None:
    assert not build_features(make_bars(30), plan()).valid.any()


@pytest.mark.parametrize("strategy", ["neuro_mean_reversion", "trend_momentum"])
@pytest.mark.parametrize("series", ["AAPL_1d", "GOOG_1d", "EURUSD_1h"])
@given(share=st.floats(0.2, 0.95), factor=st.sampled_from([0.5, 1.7, 30.0]))
def test_no_price_after_t_changes_a_feature_known_at_t(strategy: str, series: str, share: float, factor: float) -> None:
    bars = _real(series)
    made = _shipped(strategy)
    t = int(share * len(bars))
    changed = bars.copy()
    changed.iloc[t + 1 :] *= factor
    np.testing.assert_array_equal(build_features(changed, made).values[: t + 1], _built(strategy, series)[: t + 1])


@pytest.mark.parametrize("strategy", ["neuro_mean_reversion", "trend_momentum"])
def test_features_do_not_see_the_price_level_or_the_unit_of_volume(strategy: str) -> None:
    bars = _real("MSFT_1d")
    scaled = bars * [3.7, 3.7, 3.7, 3.7, 1000.0]
    before, after = (build_features(frame, _shipped(strategy)) for frame in (bars, scaled))
    np.testing.assert_allclose(after.values, before.values, rtol=1e-4, atol=1e-4)


def test_the_shipped_sets_leave_no_dead_zone_on_the_sample() -> None:
    for strategy in ("neuro_mean_reversion", "trend_momentum"):
        made = _shipped(strategy)
        for series in ("AAPL_1d", "IBM_1d", "EURUSD_1h"):
            built = build_features(_real(series), made)
            rows = built.values[built.valid][:, : len(made.fuzzy.names)]
            first = 0
            for entry in made.strategy.fuzzy_sets.values():
                assert rows[:, first : first + len(entry.sets)].max(axis=1).min() > 0
                first += len(entry.sets)
            assert (rows > 0.5).mean(axis=0).min() > 0.005, "a set that is practically never active"


def test_seconds_are_collected_by_step() -> None:
    seconds: dict[str, float] = {}
    build_features(make_bars(100), plan(), seconds)
    assert set(seconds) == {"indicators", "fuzzy", "features"}
    assert all(value >= 0 for value in seconds.values())


@functools.cache
def _real(series: str) -> pd.DataFrame:
    symbol, timeframe = series.split("_")
    return CSVDataSource(shipped("resources") / "sample").load(symbol, timeframe)


@functools.cache
def _shipped(strategy: str) -> FeaturePlan:
    return FeaturePlan.of(load_strategy(strategy, Workspace(Path("nowhere"))))


@functools.cache
def _built(strategy: str, series: str) -> np.ndarray:
    return build_features(_real(series), _shipped(strategy)).values
