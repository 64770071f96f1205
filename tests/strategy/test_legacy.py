"""What the original read of its own grammar."""

from __future__ import annotations

import pytest

from ktrdr_app.core.errors import StrategyProblem
from ktrdr_app.strategy.legacy import LegacyFeatureSettings, LegacySet, read_legacy
from tests.strategy.legacy_texts import TEXTS, document_of


def test_only_name_type_and_params_are_honoured() -> None:
    rsi, sma, ema = read_legacy(document_of("mean_reversion"), "x").indicators
    assert (rsi.name, rsi.type, dict(rsi.params), dict(rsi.ignored)) == ("rsi", "", {}, {"period": 14})
    assert dict(sma.params) == {}
    assert (dict(ema.params), dict(ema.ignored)) == ({"period": 30}, {"source": "open"})


def test_sets_are_read_in_order() -> None:
    sets = read_legacy(document_of("mean_reversion"), "x").fuzzy_sets
    assert list(sets) == ["rsi", "sma", "ema"]
    assert sets["rsi"][0] == LegacySet("oversold", "triangular", (0.0, 10.0, 30.0))
    listed = read_legacy(document_of("upgraded"), "x").fuzzy_sets["rsi"]
    assert [entry.kind for entry in listed] == ["triangular", "trapezoidal", "triangular"]
    assert all(entry.listed for entry in listed)


@pytest.mark.parametrize("name", TEXTS)
def test_features_have_the_originals_defaults(name: str) -> None:
    features = read_legacy(document_of(name), "x").features
    given = document_of(name)["model"].get("features", {})
    assert features == LegacyFeatureSettings(**given)
    assert LegacyFeatureSettings().include_raw_indicators is False


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"indicators": {}}, "indicators"),
        ({"indicators": [3]}, "indicators.0"),
        ({"indicators": [{"name": "rsi", "params": [1]}]}, "indicators.0.params"),
        ({"fuzzy_sets": []}, None),
        ({"fuzzy_sets": {"rsi": 3}}, "fuzzy_sets.rsi"),
        ({"fuzzy_sets": {"rsi": {"low": {"type": "triangular"}}}}, "fuzzy_sets.rsi.low"),
        ({"fuzzy_sets": {"rsi": {"low": [True, 1, 2]}}}, "fuzzy_sets.rsi.low"),
        ({"fuzzy_sets": {"rsi": {"low": {"type": "bell", "parameters": [1]}}}}, "fuzzy_sets.rsi.low.type"),
        ({"model": 3}, "model"),
        ({"model": {"features": {"lookback_periods": "many"}}}, "model.features.lookback_periods"),
        ({"model": {"features": {"lookback_periods": True}}}, "model.features.lookback_periods"),
        ({"model": {"features": [1]}}, "model.features"),
    ],
)
def test_what_cannot_be_read_is_named(change: dict[str, object], path: str | None) -> None:
    document = {**document_of("mean_reversion"), **change}
    if path is None:
        assert read_legacy(document, "x").fuzzy_sets == {}
        return
    with pytest.raises(StrategyProblem) as caught:
        read_legacy(document, "x")
    assert path in [problem.path for problem in caught.value.problems]


def test_a_document_without_keys_is_none() -> None:
    with pytest.raises(StrategyProblem, match="holds no keys"):
        read_legacy(["a"], "x")
