"""The form has every setting of the grammar, with the bounds, default and help that the grammar declares."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ValidationError

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.core.paths import shipped
from ktrdr_app.indicators.registry import available
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.strategy.yaml_text import number
from ktrdr_app.workflows.strategy_fields import (
    CHOICE,
    FLAG,
    INTEGER,
    INTEGERS,
    NUMBER,
    TEXT,
    FormField,
    read_field,
    write_field,
)
from ktrdr_app.workflows.strategy_form import indicator_catalogue, indicator_fields, strategy_sections

FIELDS = {field.path: field for section in strategy_sections() for field in section.fields}


def leaves(model: type[BaseModel], path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return the settings as pydantic has them, without a look at any JSON Schema."""
    found: dict[tuple[str, ...], Any] = {}
    for key, entry in model.model_fields.items():
        if isinstance(entry.annotation, type) and issubclass(entry.annotation, BaseModel):
            found |= leaves(entry.annotation, (*path, key))
        elif key not in ("indicators", "fuzzy_sets"):
            found[(*path, key)] = entry
    return found


def test_every_setting_has_a_field_and_every_field_is_a_setting() -> None:
    wanted = set(leaves(Strategy)) - {("decision", "confidence_thresholds")}
    wanted |= {("decision", "confidence_thresholds", mode) for mode in ("backtest", "paper", "live")}
    assert set(FIELDS) == wanted


def test_the_sections_stand_in_the_order_of_the_grammar() -> None:
    keys = [section.key for section in strategy_sections()]
    assert keys == ["general", *(key for key in Strategy.model_fields if key not in ("name", "description"))]


@pytest.mark.parametrize("path", sorted(leaves(Strategy)), ids=".".join)
def test_default_and_help_are_the_grammars(path: tuple[str, ...]) -> None:
    entry = leaves(Strategy)[path]
    if path == ("decision", "confidence_thresholds"):
        return
    field = FIELDS[path]
    if entry.is_required():
        assert field.required
        assert field.default is None
    else:
        assert field.default == entry.default
    assert field.help == " ".join(str(entry.description).replace("``", "").split())


def base() -> dict[str, Any]:
    sets = {"low": {"type": "triangular", "parameters": [0, 1, 2]}}
    return {"name": "a", "indicators": {"rsi": {"name": "rsi"}}, "fuzzy_sets": {"rsi": {"sets": sets}}}


def accepted(path: tuple[str, ...], value: Any) -> bool:
    document = base()
    holder = document
    for key in path[:-1]:
        holder = holder.setdefault(key, {})
    holder[path[-1]] = value
    try:
        Strategy.model_validate(document)
    except ValidationError as error:
        # rules that span settings are not the field's
        return not any(tuple(map(str, each["loc"]))[: len(path)] == path for each in error.errors())
    return True


@pytest.mark.parametrize("field", [f for f in FIELDS.values() if f.kind in (INTEGER, NUMBER)], ids=lambda f: f.key)
def test_the_grammar_takes_just_what_the_bounds_allow(field: FormField) -> None:
    step = 1 if field.kind == INTEGER else 1e-9
    if field.low is not None:
        assert accepted(field.path, field.low) is not field.open_low
        assert not accepted(field.path, field.low - step)
    if field.high is not None:
        assert accepted(field.path, field.high) is not field.open_high
        assert not accepted(field.path, field.high + max(step, math.ulp(field.high)))


@pytest.mark.parametrize("field", [f for f in FIELDS.values() if f.kind == CHOICE], ids=lambda f: f.key)
def test_the_grammar_knows_every_word_offered(field: FormField) -> None:
    assert field.default in field.choices
    assert all(accepted(field.path, word) for word in field.choices)


def test_kinds_units_and_names() -> None:
    assert FIELDS["features", "price_context"].kind == FLAG
    assert FIELDS["network", "hidden_layers"].kind == INTEGERS
    assert FIELDS["labels", "lookahead"].unit == "bars"
    assert FIELDS["training", "epochs"].unit == "epochs"
    assert FIELDS["labels", "threshold"].unit_from == ("labels", "threshold_unit")
    assert FIELDS["backtest", "trailing_stop"].unit_from == ("backtest", "stop_unit")
    assert FIELDS["labels", "atr_period"].title == "ATR period"
    assert FIELDS["training", "split", "train"].title == "Split: train"
    assert FIELDS["decision", "max_dissimilarity"].optional
    assert FIELDS["network", "dropout"].range_words == "from 0 below 0.9"


def test_an_indicators_fields_are_its_parameters() -> None:
    for info in available():
        fields = {field.path[0]: field for field in indicator_fields(info.name)}
        for row in info.parameter_table():
            field = fields.pop(row["name"])
            assert (field.default, list(field.choices)) == (row["default"], row["choices"])
            assert (field.low, field.high) == (row["minimum"], row["maximum"]) or field.open_low or field.open_high
        assert not fields
    assert [name for _, name, _ in indicator_catalogue()] == [info.name for info in available()]
    with pytest.raises(UnknownName):
        indicator_fields("nosuch")


def schema_leaves(
    entry: dict[str, Any], schema: dict[str, Any], path: tuple[str, ...] = ()
) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return what the shipped JSON Schema says of every setting, by a walk of its own."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for key, inner in entry.get("properties", {}).items():
        one = {**schema["$defs"][inner["$ref"].split("/")[-1]], **inner} if "$ref" in inner else inner
        words = one.get("propertyNames", {}).get("enum")
        if one.get("properties"):
            found |= schema_leaves(one, schema, (*path, key))
        elif words:
            found |= {(*path, key, word): one["additionalProperties"] for word in words}
        elif key not in ("indicators", "fuzzy_sets"):
            found[(*path, key)] = next(each for each in one.get("anyOf", [one]) if each.get("type") != "null")
    return found


SCHEMA = json.loads((shipped("resources") / "schema" / "strategy.schema.json").read_text(encoding="utf-8"))
LEAVES = schema_leaves(SCHEMA, SCHEMA)


def test_the_form_has_just_the_settings_of_the_json_schema() -> None:
    assert set(FIELDS) == set(LEAVES)
    assert len(FIELDS) > 60
    assert {path for path, field in FIELDS.items() if field.required} == {("name",)}


@pytest.mark.parametrize("path", sorted(LEAVES), ids=".".join)
def test_a_field_allows_what_the_json_schema_allows(path: tuple[str, ...]) -> None:
    field, entry = FIELDS[path], LEAVES[path]
    kinds = {"boolean": FLAG, "integer": INTEGER, "number": NUMBER, "array": INTEGERS, "string": TEXT}
    assert field.kind == (CHOICE if "enum" in entry else kinds[entry["type"]])
    numbers = entry.get("items", entry)
    for bound, edge, is_open in (
        ("inimum", field.low, field.open_low),
        ("aximum", field.high, field.open_high),
    ):
        small = bound == "inimum"
        closed, beyond = numbers.get(f"m{bound}"), numbers.get(f"exclusiveM{bound}")
        assert (edge, is_open) == ((beyond, True) if beyond is not None else (closed, False)), small
    assert list(field.choices) == entry.get("enum", [])
    assert field.help, "every field is explained"
    assert field.title[0] == field.title[0].upper()


@pytest.mark.parametrize("field", [f for f in FIELDS.values() if f.kind in (INTEGER, NUMBER)], ids=lambda f: f.key)
def test_what_can_be_typed_is_what_the_grammar_takes(field: FormField) -> None:
    base = [1.0, 2.0, 0.5, 1e-9, -1.0, 0.0, 1e9]
    edges = [edge + step for edge in (field.low, field.high) if edge is not None for step in (-1, -0.001, 0, 0.001, 1)]
    for value in (*base, *edges):
        text = write_field(int(value) if field.kind == INTEGER else value)
        try:
            typed = read_field(field, text)
        except InvalidValue:
            assert not accepted(field.path, yaml.safe_load(number(float(text))))
        else:
            assert accepted(field.path, typed) or field.unit_from, (
                "a bound that depends on the unit is the grammar's alone"
            )
