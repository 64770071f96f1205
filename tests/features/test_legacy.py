"""Features "as trained" by the original: every stage, and its predictions from raw bars through the stored models."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.errors import StrategyProblem, UnknownName
from ktrdr_app.features.legacy import legacy_features, legacy_fuzzy
from ktrdr_app.features.scaler import fit_scaler
from ktrdr_app.indicators.legacy import engine_frame, mapped_frame
from ktrdr_app.model_store.load import load_model
from ktrdr_app.strategy.legacy import read_legacy
from tests.legacy_reference import MODELS, folder, predictions, raw_bars, table

STAGES = "neuro_mean_reversion__MSFT_1h_v2__"
CONFIG = {
    "name": "small",
    "indicators": [{"name": "rsi", "period": 5}, {"name": "sma", "params": {"period": 10}}, {"name": "macd"}],
    "fuzzy_sets": {
        "sma": {"near": {"type": "triangular", "parameters": [0.98, 1.0, 1.02]}},
        "rsi": {"low": {"type": "trapezoidal", "parameters": [0, 0, 20, 40]}},
        "stranger": {"any": {"type": "gaussian", "parameters": [0, 1]}},
    },
    "model": {"features": {"include_price_context": False, "include_volume_context": False, "lookback_periods": 9}},
}


def bars(count: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    close = 100 * np.exp(np.cumsum(rng.normal(scale=0.01, size=count)))
    index = pd.date_range("2021-01-01", periods=count, freq="h", tz="UTC")
    spread = 0.2 + rng.random(count)
    columns = {"open": close, "high": close + spread, "low": close - spread, "close": close}
    return pd.DataFrame(columns | {"volume": rng.integers(1, 900, count).astype(float)}, index=index)


def config_of(model: str) -> dict[str, object]:
    return json.loads((folder(model) / "config.json").read_text(encoding="utf-8"))


@pytest.mark.shared
@pytest.mark.parametrize("model", MODELS)
def test_predictions_from_raw_bars_are_the_originals(model: str) -> None:
    reference = predictions(model)
    series = raw_bars(MODELS[model])
    frame = legacy_features(series, config_of(model))
    assert list(frame.contract.names) == reference["feature_names"].tolist()
    rows = series.index.get_indexer(pd.to_datetime(reference["timestamps"], utc=True))
    np.testing.assert_allclose(frame.values[rows], reference["raw_features"], rtol=1e-6, atol=1e-6)
    found = load_model(folder(model)).model.predict_proba(frame.values)
    assert np.abs(found - reference["all_probs"]).max() <= 1e-6
    assert (found.argmax(axis=1) == reference["all_argmax"]).all()


@pytest.mark.shared
def test_memberships_features_and_scaled_rows_are_the_originals() -> None:
    strategy = read_legacy(config_of("neuro_mean_reversion/MSFT_1h_v2"), "config.json")
    series = raw_bars("MSFT_1h")
    mapped = mapped_frame(engine_frame(series, strategy.indicators), strategy.indicators)
    grades, reference = pd.DataFrame(legacy_fuzzy(mapped, strategy, "config.json")), table(f"{STAGES}3_fuzzy")
    assert list(grades) == list(reference)
    np.testing.assert_allclose(grades.to_numpy(), reference.to_numpy(), rtol=1e-9, atol=1e-9)
    frame, reference = legacy_features(series, strategy.document), table(f"{STAGES}4_features_raw")
    assert list(frame.contract.names) == list(reference)
    np.testing.assert_allclose(frame.values, reference.to_numpy(), rtol=1e-6, atol=1e-6)
    scaled = fit_scaler("standard", frame.values, frame.contract.names).transform(frame.values)
    np.testing.assert_allclose(scaled, table(f"{STAGES}5_features_scaled_refit").to_numpy(), rtol=1e-5, atol=2e-5)


def test_order_follows_the_indicators_and_parameters_beside_the_name_do_nothing() -> None:
    frame = legacy_features(bars(), CONFIG)
    assert frame.contract.names == ("rsi_low", "sma_near")
    assert frame.valid.all()
    without = {**CONFIG, "indicators": [{"name": "rsi"}, *CONFIG["indicators"][1:]]}
    np.testing.assert_array_equal(frame.values, legacy_features(bars(), without).values)
    within = {**CONFIG, "indicators": [{"name": "rsi", "params": {"period": 5}}, *CONFIG["indicators"][1:]]}
    assert (frame.values != legacy_features(bars(), within).values).any()


def test_rows_of_the_warm_up_are_kept_with_zero() -> None:
    frame = legacy_features(bars(), CONFIG)
    assert (frame.values[:9] == 0).all()  # RSI 0 is no member of [0, 0, 20, 40] by the original's edge rule
    assert frame.values.shape == (60, 2)
    assert frame.values.dtype == np.float32
    assert frame.values.flags.c_contiguous


def test_groups_are_switched_by_the_settings() -> None:
    everything = {
        **CONFIG,
        "model": {"features": {"include_raw_indicators": True, "include_volume_context": False}},
    }
    names = legacy_features(bars(), everything).contract.names
    assert names[2:] == (
        *("roc_5", "roc_10", "roc_20", "daily_price_position", "volatility_20"),
        *("rsi_normalized", "macd_normalized"),
    )
    assert legacy_features(bars(), {**CONFIG, "model": {}}).contract.names[-1] == "obv_normalized"


def test_the_contract_changes_with_what_the_values_depend_on() -> None:
    digest = legacy_features(bars(), CONFIG).contract.digest
    assert digest == legacy_features(bars(30), {**CONFIG, "name": "other"}).contract.digest
    moved = {**CONFIG["fuzzy_sets"], "rsi": {"low": {"type": "trapezoidal", "parameters": [0, 0, 20, 41]}}}
    assert digest != legacy_features(bars(), {**CONFIG, "fuzzy_sets": moved}).contract.digest


def test_sets_that_belong_to_no_indicator_are_no_strategy() -> None:
    lost = {**CONFIG, "fuzzy_sets": {"stranger": CONFIG["fuzzy_sets"]["stranger"]}}
    with pytest.raises(StrategyProblem, match="stranger"):
        legacy_features(bars(), lost)


def test_parameters_of_other_classes_are_named() -> None:
    wrong = {**CONFIG, "indicators": [{"name": "rsi", "params": {"std_dev": 2}}]}
    with pytest.raises(UnknownName, match="std_dev"):
        legacy_features(bars(), wrong)
