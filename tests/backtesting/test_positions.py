"""The account: money in, money out, and refusals that leave it untouched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.positions import PositionManager, Quote
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.decision.actions import Position

TEN = {"kind": "fixed_units", "units": 10}


def account(**changes: object) -> PositionManager:
    fields = {"initial_capital": 1000.0, "commission": 0.01, "slippage": 0.02, "sizing": TEN} | changes
    return PositionManager(BacktestConfig(**fields))


def test_a_new_account_is_flat() -> None:
    fresh = account()
    assert fresh.position is Position.FLAT
    assert fresh.value(123.0) == 1000.0
    assert fresh.entry is None


def test_a_long_by_hand() -> None:
    held = account()
    assert held.open(Position.LONG, Quote(3, 50.0)) == ""
    assert held.position is Position.LONG
    assert held.entry is not None
    assert held.entry.price == pytest.approx(51.0)
    assert held.entry.commission == pytest.approx(5.1)
    assert held.entry.slippage_cost == pytest.approx(10.0)
    assert held.cash == pytest.approx(1000 - 510 - 5.1)
    assert held.value(60.0) == pytest.approx(1084.9)
    trade = held.close(Quote(5, 60.0), "signal")
    assert trade.exit.price == pytest.approx(58.8)
    assert trade.gross_pnl == pytest.approx(78.0)
    assert trade.net_pnl == pytest.approx(78.0 - 5.1 - 5.88)
    assert held.cash == pytest.approx(1000 + trade.net_pnl)
    assert held.units == 0.0


def test_a_short_by_hand() -> None:
    held = account(allow_short=True)
    assert held.open(Position.SHORT, Quote(0, 50.0)) == ""
    assert held.position is Position.SHORT
    assert held.units == -10
    assert held.cash == pytest.approx(1000 + 490 - 4.9)
    assert held.value(40.0) == pytest.approx(1085.1)
    trade = held.close(Quote(1, 40.0), "reversal")
    assert trade.side is Position.SHORT
    assert trade.exit.price == pytest.approx(40.8)
    assert trade.net_pnl == pytest.approx(490 - 408 - 4.9 - 4.08)
    assert trade.reason == "reversal"


@given(st.floats(0.01, 1e5), st.floats(0, 0.2), st.floats(0, 0.2), st.sampled_from([Position.LONG, Position.SHORT]))
def test_all_in_spends_all_and_no_more(price: float, commission: float, slippage: float, side: Position) -> None:
    held = account(sizing={"kind": "all_in"}, commission=commission, slippage=slippage)
    assert held.open(side, Quote(0, price)) == ""
    entry = held.entry
    assert entry is not None
    assert entry.value + entry.commission == pytest.approx(1000.0)
    if side is Position.LONG:
        assert held.cash == pytest.approx(0.0, abs=1e-9)


def test_too_dear_is_refused_and_nothing_moves() -> None:
    poor = account(initial_capital=500.0)
    reason = poor.open(Position.LONG, Quote(0, 50.0))
    assert "515.10" in reason
    assert "500.00" in reason
    assert (poor.cash, poor.units, poor.entry) == (500.0, 0.0, None)


def test_the_last_cent_is_enough() -> None:
    exact = account(initial_capital=100.0, commission=0.0, slippage=0.0)
    assert exact.open(Position.LONG, Quote(0, 10.0)) == ""
    assert exact.cash == 0.0


def test_without_cash_nothing_opens() -> None:
    ruined = account(sizing={"kind": "all_in"})
    ruined.cash = -5.0
    assert "no cash" in ruined.open(Position.LONG, Quote(0, 10.0))


def test_misuse_is_named() -> None:
    held = account()
    with pytest.raises(InvalidValue, match="FLAT"):
        held.close(Quote(0, 10.0), "signal")
    with pytest.raises(InvalidValue, match="side"):
        held.open(Position.FLAT, Quote(0, 10.0))
    held.open(Position.LONG, Quote(0, 10.0))
    with pytest.raises(InvalidValue, match="side"):
        held.open(Position.LONG, Quote(1, 10.0))


def test_edge_is_the_first_bar_after_the_quote() -> None:
    assert Quote(4, 1.0).edge == 4
    assert Quote(4, 1.0, at_close=True).edge == 5
