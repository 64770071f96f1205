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

    @pytest.mark.parametrize("fill", ["next_open", "close"])
    def test_equity_is_cash_and_positions_at_every_instant(self, fill: str) -> None:
        legs = [Leg(name, walk(row, 400), coin_signals(row + 9, 400, 0.7)) for row, name in enumerate("ABC")]
        base = BacktestConfig(fill=fill, allow_short=True, sizing={"kind": "fraction", "fraction": 0.3}, stop_loss=0.05)
        result = run_portfolio(legs, "1d", PortfolioConfig(base))
        values = [result.units[one.symbol] * one.bars["close"].to_numpy() for one in legs]
        np.testing.assert_allclose(result.values, result.cash_values + np.sum(values, axis=0), rtol=1e-12)
        np.testing.assert_allclose(result.gross, np.sum(np.abs(values), axis=0), rtol=1e-12, atol=1e-9)
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
