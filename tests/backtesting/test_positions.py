"""The account: money in, money out, and refusals that leave it untouched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.events import Happening
from ktrdr_app.backtesting.positions import PositionManager, Quote, Refusal
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
    assert held.open(Position.LONG, Quote(3, 50.0)) == ()
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
    assert held.open(Position.SHORT, Quote(0, 50.0)) == ()
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
    assert held.open(side, Quote(0, price)) == ()
    entry = held.entry
    assert entry is not None
    assert entry.value + entry.commission == pytest.approx(1000.0)
    if side is Position.LONG:
        assert held.cash == pytest.approx(0.0, abs=1e-9)


def test_too_dear_is_refused_and_nothing_moves() -> None:
    poor = account(initial_capital=500.0)
    (refusal,) = poor.open(Position.LONG, Quote(0, 50.0))
    assert refusal.kind is Happening.TOO_DEAR
    assert refusal.numbers == (10.0, pytest.approx(515.1), 500.0)
    assert (poor.cash, poor.units, poor.entry) == (500.0, 0.0, None)


def test_the_last_cent_is_enough() -> None:
    exact = account(initial_capital=100.0, commission=0.0, slippage=0.0)
    assert exact.open(Position.LONG, Quote(0, 10.0)) == ()
    assert exact.cash == 0.0


def test_without_cash_nothing_opens() -> None:
    ruined = account(sizing={"kind": "all_in"})
    ruined.cash = -5.0
    assert ruined.open(Position.LONG, Quote(0, 10.0)) == (Refusal(Happening.NO_CASH, (-5.0, 0.0, 0.0)),)


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


class TestCosts:
    def test_spread_is_paid_by_halves_and_ticks_on_top(self) -> None:
        held = account(spread=0.4, slippage=3, slippage_unit="ticks", tick_size=0.05, commission=0.0)
        held.open(Position.LONG, Quote(0, 50.0))
        assert held.entry is not None
        assert held.entry.price == pytest.approx(50.0 + 0.2 + 0.15)
        assert held.close(Quote(1, 60.0), "signal").exit.price == pytest.approx(60.0 - 0.35)

    def test_slippage_as_a_part_of_the_last_range(self) -> None:
        held = account(slippage=0.25, slippage_unit="range", commission=0.0)
        held.open(Position.LONG, Quote(0, 50.0, span=4.0))
        assert held.entry is not None
        assert held.entry.price == pytest.approx(51.0)

    def test_commission_per_unit(self) -> None:
        held = account(commission=0.3, commission_unit="per_unit", slippage=0.0)
        held.open(Position.LONG, Quote(0, 50.0))
        assert held.cash == pytest.approx(1000 - 500 - 3)
        assert held.close(Quote(1, 50.0), "signal").net_pnl == pytest.approx(-6.0)

    def test_interest_is_paid_by_the_night_and_is_part_of_the_trade(self) -> None:
        held = account(swap_short=0.073, borrow=0.0365, allow_short=True, commission=0.0, slippage=0.0)
        held.open(Position.SHORT, Quote(0, 50.0))
        held.charge(40.0, 3)
        assert held.cash == pytest.approx(1500 - 10 * 40 * 3 * 0.1095 / 365)
        trade = held.close(Quote(9, 40.0), "signal")
        assert trade.net_pnl == pytest.approx(100 - 0.36)
        assert held.cash == pytest.approx(1000 + trade.net_pnl)

    def test_a_spread_wider_than_the_price_sells_for_nothing(self) -> None:
        held = account(spread=300.0, allow_short=True)
        assert held.open(Position.SHORT, Quote(0, 50.0)) == (Refusal(Happening.NO_PRICE),)


class TestLots:
    def test_units_are_rounded_down_to_the_lot(self) -> None:
        held = account(sizing={"kind": "all_in"}, lot_step=0.25, commission=0.0, slippage=0.0)
        assert held.open(Position.LONG, Quote(0, 300.0)) == ()
        assert held.units == 3.25

    def test_a_whole_number_of_lots_stays_whole(self) -> None:
        held = account(sizing={"kind": "fixed_units", "units": 0.3}, lot_step=0.1)
        held.open(Position.LONG, Quote(0, 1.0))
        assert held.units == pytest.approx(0.3)

    def test_less_than_a_lot_is_refused(self) -> None:
        held = account(sizing={"kind": "all_in"}, lot_step=1.0)
        (refusal,) = held.open(Position.LONG, Quote(0, 3000.0))
        assert refusal.kind is Happening.NO_LOT
        assert (held.cash, held.units) == (1000.0, 0.0)


class TestSizes:
    def test_risk_by_the_average_true_range(self) -> None:
        free = {"commission": 0.0, "slippage": 0.0}
        held = account(sizing={"kind": "risk_atr", "risk": 0.01, "multiple": 2.0}, **free)
        assert held.open(Position.LONG, Quote(0, 50.0), atr=1.25) == ()
        assert held.units == pytest.approx(1000 * 0.01 / 2.5)

    def test_risk_that_cash_does_not_cover_is_shrunk(self) -> None:
        free = {"commission": 0.0, "slippage": 0.0}
        held = account(sizing={"kind": "risk_atr", "risk": 0.5, "multiple": 1.0}, **free)
        (note,) = held.open(Position.LONG, Quote(0, 50.0), atr=2.0)
        assert (note.kind, note.numbers) == (Happening.SHRUNK, (250.0, 20.0, 0.0))
        assert held.units == 20.0

    @pytest.mark.parametrize("atr", [float("nan"), 0.0])
    def test_no_range_no_order(self, atr: float) -> None:
        held = account(sizing={"kind": "risk_atr", "risk": 0.5, "multiple": 1.0})
        assert held.open(Position.LONG, Quote(0, 50.0), atr=atr) == (Refusal(Happening.NO_RANGE),)

    def test_the_largest_position(self) -> None:
        config = BacktestConfig(1000.0, commission=0.0, slippage=0.0)
        held = PositionManager(config, max_size=0.3)
        (note,) = held.open(Position.LONG, Quote(0, 10.0))
        assert note.kind is Happening.SHRUNK
        assert held.units == pytest.approx(30.0)


class TestGuard:
    def test_distances_from_the_fill_price(self) -> None:
        held = account(stop_loss=0.1, take_profit=0.2, trailing_stop=0.05)
        held.open(Position.LONG, Quote(0, 50.0))
        assert held.guard is not None
        assert (held.guard.stop, held.guard.target) == (pytest.approx(45.9), pytest.approx(61.2))
        assert held.guard.level(Position.LONG) == (pytest.approx(50.0 - 2.55), "trailing_stop")

    def test_distances_in_average_true_ranges(self) -> None:
        held = account(stop_loss=2.0, stop_unit="atr", allow_short=True, slippage=0.0)
        held.open(Position.SHORT, Quote(0, 50.0), atr=1.5)
        assert held.guard is not None
        assert held.guard.level(Position.SHORT) == (53.0, "stop_loss")
