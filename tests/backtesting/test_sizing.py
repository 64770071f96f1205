"""How many units: the three kinds and what they refuse."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.backtesting.sizing import SIZINGS, check_sizing, is_number, units_to_open
from ktrdr_app.core.errors import InvalidValue, UnknownName

amounts = st.floats(0.01, 1e9)


@given(cash=amounts, cost=amounts, share=st.floats(1e-6, 1.0))
def test_units_from_exact_fractions(cash: float, cost: float, share: float) -> None:
    whole = Fraction(cash) / Fraction(cost)
    assert units_to_open({"kind": "all_in"}, cash, cost) == pytest.approx(float(whole), rel=1e-15)
    partial = units_to_open({"kind": "fraction", "fraction": share}, cash, cost)
    assert partial == pytest.approx(float(whole * Fraction(share)), rel=1e-14)
    assert units_to_open({"kind": "fixed_units", "units": 12.5}, cash, cost) == 12.5


@pytest.mark.parametrize(
    "sizing",
    [
        {"kind": "all_in"},
        {"kind": "fraction", "fraction": 1.0},
        {"kind": "fraction", "fraction": 1e-9},
        {"kind": "fixed_units", "units": 3},
        {"kind": "fixed_units", "units": np.float64(1e7)},
        {"kind": "risk_atr", "risk": 0.01, "multiple": 2.0},
        {"kind": "risk_atr", "risk": 1.0, "multiple": 0.5, "period": 20},
    ],
)
def test_good_ones_pass(sizing: dict[str, Any]) -> None:
    check_sizing(sizing)
    assert units_to_open(sizing, 1000.0, 10.0, 1.5) > 0


@pytest.mark.parametrize("fraction", [0, -0.5, 1.0001, float("nan"), float("inf"), "half", None, True])
def test_fraction_must_lie_above_0_up_to_1(fraction: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        check_sizing({"kind": "fraction", "fraction": fraction})
    assert caught.value.where == "sizing.fraction"
    assert "at most 1" in caught.value.hint


@pytest.mark.parametrize("units", [0, -1, float("inf"), float("nan"), [1], 10**400, True, "1", None])
def test_units_must_be_above_0(units: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        check_sizing({"kind": "fixed_units", "units": units})
    assert caught.value.where == "sizing.units"


@pytest.mark.parametrize(
    "sizing",
    [
        None,
        "all_in",
        {},
        {"fraction": 0.5},
        {"kind": "fraction"},
        {"kind": "all_in", "fraction": 0.5},
        {"kind": "fixed_units", "units": 1, "fraction": 1},
        {"kind": "risk_atr", "risk": 0.1},
        {"kind": "risk_atr", "risk": 0.1, "multiple": 1, "period": 2.5},
        {"kind": "risk_atr", "risk": 1.5, "multiple": 1},
        {"kind": []},
        {"kind": {"kind": "all_in"}},
        {"kind": None},
    ],
)
def test_missing_or_foreign_keys(sizing: Any) -> None:
    with pytest.raises(InvalidValue, match="sizing"):
        check_sizing(sizing)


def test_unknown_kind_suggests() -> None:
    with pytest.raises(UnknownName) as caught:
        check_sizing({"kind": "fractions"})
    assert "fraction" in caught.value.hint
    assert set(SIZINGS) == {"all_in", "fraction", "fixed_units", "risk_atr"}


def test_a_number_is_finite_and_no_flag() -> None:
    assert is_number(1)
    assert is_number(np.float32(0.5))
    assert not is_number(False)
    assert not is_number(float("nan"))
    assert not is_number("1")
    assert not is_number(10**400), "no float reaches it"
    assert not is_number(-(10**400))
