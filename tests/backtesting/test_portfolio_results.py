"""What a portfolio run gives back, against trades added up one by one in fractions."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.backtesting.arrays import EVENT, TRADE, new_account
from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.events import Happening
from ktrdr_app.backtesting.portfolio import run_portfolio
from ktrdr_app.backtesting.portfolio_arrays import COSTS, FILED
from ktrdr_app.backtesting.portfolio_results import (
    PORTFOLIO_COLUMNS,
    PortfolioResult,
    open_positions,
    portfolio_events,
    trades_table,
)
from ktrdr_app.backtesting.portfolio_terms import Leg, PortfolioConfig
from ktrdr_app.backtesting.trades import REASONS
from tests.backtesting.cases import coin_signals, walk
from tests.backtesting.portfolios import portfolio_configs, portfolios, rates_of

BARS = 40


def legs_of(names: str) -> list[Leg]:
    """Return symbols of which every second is quoted in euros."""
    return [
        Leg(name, walk(row, BARS), np.ones(BARS, np.int8), rates_of(row) if row % 2 else None)
        for row, name in enumerate(names)
    ]


def filed_trades(seed: int, count: int, symbols: int) -> tuple[np.ndarray, np.ndarray]:
    """Return trades as a kernel writes them, of any symbol, side, reason and rate."""
    rng = np.random.default_rng(seed)
    trades, filed = np.zeros(count, dtype=TRADE), np.zeros(count, dtype=FILED)
    trades["entry_bar"] = rng.integers(0, BARS // 2, count)
    trades["exit_bar"] = trades["entry_bar"] + rng.integers(0, BARS // 2, count)
    trades["side"] = rng.choice([-1, 1], count)
    trades["reason"] = rng.integers(0, len(REASONS), count)
    for name in ("quantity", "entry_price", "exit_price"):
        trades[name] = rng.uniform(1.0, 90.0, count)
    filed["symbol"] = rng.integers(0, symbols, count)
    for name in ("entry_rate", "exit_rate"):
        filed[name] = rng.uniform(0.5, 2.0, count)
    for name in ("commission", "slippage_cost"):
        filed[name] = rng.uniform(0.0, 5.0, count)
    filed["financing"] = rng.uniform(-1.0, 2.0, count)
    return trades, filed


class TestTradesTable:
    @given(st.integers(0, 500), st.integers(0, 25), st.sampled_from(["A", "AB", "ABC"]))
    @settings(max_examples=20)
    def test_money_is_converted_trade_by_trade(self, seed: int, count: int, names: str) -> None:
        legs = legs_of(names)
        trades, filed = filed_trades(seed, count, len(names))
        table = trades_table(legs, trades, filed)
        assert tuple(table.columns) == PORTFOLIO_COLUMNS
        assert len(table) == count
        for row, trade, costs in zip(table.to_dict("records"), trades, filed, strict=True):
            exact = {name: Fraction(float(trade[name])) for name in ("quantity", "entry_price", "exit_price")}
            rates = Fraction(float(costs["entry_rate"])), Fraction(float(costs["exit_rate"]))
            paid = exact["entry_price"] * exact["quantity"] * rates[0]
            got = exact["exit_price"] * exact["quantity"] * rates[1]
            gross = int(trade["side"]) * (got - paid)
            net = gross - Fraction(float(costs["commission"])) - Fraction(float(costs["financing"]))
            assert row["gross_pnl"] == pytest.approx(float(gross), abs=1e-9)
            assert row["net_pnl"] == pytest.approx(float(net), abs=1e-9)
            assert row["return_pct"] == pytest.approx(float(net / paid), abs=1e-9)
            assert row["symbol"] == names[int(costs["symbol"])]
            assert row["side"] == ("long" if trade["side"] > 0 else "short")
            assert row["exit_reason"] == REASONS[int(trade["reason"])]

    def test_times_are_those_of_the_symbols_own_bars(self) -> None:
        legs = legs_of("AB")
        legs[1].bars.index = legs[1].bars.index + pd.Timedelta(hours=7)
        trades, filed = filed_trades(3, 2, 1)
        filed["symbol"] = [1, 0]
        table = trades_table(legs, trades, filed)
        for place, number in enumerate((1, 0)):
            own = legs[number].bars.index
            assert table["entry_time"].iloc[place] == own[trades["entry_bar"][place]]
            assert table["exit_time"].iloc[place] == own[trades["exit_bar"][place]]
            assert table["bars_held"].iloc[place] == trades["exit_bar"][place] - trades["entry_bar"][place]

    def test_the_order_is_that_of_the_exits_and_not_of_the_symbols(self) -> None:
        trades, filed = filed_trades(1, 6, 1)
        filed["symbol"] = [2, 0, 1, 2, 0, 1]
        assert trades_table(legs_of("ABC"), trades, filed)["symbol"].tolist() == list("CABCAB")


class TestContributions:
    @given(portfolios(), portfolio_configs())
    @settings(max_examples=20)
    def test_against_trades_added_up_one_by_one(self, legs: list[Leg], config: PortfolioConfig) -> None:
        result = run_portfolio(legs, "1h", config)
        sums: dict[str, defaultdict[str, Fraction]] = {leg.symbol: defaultdict(Fraction) for leg in legs}
        for trade in result.trades.to_dict("records"):
            own = sums[trade["symbol"]]
            own["trades"] += 1
            own["wins"] += trade["net_pnl"] > 0
            for name in ("gross_pnl", "commission", "slippage_cost", "financing", "net_pnl"):
                own[name] += Fraction(trade[name])
        for held in result.open_positions:
            sums[held.symbol]["unrealized_pnl"] += Fraction(held.trade.unrealized_pnl)
        table = result.contributions
        assert table.index.tolist() == sorted(sums)
        scale = float(np.abs(result.values).max()) + config.base.initial_capital
        for symbol, own in sums.items():
            row = table.loc[symbol]
            for name in ("trades", "gross_pnl", "commission", "slippage_cost", "financing", "net_pnl"):
                assert row[name] == pytest.approx(float(own[name]), abs=1e-12 * scale), name
            total = own["net_pnl"] + own["unrealized_pnl"]
            assert row["total_pnl"] == pytest.approx(float(total), abs=1e-12 * scale)
            assert row["share"] == pytest.approx(float(total / Fraction(config.base.initial_capital)), abs=1e-9)
            rate = float(own["wins"] / own["trades"]) if own["trades"] else math.nan
            assert row["win_rate"] == pytest.approx(rate, nan_ok=True)

    def test_a_symbol_that_never_trades_has_a_row(self) -> None:
        legs = [Leg("IDLE", walk(1, BARS), np.ones(BARS, np.int8)), Leg("BUSY", walk(2, BARS), coin_signals(2, BARS))]
        table = run_portfolio(legs, "1d", PortfolioConfig()).contributions
        idle = table.loc["IDLE"]
        assert (idle["trades"], idle["total_pnl"], idle["share"]) == (0, 0, 0)
        assert math.isnan(idle["win_rate"])
        assert table.loc["BUSY", "trades"] > 0


def busy(**more: Any) -> PortfolioResult:
    """Return a run of three symbols, one in euros, that ends with positions open."""
    legs = [
        Leg(name, walk(row, 200), coin_signals(row + 5, 200, 0.7), rates_of(1) if name == "B" else None)
        for row, name in enumerate("ABC")
    ]
    for leg in legs:
        leg.bars.index = pd.date_range("2024-02-01", periods=200, freq="1D", tz="UTC", unit="ns", name="timestamp")
        leg.signals[-5:] = [0, 1, 1, 1, 1]
    base = BacktestConfig(
        close_at_end=False, commission=0.002, swap_long=0.03, sizing={"kind": "fraction", "fraction": 0.3}, **more
    )
    return run_portfolio(legs, "1d", PortfolioConfig(base))


class TestMetrics:
    def test_growth_and_exposure_by_a_loop(self) -> None:
        result = busy()
        capital = Fraction(result.config.base.initial_capital)
        peak, deepest, shares, held = capital, Fraction(0), [], 0
        for value, gross, count in zip(result.values, result.gross, result.held, strict=True):
            worth = Fraction(float(value))
            peak = max(peak, worth)
            deepest = min(deepest, worth / peak - 1)
            shares.append(Fraction(float(gross)) / worth)
            held += count > 0
        found = result.metrics
        assert found["total_return"] == pytest.approx(float(Fraction(float(result.values[-1])) / capital - 1))
        assert found["max_drawdown"] == pytest.approx(float(deepest))
        assert found["mean_exposure"] == pytest.approx(float(sum(shares) / len(shares)))
        assert found["highest_exposure"] == pytest.approx(float(max(shares)))
        assert found["exposure"] == held / len(result.values)
        assert found["most_positions"] == max(result.held.tolist()) == 3

    def test_turnover_and_costs_are_in_account_currency(self) -> None:
        result = busy()
        traded, commission, financing = Fraction(0), Fraction(0), Fraction(0)
        for trade in result.trades.to_dict("records"):
            for side in ("entry", "exit"):
                traded += math.prod(map(Fraction, (trade["quantity"], trade[f"{side}_price"], trade[f"{side}_rate"])))
            commission += Fraction(trade["commission"])
            financing += Fraction(trade["financing"])
        assert len(result.open_positions) == 3
        for held in result.open_positions:
            traded += Fraction(held.trade.quantity) * Fraction(held.trade.entry_price) * Fraction(held.entry_rate)
            commission += Fraction(held.trade.commission)
        years = (result.index[-1] - result.index[0]) / pd.Timedelta(days=365.25)
        mean = sum(map(Fraction, result.values.tolist())) / len(result.values)
        assert result.metrics["turnover"] == pytest.approx(float(traded / mean) / years, rel=1e-6)
        assert result.metrics["total_commission"] == pytest.approx(float(commission))
        assert result.metrics["total_trades"] == len(result.trades)
        assert result.metrics["expectancy"] == pytest.approx(result.trades["net_pnl"].mean())

    def test_commission_is_the_rate_of_what_was_traded(self) -> None:
        for trade in busy().trades.to_dict("records"):
            values = [trade["quantity"] * trade[f"{side}_price"] * trade[f"{side}_rate"] for side in ("entry", "exit")]
            assert trade["commission"] == pytest.approx(0.002 * sum(values))

    def test_without_a_sound_account_there_is_no_exposure(self) -> None:
        result = busy()
        lost = replace(result, values=-np.abs(result.values))
        assert (lost.metrics["mean_exposure"], lost.metrics["highest_exposure"]) == (None, None)

    def test_equity_is_a_series_over_the_instants(self) -> None:
        result = busy()
        assert result.equity.index.equals(result.index)
        assert result.equity.iloc[-1] == result.final_equity == result.values[-1]


class TestOpenPositions:
    def test_a_euro_position_gains_by_price_and_rate(self) -> None:
        legs = legs_of("AB")
        own = np.repeat(new_account(0.0), 2)
        own["units"], own["entry_price"], own["last_close"] = [-4.0, 3.0], [50.0, 20.0], [40.0, 25.0]
        own["entry_bar"], own["highest"], own["lowest"] = [5, 10], [55.0, 30.0], [38.0, 18.0]
        own["commission"], own["financing"], own["slippage"] = [1.0, 2.0], [0.5, 0.25], [0.1, 0.2]
        costs = np.zeros(2, dtype=COSTS)
        costs["entry_rate"], costs["commission"], costs["financing"] = [1.0, 1.5], [1.0, 3.0], [0.5, 0.4]
        costs["slippage"] = [0.1, 0.3]
        home, euro = open_positions(legs, own, costs, np.array([1.0, 2.0]))
        assert (home.symbol, home.trade.side, home.trade.quantity) == ("A", "short", 4.0)
        assert home.trade.unrealized_pnl == 4 * (50 - 40) - 1 - 0.5
        assert (home.trade.mfe, home.trade.mae) == pytest.approx((1 - 38 / 50, 1 - 55 / 50))
        assert (euro.entry_rate, euro.last_rate) == (1.5, 2.0)
        assert euro.trade.unrealized_pnl == pytest.approx(3 * (25 * 2.0 - 20 * 1.5) - 3.0 - 0.4)
        assert (euro.trade.commission, euro.trade.slippage_cost, euro.trade.financing) == (3.0, 0.3, 0.4)
        assert (euro.trade.mfe, euro.trade.mae) == pytest.approx((0.5, -0.1))
        assert euro.trade.bars_held == BARS - 10
        assert euro.trade.entry_time == legs[1].bars.index[10]

    def test_flat_symbols_are_left_out(self) -> None:
        own = np.repeat(new_account(0.0), 2)
        assert open_positions(legs_of("AB"), own, np.zeros(2, dtype=COSTS), np.ones(2)) == ()

    def test_the_document_is_read_back_as_it_was(self) -> None:
        for held in busy().open_positions:
            document = json.loads(json.dumps(held.to_dict()))
            assert pd.Timestamp(document.pop("entry_time")) == held.trade.entry_time
            assert document["symbol"] == held.symbol
            assert (document["entry_rate"], document["last_rate"]) == (held.entry_rate, held.last_rate)
            for name in ("side", "quantity", "entry_price", "last_price", "unrealized_pnl", "bars_held", "mae"):
                assert document[name] == getattr(held.trade, name)


class TestEvents:
    def test_each_has_its_symbol_and_the_time_of_its_own_bars(self) -> None:
        legs = legs_of("AB")
        legs[1].bars.index = legs[1].bars.index + pd.Timedelta(hours=5)
        index = legs[0].bars.index.union(legs[1].bars.index)
        events, whose = np.zeros(3, dtype=EVENT), np.array([1, -1, 0, 99])
        events["bar"], events["target"] = [3, 3, 4], [1, 0, -1]
        events["kind"] = [Happening.TOO_MANY, Happening.GONE, Happening.NO_ROOM]
        events["first"], events["second"] = [2, -12.5, 600], [0, 0, 500]
        told = portfolio_events(legs, index, events, whose)
        assert [event.symbol for event in told] == ["B", "", "A"]
        assert [event.event.time for event in told] == [legs[1].bars.index[3], index[3], legs[0].bars.index[4]]
        assert [event.event.code for event in told] == ["order_rejected", "equity_gone", "order_rejected"]
        assert "go long" in told[0].event.message
        assert "-12.50" in told[1].event.message
        assert "go short" in told[2].event.message
        document = json.loads(json.dumps(told[0].to_dict()))
        assert (document["symbol"], document["bar"]) == ("B", 3)
        assert pd.Timestamp(document["time"]) == legs[1].bars.index[3]
