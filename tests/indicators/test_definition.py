"""The decorator and what an entry says about itself."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from pydantic import Field, ValidationError

from ktrdr_app.core.registry import Registry
from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.indicators import definition, get_indicator
from ktrdr_app.indicators.definition import Block, IndicatorInfo, OutputInfo, Parameters, indicator
from tests.indicators.bars import walk


class ToyParameters(Parameters):
    """Parameters of the toy."""

    period: int = Field(default=2, ge=1, le=9)
    """Bars."""
    weight: float = Field(default=0.5, ge=0, le=1)
    """Share."""
    anchor: Literal["session", "rolling"] = "session"
    """Where it starts."""


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> Registry[IndicatorInfo]:
    """Give the decorator a catalogue of its own."""
    own: Registry[IndicatorInfo] = Registry("indicator")
    monkeypatch.setattr(definition, "entries", own)
    return own


def _register() -> None:
    @indicator(
        parameters=ToyParameters,
        outputs=(OutputInfo("toy", "price"), OutputInfo("half", "price")),
        warm_up=lambda p: p.period,
        formula="close",
        source="nobody, 2024",
    )
    def toy(prices: PriceArrays, p: ToyParameters, out: Block) -> None:
        """Toy: a copy of the close.

        More words that are no part of the description.
        """
        out[0] = np.where(np.arange(len(prices)) < p.period, np.nan, prices.close)
        out[1] = out[0] * p.weight


def test_decorator_takes_name_category_and_description_from_the_function(
    entries: Registry[IndicatorInfo],
) -> None:
    _register()
    info = entries.get("toy")
    assert (info.name, info.category) == ("toy", "test_definition")
    assert info.description == "Toy: a copy of the close."
    assert info.main == "toy"
    assert info.warm_up(ToyParameters(period=4)) == 4
    lines = info.calculate(PriceArrays.of(walk(6)), ToyParameters())
    np.testing.assert_array_equal(lines[1], lines[0] * 0.5)


def test_a_name_is_given_once(entries: Registry[IndicatorInfo]) -> None:
    _register()
    with pytest.raises(ValueError, match="'toy' is registered twice"):
        _register()


def test_parameter_table_tells_type_default_bounds_choices_and_help(entries: Registry[IndicatorInfo]) -> None:
    _register()
    rows = entries.get("toy").parameter_table()
    keys = ("name", "type", "default", "minimum", "maximum", "choices", "description")
    expected = [
        ("period", "integer", 2, 1, 9, [], "Bars."),
        ("weight", "number", 0.5, 0, 1, [], "Share."),
        ("anchor", "string", "session", None, None, ["session", "rolling"], "Where it starts."),
    ]
    assert rows == [dict(zip(keys, row, strict=True)) for row in expected]


def test_table_of_no_parameters_is_empty() -> None:
    assert get_indicator("obv").parameter_table() == []


def test_table_of_rsi() -> None:
    (row,) = get_indicator("rsi").parameter_table()
    assert row["name"] == "period"
    assert (row["type"], row["default"], row["minimum"], row["maximum"]) == ("integer", 14, 2, 5000)


def test_output_by_name_and_by_default() -> None:
    info = get_indicator("bollinger_bands")
    upper, main = info.output("upper"), info.output("")
    assert upper is not None
    assert upper.name == "upper"
    assert main is not None
    assert main.name == info.main == "middle"
    assert info.output("width") is None


def test_function_never_sees_a_series_within_its_warm_up(entries: Registry[IndicatorInfo]) -> None:
    def explode(prices: PriceArrays, p: ToyParameters, out: Block) -> None:
        raise AssertionError(f"called with {len(prices)} bars")

    info = IndicatorInfo(
        "explode", "trend", "", ToyParameters, (OutputInfo("x", "price"),), lambda p: p.period, "", "", explode
    )
    for rows in (0, 1, 2):
        (line,) = info.calculate(PriceArrays.of(walk(rows)), ToyParameters())
        assert line.shape == (rows,)
        assert np.isnan(line).all()
    with pytest.raises(AssertionError, match="called with 3 bars"):
        info.calculate(PriceArrays.of(walk(3)), ToyParameters())


def test_parameters_cannot_be_changed_or_extended() -> None:
    parameters = ToyParameters()
    with pytest.raises(ValidationError, match="frozen"):
        parameters.period = 3  # type: ignore[misc]
    with pytest.raises(ValidationError, match="extra"):
        ToyParameters.model_validate({"periods": 3})
