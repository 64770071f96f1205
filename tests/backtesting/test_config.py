"""Settings of a run: what is refused, by name."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.strategy.schema import BacktestSettings


def test_defaults_are_the_published_ones() -> None:
    config = BacktestConfig()
    assert dataclasses.asdict(config) == {
        "initial_capital": 100_000.0,
        "commission": 0.001,
        "slippage": 0.0005,
        "fill": "next_open",
        "sizing": {"kind": "all_in"},
        "allow_short": False,
        "close_at_end": False,
        "commission_unit": "rate",
        "slippage_unit": "rate",
        "tick_size": 0.0,
        "spread": 0.0,
        "lot_step": 0.0,
        "stop_loss": None,
        "take_profit": None,
        "trailing_stop": None,
        "stop_unit": "fraction",
        "swap_long": 0.0,
        "swap_short": 0.0,
        "borrow": 0.0,
    }


def test_strategy_section_becomes_a_config() -> None:
    section = BacktestSettings(initial_capital=5.0, commission=0.25, slippage=0.0, fill="close", allow_short=True)
    config = BacktestConfig.of(section)
    assert (config.initial_capital, config.commission, config.slippage) == (5.0, 0.25, 0.0)
    assert (config.fill, config.allow_short, config.sizing) == ("close", True, {"kind": "all_in"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("initial_capital", -1.0),
        ("initial_capital", 0),
        ("initial_capital", float("nan")),
        ("initial_capital", float("inf")),
        ("initial_capital", 1e308),
        ("initial_capital", "100"),
        ("initial_capital", True),
        ("commission", 1.0),
        ("commission", -0.001),
        ("commission", float("nan")),
        ("slippage", 1),
        ("slippage", -1e-9),
        ("slippage", None),
        ("spread", -0.1),
        ("tick_size", float("inf")),
        ("lot_step", -1),
        ("stop_loss", 0.0),
        ("take_profit", -0.5),
        ("trailing_stop", float("nan")),
        ("swap_long", 1.0),
        ("swap_short", -1.0),
        ("borrow", -0.01),
        ("allow_short", 1),
        ("close_at_end", "yes"),
    ],
)
def test_values_out_of_range_are_named(field: str, value: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        BacktestConfig(**{field: value})
    assert caught.value.where == field
    assert repr(value) in caught.value.message
    assert caught.value.exit_code == 2


def test_unknown_fill_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        BacktestConfig(fill="next_opn")
    assert "next_open" in caught.value.hint


@pytest.mark.parametrize("field", ["commission_unit", "slippage_unit", "stop_unit"])
def test_units_are_one_of_a_few_words(field: str) -> None:
    with pytest.raises(UnknownName):
        BacktestConfig(**{field: "percent"})


def test_amounts_per_unit_and_ticks_may_be_above_one() -> None:
    config = BacktestConfig(
        commission=2.5, commission_unit="per_unit", slippage=3, slippage_unit="ticks", tick_size=0.01
    )
    assert (config.commission, config.slippage) == (2.5, 3)
    with pytest.raises(InvalidValue, match="tick_size"):
        BacktestConfig(slippage=3, slippage_unit="ticks")


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({}, False),
        ({"stop_loss": 0.1}, False),
        ({"stop_unit": "atr"}, False),
        ({"stop_unit": "atr", "trailing_stop": 2.0}, True),
        ({"sizing": {"kind": "risk_atr", "risk": 0.01, "multiple": 2.0}}, True),
    ],
)
def test_when_the_average_true_range_is_needed(changes: dict[str, Any], needed: bool) -> None:
    assert BacktestConfig(**changes).needs_atr is needed


def test_edges_are_allowed() -> None:
    config = BacktestConfig(initial_capital=np.float64(0.01), commission=0, slippage=0.999)
    assert config.commission == 0


def test_it_cannot_be_changed_nor_changed_from_outside() -> None:
    sizing = {"kind": "fraction", "fraction": 0.5}
    config = BacktestConfig(sizing=sizing)
    sizing["fraction"] = 7.0
    assert config.sizing == {"kind": "fraction", "fraction": 0.5}
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.commission = 0.5
