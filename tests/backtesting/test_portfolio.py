"""One account over many symbols: what it must be by hand, by the single account, and by the accounts' identities."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.portfolio import run_portfolio
from ktrdr_app.backtesting.portfolio_results import PortfolioResult
from ktrdr_app.backtesting.portfolio_terms import Leg, PortfolioConfig, Rates
from ktrdr_app.backtesting.simulation import simulate
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, InvalidValue, NoRate, SignalsMismatch
from ktrdr_app.core.progress import BarsDone, PartialEquity, ProgressEvent
from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.strategy.schema import DecisionSettings
from tests.backtesting.cases import FREE, closed_markets, coin_signals, filter_settings, full_configs, make_bars, walk
from tests.backtesting.portfolios import portfolio_configs, portfolios

B, H, S = 0, 1, 2


def leg(symbol: str, prices: list[float], signals: list[int], start: str = "2020-01-01", **more: Any) -> Leg:
    """Return a symbol whose bars open and close at one price each."""
    bars = make_bars(prices, prices)
    bars.index = pd.date_range(start, periods=len(prices), freq="1D", tz="UTC", unit="ns", name="timestamp")
    return Leg(symbol, bars, np.array(signals, dtype=np.int8), **more)


def free(capital: float = 1000.0, **more: Any) -> PortfolioConfig:
    """Return an account without costs."""
    limits = {name: more.pop(name) for name in ("max_exposure", "max_positions") if name in more}
    return PortfolioConfig(BacktestConfig(initial_capital=capital, **{**FREE, **more}), **limits)


def said(result: PortfolioResult) -> list[tuple[str, str]]:
    return [(event.symbol, event.event.message) for event in result.events]


class TestOneSymbol:
    @given(closed_markets(), full_configs(), filter_settings)
    @settings(max_examples=100)
    def test_is_the_single_account_to_the_last_bit(
        self, market: tuple[pd.DataFrame, np.ndarray], config: BacktestConfig, filters: DecisionSettings
    ) -> None:
        bars, signals = market
        alone, _ = simulate(bars, signals, config, filters)
        result = run_portfolio([Leg("X", bars, signals)], "1h", PortfolioConfig(config), filters)
        np.testing.assert_array_equal(result.values, alone.values)
        np.testing.assert_array_equal(result.cash_values, alone.cash_values)
        np.testing.assert_array_equal(result.units["X"], alone.units)
        shared = result.trades[list(alone.trades.columns)]
        pd.testing.assert_frame_equal(shared, alone.trades, check_exact=True, check_index_type=False)
        assert [event.event for event in result.events] == list(alone.events)
        assert [held.trade for held in result.open_positions] == ([alone.open_trade] if alone.open_trade else [])
        assert {name: result.metrics[name] for name in alone.metrics} == alone.metrics


class TestAccounts:
    @given(portfolios(), st.sampled_from(["1h", "4h"]), portfolio_configs())
    @settings(max_examples=100)
    def test_profits_less_costs_are_the_change_of_equity(
        self, legs: list[Leg], frame: str, config: PortfolioConfig
    ) -> None:
        result = run_portfolio(legs, frame, config)
        gained = result.final_equity - config.base.initial_capital
        scale = max(1.0, float(np.abs(result.values).max()), config.base.initial_capital)
        assert result.contributions["total_pnl"].sum() == pytest.approx(gained, abs=1e-9 * scale)
        trades = result.trades
        costs = trades["commission"] + trades["financing"]
        assert (trades["gross_pnl"] - costs).tolist() == pytest.approx(trades["net_pnl"].tolist())

    @given(portfolios(), st.sampled_from(["1h", "4h"]), portfolio_configs())
    @settings(max_examples=60)
    def test_what_every_symbol_is_worth_adds_up_to_the_account(
        self, legs: list[Leg], frame: str, config: PortfolioConfig
    ) -> None:
        result = run_portfolio(legs, frame, config)
        assert tuple(result.worth) == result.symbols
        worth = np.stack(list(result.worth.values()))
        scale = 1e-9 * max(1.0, float(result.gross.max(initial=0.0)))
        np.testing.assert_allclose(np.abs(worth).sum(axis=0), result.gross, rtol=1e-12, atol=scale)
        np.testing.assert_allclose(result.cash_values + worth.sum(axis=0), result.values, rtol=1e-12, atol=scale)
        np.testing.assert_array_equal((worth != 0).sum(axis=0) <= result.held, True)

    @pytest.mark.parametrize("fill", ["next_open", "close"])
    def test_equity_is_cash_and_positions_at_every_instant(self, fill: str) -> None:
        legs = [Leg(name, walk(row, 400), coin_signals(row + 9, 400, 0.7)) for row, name in enumerate("ABC")]
        base = BacktestConfig(fill=fill, allow_short=True, sizing={"kind": "fraction", "fraction": 0.3}, stop_loss=0.05)
        result = run_portfolio(legs, "1d", PortfolioConfig(base))
        values = [result.units[one.symbol] * one.bars["close"].to_numpy() for one in legs]
        np.testing.assert_allclose(result.values, result.cash_values + np.sum(values, axis=0), rtol=1e-12)
        np.testing.assert_allclose(result.gross, np.sum(np.abs(values), axis=0), rtol=1e-12, atol=1e-9)
        np.testing.assert_allclose(list(result.worth.values()), values, rtol=1e-12, atol=1e-9)
        assert len(result.trades) > 100
        assert set(result.trades["side"]) == {"long", "short"}

    @given(portfolios(), portfolio_configs())
    @settings(max_examples=60)
    def test_nothing_is_bought_on_credit(self, legs: list[Leg], config: PortfolioConfig) -> None:
        # Stops fill beyond their price, and costs of a unit may come to more than a sale brings in: both are losses.
        calm = replace(
            config.base,
            stop_loss=None,
            take_profit=None,
            trailing_stop=None,
            spread=0.0,
            slippage=0.0,
            slippage_unit="rate",
            commission=0.001,
            commission_unit="rate",
            allow_short=False,
            swap_long=0.0,
        )
        result = run_portfolio(legs, "1h", replace(config, base=calm))
        assert result.cash_values.min() >= -1e-9 * config.base.initial_capital


class TestOrderOfFills:
    def test_exits_pay_for_the_entries_of_the_same_instant(self) -> None:
        result = run_portfolio(
            [leg("A", [10, 10, 20, 20, 20], [H, B, H, H, H]), leg("B", [10, 10, 10, 10, 10], [B, S, H, H, H])],
            "1d",
            free(),
        )
        assert result.trades["symbol"].tolist() == ["B"]
        assert result.units["A"].tolist() == [0, 0, 50, 50, 50]
        assert said(result) == []

    def test_of_two_entries_the_first_name_has_the_first_choice(self) -> None:
        legs = [leg("B", [10, 10, 10], [B, H, H]), leg("A", [10, 10, 10], [B, H, H])]
        result = run_portfolio(legs, "1d", free())
        assert (result.units["A"][-1], result.units["B"][-1]) == (100, 0)
        assert said(result) == [("B", "the order to go long was rejected: no cash is left (0.00)")]

    def test_the_order_in_which_symbols_are_given_changes_nothing(self) -> None:
        legs = [Leg(name, walk(row, 200), coin_signals(row, 200)) for row, name in enumerate("ABCD")]
        config = free(sizing={"kind": "fraction", "fraction": 0.4}, allow_short=True)
        first, second = (run_portfolio(order, "1d", config) for order in (legs, legs[::-1]))
        np.testing.assert_array_equal(first.values, second.values)
        pd.testing.assert_frame_equal(first.trades, second.trades)
        assert first.events == second.events


class TestLimits:
    def test_positions_are_fractions_of_the_equity(self) -> None:
        legs = [leg("A", [10, 10, 20, 20], [B, H, H, H]), leg("B", [10, 10, 10, 10], [H, B, H, H])]
        result = run_portfolio(legs, "1d", free(sizing={"kind": "fraction", "fraction": 0.5}))
        # A: 500 / 10. When B is bought at the open of the third bar, A is still worth its last close, 10.
        assert (result.units["A"][-1], result.units["B"][-1]) == (50, 50)
        assert result.values.tolist() == [1000, 1000, 1500, 1500]

    def test_a_fraction_that_cash_does_not_cover_is_shrunk_and_said(self) -> None:
        legs = [leg("A", [10, 10, 20, 20, 20], [B, H, H, H, H]), leg("B", [10, 10, 10, 10, 10], [H, H, B, H, H])]
        result = run_portfolio(legs, "1d", free(sizing={"kind": "fraction", "fraction": 0.8}))
        assert result.units["B"][-1] == 20
        assert said(result) == [("B", "the order to go long was shrunk from 144 to 20 units")]

    def test_no_more_positions_than_allowed(self) -> None:
        legs = [leg(name, [10, 10, 10], [B, H, H]) for name in "ABC"]
        result = run_portfolio(legs, "1d", free(sizing={"kind": "fraction", "fraction": 0.2}, max_positions=2))
        assert result.held.tolist() == [0, 2, 2]
        assert said(result) == [
            ("C", "the order to go long was rejected: 2 positions are open, and no more are allowed")
        ]
        assert result.metrics["most_positions"] == 2

    def test_exposure_is_capped_then_refused(self) -> None:
        legs = [leg(name, [10, 10, 10], [B, H, H]) for name in "ABC"]
        result = run_portfolio(legs, "1d", free(sizing={"kind": "fraction", "fraction": 0.4}, max_exposure=0.6))
        assert [result.units[name][-1] for name in "ABC"] == pytest.approx([40, 20, 0])
        assert result.metrics["highest_exposure"] == pytest.approx(0.6)
        assert said(result) == [
            ("B", "the order to go long was shrunk from 40 to 20 units"),
            ("C", "the order to go long was rejected: positions are worth 600.00, the most allowed is 600.00"),
        ]

    def test_what_a_short_brings_in_buys_nothing(self) -> None:
        legs = [leg("A", [10, 10, 10, 10], [S, H, H, H]), leg("B", [10, 10, 10, 10], [H, B, H, H])]
        result = run_portfolio(legs, "1d", free(allow_short=True, sizing={"kind": "fixed_units", "units": 60}))
        assert result.cash_values.tolist() == [1000, 1600, 1600, 1600]
        assert said(result) == [("B", "the order to go long was rejected: 60 units cost 600.00, cash is 400.00")]


class TestTime:
    def test_an_order_waits_for_its_own_market(self) -> None:
        late = leg("B", [10, 12, 12], [B, H, H])
        late.bars.index = pd.DatetimeIndex(
            ["2020-01-01", "2020-01-04", "2020-01-05"], tz="UTC", name="timestamp"
        ).as_unit("ns")
        result = run_portfolio([leg("A", [10] * 5, [H] * 5), late], "1d", free())
        assert result.open_positions[0].trade.entry_time == pd.Timestamp("2020-01-04", tz="UTC")
        assert result.open_positions[0].trade.entry_price == 12

    def test_a_closed_market_is_worth_its_last_close(self) -> None:
        gone = leg("B", [10, 10, 30], [B, H, H])
        result = run_portfolio([leg("A", [10] * 5, [H] * 5), gone], "1d", free())
        assert result.values.tolist() == [1000, 1000, 3000, 3000, 3000]

    def test_a_close_is_known_only_when_its_bar_is_over(self) -> None:
        """At half past, nothing may depend on the bar of another symbol that ends at the full hour."""

        def run(close: float) -> PortfolioResult:
            hours = pd.date_range("2020-01-01", periods=4, freq="1h", tz="UTC", unit="ns", name="timestamp")
            first, other = make_bars([10] * 4, [10, 10, close, close]), make_bars([10] * 4, [10] * 4)
            first.index, other.index = hours, hours + pd.Timedelta(minutes=30)
            # A is bought at 1:00; its close of 2:00 to 3:00 is what differs; B is bought at 2:30.
            legs = [Leg("A", first, np.array([B, H, H, H], np.int8)), Leg("B", other, np.array([H, B, H, H], np.int8))]
            return run_portfolio(legs, "1h", free(sizing={"kind": "fraction", "fraction": 0.5}))

        calm, wild = run(10), run(15)
        assert calm.open_positions[1].trade.entry_time == pd.Timestamp("2020-01-01T02:30", tz="UTC")
        assert calm.units["B"].tolist() == wild.units["B"].tolist() == [0, 0, 50, 50]
        assert calm.final_equity != wild.final_equity

    @given(portfolios(), portfolio_configs(), st.floats(0.2, 0.8), st.integers(0, 1000))
    @settings(max_examples=60)
    def test_prices_after_t_change_nothing_before(
        self, legs: list[Leg], config: PortfolioConfig, share: float, seed: int
    ) -> None:
        before = run_portfolio(legs, "1h", replace(config, base=replace(config.base, close_at_end=False)))
        moment = before.index[int(share * len(before.index))]
        changed = []
        for one in legs:
            bars, late = one.bars.copy(), one.bars.index > moment
            wild = np.random.default_rng(seed).uniform(0.5, 2.0, int(late.sum()))
            for name in ("open", "high", "low", "close"):
                bars.loc[late, name] *= wild
            changed.append(replace(one, bars=bars))
        after = run_portfolio(changed, "1h", replace(config, base=replace(config.base, close_at_end=False)))
        # A bar that began before the moment but ends after another one began is told apart by half an hour at most.
        sure = before.index <= moment - pd.Timedelta(hours=1)
        np.testing.assert_array_equal(after.values[sure], before.values[sure])


class TestCurrencies:
    EURO = Rates(
        "EUR",
        nanoseconds(pd.date_range("2020-01-01", periods=6, tz="UTC", unit="ns")),
        np.array([1.0, 1.2, 1.1, 1.5, 1.3, 2.0]),
    )

    def test_a_trade_gains_by_the_price_and_by_the_rate(self) -> None:
        config = free(1200.0, commission=0.01)
        result = run_portfolio([leg("SAP", [10, 10, 20, 20], [B, S, H, H], rates=self.EURO)], "1d", config)
        # Bought at the open of day 2 at 1.2, sold at that of day 3 at 1.1: each the last rate known then.
        units = 1200 / (10 * 1.01 * 1.2)
        trade = result.trades.iloc[0]
        assert (trade["entry_rate"], trade["exit_rate"]) == (1.2, 1.1)
        assert trade["quantity"] == pytest.approx(units)
        assert trade["commission"] == pytest.approx(units * 0.01 * (10 * 1.2 + 20 * 1.1))
        assert result.final_equity == pytest.approx(units * 20 * 1.1 * 0.99)
        assert trade["net_pnl"] == pytest.approx(result.final_equity - 1200)

    def test_what_is_held_is_worth_todays_rate(self) -> None:
        result = run_portfolio([leg("SAP", [10, 10, 10, 10], [B, H, H, H], rates=self.EURO)], "1d", free(1200.0))
        # At the end of day n the rate known is that of day n + 1's first moment.
        assert result.values.tolist() == pytest.approx([1200, 100 * 10 * 1.1, 100 * 10 * 1.5, 100 * 10 * 1.3])

    def test_costs_per_unit_are_in_account_currency(self) -> None:
        config = free(commission=2.0, commission_unit="per_unit", sizing={"kind": "fixed_units", "units": 10})
        result = run_portfolio([leg("SAP", [10, 10, 10, 10], [B, S, H, H], rates=self.EURO)], "1d", config)
        assert result.trades["commission"].tolist() == pytest.approx([40.0])
        assert result.final_equity == pytest.approx(1000 - 10 * 10 * (1.2 - 1.1) - 40)

    def test_a_rate_that_comes_too_late_is_an_error(self) -> None:
        with pytest.raises(NoRate, match="no rate of EUR is known at 2019-12-31"):
            run_portfolio([leg("SAP", [10, 10], [B, H], start="2019-12-31", rates=self.EURO)], "1d", free())


def prices(symbol: str, rows: list[tuple[float, float, float, float]], signals: list[int]) -> Leg:
    """Return a symbol of daily bars, each open, high, low, close."""
    opens, highs, lows, closes = zip(*rows, strict=True)
    return Leg(symbol, make_bars(opens, closes, highs, lows), np.array(signals, dtype=np.int8))


class TestStopsOfTwo:
    CALM = (10.0, 10.0, 10.0, 10.0)

    def test_money_of_a_stop_buys_at_the_next_open_and_not_before(self) -> None:
        # A, bought all-in at 10, is stopped within day 3 at 8. B wants in at the opens of day 3 and of day 4.
        first = prices("A", [self.CALM, self.CALM, (9, 10, 7, 9.5), (9, 9, 9, 9), (9, 9, 9, 9)], [B, H, H, H, H])
        second = leg("B", [10, 10, 10, 10, 10], [H, B, B, H, H])
        result = run_portfolio([first, second], "1d", free(stop_loss=0.2))
        assert result.trades[["symbol", "exit_reason", "exit_price"]].to_numpy().tolist() == [["A", "stop_loss", 8.0]]
        assert result.cash_values.tolist() == pytest.approx([1000, 0, 800, 0, 0])
        assert result.units["B"].tolist() == [0, 0, 0, 80, 80]
        assert said(result) == [("B", "the order to go long was rejected: no cash is left (0.00)")]

    def test_an_open_beyond_the_stop_fills_there(self) -> None:
        first = prices("A", [self.CALM, self.CALM, (6, 7, 5, 6), (6, 6, 6, 6)], [B, H, H, H])
        result = run_portfolio([first, leg("B", [5] * 4, [H] * 4)], "1d", free(stop_loss=0.2))
        assert result.trades["exit_price"].tolist() == [6.0]
        assert result.final_equity == 600

    def test_each_symbol_has_a_target_of_its_own(self) -> None:
        rise, fall = (10.0, 13.0, 10.0, 12.0), (10.0, 10.0, 7.0, 8.0)
        legs = [
            prices("A", [self.CALM, self.CALM, rise, self.CALM], [B, H, H, H]),
            prices("B", [self.CALM, self.CALM, fall, self.CALM], [S, H, H, H]),
        ]
        config = free(take_profit=0.25, allow_short=True, sizing={"kind": "fixed_units", "units": 20})
        result = run_portfolio(legs, "1d", config)
        assert result.trades["exit_price"].tolist() == [12.5, 7.5]
        assert result.trades["exit_reason"].tolist() == ["take_profit"] * 2
        assert result.contributions["total_pnl"].tolist() == [50, 50]

    def test_a_trailing_stop_hangs_below_the_highest_of_its_own_symbol(self) -> None:
        rows = [self.CALM, self.CALM, (10, 20, 10, 20), (20, 20, 15, 16), (16, 16, 16, 16)]
        wild = prices("B", [self.CALM, self.CALM, (10, 90, 10, 10), self.CALM, self.CALM], [H] * 5)
        config = free(trailing_stop=0.4, sizing={"kind": "fixed_units", "units": 10})
        result = run_portfolio([prices("A", rows, [B, H, H, H, H]), wild], "1d", config)
        # 0.4 of the entry price is 4 below the high of 20, which was complete the day before.
        assert result.trades[["exit_price", "exit_reason"]].to_numpy().tolist() == [[16.0, "trailing_stop"]]


class TestNights:
    @staticmethod
    def weekend(symbol: str, signals: list[int], **more: Any) -> Leg:
        one = leg(symbol, [10.0] * 4, signals, **more)
        days = ["2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07"]
        one.bars.index = pd.DatetimeIndex(days, tz="UTC", name="timestamp").as_unit("ns")
        return one

    def test_each_symbol_pays_for_the_nights_between_its_own_bars(self) -> None:
        daily = leg("D", [10.0] * 6, [B, H, H, H, H, H], start="2020-01-02")
        config = free(swap_long=0.365, sizing={"kind": "fixed_units", "units": 10})
        result = run_portfolio([self.weekend("W", [B, H, H, H]), daily], "1d", config)
        # 100 · 0.365 / 365 = 0.1 a night. D pays at each of its midnights, W three at once on Monday.
        assert result.equity.tolist() == pytest.approx([1000, 1000, 999.9, 999.8, 999.4, 999.2])
        financing = {held.symbol: held.trade.financing for held in result.open_positions}
        assert financing == pytest.approx({"D": 0.4, "W": 0.4})

    def test_shorts_pay_swap_and_borrow(self) -> None:
        config = free(
            swap_short=0.0365, borrow=0.073, allow_short=True, sizing={"kind": "fixed_units", "units": 10},
            close_at_end=True,
        )  # fmt: skip
        result = run_portfolio([self.weekend("W", [S, H, H, H])], "1d", config)
        assert result.trades["financing"].tolist() == pytest.approx([4 * 100 * (0.0365 + 0.073) / 365])
        assert result.final_equity == pytest.approx(1000 - 0.12)

    def test_interest_is_converted_at_the_rate_of_its_night(self) -> None:
        moments = pd.DatetimeIndex(["2020-01-01", "2020-01-06", "2020-01-07"], tz="UTC").as_unit("ns").asi8
        rates = Rates("EUR", moments, np.array([1.0, 2.0, 4.0]))
        config = free(10_000.0, swap_long=0.365, sizing={"kind": "fixed_units", "units": 10})
        held = run_portfolio([self.weekend("W", [B, H, H, H], rates=rates)], "1d", config).open_positions[0].trade
        assert held.financing == pytest.approx(3 * 0.1 * 2.0 + 0.1 * 4.0)


class TestLots:
    def test_what_a_lot_leaves_over_is_there_for_the_next_symbol(self) -> None:
        legs = [leg("A", [30, 30, 30], [B, H, H]), leg("B", [7, 7, 7], [B, H, H])]
        result = run_portfolio(legs, "1d", free(lot_step=10.0))
        # A: 1000 / 30 = 33.3 units, 30 in lots, 100 left; B: 100 / 7 = 14.3 units, 10 in lots.
        assert (result.units["A"][-1], result.units["B"][-1]) == (30, 10)
        assert result.cash_values[-1] == 30

    def test_less_than_a_lot_is_refused_and_leaves_the_money(self) -> None:
        legs = [leg("A", [300, 300, 300], [B, H, H]), leg("B", [10, 10, 10], [B, H, H])]
        result = run_portfolio(legs, "1d", free(lot_step=5.0))
        assert (result.units["A"][-1], result.units["B"][-1]) == (0, 100)
        assert said(result) == [("A", "the order to go long was rejected: 3.33333 units are less than one lot of 5")]

    def test_shrunk_to_the_exposure_then_down_to_lots(self) -> None:
        legs = [leg("A", [10, 10, 10], [B, H, H]), leg("B", [10, 10, 10], [B, H, H])]
        config = free(lot_step=7.0, sizing={"kind": "fraction", "fraction": 0.4}, max_exposure=0.6)
        result = run_portfolio(legs, "1d", config)
        # A: 40 units, 35 in lots. B: 600 - 350 = 250 leave room for 25 units, 21 in lots.
        assert (result.units["A"][-1], result.units["B"][-1]) == (35, 21)


class TestSlots:
    def test_an_exit_makes_room_for_another_position_at_the_same_open(self) -> None:
        legs = [leg("A", [10] * 5, [B, S, H, H, H]), leg("Z", [10] * 5, [H, B, H, H, H])]
        result = run_portfolio(legs, "1d", free(max_positions=1))
        assert result.held.tolist() == [0, 1, 1, 1, 1]
        assert result.units["Z"].tolist() == [0, 0, 100, 100, 100]

    def test_a_turn_round_keeps_its_place_unless_an_earlier_name_takes_it(self) -> None:
        config = free(max_positions=1, allow_short=True, sizing={"kind": "fixed_units", "units": 10})
        for rival, sides in (("Z", [0, 10, -10, -10]), ("A", [0, 10, 0, 0])):
            legs = [leg("M", [10] * 4, [B, S, H, H]), leg(rival, [10] * 4, [H, B, H, H])]
            result = run_portfolio(legs, "1d", config)
            assert result.units["M"].tolist() == sides
            assert len(result.events) == 1
            assert result.events[0].symbol == ("Z" if rival == "Z" else "M")

    def test_exposure_that_prices_drive_up_closes_nothing(self) -> None:
        legs = [leg("A", [10, 10, 40, 40, 40], [B, H, H, H, H]), leg("B", [10] * 5, [H, H, B, H, H])]
        result = run_portfolio(legs, "1d", free(max_exposure=0.5, sizing={"kind": "fraction", "fraction": 0.5}))
        assert result.units["A"].tolist() == [0, 50, 50, 50, 50]
        assert result.metrics["highest_exposure"] == pytest.approx(2000 / 2500)
        assert "the most allowed is 1,250.00" in said(result)[0][1]


class TestClosedMarkets:
    def test_an_order_waits_while_its_market_is_closed_and_the_other_goes_on(self) -> None:
        shut, other = leg("A", [10, 10, 12, 12], [B, B, H, H]), leg("B", [10, 10, 20, 20], [H, H, H, H])
        shut.bars.iloc[1, :4] = np.nan
        result = run_portfolio([shut, other], "1d", free(sizing={"kind": "fixed_units", "units": 10}))
        assert result.units["A"].tolist() == [0, 0, 10, 10]
        assert result.open_positions[0].trade.entry_price == 12
        assert said(result) == [("A", "the order to go long was rejected: the market was closed")]

    def test_money_meanwhile_may_be_spent_elsewhere(self) -> None:
        shut, other = leg("A", [10, 10, 10, 10], [B, H, H, H]), leg("B", [10, 10, 10, 10], [B, H, H, H])
        shut.bars.iloc[1, :4] = np.nan
        result = run_portfolio([shut, other], "1d", free())
        assert (result.units["A"][-1], result.units["B"][-1]) == (0, 100)
        assert said(result) == [("A", "the order to go long was rejected: no cash is left (0.00)")]

    def test_a_position_that_cannot_be_closed_at_the_end_is_left_open_and_said(self) -> None:
        shut, other = leg("A", [10, 10, 15, 15], [B, H, H, H]), leg("B", [10, 10, 10, 10], [B, H, H, H])
        shut.bars.iloc[3, :4] = np.nan
        config = free(close_at_end=True, sizing={"kind": "fixed_units", "units": 10})
        result = run_portfolio([shut, other], "1d", config)
        assert result.trades["symbol"].tolist() == ["B"]
        assert [held.symbol for held in result.open_positions] == ["A"]
        assert [event.event.code for event in result.events] == ["position_left_open"]
        assert result.final_equity == 1050

    def test_a_symbol_that_ends_early_gives_its_money_back_to_the_others(self) -> None:
        short_lived, other = leg("A", [10, 10, 20], [B, H, H]), leg("B", [10] * 5, [H, H, B, H, H])
        result = run_portfolio([short_lived, other], "1d", free(close_at_end=True))
        assert result.trades[["symbol", "exit_reason", "quantity"]].to_numpy().tolist() == [
            ["A", "end_of_data", 100.0],
            ["B", "end_of_data", 200.0],
        ]

    def test_an_order_of_the_last_bar_is_told(self) -> None:
        legs = [leg("A", [10, 10], [H, B]), leg("B", [10, 10, 10], [H, H, H])]
        assert said(run_portfolio(legs, "1d", free())) == [
            ("A", "the order to go long came at the last bar's close and was not filled")
        ]


class TestFillAtClose:
    def test_exits_come_first_at_a_close_as_well(self) -> None:
        legs = [leg("A", [10, 20, 20], [H, B, H]), leg("B", [10, 10, 10], [B, S, H])]
        result = run_portfolio(legs, "1d", free(fill="close"))
        assert result.units["B"].tolist() == [100, 0, 0]
        assert result.units["A"].tolist() == [0, 50, 50]

    def test_half_an_hour_apart_each_fills_at_its_own_close(self) -> None:
        first, other = make_bars([10] * 2, [12] * 2, freq="1h"), make_bars([20] * 2, [25] * 2, freq="1h")
        other.index = other.index + pd.Timedelta(minutes=30)
        legs = [Leg("A", first, np.array([B, H], np.int8)), Leg("B", other, np.array([B, H], np.int8))]
        result = run_portfolio(legs, "1h", free(fill="close", sizing={"kind": "fraction", "fraction": 0.5}))
        entries = {held.symbol: (held.trade.entry_price, held.trade.quantity) for held in result.open_positions}
        assert entries == {"A": (12, pytest.approx(500 / 12)), "B": (25, 20)}
        # When B's first bar closes, A has closed one bar, and the account is worth what it was.
        assert result.index[0] == first.index[0]
        assert result.cash_values.tolist() == pytest.approx([500, 0, 0, 0])


class TestFiltersOfEach:
    def test_a_pause_of_one_symbol_does_not_hold_back_the_other(self) -> None:
        signals = [B, S, B, B, B, B]
        legs = [leg("A", [10] * 6, signals), leg("B", [10] * 6, [H, H, B, H, H, H])]
        config = free(sizing={"kind": "fixed_units", "units": 10})
        result = run_portfolio(legs, "1d", config, DecisionSettings(cooldown_bars=2, min_signal_separation=0))
        # A's position ends in its bar 2 (the third); the close of bar 2 is 0 bars later, that of bar 4 two.
        assert result.units["A"].tolist() == [0, 10, 0, 0, 0, 10]
        assert result.units["B"].tolist() == [0, 0, 0, 10, 10, 10]

    def test_no_position_is_larger_than_the_filters_allow(self) -> None:
        legs = [leg(name, [10, 10, 10], [B, H, H]) for name in "AB"]
        result = run_portfolio(legs, "1d", free(), DecisionSettings(max_position_size=0.25, min_signal_separation=0))
        assert result.units["A"][-1] == result.units["B"][-1] == 25
        assert [event.code for event in (each.event for each in result.events)] == ["order_shrunk"] * 2


class TestRefusals:
    @pytest.mark.parametrize("changes", [
        {"max_exposure": 0.0}, {"max_exposure": 1.5}, {"max_positions": 0}, {"max_positions": True},
    ])  # fmt: skip
    def test_limits_out_of_range(self, changes: dict[str, Any]) -> None:
        with pytest.raises(InvalidValue):
            PortfolioConfig(**changes)

    def test_symbols_twice_or_none(self) -> None:
        for legs in ([], [leg("A", [1, 1], [H, H])] * 2):
            with pytest.raises(InvalidValue):
                run_portfolio(legs, "1d", free())

    def test_signals_that_do_not_fit(self) -> None:
        for signals in ([H], [H, 7]):
            with pytest.raises(SignalsMismatch) as caught:
                run_portfolio([leg("A", [1, 1], signals)], "1d", free())
            assert caught.value.where == "A"


def test_progress_is_told_and_a_token_stops() -> None:
    legs = [Leg(name, walk(row, 5000), coin_signals(row, 5000)) for row, name in enumerate("AB")]
    heard = list[ProgressEvent]()
    result = run_portfolio(legs, "1d", free(), progress=heard.append)
    bars = [event for event in heard if isinstance(event, BarsDone)]
    assert 10 < len(bars) <= 51
    assert bars[-1] == BarsDone(5000, 5000)
    for event in heard:
        if isinstance(event, PartialEquity):
            np.testing.assert_array_equal(event.equity, result.values[: len(event.equity)])
    token = CancelToken("the portfolio")
    with pytest.raises(Cancelled):
        run_portfolio(legs, "1d", free(), progress=lambda _: token.cancel(), cancel=token)
