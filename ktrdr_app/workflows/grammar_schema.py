"""The grammar of strategies as JSON Schema, with the catalogue's indicators, for editors that check YAML."""

from __future__ import annotations

from typing import Any

from ktrdr_app.indicators.registry import IndicatorInfo, available
from ktrdr_app.labels.labelers import LABELERS
from ktrdr_app.strategy.schema import PARAMETER_NAMES, Strategy

_ID = r"^[^\s\d!-/:-@\[-`{-~][^\s!-/:-@\[-^`{-~]*$"
_SAFE_NAME = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


def strategy_schema() -> dict[str, Any]:
    """Return the schema: every key, default, bound and help text, and each indicator with its parameters.

    Returns
    -------
    dict
        JSON Schema, draft 2020-12. What spans several entries (an input's indicator, sums, order of numbers) is
        checked by ``strategies validate`` alone.
    """
    schema = Strategy.model_json_schema()
    definitions = schema["$defs"]
    definitions["IndicatorSpec"] = _any_indicator(definitions["IndicatorSpec"])
    definitions |= {f"indicator_{info.name}": _one_indicator(info) for info in available()}
    definitions["FuzzySet"]["allOf"] = [
        {"if": _property("type", {"const": kind}), "then": _property("parameters", _numbers(kind))}
        for kind in PARAMETER_NAMES
    ]
    definitions["LabelSettings"]["properties"]["method"]["enum"] = list(LABELERS.names())
    schema["properties"]["name"]["pattern"] = _SAFE_NAME
    for section in ("indicators", "fuzzy_sets"):
        schema["properties"][section]["propertyNames"] = {"pattern": _ID}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "KTRDR Desktop strategy"}
    return head | {key: value for key, value in schema.items() if key != "title"}


def _property(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"properties": {name: schema}, "required": [name]}


def _numbers(kind: str) -> dict[str, Any]:
    count = len(PARAMETER_NAMES[kind])
    return {"minItems": count, "maxItems": count, "description": ", ".join(PARAMETER_NAMES[kind])}


def _any_indicator(grammar: dict[str, Any]) -> dict[str, Any]:
    names = [info.name for info in available()]
    name = {**grammar["properties"]["name"], "enum": names}
    choice = [
        {"if": _property("name", {"const": word}), "then": {"$ref": f"#/$defs/indicator_{word}"}} for word in names
    ]
    return {
        "description": grammar["description"],
        "type": "object",
        "required": ["name"],
        "properties": {"name": name},
        "allOf": choice,
    }


def _one_indicator(info: IndicatorInfo) -> dict[str, Any]:
    parameters = info.parameters.model_json_schema().get("properties", {})
    outputs = ", ".join(output.name for output in info.outputs)
    return {
        "description": f"{info.description} Outputs: {outputs}. {info.formula}",
        "type": "object",
        "properties": {"name": {"const": info.name, "description": info.category}, **parameters},
        "additionalProperties": False,
    }
