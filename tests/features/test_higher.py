"""A strategy that reads longer bars, end to end: values by hand, nothing from the future, clear refusals."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import skfuzzy
import talib
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue, StrategyProblem
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.features.build import all_fuzzy_inputs, build_features
from ktrdr_app.features.groups import feature_groups
from ktrdr_app.features.higher import check_timeframes, longer_columns, longer_timeframes
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.strategy.load import from_document, parse_strategy
from ktrdr_app.strategy.schema import FuzzyInput
from ktrdr_app.training import process_symbol
from tests.conftest import make_bars
from tests.features.strategies import TEXT, plan

TEXT_LONGER = TEXT.replace(
    "features:",
    """\
  rsi_4h:
    input: rsi
    timeframe: 4h
    sets:
      low: {type: trapezoidal, parameters: [0, 10, 30, 50], shoulder: left}
  trend:
    input: mean
    form: atr_distance
    timeframe: 1d
    sets:
      above: {type: triangular, parameters: [0, 2, 4], shoulder: right}
features:""",
)


def _plan(text: str = TEXT_LONGER) -> FeaturePlan:
    return FeaturePlan.of(parse_strategy(text, "probe.yaml"))


def _by_pandas(bars: pd.DataFrame, rule: str) -> pd.DataFrame:
    groups = bars.resample(rule).agg({"open": "first", "high": "max", "low": "min", "close": "last"})
    return groups if bars.index[0] == groups.index[0] else groups.iloc[1:]


def _on_bars(values: np.ndarray, longer: pd.DatetimeIndex, length: str, index: pd.DatetimeIndex) -> np.ndarray:
    """Join one by one: the newest longer bar that has closed when the bar closes."""
    found = []
    for stamp in index + pd.Timedelta("1h"):
        closed = np.flatnonzero(longer + pd.Timedelta(length) <= stamp)
        found.append(values[closed[-1]] if closed.size else np.nan)
    return np.array(found)


@pytest.mark.parametrize("start", ["2021-06-01 00:00", "2021-06-01 05:00"])
def test_memberships_of_longer_bars_equal_pandas_talib_and_scikit_fuzzy(start: str) -> None:
    bars = make_bars(900, 5, start)
    built = build_features(bars, _plan(), timeframe="1h")
    names = built.contract.names
    four, day = _by_pandas(bars, "4h"), _by_pandas(bars, "1D")
    rsi = _on_bars(talib.RSI(four["close"].to_numpy(), 5), four.index, "4h", bars.index)
    low = np.where(rsi <= 30, 1.0, skfuzzy.trapmf(rsi, [0, 10, 30, 50]))
    close = day["close"].to_numpy()
    atr = talib.ATR(day["high"].to_numpy(), day["low"].to_numpy(), close, 14)
    distance = _on_bars((close - talib.SMA(close, 8)) / atr, day.index, "1D", bars.index)
    above = np.where(distance >= 2, 1.0, skfuzzy.trimf(distance, [0, 2, 4]))
    for name, x, expected in (("rsi_low_4h", rsi, low), ("trend_above_1d", distance, above)):
        column = built.values[:, names.index(name)]
        np.testing.assert_array_equal(np.isnan(column), np.isnan(x))
        np.testing.assert_allclose(column, np.where(np.isnan(x), np.nan, expected), atol=1e-6)
        assert "_4h_4h" not in name
    assert {"rsi_low_4h_lag1", "trend_above_1d_lag2"} <= set(names)
    lagged = built.values[:, names.index("rsi_low_4h_lag1")]
    np.testing.assert_array_equal(lagged[1:], built.values[:-1, names.index("rsi_low_4h")])


def test_own_inputs_do_not_change_beside_longer_ones() -> None:
    bars = make_bars(600, 6)
    alone, beside = build_features(bars, plan()), build_features(bars, _plan(), timeframe="1h")
    for name in alone.contract.names:
        one = alone.values[:, alone.contract.names.index(name)]
        np.testing.assert_array_equal(beside.values[:, beside.contract.names.index(name)], one)


@given(share=st.floats(0.3, 0.95), factor=st.sampled_from([0.5, 1.7, 30.0]), seed=st.integers(0, 3))
def test_no_price_after_t_changes_a_feature_known_at_t(share: float, factor: float, seed: int) -> None:
    bars = make_bars(500, seed, "2021-06-01 07:00")
    t = int(share * len(bars))
    changed = bars.copy()
    changed.iloc[t + 1 :] *= factor
    before, after = (build_features(frame, _plan(), timeframe="1h").values[: t + 1] for frame in (bars, changed))
    np.testing.assert_array_equal(before, after)
    np.testing.assert_array_equal(before, build_features(bars.iloc[: t + 1], _plan(), timeframe="1h").values)


def test_rows_before_the_first_longer_values_are_warm_up() -> None:
    built = build_features(make_bars(900, 7), _plan(), timeframe="1h")
    first = int(np.argmax(built.valid))
    assert first >= 14 * 24
    assert built.valid[first:].all()
    assert not build_features(make_bars(20), _plan(), timeframe="1h").valid.any()
    assert not build_features(make_bars(2, start="2020-01-01 01:00"), _plan(), timeframe="1h").valid.any()


def test_a_symbol_is_processed_and_its_longer_inputs_belong_to_their_indicators() -> None:
    made = _plan()
    result = process_symbol("SYN", make_bars(1500, 8), "1h", made)
    assert result.block.values.shape[1] == len(made.contract.names)
    groups = feature_groups(made)
    names = {group: {made.contract.names[column] for column in columns} for group, columns in groups.items()}
    assert {"rsi_low", "rsi_low_4h", "rsi_low_4h_lag1"} <= names["rsi"]
    assert {"trend_above_1d", "mean_below"} <= names["mean"]


def test_only_the_indicators_that_are_read_are_computed_on_longer_bars() -> None:
    made = _plan()
    assert longer_timeframes(made) == ("4h", "1d")
    computed = {entry.timeframe: set(entry.columns) for entry in longer_columns(make_bars(300), made, "1h")}
    assert computed == {"4h": {"rsi"}, "1d": {"mean", "atr_for_forms"}}
    assert list(longer_columns(make_bars(300), plan(), "")) == []


def test_every_fuzzy_input_has_values_on_the_bars() -> None:
    bars = make_bars(700, 9)
    found = all_fuzzy_inputs(bars, _plan(), "1h")
    assert list(found) == ["rsi", "mean", "signal", "rsi_4h", "trend"]
    assert {len(values) for values in found.values()} == {700}


@pytest.mark.parametrize("timeframe", ["4h", "1d"])
def test_bars_that_are_not_shorter_are_refused_with_the_input(timeframe: str) -> None:
    for attempt in (
        lambda: check_timeframes(_plan(), timeframe),
        lambda: build_features(make_bars(300), _plan(), timeframe=timeframe),
    ):
        with pytest.raises(InvalidValue) as caught:
            attempt()
        assert caught.value.where == "probe: fuzzy_sets.rsi_4h.timeframe"
        assert f"longer than the {timeframe} bars" in caught.value.hint


def test_bars_of_unsaid_length_are_refused_where_it_matters() -> None:
    with pytest.raises(InvalidValue) as caught:
        build_features(make_bars(300), _plan())
    assert "4h, 1d" in caught.value.hint


def test_an_unknown_time_frame_is_named_with_its_line_and_the_nearest_word() -> None:
    with pytest.raises(StrategyProblem) as caught:
        _plan(TEXT_LONGER.replace("timeframe: 4h", "timeframe: 4hr"))
    problem = caught.value.problems[0]
    assert (problem.line, problem.suggestion) == (23, "4h")
    assert "'1w'" in problem.expected


def test_the_grammar_knows_every_time_frame_that_can_be_longer() -> None:
    schema = FuzzyInput.model_json_schema()
    assert schema["properties"]["timeframe"]["enum"] == ["", *list(NANOSECONDS)[1:]]


def test_the_hash_tells_time_frames_apart_and_knows_models_from_before_there_were_any() -> None:
    made = _plan()
    other = _plan(TEXT_LONGER.replace("timeframe: 1d", "timeframe: 1w"))
    assert made.contract.digest != other.contract.digest
    stored = json.loads(json.dumps(made.strategy.document()))
    assert FeaturePlan.of(from_document(stored, "config.json")).contract == made.contract
    before = plan()
    old = before.strategy.document()
    for entry in old["fuzzy_sets"].values():
        del entry["timeframe"]
    assert FeaturePlan.of(from_document(old, "config.json")).contract == before.contract
