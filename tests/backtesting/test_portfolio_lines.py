"""The line of time of a portfolio: which close is known before which open."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.portfolio_arrays import HOME, Ledger, money_of, portfolio_terms, state_of, timeline_of
from ktrdr_app.backtesting.portfolio_terms import Leg, PortfolioConfig, Rates
from ktrdr_app.backtesting.terms import NO_FILTERS
from ktrdr_app.data.bars import nanoseconds
from tests.backtesting.cases import walk


def told(*stamps: list[int], length: int) -> list[tuple[int, str, int]]:
    """Return moment, what happens and the slot's stamp, in order."""
    line = timeline_of([np.array(own) for own in stamps], length)
    return [
        (int(moment), "open" if step % 2 else "close", int(line.stamps[step // 2]))
        for step, moment in zip(line.steps, line.moments, strict=True)
    ]


def test_bars_that_end_come_before_bars_that_begin() -> None:
    assert told([0, 10, 20], length=10) == [
        (0, "open", 0),
        (10, "close", 0),
        (10, "open", 10),
        (20, "close", 10),
        (20, "open", 20),
        (30, "close", 20),
    ]


def test_bars_of_other_hours_are_interleaved() -> None:
    assert told([0, 10], [5, 15], length=10) == [
        (0, "open", 0),
        (5, "open", 5),
        (10, "close", 0),
        (10, "open", 10),
        (15, "close", 5),
        (15, "open", 15),
        (20, "close", 10),
        (25, "close", 15),
    ]


def test_a_bar_is_over_when_the_symbols_next_one_opens() -> None:
    assert told([0, 7], length=10)[:3] == [(0, "open", 0), (7, "close", 0), (7, "open", 7)]


def test_each_slot_names_its_symbols_in_order() -> None:
    line = timeline_of([np.array([0, 20]), np.array([0, 10]), np.array([10, 20])], 10)
    slots = [line.symbols[line.first[slot] : line.first[slot + 1]].tolist() for slot in range(3)]
    assert line.stamps.tolist() == [0, 10, 20]
    assert slots == [[0, 1], [1, 2], [0, 2]]


@given(st.lists(st.sets(st.integers(0, 60), min_size=1), min_size=1, max_size=4), st.integers(1, 12))
def test_each_symbol_opens_and_closes_its_bars_in_turn(drawn: list[set[int]], length: int) -> None:
    line = timeline_of([np.array(sorted(own)) for own in drawn], length)
    assert (np.diff(line.moments) >= 0).all()
    for symbol, own in enumerate(drawn):
        seen = []
        for step in line.steps:
            slot = step // 2
            if symbol in line.symbols[line.first[slot] : line.first[slot + 1]]:
                seen.append((int(line.stamps[slot]), bool(step % 2)))
        assert seen == [(stamp, opening) for stamp in sorted(own) for opening in (True, False)]


def test_one_row_of_rates_per_currency() -> None:
    bars = walk(1, 5)
    stamps = nanoseconds(bars.index)
    euro, pound = Rates("EUR", stamps, np.arange(1.0, 6.0)), Rates("GBP", stamps, np.full(5, 7.0))
    signals = np.ones(5, dtype=np.int8)
    legs = [Leg(name, bars, signals, rates) for name, rates in zip("ABCD", (None, euro, pound, euro), strict=True)]
    line = timeline_of([stamps] * 4, 86_400_000_000_000)
    money = money_of(legs, line)
    assert money.currency.tolist() == [HOME, 0, 1, 0]
    # Opens see the rate of their own moment; so do the closes one day later, when the next rate is known.
    opens = line.steps % 2 == 1
    assert money.rates[0][opens].tolist() == [1, 2, 3, 4, 5]
    assert money.rates[0][~opens].tolist() == [2, 3, 4, 5, 5]
    assert (money.rates[1] == 7).all()


def test_without_foreign_symbols_there_are_no_rates() -> None:
    bars = walk(1, 5)
    line = timeline_of([nanoseconds(bars.index)], 86_400_000_000_000)
    money = money_of([Leg("A", bars, np.ones(5, dtype=np.int8))], line)
    assert money.rates.shape == (0, 10)


def test_the_account_begins_with_its_capital_and_limits() -> None:
    state = state_of(PortfolioConfig(BacktestConfig(initial_capital=500.0), max_exposure=0.5, max_positions=3), 2)
    assert [state.purse[0][name] for name in ("cash", "max_exposure", "max_positions")] == [500.0, 0.5, 3]
    assert state.own["cash"].tolist() == [0.0, 0.0]
    assert state.cursor.tolist() == [-1, -1]
    assert state_of(PortfolioConfig(), 1).purse[0]["max_exposure"] == 0.0


def test_orders_of_a_decided_size_are_filled_as_they_are() -> None:
    base = BacktestConfig(sizing={"kind": "fraction", "fraction": 0.2}, lot_step=10.0, fill="close", spread=0.5)
    decided, filled = portfolio_terms(PortfolioConfig(base), NO_FILTERS)
    assert (decided["size"], decided["lot_step"], decided["at_close"]) == (0.2, 10.0, True)
    assert (filled["lot_step"], filled["max_size"], filled["at_close"]) == (0.0, 1.0, False)
    assert decided["slip_fixed"] == filled["slip_fixed"] == 0.25


@pytest.mark.parametrize(("slots", "bars", "symbols"), [(1, 1, 1), (5, 12, 3)])
def test_a_ledger_has_room_for_the_worst(slots: int, bars: int, symbols: int) -> None:
    ledger = Ledger.empty(slots, bars, symbols)
    assert (len(ledger.equity), len(ledger.units)) == (slots, bars)
    assert len(ledger.trades) == len(ledger.filed) >= 2 * bars + symbols
    assert len(ledger.events) == len(ledger.whose) > 3 * bars + 2 * symbols
