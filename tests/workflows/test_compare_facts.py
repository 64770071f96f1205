"""What a model is compared by: every setting once, under a name that an inserted neighbour does not change."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.workflows.compare_facts import (
    CONTRACT,
    FUZZY,
    METRICS,
    SECTIONS,
    SETTINGS,
    TRAINING,
    facts_of,
    translated,
)
from tests.model_store.builders import NAMES, strategy_document

SHOWN: dict[str, Any] = {
    "training_symbols": ["AAPL"],
    "rows": 40,
    "metrics": {},
    "training_manifest": {},
    "scaler": {"kind": "standard"},
    "contract_digest": "ab" * 32,
    "feature_names": list(NAMES),
    "network": {"inputs": 4, "hidden": [6, 5], "activation": "relu"},
}
LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.text("xyz", max_size=3) | st.lists(st.integers(0, 3))
TREES = st.recursive(LEAVES, lambda inner: st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, min_size=1))


def settings_of(strategy: dict[str, Any]) -> dict[str, Any]:
    return facts_of(SHOWN, strategy)[SETTINGS]


def leaves(document: Any, path: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return every leaf of nested mappings by its dotted path; the slow twin, by recursion on copies."""
    if isinstance(document, dict) and document:
        found: dict[str, Any] = {}
        for key, value in document.items():
            found |= leaves(value, (*path, key))
        return found
    return {".".join(path): document}


@given(tree=st.dictionaries(st.text("abc", min_size=1, max_size=2), TREES, min_size=1))
def test_every_setting_is_there_once(tree: dict[str, Any]) -> None:
    assert settings_of(tree) == leaves(tree)


def test_all_sections_are_there_in_order() -> None:
    found = facts_of(SHOWN, strategy_document())
    assert tuple(found) == SECTIONS == (TRAINING, SETTINGS, FUZZY, METRICS, CONTRACT)


def test_name_and_description_are_no_settings() -> None:
    document = strategy_document() | {"description": "words"}
    assert not {"name", "description"} & set(settings_of(document))
    assert not any(key.startswith("fuzzy_sets") for key in settings_of(document))


def test_entries_of_the_originals_lists_are_named_by_their_name() -> None:
    one = {"indicators": [{"name": "rsi", "period": 14}, {"name": "sma", "period": 20}]}
    more = {"indicators": [{"name": "macd", "fast": 12}, *one["indicators"]]}
    before, after = settings_of(one), settings_of(more)
    assert before == {
        "indicators.rsi.name": "rsi",
        "indicators.rsi.period": 14,
        "indicators.sma.name": "sma",
        "indicators.sma.period": 20,
    }
    assert {key: after[key] for key in before} == before
    assert set(after) - set(before) == {"indicators.macd.name", "indicators.macd.fast"}


def test_entries_without_a_name_are_counted() -> None:
    assert settings_of({"x": [{"a": 1}, {"a": 2}]}) == {"x.0.a": 1, "x.1.a": 2}


@pytest.mark.parametrize(
    ("one", "words"),
    [
        ({"type": "triangular", "parameters": [0, 20, 40]}, "triangular (0, 20, 40)"),
        ({"type": "triangular", "parameters": [0, 20.5, 40], "shoulder": "none"}, "triangular (0, 20.5, 40)"),
        (
            {"type": "trapezoidal", "parameters": [0, 1, 2, 3], "shoulder": "left"},
            "trapezoidal (0, 1, 2, 3), open to the left",
        ),
        ({"type": "gaussian", "parameters": [50.0, 10.0]}, "gaussian (50, 10)"),
        ({}, "set ()"),
    ],
)
@pytest.mark.parametrize("ours", [True, False])
def test_a_set_in_one_line_in_both_grammars(one: dict[str, Any], words: str, ours: bool) -> None:
    held = {"form": "raw", "timeframe": "", "sets": {"low": one}} if ours else {"low": one}
    found = facts_of(SHOWN, {"fuzzy_sets": {"rsi": held}})[FUZZY]
    assert found == {"rsi.low": words} | ({"rsi: form": "raw"} if ours else {})


def test_the_contract_names_each_feature() -> None:
    found = facts_of(SHOWN, {})[CONTRACT]
    assert found == {
        "hash": "ab" * 32,
        "features": 4,
        "scaler": "standard",
        "network": "4 → 6 → 5 → 3",
        **{f"feature {name}": "present" for name in NAMES},
    }


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        ({}, {}),
        ({"test": None, "history": {"x": [1]}, "flag": True, "skill": 0.1}, {"skill": 0.1}),
        ({"test": {"accuracy": 0.4, "confusion": [[1]]}, "test_accuracy": 0.4}, {"test accuracy": 0.4}),
        ({"test": {}, "per_symbol_test": {"IBM": {"skill": -0.1, "support": 9}}}, {"test IBM skill": -0.1}),
        ({"test": {}, "per_symbol_test": "x"}, {}),
        ({"epochs_trained": 9, "training_time": 1.5, "final_val_loss": 2.0}, {"final_val_loss": 2.0}),
    ],
)
def test_figures(metrics: dict[str, Any], expected: dict[str, float]) -> None:
    assert facts_of(SHOWN | {"metrics": metrics}, {})[METRICS] == expected


def test_what_a_training_recorded() -> None:
    manifest = {
        "data_date_range": {"start": "2005-03-01T00:00:00+00:00", "end": "2013-03-01T00:00:00+00:00"},
        "split": {"train_end": "2010-10-09T00:00:00+00:00", "test_start": "2011-12-09T00:00:00+00:00"},
        "seed": 0,
        "data_fingerprints": {"AAPL": "c" * 64},
    }
    assert facts_of(SHOWN | {"training_manifest": manifest}, {})[TRAINING] == {
        "symbols": ["AAPL"],
        "rows": 40,
        "data from": "2005-03-01T00:00:00+00:00",
        "data to": "2013-03-01T00:00:00+00:00",
        "fitted until": "2010-10-09T00:00:00+00:00",
        "tested from": "2011-12-09T00:00:00+00:00",
        "seed": 0,
        "data of AAPL": "c" * 64,
    }


def test_a_strategy_of_the_original_comes_out_in_our_grammar_with_every_default() -> None:
    old = {
        "name": "mean_reversion",
        "indicators": [{"name": "rsi", "period": 14}],
        "fuzzy_sets": {"rsi": {"low": {"type": "triangular", "parameters": [0, 20, 40]}}},
        "model": {"architecture": {"hidden_layers": [6, 5]}},
    }
    found = translated(old, "a model")
    assert found is not None
    assert set(found) >= {"indicators", "features", "labels", "network", "training", "decision", "backtest"}
    assert found["network"]["hidden_layers"] == [6, 5]
    assert Strategy.model_validate(found).document() == found


@pytest.mark.parametrize("document", [{}, {"name": "x"}, {"name": "x", "indicators": []}, strategy_document()])
def test_what_has_no_counterpart_is_not_translated(document: dict[str, Any]) -> None:
    assert translated(document, "a model") is None
