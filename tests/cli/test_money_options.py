"""Options of the account: sizes as they are typed, and one option for every field of the configuration."""

from __future__ import annotations

import dataclasses

import pytest

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.cli.money_options import MONEY, sizing
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.strategy.schema import BacktestSettings
from ktrdr_app.workflows.requests import MoneyOptions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("all_in", {"kind": "all_in"}),
        ("fraction=0.5", {"kind": "fraction", "fraction": 0.5}),
        ("units=100", {"kind": "fixed_units", "units": 100.0}),
        ("risk=0.01,multiple=2", {"kind": "risk_atr", "risk": 0.01, "multiple": 2.0}),
        ("risk=0.01,multiple=2,period=20", {"kind": "risk_atr", "risk": 0.01, "multiple": 2.0, "period": 20}),
    ],
)
def test_sizing(text, expected):
    assert sizing(text) == expected
    assert BacktestConfig(sizing=sizing(text)).sizing == expected


@pytest.mark.parametrize("text", ["", "all_in=1", "fraction", "fraction=x", "units=", "half", "multiple=2"])
def test_sizing_of_another_form_is_refused(text):
    with pytest.raises(InvalidValue, match="sizing"):
        sizing(text)


def test_every_field_of_the_account_has_an_option_an_override_and_a_setting():
    fields = {field.name for field in dataclasses.fields(BacktestConfig)}
    options = {choice.name for choice in MONEY}
    assert options - {"capital"} == fields - {"initial_capital"}
    assert options == {field.name for field in dataclasses.fields(MoneyOptions)}
    assert set(BacktestSettings.model_fields) == fields - {"sizing"}


def test_a_switch_that_is_not_given_overrides_nothing():
    switches = [choice for choice in MONEY if choice.kind is bool]
    assert {choice.name for choice in switches} == {"allow_short", "close_at_end"}
    for choice in switches:
        assert choice.value(False) is None
        assert choice.value(True) is True
