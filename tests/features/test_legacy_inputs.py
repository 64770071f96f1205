"""Inputs of a bar under a strategy of the original: what other values make, against its own features built anew."""

from __future__ import annotations

import numpy as np
import pytest

from ktrdr_app.features.legacy import legacy_features
from ktrdr_app.features.legacy_inputs import LegacyInputs
from ktrdr_app.features.raw_inputs import RawInput
from ktrdr_app.indicators.legacy import engine_frame, mapped_frame
from ktrdr_app.model_store.load import load_model
from ktrdr_app.strategy.legacy import read_legacy
from tests.features.test_legacy import CONFIG, bars, config_of
from tests.legacy_reference import MODELS, folder, raw_bars

FULL = CONFIG | {
    "indicators": [
        {"name": "rsi", "period": 5},
        {"name": "sma", "params": {"period": 10}},
        {"name": "macd"},
        {"name": "ema_20", "type": "EMA", "params": {"period": 20}},
    ],
    "fuzzy_sets": {
        "sma": {"near": {"type": "triangular", "parameters": [0.98, 1.0, 1.02]}},
        "rsi": {
            "low": {"type": "trapezoidal", "parameters": [0, 0, 20, 40]},
            "mid": {"type": "triangular", "parameters": [20, 50, 80]},
        },
        "macd": {"flat": {"type": "gaussian", "parameters": [0, 0.5]}},
    },
    "model": {
        "features": {"include_price_context": True, "include_volume_context": True, "include_raw_indicators": True}
    },
}
SERIES = bars(150).assign(open=lambda frame: frame["close"].shift(1, fill_value=100.0))
SERIES["low"] = SERIES["low"] - np.arange(150) % 7 / 10
BAR = 120


def opened(config: dict[str, object] = FULL) -> LegacyInputs:
    return LegacyInputs(SERIES, config, legacy_features(SERIES, config))


@pytest.fixture(scope="module")
def inputs() -> LegacyInputs:
    return opened()


def by_key(inputs: LegacyInputs) -> dict[str, RawInput]:
    return {entry.key: entry for entry in inputs.raw_inputs(BAR)}


def changed(inputs: LegacyInputs, key: str, value: float) -> dict[str, float]:
    row = by_key(inputs)[key].rows(np.array([value]))[0]
    return {inputs.names[place]: float(row[place]) for place in np.flatnonzero(row != inputs.features(BAR))}


def test_the_values_at_hand_make_the_features_at_hand(inputs: LegacyInputs) -> None:
    for bar in (60, BAR, len(SERIES) - 1):
        for entry in inputs.raw_inputs(bar):
            row = entry.rows(np.array([entry.value]))[0]
            np.testing.assert_array_equal(row, inputs.features(bar), err_msg=entry.key)


def test_every_column_is_in_one_group_and_moves_with_its_input(inputs: LegacyInputs) -> None:
    columns = [column for group in inputs.groups.values() for column in group]
    assert sorted(columns) == list(range(len(inputs.names)))
    assert set(inputs.groups) == {"rsi", "sma", "macd", "ema_20", "price", "volume"}
    for entry in inputs.raw_inputs(BAR):
        rows = entry.rows(np.linspace(entry.spread.low, entry.spread.high, 5))
        moved = set(np.flatnonzero((rows != inputs.features(BAR)).any(axis=0)).tolist())
        assert moved <= set(inputs.groups[entry.group]), entry.key


def test_memberships_and_raw_features_follow_by_hand(inputs: LegacyInputs) -> None:
    assert changed(inputs, "rsi", 30.0) == {
        "rsi_low": pytest.approx(0.5),
        "rsi_mid": pytest.approx(1 / 3),
        "rsi_normalized": pytest.approx(0.3),
    }
    assert changed(inputs, "sma", 1.01)["sma_near"] == pytest.approx(0.5)
    close = SERIES["close"].iloc[BAR]
    assert changed(inputs, "ema_20", close / 1.03) == {"price_to_ema_20_ratio": pytest.approx(1.03)}
    macd = mapped_frame(engine_frame(SERIES, read_legacy(FULL, "x").indicators), read_legacy(FULL, "x").indicators)
    line = macd["macd"]
    moved = changed(inputs, "macd", 0.5)
    assert moved["macd_flat"] == pytest.approx(np.exp(-0.5), abs=1e-6)
    assert moved["macd_normalized"] == pytest.approx((0.5 - line.mean()) / line.std(), rel=1e-5)
    assert changed(inputs, "roc_5", 0.5) == {"roc_5": 0.5}
    assert changed(inputs, "obv_normalized", -1.0) == {"obv_normalized": -1.0}


def test_a_price_of_nothing_makes_a_feature_that_no_network_takes(inputs: LegacyInputs) -> None:
    rows = by_key(inputs)["ema_20"].rows(np.array([0.0, 50.0]))
    assert np.isinf(rows[0, inputs.names.index("price_to_ema_20_ratio")])
    assert np.isfinite(rows[1]).all()


def test_bounds(inputs: LegacyInputs) -> None:
    found = by_key(inputs)
    assert 0.0 <= found["rsi"].spread.low < found["rsi"].spread.high <= 100.0
    place = found["daily_price_position"].spread
    assert 0.0 <= place.low < place.high <= 1.0
    assert found["roc_20"].spread.low > -1.0
    assert found["macd"].spread.low < 0.0
    assert all(entry.back == 0 for entry in found.values()), "the original made no lags"


def test_readings(inputs: LegacyInputs) -> None:
    table = dict(zip(inputs.names, inputs.features(BAR).tolist(), strict=True))
    found = {reading.name: reading for reading in inputs.readings(BAR)}
    assert list(found) == ["rsi", "sma", "macd"], "only what has sets"
    assert dict(found["rsi"].grades) == {"low": table["rsi_low"], "mid": table["rsi_mid"]}
    assert found["rsi"].form == "raw"


def test_an_indicator_without_a_set_or_feature_is_no_input() -> None:
    small = opened(CONFIG)
    assert [entry.key for entry in small.raw_inputs(BAR)] == ["rsi", "sma"]
    assert set(small.groups) == {"rsi", "sma"}


def test_a_raw_indicator_that_never_moved_counts_as_nothing() -> None:
    still = SERIES.assign(open=100.0, high=100.0, low=100.0, close=100.0)
    flat = LegacyInputs(still, FULL, legacy_features(still, FULL))
    entry = next(entry for entry in flat.raw_inputs(BAR) if entry.key == "macd")
    assert entry.rows(np.array([5.0]))[0][flat.names.index("macd_normalized")] == 0.0


@pytest.mark.shared
@pytest.mark.parametrize("model", MODELS)
def test_genuine_models_take_the_rows(model: str) -> None:
    series, config = raw_bars(MODELS[model]), config_of(model)
    genuine = LegacyInputs(series, config, legacy_features(series, config))
    loaded = load_model(folder(model))
    assert genuine.names == loaded.feature_names
    bar = len(series) - 5
    expected = loaded.model.predict_proba(genuine.features(bar)[np.newaxis])
    for entry in genuine.raw_inputs(bar):
        row = entry.rows(np.array([entry.value]))
        np.testing.assert_array_equal(loaded.model.predict_proba(row), expected, err_msg=entry.key)
    assert genuine.readings(bar)
