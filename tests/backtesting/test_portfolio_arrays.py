"""The line of time and the columns of many symbols, against their definitions read out slowly."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.backtesting.arrays import NO_ORDER, SIZING, market_of
from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.portfolio import run_portfolio
from ktrdr_app.backtesting.portfolio_arrays import (
    HOME,
    Ledger,
    markets_of,
    money_of,
    portfolio_terms,
    state_of,
    timeline_of,
)
from ktrdr_app.backtesting.portfolio_terms import Leg, PortfolioConfig, Rates
from ktrdr_app.backtesting.terms import NO_FILTERS
from ktrdr_app.core.errors import NoRate
from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.strategy.schema import DecisionSettings
from tests.backtesting.cases import make_bars, walk
from tests.backtesting.portfolios import EARLY, HOUR, portfolio_configs, portfolios, rates_of

stamps = st.lists(
    st.sets(st.integers(0, 60), min_size=1, max_size=20).map(lambda drawn: np.array(sorted(drawn), dtype=np.int64)),
    min_size=1,
    max_size=4,
)


def held_bars(symbol: str, hours: list[int], rates: Rates | None = None) -> Leg:
    """Return a symbol that never trades, with bars at the given hours after `EARLY`."""
    bars = make_bars([10.0] * len(hours), [10.0] * len(hours))
    bars.index = pd.DatetimeIndex(pd.to_datetime(EARLY + np.array(hours) * HOUR, utc=True), name="timestamp").as_unit(
        "ns"
    )
    return Leg(symbol, bars, np.ones(len(hours), dtype=np.int8), rates)


class TestTimeline:
    @given(stamps, st.integers(1, 15))
    def test_against_a_sorted_list_of_happenings(self, drawn: list[np.ndarray], length: int) -> None:
        union = sorted({int(stamp) for own in drawn for stamp in own})
        happenings = []
        for slot, instant in enumerate(union):
            ends = []
            for own in drawn:
                places = [place for place, stamp in enumerate(own) if stamp == instant]
                for place in places:
                    ends.append(instant + length)
                    if place + 1 < len(own):
                        ends.append(int(own[place + 1]))
            # At one moment closes (0) come before opens (1), each in order of their slots.
            happenings += [(instant, 1, slot), (min(ends), 0, slot)]
        happenings.sort()
        line = timeline_of(drawn, length)
        assert line.stamps.tolist() == union
        assert line.moments.tolist() == [moment for moment, _, _ in happenings]
        assert line.steps.tolist() == [2 * slot + opening for _, opening, slot in happenings]

    @given(stamps)
    def test_each_slot_names_the_symbols_that_open_then(self, drawn: list[np.ndarray]) -> None:
        line = timeline_of(drawn, 3)
        for slot, instant in enumerate(line.stamps.tolist()):
            there = line.symbols[line.first[slot] : line.first[slot + 1]].tolist()
            assert there == [number for number, own in enumerate(drawn) if instant in own]
        assert len(line.symbols) == line.first[-1] == sum(map(len, drawn))

    @given(stamps, st.integers(1, 15))
    def test_every_bar_opens_before_it_closes_and_each_just_once(self, drawn: list[np.ndarray], length: int) -> None:
        line = timeline_of(drawn, length)
        assert sorted(line.steps.tolist()) == list(range(2 * len(line.stamps)))
        place = np.argsort(line.steps)
        assert (place[1::2] < place[0::2]).all()
        assert (np.diff(line.moments) >= 0).all()

    def test_a_close_comes_before_the_open_of_the_same_moment(self) -> None:
        line = timeline_of([np.array([0, 10, 20])], 10)
        assert line.steps.tolist() == [1, 0, 3, 2, 5, 4]
        assert line.moments.tolist() == [0, 10, 10, 20, 20, 30]

    def test_half_a_bar_apart_the_closes_wait(self) -> None:
        line = timeline_of([np.array([0, 10]), np.array([5])], 10)
        # Open 0, open 5, close 0 at 10, open 10, close 5 at 15, close 10 at 20.
        assert line.steps.tolist() == [1, 3, 0, 5, 2, 4]

    def test_a_bar_is_over_when_the_next_one_opens(self) -> None:
        assert timeline_of([np.array([0, 4])], 10).moments.tolist() == [0, 4, 4, 14]


class TestMarkets:
    @given(portfolios(), portfolio_configs())
    @settings(max_examples=30)
    def test_slices_are_the_markets_of_the_symbols(self, legs: list[Leg], config: PortfolioConfig) -> None:
        joined, signals, begins = markets_of(legs, config.base)
        assert np.diff(begins).tolist() == [len(leg.bars) for leg in legs]
        assert signals.dtype == np.int8
        for leg, begin, end in zip(legs, begins[:-1], begins[1:], strict=True):
            alone = market_of(leg.bars, config.base)
            for name in ("stamps", "open", "high", "low", "close"):
                np.testing.assert_array_equal(getattr(joined, name)[begin:end], getattr(alone, name))
            np.testing.assert_array_equal(signals[begin:end], leg.signals)
            if len(joined.atr):
                np.testing.assert_array_equal(joined.atr[begin:end], alone.atr)

    def test_nights_are_those_of_each_symbol_and_not_across_two(self) -> None:
        legs = [held_bars("A", [0, 30, 60]), held_bars("B", [100, 101, 150])]
        market, _, _ = markets_of(legs, BacktestConfig(swap_long=0.01))
        # Midnights crossed: hour 0 to 30 one, to 60 one; hour 100 begins anew, 101 the same day, 150 two days on.
        assert market.nights.tolist() == [0, 1, 1, 0, 0, 2]

    def test_columns_that_nothing_needs_are_empty(self) -> None:
        market, _, _ = markets_of([Leg("A", walk(0, 30), np.ones(30, np.int8))], BacktestConfig())
        assert (len(market.atr), len(market.nights)) == (0, 0)


class TestMoney:
    @given(st.integers(0, 200), st.lists(st.integers(1, 300), min_size=1, max_size=12, unique=True))
    def test_rates_are_the_last_known_at_each_step(self, seed: int, hours: list[int]) -> None:
        rates = rates_of(seed)
        legs = [held_bars("A", sorted(hours), rates), held_bars("B", [0, 2, 400])]
        line = timeline_of([nanoseconds(leg.bars.index) for leg in legs], HOUR)
        money = money_of(legs, line)
        assert money.currency.tolist() == [0, HOME]
        begins = EARLY + min(hours) * HOUR
        for moment, rate in zip(line.moments.tolist(), money.rates[0].tolist(), strict=True):
            if moment >= begins:
                assert rate == rates.values[bisect_right(rates.known.tolist(), moment) - 1]

    def test_one_row_for_each_currency(self) -> None:
        euro, pound = rates_of(1, "EUR"), rates_of(2, "GBP")
        legs = [held_bars(name, [0, 1], rates) for name, rates in zip("ABCD", (pound, None, euro, pound), strict=True)]
        line = timeline_of([nanoseconds(leg.bars.index) for leg in legs], HOUR)
        money = money_of(legs, line)
        assert money.currency.tolist() == [0, HOME, 1, 0]
        assert money.rates.shape == (2, 4)
        np.testing.assert_array_equal(money.rates[1], euro.at(line.moments))

    def test_no_currency_no_row(self) -> None:
        legs = [held_bars("A", [0, 1, 2])]
        assert money_of(legs, timeline_of([nanoseconds(legs[0].bars.index)], HOUR)).rates.shape == (0, 6)

    def test_a_rate_need_not_be_known_before_its_first_bar(self) -> None:
        late = Rates("EUR", np.array([EARLY + 5 * HOUR]), np.array([1.25]))
        legs = [held_bars("A", list(range(10))), held_bars("B", [6, 7], late)]
        line = timeline_of([nanoseconds(leg.bars.index) for leg in legs], HOUR)
        assert set(money_of(legs, line).rates[0].tolist()) == {1.25}
        early = [legs[0], held_bars("B", [4, 7], late)]
        with pytest.raises(NoRate, match="EUR"):
            money_of(early, timeline_of([nanoseconds(leg.bars.index) for leg in early], HOUR))


class TestStart:
    def test_an_account_before_its_first_step(self) -> None:
        config = PortfolioConfig(BacktestConfig(initial_capital=777.0), max_exposure=0.4, max_positions=3)
        state = state_of(config, 4)
        purse = state.purse[0]
        assert (purse["cash"], purse["max_exposure"], purse["max_positions"]) == (777.0, 0.4, 3)
        assert (purse["trades"], purse["events"], purse["gone"]) == (0, 0, 0)
        assert state.cursor.tolist() == [-1] * 4
        assert state.own["cash"].tolist() == state.own["units"].tolist() == [0.0] * 4
        assert set(state.own["pending"].tolist()) == {NO_ORDER}

    def test_no_limit_is_nought(self) -> None:
        purse = state_of(PortfolioConfig(), 1).purse[0]
        assert (purse["max_exposure"], purse["max_positions"]) == (0.0, 0)

    def test_two_sets_of_terms_for_deciding_and_for_filling(self) -> None:
        config = PortfolioConfig(
            BacktestConfig(fill="close", lot_step=0.5, sizing={"kind": "fraction", "fraction": 0.3})
        )
        decide, fill = portfolio_terms(config, DecisionSettings(max_position_size=0.2, cooldown_bars=3))
        assert (decide["sizing"], decide["size"], decide["lot_step"]) == (SIZING["fraction"], 0.3, 0.5)
        assert (decide["max_size"], bool(decide["at_close"])) == (0.2, True)
        assert (fill["sizing"], fill["max_size"], fill["lot_step"]) == (SIZING["fixed_units"], 1.0, 0.0)
        assert not fill["at_close"]
        assert decide["cooldown"] == fill["cooldown"] == 3


class TestLedger:
    def test_columns_are_as_long_as_what_they_hold(self) -> None:
        ledger = Ledger.empty(slots=5, bars=12, symbols=3)
        assert {len(column) for column in (ledger.equity, ledger.cash, ledger.gross, ledger.open_positions)} == {5}
        assert len(ledger.units) == 12
        assert ledger.worth.shape == (3, 5)
        assert len(ledger.trades) == len(ledger.filed)
        assert len(ledger.events) == len(ledger.whose)

    @given(st.integers(0, 500), st.booleans(), st.sampled_from(["next_open", "close"]))
    @settings(max_examples=25)
    def test_the_busiest_account_fits(self, seed: int, lots: bool, fill: str) -> None:
        """Turn round at every close, be stopped in every bar, be shrunk or refused at every order."""
        rng, rows = np.random.default_rng(seed), 12
        legs = []
        for number, name in enumerate("ABC"):
            bars = walk(seed + number, rows)
            bars.iloc[rng.random(rows) < 0.2, :4] = np.nan
            legs.append(Leg(name, bars, np.where(np.arange(rows) % 2, 0, 2).astype(np.int8)))
        base = BacktestConfig(
            allow_short=True, fill=fill, stop_loss=1e-6, lot_step=5000.0 if lots else 0.0, initial_capital=1e6,
            sizing={"kind": "fraction", "fraction": 1.0},
        )  # fmt: skip
        result = run_portfolio(legs, "1d", PortfolioConfig(base, max_exposure=0.5), NO_FILTERS)
        room = Ledger.empty(rows, 3 * rows, 3)
        assert len(result.trades) <= len(room.trades)
        assert 0 < len(result.events) <= len(room.events)
