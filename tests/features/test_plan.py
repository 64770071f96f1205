"""What a strategy's features are called, in which order, and what their hash depends on."""

from __future__ import annotations

import pytest

from ktrdr_app.core.errors import StrategyProblem
from ktrdr_app.features.groups import feature_groups
from ktrdr_app.strategy.load import from_document
from tests.features.strategies import plan, probe

MEMBERSHIPS = ["rsi_low", "rsi_high", "mean_below", "mean_above", "signal_flat"]


def test_names_come_group_by_group() -> None:
    names = list(plan().contract.names)
    expected = [
        *MEMBERSHIPS,
        *["price_to_mean_ratio", "roc_5", "roc_10", "roc_20", "daily_position", "volatility_20"],
        *["volume_ratio_20", "volume_change_5", "obv_normalized", "volume_available"],
        *[f"{name}_lag1" for name in MEMBERSHIPS],
        *[f"{name}_lag2" for name in MEMBERSHIPS],
        *["rsi_normalized", "mean_zscore", "macd_zscore", "macd_signal_zscore", "macd_histogram_zscore"],
    ]
    assert names == expected


def test_groups_left_out_leave_their_names_out() -> None:
    only_fuzzy = plan(features="features: {price_context: false, volume_context: false}")
    assert list(only_fuzzy.contract.names) == MEMBERSHIPS


def test_the_hash_is_the_same_from_yaml_and_from_the_stored_document() -> None:
    loaded = probe()
    stored = from_document(loaded.strategy.document(), "config.json")
    assert type(plan()).of(stored).contract == plan().contract


@pytest.mark.parametrize(
    "change",
    [
        {"  rsi: {name": "  rsi: {name: rsi, period: 6}"},
        {"      low": "      low: {type: trapezoidal, parameters: [0, 10, 30, 51], shoulder: left}"},
        {"      flat": "      flat: {type: gaussian, parameters: [0, 2]}"},
        {"    form: percent": "    form: atr"},
        {"features": "features: {lookback_periods: 2}"},
    ],
)
def test_the_hash_changes_with_every_setting_that_changes_a_feature(change: dict[str, str]) -> None:
    assert plan(**change).contract.digest != plan().contract.digest


@pytest.mark.parametrize(
    "change",
    [{"labels": "labels: {threshold: 0.5, threshold_unit: atr}"}, {"training": "training: {epochs: 9}"}],
)
def test_the_hash_does_not_change_with_what_comes_after(change: dict[str, str]) -> None:
    assert plan(**change).contract == plan().contract


def test_a_default_written_out_is_the_same_contract() -> None:
    short, long = "  rsi: {name: rsi}", "  rsi: {name: rsi, period: 14}"
    assert plan(**{"  rsi: {name": short}).contract == plan(**{"  rsi: {name": long}).contract


@pytest.mark.parametrize(
    ("change", "line", "word"),
    [
        ({"  rsi: {name": "  rsi: {name: rsy, period: 5}"}, 3, "rsi"),
        ({"  rsi: {name": "  rsi: {name: rsi, perod: 5}"}, 3, "period"),
        ({"  rsi: {name": "  rsi: {name: rsi, period: -5}"}, 3, ""),
        ({"    input": "    input: macd.signl"}, 17, "signal"),
        ({"    input": "    input: macdd.signal"}, 17, "macd"),
    ],
)
def test_wrong_indicators_are_named_with_their_line(change: dict[str, str], line: int, word: str) -> None:
    with pytest.raises(StrategyProblem) as caught:
        plan(**change)
    problem = caught.value.problems[0]
    assert problem.line == line
    assert word in problem.suggestion + caught.value.hint


def test_every_column_belongs_to_exactly_one_group() -> None:
    made = plan()
    groups = feature_groups(made)
    assert sorted(column for columns in groups.values() for column in columns) == list(range(len(made.contract.names)))
    named = {group: {made.contract.names[column] for column in columns} for group, columns in groups.items()}
    assert {"rsi_low", "rsi_low_lag1", "rsi_high_lag2", "rsi_normalized"} <= named["rsi"]
    assert {"mean_below", "price_to_mean_ratio", "mean_zscore"} <= named["mean"]
    assert {"signal_flat", "signal_flat_lag1", "macd_signal_zscore", "macd_zscore"} <= named["macd"]
    assert named["volume"] == {"volume_ratio_20", "volume_change_5", "obv_normalized", "volume_available"}
    assert named["price"] == {"roc_5", "roc_10", "roc_20", "daily_position", "volatility_20"}


def test_helpers_are_computed_only_where_a_form_needs_them() -> None:
    ids = [config.id for config in plan().indicators.configs]
    assert ids == ["rsi", "mean", "macd", "atr_for_forms", "obv_for_volume"]
    own = plan(**{"  rsi: {name": "  rsi: {name: rsi, period: 5}\n  range: {name: atr, period: 9}"})
    assert own.atr_column == "range"


def test_symbol_vectors_and_windows_that_are_not_used_leave_the_hash_as_it_was() -> None:
    settings = (
        "features: {price_context: true, volume_context: true, raw_indicators: true, lookback_periods: 3, "
        "zscore_window: 50, symbol_embedding: true}"
    )
    assert plan(features=settings).contract == plan().contract
    assert plan(**{"    form: percent": "    form: percent\n    window: 99"}).contract == plan().contract
    assert plan(**{"    form: percent": "    form: zscore\n    window: 99"}).contract != plan().contract


def test_the_skeleton_forgets_the_numbers_of_sets_and_nothing_else() -> None:
    other_numbers = {"      low": "      low: {type: triangular, parameters: [0, 30, 51]}"}
    other_name = {"      low": "      lowest: {type: trapezoidal, parameters: [0, 10, 30, 50], shoulder: left}"}
    assert plan(**other_numbers).skeleton == plan().skeleton
    assert plan(**other_name).skeleton != plan().skeleton
    assert plan(**{"    form: percent": "    form: atr"}).skeleton != plan().skeleton


def test_auto_is_settled_in_the_plan_and_atr_comes_along() -> None:
    settled = {source.name: source.form for source in plan(**{"    form: percent": "    form: auto"}).sources}
    assert settled == {"rsi": "raw", "mean": "atr_distance", "signal": "atr"}
    only = plan(**{"    form: percent": "    form: auto", "    form: atr_distance": "    form: percent"})
    assert only.atr_column in only.indicators.columns


def test_an_indicator_for_charts_only_is_refused_with_its_line() -> None:
    with pytest.raises(StrategyProblem, match="for charts only") as caught:
        plan(**{"  mean: {name": "  mean: {name: zigzag_line, threshold: 0.05}"})
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == ("indicators.mean", 4)
