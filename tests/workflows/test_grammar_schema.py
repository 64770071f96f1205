"""The JSON Schema by an independent validator: it lets shipped strategies pass and stops what is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from ktrdr_app import indicators
from ktrdr_app.core.files import json_text
from ktrdr_app.core.paths import shipped
from ktrdr_app.strategy.load import parse_strategy
from ktrdr_app.strategy.upgrade import upgrade_strategy
from ktrdr_app.workflows.grammar_schema import strategy_schema
from tests.strategy.legacy_texts import TEXTS
from tests.strategy.texts import SHIPPED, VALID, changed, shipped_text

SCHEMA = strategy_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def faults(text: str) -> list[str]:
    errors = VALIDATOR.iter_errors(yaml.safe_load(text))
    return [".".join(map(str, error.absolute_path)) or "(top)" for error in errors]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_committed_file_is_the_schema_of_the_code() -> None:
    """Write it anew with ``ktrdr-app strategies schema --out resources/schema/strategy.schema.json``."""
    file = shipped("resources") / "schema" / "strategy.schema.json"
    assert file.read_text(encoding="utf-8") == json_text(SCHEMA)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_strategies_pass(name: str) -> None:
    assert faults(shipped_text(name)) == []


@pytest.mark.parametrize("name", TEXTS)
def test_upgraded_strategies_pass(name: str) -> None:
    assert faults(upgrade_strategy(TEXTS[name], "x.yaml").text) == []


def test_a_whole_document_with_all_defaults_passes() -> None:
    document = parse_strategy(VALID, "x").strategy.document()
    assert list(VALIDATOR.iter_errors(document)) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("name: small\n", "", "(top)"),
        ("name: small", "name: ../up", "name"),
        ("network:\n", "netwrok:\n", "(top)"),
        ("{name: rsi, period: 14}", "{name: rsy, period: 14}", "indicators.rsi.name"),
        ("{name: rsi, ", "{", "indicators.rsi"),
        ("period: 14}", "perod: 14}", "indicators.rsi"),
        ("period: 14}", "period: 1}", "indicators.rsi.period"),
        ("period: 14}", "period: 2.5}", "indicators.rsi.period"),
        ("period: 14}", "period: yes}", "indicators.rsi.period"),
        ("  bands:\n    name", "  b ands:\n    name", "indicators"),
        ("form: atr_distance", "form: atr_dist", "fuzzy_sets.width.form"),
        ("type: triangular", "type: triangle", "fuzzy_sets.rsi.sets.high.type"),
        ("[30, 60, 90]", "[30, 60]", "fuzzy_sets.rsi.sets.high.parameters"),
        ("[0, 1.5]", "[0, 1.5, 2]", "fuzzy_sets.width.sets.wide.parameters"),
        ("shoulder: left", "sholder: left", "fuzzy_sets.rsi.sets.low"),
        ("threshold: 0.02", "threshold: 0", "labels.threshold"),
        ("threshold: 0.02", "method: swings", "labels.method"),
        ("hidden_layers: [8, 4]", "hidden_layers: []", "network.hidden_layers"),
        ("dropout: 0.1", "dropout: 0.9", "network.dropout"),
        ("epochs: 3", "epochs: 0", "training.epochs"),
        ("commission: 0.002", "commission: -1", "backtest.commission"),
        ("confidence_threshold: 0.4", "confidence_threshold: high", "decision.confidence_threshold"),
    ],
)
def test_mistakes_are_stopped_where_they_stand(old: str, new: str, place: str) -> None:
    assert faults(VALID) == []
    assert place in faults(changed(old, new))


def test_each_indicator_of_the_catalogue_brings_its_parameters_and_their_bounds() -> None:
    definitions: dict[str, Any] = SCHEMA["$defs"]
    for info in indicators.available():
        found = definitions[f"indicator_{info.name}"]["properties"]
        assert set(found) == {"name", *(row["name"] for row in info.parameter_table())}
        for row in info.parameter_table():
            assert found[row["name"]]["default"] == row["default"]
            assert found[row["name"]].get("minimum") == row["minimum"]
            assert found[row["name"]].get("maximum") == row["maximum"]
            assert found[row["name"]]["description"] == row["description"]
    assert definitions["IndicatorSpec"]["properties"]["name"]["enum"] == [i.name for i in indicators.available()]


def test_every_key_has_a_help_text() -> None:
    for definition in [SCHEMA, *SCHEMA["$defs"].values()]:
        for name, entry in definition.get("properties", {}).items():
            assert entry.get("description") or "$ref" in entry or "const" in entry, name


def test_it_is_plain_json() -> None:
    assert json.loads(json_text(SCHEMA)) == SCHEMA
