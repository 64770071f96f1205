"""The form of a strategy, made from its JSON Schema: sections, and of each field kind, bounds, default, unit, help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from ktrdr_app.indicators.registry import available, get_indicator
from ktrdr_app.workflows.grammar_schema import strategy_schema
from ktrdr_app.workflows.strategy_fields import (
    CHOICE,
    FLAG,
    FUZZY,
    GENERAL,
    INDICATORS,
    INTEGER,
    INTEGERS,
    NUMBER,
    TEXT,
    FormField,
    FormSection,
)

_KINDS = {"boolean": FLAG, "integer": INTEGER, "number": NUMBER, "string": TEXT, "array": INTEGERS}
_CAPITALS = {"Atr": "ATR", "atr": "ATR", "zscore": "z-score", "Zscore": "Z-score"}


@cache
def strategy_sections() -> tuple[FormSection, ...]:
    """Return the sections of a strategy in the order of its grammar."""
    schema = strategy_schema()
    sections, general = [], []
    for key, entry in schema["properties"].items():
        resolved = _resolved(entry, schema)
        if key in (INDICATORS, FUZZY):
            sections.append(FormSection(key, _title(key), _help(entry), ()))
        elif "properties" in resolved:
            fields = tuple(_fields(resolved, (key,), schema))
            sections.append(FormSection(key, _title(key), _help(resolved), fields))
        else:
            general.append(_field(entry, (key,), required=key in schema["required"]))
    return (FormSection(GENERAL, "General", "What the strategy is called.", tuple(general)), *sections)


@cache
def indicator_fields(name: str) -> tuple[FormField, ...]:
    """Return the parameters of an indicator; their paths begin at the indicator's entry.

    Parameters
    ----------
    name : str
        Name in the catalogue.

    Raises
    ------
    UnknownName
        If the catalogue has no such indicator.
    """
    schema = get_indicator(name).parameters.model_json_schema()
    return tuple(_fields(schema, (), schema))


@cache
def indicator_catalogue() -> tuple[tuple[str, str, str], ...]:
    """Return category, name and description of every indicator that a strategy may use."""
    return tuple((info.category, info.name, info.description) for info in available())


def _fields(owner: Mapping[str, Any], path: tuple[str, ...], schema: Mapping[str, Any]) -> Iterator[FormField]:
    for key, entry in owner.get("properties", {}).items():
        here = (*path, key)
        resolved = _resolved(entry, schema)
        if "properties" in resolved:
            yield from _fields(resolved, here, schema)
        elif resolved.get("type") == "object":
            for word in resolved["propertyNames"]["enum"]:
                one = {**resolved["additionalProperties"], "description": _help(entry)}
                yield _field(one, (*here, word), optional=True)
        else:
            made = _field(resolved, here)
            unit = next((name for name in (f"{key}_unit", *_shared_unit(key)) if name in owner["properties"]), "")
            yield replace(made, unit_from=(*path, unit)) if unit else made


def _shared_unit(key: str) -> tuple[str, ...]:
    """Return the setting that says what several distances are in."""
    return ("stop_unit",) if key in ("stop_loss", "take_profit", "trailing_stop") else ()


def _field(
    entry: Mapping[str, Any], path: tuple[str, ...], *, optional: bool = False, required: bool = False
) -> FormField:
    said = dict(entry)
    for choice in said.get("anyOf", ()):
        if choice.get("type") == "null":
            optional = True
        else:
            said |= choice
    numbers = said["items"] if said.get("type") == "array" else said
    floor, ceiling = numbers.get("exclusiveMinimum"), numbers.get("exclusiveMaximum")
    return FormField(
        path=path,
        title=_title(*path[1:]) if len(path) > 2 else _title(path[-1]),
        help=_help(said),
        kind=CHOICE if "enum" in said else _KINDS[said.get("type", "string")],
        default=said.get("default", "" if said.get("type") == "string" and not required else None),
        low=numbers.get("minimum") if floor is None else floor,
        high=numbers.get("maximum") if ceiling is None else ceiling,
        open_low=floor is not None,
        open_high=ceiling is not None,
        choices=tuple(map(str, said.get("enum", ()))),
        optional=optional,
        required=required,
        unit=str(said.get("unit", "")),
    )


def _resolved(entry: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference; what stands beside it wins."""
    if "$ref" not in entry:
        return entry
    target = schema["$defs"][entry["$ref"].rpartition("/")[2]]
    return {**target, **{key: value for key, value in entry.items() if key != "$ref"}}


def _title(*keys: str) -> str:
    words = ": ".join(key.replace("_", " ") for key in keys).split(" ")
    shown = " ".join(_CAPITALS.get(word, word) for word in words)
    return shown[:1].upper() + shown[1:]


def _help(entry: Mapping[str, Any]) -> str:
    return " ".join(str(entry.get("description", "")).replace("``", "").split())
