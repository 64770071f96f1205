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
        ("initial_capital", "100"),
        ("initial_capital", True),
        ("commission", 1.0),
        ("commission", -0.001),
        ("commission", float("nan")),
        ("slippage", 1),
        ("slippage", -1e-9),
        ("slippage", None),
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
