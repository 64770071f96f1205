"""A configuration as numbers: what applies is there, what does not is nothing."""

from __future__ import annotations

import pytest

from ktrdr_app.backtesting.arrays import SIZING
from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.sizing import SIZINGS
from ktrdr_app.backtesting.terms import terms_of
from ktrdr_app.strategy.schema import DecisionSettings


def test_defaults() -> None:
    terms = terms_of(BacktestConfig())[0]
    assert (terms["commission"], terms["per_unit"], terms["slip_rate"]) == (0.001, 0.0, 0.0005)
    assert (terms["slip_fixed"], terms["slip_range"], terms["stop"]) == (0.0, 0.0, 0.0)
    assert (terms["separation"], terms["aware"], terms["max_size"]) == (0, True, 1.0)


def test_units_go_where_they_belong() -> None:
    config = BacktestConfig(
        commission=2.0, commission_unit="per_unit", slippage=3, slippage_unit="ticks", tick_size=0.1, spread=0.4
    )
    terms = terms_of(config)[0]
    assert (terms["commission"], terms["per_unit"]) == (0.0, 2.0)
    assert terms["slip_rate"] == 0.0
    assert terms["slip_fixed"] == pytest.approx(0.5)
    assert terms_of(BacktestConfig(slippage=0.2, slippage_unit="range"))[0]["slip_range"] == 0.2


def test_interest_by_the_night_and_filters() -> None:
    config = BacktestConfig(swap_long=0.365, swap_short=0.073, borrow=0.0365)
    filters = DecisionSettings(min_separation_hours=1.5, cooldown_bars=4, max_position_size=0.5)
    terms = terms_of(config, filters)[0]
    assert (terms["night_long"], terms["night_short"]) == (pytest.approx(0.001), pytest.approx(0.0003))
    assert (terms["separation_ns"], terms["cooldown"], terms["max_size"]) == (5_400_000_000_000, 4, 0.5)


def test_every_way_of_sizing_has_a_number() -> None:
    assert set(SIZING) == set(SIZINGS)
    risky = terms_of(BacktestConfig(sizing={"kind": "risk_atr", "risk": 0.01, "multiple": 2}))[0]
    assert (risky["sizing"], risky["size"], risky["multiple"], risky["needs_atr"]) == (3, 0.01, 2.0, True)
