"""The form has every setting of the grammar, with the bounds, default and help that the grammar declares."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.indicators.registry import available
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.workflows.strategy_fields import CHOICE, FLAG, INTEGER, INTEGERS, NUMBER, FormField
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
        assert not accepted(field.path, field.high + step)


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
