"""Every feature is told once, in the network's order, and what is left out is just what a setting would bring."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ktrdr_app.core.paths import shipped
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.strategy.load import LoadedStrategy, parse_strategy
from ktrdr_app.workflows.strategy_features import UNREAD, explain_features
from tests.strategy.texts import SHIPPED


def changed(name: str, **features: Any) -> LoadedStrategy:
    text = (shipped("configs") / "strategies" / f"{name}.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    document.setdefault("features", {}).update(features)
    return parse_strategy(yaml.safe_dump(document, sort_keys=False), name)


ALL = {"price_context": True, "volume_context": True, "raw_indicators": True, "lookback_periods": 3}
NONE = {"price_context": False, "volume_context": False, "raw_indicators": False, "lookback_periods": 1}


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("features", [{}, ALL, NONE], ids=["as it is", "all", "none"])
def test_the_used_ones_are_the_contracts_in_its_order(name: str, features: dict[str, Any]) -> None:
    loaded = changed(name, **features)
    told = explain_features(loaded)
    assert tuple(entry.name for entry in told if entry.used) == FeaturePlan.of(loaded).contract.names
    assert all(entry.source and entry.reason for entry in told)


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_left_out_comes_with_the_settings_that_bring_it(name: str) -> None:
    dropped = {entry.name for entry in explain_features(changed(name, **NONE)) if not entry.used}
    everything = set(FeaturePlan.of(changed(name, **(ALL | {"lookback_periods": 2}))).contract.names)
    nothing = set(FeaturePlan.of(changed(name, **NONE)).contract.names)
    unread = {entry.name for entry in explain_features(changed(name, **NONE)) if entry.group == UNREAD}
    assert dropped - unread == everything - nothing


def test_a_feature_says_where_it_comes_from_and_why() -> None:
    told = {entry.name: entry for entry in explain_features(changed("neuro_mean_reversion"))}
    assert told["rsi_oversold"].source == "rsi (rsi, period 14)"
    assert told["rsi_oversold"].reason == "the set oversold of the fuzzy input rsi"
    assert "as atr_distance" in told["lower_band_broken"].source
    assert told["lower_band_broken_lag1"].source.endswith(", 1 bar ago")
    assert told["lower_band_broken_lag1"].reason == "features.lookback_periods is 2"
    assert told["price_to_sma_ratio"].source == "close / sma"
    assert not told["rsi_normalized"].used
    assert told["rsi_normalized"].reason == "features.raw_indicators is off"


def test_an_indicator_that_nothing_reads_is_named() -> None:
    text = (shipped("configs") / "strategies" / "neuro_mean_reversion.yaml").read_text(encoding="utf-8")
    text = text.replace("  rsi: {name: rsi, period: 14}\n", "  rsi: {name: rsi, period: 14}\n  idle: {name: cci}\n")
    (idle,) = [entry for entry in explain_features(parse_strategy(text, "a")) if entry.group == UNREAD]
    assert (idle.name, idle.source, idle.used) == ("idle", "cci", False)
