"""Metrics against the standard library's statistics, exact fractions and closed formulas."""

from __future__ import annotations

import itertools
import math
import statistics
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.curve import checked_curve, curve_sums
from ktrdr_app.backtesting.metrics import (
    annual_growth,
    drawdown,
    growth_figures,
    measure,
    performance_metrics,
    periods_per_year,
    ratio,
)
from ktrdr_app.backtesting.signals import run_signals
from ktrdr_app.backtesting.trades import TRADE_COLUMNS
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.files import json_text
from tests.backtesting.cases import coin_signals, configs, make_bars, markets, walk
from tests.backtesting.trade_cases import arrays_of, random_trades

KEYS = (
    *("total_return", "annualized_return", "volatility", "sharpe_ratio", "sortino_ratio", "max_drawdown"),
    *("calmar_ratio", "win_rate", "profit_factor", "expectancy", "avg_win", "avg_loss", "total_trades", "exposure"),
    *("turnover", "total_commission", "total_slippage", "total_financing"),
)
curves = st.lists(st.floats(10.0, 1e6), min_size=3, max_size=60)


def trades_of(*net: float, quantity: float = 1.0, price: float = 100.0, bars_held: int = 2) -> pd.DataFrame:
    table = pd.DataFrame(index=range(len(net)), columns=list(TRADE_COLUMNS), dtype=np.float64)
    table["net_pnl"], table["quantity"], table["bars_held"] = net, quantity, bars_held
    table["entry_price"], table["exit_price"] = price, price
    table["commission"], table["slippage_cost"] = 0.25, 0.125
    return table


NONE = trades_of()


class TestKeys:
    def test_exactly_the_published_ones(self) -> None:
        assert tuple(performance_metrics([100.0, 101.0], NONE, 252.0)) == KEYS

    @given(markets(), configs())
    @settings(max_examples=75)
    def test_all_are_json_numbers_or_null(
        self, market: tuple[pd.DataFrame, np.ndarray], config: BacktestConfig
    ) -> None:
        metrics = run_signals(*market, config).metrics
        assert tuple(metrics) == KEYS
        for name, value in metrics.items():
            assert value is None or (type(value) in (int, float) and math.isfinite(value)), name
        assert json_text(metrics)

    def test_a_run_without_a_trade(self) -> None:
        metrics = run_signals(walk(1, 50), np.ones(50, dtype=np.int8), BacktestConfig()).metrics
        zeros = ("total_return", "annualized_return", "volatility", "max_drawdown", "exposure", "turnover")
        zeros += ("total_trades", "total_commission", "total_slippage", "total_financing")
        assert {name: value for name, value in metrics.items() if value is not None} == dict.fromkeys(zeros, 0)


class TestGrowth:
    @given(curves, st.floats(1.0, 1e5))
    def test_against_the_statistics_module(self, curve: list[float], per_year: float) -> None:
        returns = [float(Fraction(b) / Fraction(a) - 1) for a, b in itertools.pairwise(curve)]
        mean, deviation = statistics.fmean(returns), statistics.stdev(returns)
        metrics = performance_metrics(curve, NONE, per_year)
        assert metrics["total_return"] == pytest.approx(curve[-1] / curve[0] - 1)
        assert metrics["volatility"] == pytest.approx(deviation * math.sqrt(per_year), rel=1e-9, abs=1e-10)
        if deviation > 1e-9:
            assert metrics["sharpe_ratio"] == pytest.approx(mean / deviation * math.sqrt(per_year), rel=1e-6, abs=1e-9)
        downside = math.sqrt(statistics.fmean(min(value, 0.0) ** 2 for value in returns))
        if downside > 1e-9:
            assert metrics["sortino_ratio"] == pytest.approx(mean / downside * math.sqrt(per_year), rel=1e-6, abs=1e-9)

    @given(curves, st.floats(1.0, 1e6))
    def test_drawdown_against_a_double_loop(self, curve: list[float], capital: float) -> None:
        expected = []
        for bar, value in enumerate(curve):
            peak = max([capital, *curve[: bar + 1]])
            expected.append(value / peak - 1)
        np.testing.assert_allclose(drawdown(curve, capital), expected, atol=1e-15)
        assert (drawdown(curve, capital) <= 0).all()
        metrics = performance_metrics(curve, NONE, 252.0, initial_capital=capital)
        assert metrics["max_drawdown"] == pytest.approx(min(expected))

    def test_first_bar_loss_is_a_drawdown_and_a_return(self) -> None:
        # With fills at the close the first equity point already bears the cost of the entry.
        metrics = performance_metrics([99.0, 99.0, 99.0], NONE, 252.0, initial_capital=100.0)
        assert metrics["max_drawdown"] == pytest.approx(-0.01)
        assert metrics["total_return"] == pytest.approx(-0.01)
        assert metrics["sharpe_ratio"] == pytest.approx(-math.sqrt(252 / 2))

    def test_steady_growth_has_a_closed_form(self) -> None:
        curve = [100 * 1.001**bar for bar in range(253)]
        metrics = performance_metrics(curve, NONE, 252.0)
        assert metrics["annualized_return"] == pytest.approx(1.001**252 - 1)
        assert metrics["max_drawdown"] == 0
        assert metrics["sharpe_ratio"] is None
        assert metrics["sortino_ratio"] is None
        assert metrics["calmar_ratio"] is None

    def test_two_valued_returns_have_a_closed_form(self) -> None:
        up, down = 0.02, -0.01
        curve = [100.0]
        for bar in range(100):
            curve.append(curve[-1] * (1 + (up, down)[bar % 2]))
        metrics = performance_metrics(curve, NONE, 100.0)
        mean, deviation = (up + down) / 2, (up - down) / 2 * math.sqrt(100 / 99)
        assert metrics["sharpe_ratio"] == pytest.approx(10 * mean / deviation)
        assert metrics["sortino_ratio"] == pytest.approx(10 * mean / (0.01 / math.sqrt(2)))
        assert metrics["annualized_return"] == pytest.approx((1.02 * 0.99) ** 50 - 1)
        assert metrics["calmar_ratio"] == pytest.approx(((1.02 * 0.99) ** 50 - 1) / 0.01)

    def test_annualising_uses_the_dates_of_the_data(self) -> None:
        # Half a year of hours doubles the money: four times it in a year, whatever hours a market trades.
        index = pd.DatetimeIndex(["2020-01-01", "2020-02-10", "2020-07-01 15:00"], tz="UTC")
        metrics = performance_metrics([100.0, 150.0, 200.0], NONE, periods_per_year(index))
        half = (index[-1] - index[0]) / pd.Timedelta(days=365.25)
        assert metrics["annualized_return"] == pytest.approx(2 ** (1 / half) - 1)

    @pytest.mark.parametrize("curve", [[100.0], [100.0, 110.0]])
    def test_too_few_bars_have_no_deviation(self, curve: list[float]) -> None:
        metrics = performance_metrics(curve, NONE, 252.0)
        assert metrics["volatility"] is None
        assert metrics["sharpe_ratio"] is None
        assert (metrics["annualized_return"] is None) == (len(curve) == 1)

    def test_no_years_no_annual_figures(self) -> None:
        metrics = performance_metrics([100.0, 110.0, 105.0], trades_of(5.0), 0.0)
        for name in ("annualized_return", "volatility", "sharpe_ratio", "calmar_ratio", "turnover"):
            assert metrics[name] is None
        assert metrics["total_return"] == pytest.approx(0.05)

    def test_growth_beyond_floats_is_none(self) -> None:
        assert performance_metrics([1.0, 2.0, 1e6], NONE, 1e6)["annualized_return"] is None

    def test_a_lost_account(self) -> None:
        metrics = performance_metrics([100.0, -20.0, -50.0], NONE, 2.0)
        assert metrics["total_return"] == -1.5
        assert metrics["annualized_return"] == -1.0
        assert metrics["max_drawdown"] == -1.5
        assert metrics["volatility"] is None


class TestTrades:
    def test_by_hand(self) -> None:
        metrics = performance_metrics([100.0, 101.0], trades_of(30.0, -10.0, 0.0, 20.0, -5.0), 252.0)
        assert metrics["total_trades"] == 5
        assert metrics["win_rate"] == pytest.approx(2 / 5)
        assert metrics["profit_factor"] == pytest.approx(50 / 15)
        assert metrics["expectancy"] == pytest.approx(7.0)
        assert metrics["avg_win"] == pytest.approx(25.0)
        assert metrics["avg_loss"] == pytest.approx(-7.5)
        assert metrics["total_commission"] == 1.25
        assert metrics["total_slippage"] == 0.625

    @given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=40))
    def test_against_plain_lists(self, net: list[int]) -> None:
        metrics = performance_metrics([100.0, 101.0], trades_of(*map(float, net)), 252.0)
        wins, losses = [value for value in net if value > 0], [value for value in net if value < 0]
        assert metrics["win_rate"] == len(wins) / len(net)
        assert metrics["expectancy"] == pytest.approx(statistics.mean(net))
        assert metrics["avg_win"] == (pytest.approx(statistics.mean(wins)) if wins else None)
        assert metrics["avg_loss"] == (pytest.approx(statistics.mean(losses)) if losses else None)
        assert metrics["profit_factor"] == (pytest.approx(sum(wins) / -sum(losses)) if losses else None)

    def test_only_losses(self) -> None:
        metrics = performance_metrics([100.0, 90.0], trades_of(-10.0), 252.0)
        assert (metrics["win_rate"], metrics["profit_factor"], metrics["avg_win"]) == (0.0, 0.0, None)


class TestActivity:
    def test_turnover_counts_both_sides_per_year(self) -> None:
        # One purchase and sale of the whole account in half a year is 4 a year.
        metrics = performance_metrics([100.0] * 127, trades_of(0.0), 252.0)
        assert metrics["turnover"] == pytest.approx(4.0)

    def test_exposure_from_positions_or_from_trades(self) -> None:
        curve = [100.0] * 10
        assert performance_metrics(curve, trades_of(1.0, 1.0), 252.0)["exposure"] == pytest.approx(0.4)
        held = [0, 1, 1, 0, -5, 0, 0, 0, 0, 0]
        assert performance_metrics(curve, NONE, 252.0, position=held)["exposure"] == pytest.approx(0.3)

    @given(markets(least=2), configs(close_at_end=True))
    @settings(max_examples=50)
    def test_both_ways_agree_when_all_is_closed(
        self, market: tuple[pd.DataFrame, np.ndarray], config: BacktestConfig
    ) -> None:
        result = run_signals(*market, config)
        without = performance_metrics(result.equity, result.trades, 252.0)
        if config.fill == "close" or result.trades.empty or result.trades["exit_reason"].iloc[-1] != "end_of_data":
            assert result.metrics["exposure"] == pytest.approx(without["exposure"])
        assert result.metrics["exposure"] == pytest.approx((result.position != 0).mean())

    def test_an_open_trade_counts_in_costs_and_turnover(self) -> None:
        bars = make_bars([10.0] * 5, [10.0] * 5)
        config = BacktestConfig(1000.0, commission=0.01, slippage=0.1, sizing={"kind": "fixed_units", "units": 10})
        result = run_signals(bars, np.array([0, 1, 1, 1, 1]), config)
        assert result.metrics["total_trades"] == 0
        assert result.metrics["total_commission"] == pytest.approx(1.1)
        assert result.metrics["total_slippage"] == pytest.approx(10.0)
        years = 4 / 365.25
        assert result.metrics["turnover"] == pytest.approx(110 / result.equity.mean() / years)

    def test_interest_of_an_open_trade_counts(self) -> None:
        bars = make_bars([10.0] * 5, [10.0] * 5)
        config = BacktestConfig(1000.0, 0.0, 0.0, sizing={"kind": "fixed_units", "units": 10}, swap_long=0.365)
        result = run_signals(bars, np.array([0, 1, 1, 1, 1]), config)
        # Bought on the second day, held over three nights: 100 · 0.001 each.
        assert result.metrics["total_financing"] == pytest.approx(0.3)
        assert result.final_equity == pytest.approx(1000 - 0.3)

    def test_totals_are_the_sums_of_the_trades(self) -> None:
        result = run_signals(walk(4, 200), coin_signals(4, 200), BacktestConfig(close_at_end=True))
        assert result.metrics["total_commission"] == pytest.approx(result.trades["commission"].sum())
        assert result.metrics["total_slippage"] == pytest.approx(result.trades["slippage_cost"].sum())


class TestArrays:
    @given(markets(least=2), configs())
    @settings(max_examples=75)
    def test_a_run_is_measured_alike_from_arrays_and_from_tables(
        self, market: tuple[pd.DataFrame, np.ndarray], config: BacktestConfig
    ) -> None:
        result = run_signals(*market, config)
        equity, units = result.equity.to_numpy(), result.position.to_numpy()
        rate, capital = periods_per_year(result.equity.index), config.initial_capital
        trades = arrays_of(result)
        exposed = sum(held != 0 for held in units)
        fast = measure(equity, trades, rate, capital, exposed, result.open_trade)
        table = trades.table(pd.DatetimeIndex(result.equity.index))
        slow = performance_metrics(
            result.equity, table, rate, initial_capital=capital, position=result.position, open_trade=result.open_trade
        )
        assert tuple(fast) == KEYS
        assert fast == slow

    @given(markets(least=2), configs())
    @settings(max_examples=75)
    def test_what_trades_gained_is_what_the_account_gained(
        self, market: tuple[pd.DataFrame, np.ndarray], config: BacktestConfig
    ) -> None:
        result = run_signals(*market, config)
        left = result.open_trade.unrealized_pnl if result.open_trade else 0.0
        metrics = measure(result.equity.to_numpy(), arrays_of(result), 252.0, config.initial_capital)
        closed = (metrics["expectancy"] or 0.0) * (metrics["total_trades"] or 0)
        gained = (metrics["total_return"] or 0.0) * config.initial_capital
        assert closed + left == pytest.approx(gained, abs=1e-9 * config.initial_capital)

    def test_sums_of_trades(self) -> None:
        trades = random_trades(3, 50, 400)
        metrics = measure(np.linspace(100.0, 120.0, 400), trades, 252.0, 100.0)
        for name, column in (("commission", trades.commission), ("slippage", trades.slippage_cost)):
            assert metrics[f"total_{name}"] == pytest.approx(math.fsum(column))
        assert metrics["total_financing"] == pytest.approx(math.fsum(trades.financing))
        assert metrics["exposure"] == pytest.approx(sum(trades.exit_bar - trades.entry_bar) / 400)
        net = [
            side * (leave - enter) * quantity - commission - financing
            for side, enter, leave, quantity, commission, financing in zip(
                trades.side,
                trades.entry_price,
                trades.exit_price,
                trades.quantity,
                trades.commission,
                trades.financing,
                strict=True,
            )
        ]
        assert metrics["expectancy"] == pytest.approx(statistics.fmean(net))
        traded = sum((trades.entry_price + trades.exit_price) * trades.quantity)
        assert metrics["turnover"] == pytest.approx(traded / 110 / (399 / 252))

    def test_a_table_from_before_interest_was_charged_has_paid_none(self) -> None:
        table = random_trades(3, 5, 400).table(pd.date_range("2020-01-01", periods=400, freq="1D", tz="UTC"))
        assert performance_metrics([100.0, 101.0], table, 252.0)["total_financing"] == pytest.approx(
            table["financing"].sum()
        )
        assert performance_metrics([100.0, 101.0], table.drop(columns="financing"), 252.0)["total_financing"] == 0


class TestPeriods:
    @pytest.mark.parametrize(
        ("freq", "expected"), [("1h", 8766.0), ("1D", 365.25), ("15min", 35064.0), ("7D", 365.25 / 7)]
    )
    def test_unbroken_bars(self, freq: str, expected: float) -> None:
        assert periods_per_year(walk(1, 40, freq).index) == pytest.approx(expected)

    def test_trading_days_come_from_the_dates(self) -> None:
        index = pd.bdate_range("2010-01-01", "2019-12-31", tz="UTC")
        assert periods_per_year(index) == pytest.approx(260.9, abs=0.2)

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    def test_any_unit_of_stamps(self, unit: str) -> None:
        index = pd.date_range("2020-01-01", periods=10, freq="1D", tz="UTC").as_unit(unit)
        assert periods_per_year(index) == pytest.approx(365.25)

    @pytest.mark.parametrize("rows", [0, 1])
    def test_no_span_no_periods(self, rows: int) -> None:
        assert periods_per_year(walk(1, 3).index[:rows]) == 0.0


@pytest.mark.parametrize("curve", [[], [100.0, float("nan")], [float("inf"), 1.0], [[1.0, 2.0]]])
def test_curves_that_are_none(curve: list[float]) -> None:
    with pytest.raises(InvalidValue, match="equity"):
        performance_metrics(curve, NONE, 252.0)


class TestParts:
    @pytest.mark.parametrize(
        ("growth", "years", "expected"),
        [(1.21, 2.0, 0.1), (2.0, 0.5, 3.0), (1.0, 3.0, 0.0), (0.0, 1.0, -1.0), (-0.5, 1.0, -1.0)],
    )
    def test_growth_per_year(self, growth: float, years: float, expected: float) -> None:
        assert annual_growth(growth, years) == pytest.approx(expected)

    @pytest.mark.parametrize(("growth", "years"), [(1.1, 0.0), (1.1, -1.0), (10.0, 1e-3)])
    def test_no_time_or_no_float_no_growth(self, growth: float, years: float) -> None:
        assert annual_growth(growth, years) is None

    @pytest.mark.parametrize(
        ("above", "below", "least", "expected"),
        [
            (6.0, 3.0, 0.0, 2.0),
            (6.0, 0.0, 0.0, None),
            (6.0, -3.0, 0.0, None),
            (6.0, 1.0, 1.0, None),
            (0.0, 2.0, 0.0, 0.0),
        ],
    )
    def test_ratios_need_a_denominator(self, above: float, below: float, least: float, expected: float | None) -> None:
        assert ratio(above, below, least) == expected
        assert ratio(None, below, least) is None
        assert ratio(above, None, least) is None

    @given(curves, st.floats(1.0, 1000.0))
    def test_growth_figures_are_the_metrics_that_need_no_trades(self, curve: list[float], rate: float) -> None:
        metrics = performance_metrics(curve, NONE, rate)
        figures = growth_figures(curve[-1] / curve[0], curve_sums(checked_curve(curve), curve[0]), rate)
        assert figures == {name: metrics[name] for name in figures}
        assert list(figures) == list(metrics)[: len(figures)]
