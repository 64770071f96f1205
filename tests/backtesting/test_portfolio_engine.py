"""The plain portfolio engine and the kernel against books in fractions; one symbol against the single engine."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.portfolio import run_portfolio
from ktrdr_app.backtesting.portfolio_engine import PortfolioEngine
from ktrdr_app.backtesting.portfolio_terms import Leg, PortfolioConfig
from ktrdr_app.backtesting.simulation import simulate
from ktrdr_app.core.errors import InvalidValue, SignalsMismatch
from tests.backtesting.cases import closed_markets, full_configs, make_bars
from tests.backtesting.exact_portfolio import ExactBooks, daily_legs, exact_configs


class TestExactBooks:
    @given(daily_legs(), exact_configs())
    @settings(max_examples=50)
    def test_the_plain_engine_keeps_the_same_books(self, legs: list[Leg], config: PortfolioConfig) -> None:
        exact, plain = ExactBooks(legs, config).run(), PortfolioEngine(config).run(legs, "1d")
        assert list(plain.equity.values()) == pytest.approx([float(value) for value in exact.equity])
        for page in exact.pages:
            assert plain.units[page.leg.symbol] == pytest.approx([float(units) for units in page.held])
        assert [(trade.symbol, trade.trade.side, trade.trade.reason) for trade in plain.trades] == [
            (trade.symbol, trade.side, trade.reason) for trade in exact.trades
        ]
        for found, true in zip(plain.trades, exact.trades, strict=True):
            assert found.trade.entry.quantity == pytest.approx(float(true.units))
            assert (found.trade.entry.price, found.trade.exit.price) == (float(true.entry), float(true.exit))
            assert found.commission == pytest.approx(float(true.commission), abs=1e-9)
            assert found.financing == pytest.approx(float(true.interest), abs=1e-9)
            assert found.net_pnl == pytest.approx(float(true.net), abs=1e-7)

    @given(daily_legs(), exact_configs())
    @settings(max_examples=50)
    def test_the_kernel_keeps_the_same_books(self, legs: list[Leg], config: PortfolioConfig) -> None:
        exact, fast = ExactBooks(legs, config).run(), run_portfolio(legs, "1d", config)
        assert fast.values.tolist() == pytest.approx([float(value) for value in exact.equity])
        assert fast.final_equity == pytest.approx(float(exact.equity[-1]))
        assert fast.cash_values[-1] == pytest.approx(float(exact.cash), abs=1e-7)
        assert fast.trades["net_pnl"].tolist() == pytest.approx([float(trade.net) for trade in exact.trades], abs=1e-7)
        still = {page.leg.symbol for page in exact.pages if page.units}
        assert {held.symbol for held in fast.open_positions} == still

    def test_the_drawn_books_are_full(self) -> None:
        """Agreement on empty books would say nothing."""
        seen = Counter[str]()

        @given(daily_legs(), exact_configs())
        @settings(max_examples=80)
        def look(legs: list[Leg], config: PortfolioConfig) -> None:
            books = ExactBooks(legs, config).run()
            seen.update(trade.reason for trade in books.trades)
            seen["foreign"] += sum(page.leg.rates is not None and bool(page.held) for page in books.pages)
            seen["short"] += sum(trade.side < 0 for trade in books.trades)
            seen["interest"] += sum(trade.interest != 0 for trade in books.trades)

        look()
        for name in ("signal", "reversal", "stop_loss", "take_profit", "end_of_data", "foreign", "short", "interest"):
            assert seen[name] > 3, name


class TestOneSymbol:
    @given(closed_markets(30), full_configs())
    @settings(max_examples=25)
    def test_is_the_single_account(self, market: tuple[pd.DataFrame, np.ndarray], config: BacktestConfig) -> None:
        bars, signals = market
        alone, _ = simulate(bars, signals, config)
        plain = PortfolioEngine(PortfolioConfig(config)).run([Leg("ONE", bars, signals)], "1h")
        assert list(plain.equity.values()) == alone.values.tolist()
        assert list(plain.cash.values()) == alone.cash_values.tolist()
        assert plain.units["ONE"] == alone.units.tolist()
        assert [trade.net_pnl for trade in plain.trades] == pytest.approx(alone.trades["net_pnl"].tolist())
        assert [trade.trade.reason for trade in plain.trades] == alone.trades["exit_reason"].tolist()


class TestRecord:
    def test_instants_are_the_union_of_all_opens(self) -> None:
        first, second = make_bars([10, 10], [10, 10]), make_bars([10, 10, 10], [10, 10, 10], freq="4h")
        hold = {len(bars): np.ones(len(bars), dtype=np.int8) for bars in (first, second)}
        record = PortfolioEngine(PortfolioConfig()).run([Leg("A", first, hold[2]), Leg("B", second, hold[3])], "4h")
        union = first.index.union(second.index)
        assert record.stamps == union.asi8.tolist()
        assert list(record.equity) == record.stamps
        assert record.trades == []
        assert record.events == []

    def test_gross_is_of_both_sides(self) -> None:
        bars = make_bars([10, 10, 10], [10, 10, 10])
        base = BacktestConfig(
            initial_capital=1000.0, commission=0.0, slippage=0.0, allow_short=True,
            sizing={"kind": "fraction", "fraction": 0.25}, close_at_end=False,
        )  # fmt: skip
        legs = [Leg("A", bars, np.array([0, 1, 1], np.int8)), Leg("B", bars, np.array([2, 1, 1], np.int8))]
        record = PortfolioEngine(PortfolioConfig(base)).run(legs, "1d")
        assert list(record.gross.values()) == [0, 500, 500]
        assert list(record.cash.values()) == [1000, 1000, 1000]
        assert (record.units["A"], record.units["B"]) == ([0, 25, 25], [0, -25, -25])

    def test_an_engine_holds_legs_to_their_contract(self) -> None:
        bars = make_bars([10, 10], [10, 10])
        with pytest.raises(InvalidValue, match="symbols"):
            PortfolioEngine(PortfolioConfig()).run([], "1d")
        with pytest.raises(SignalsMismatch):
            PortfolioEngine(PortfolioConfig()).run([Leg("A", bars, np.array([0], np.int8))], "1d")

    def test_what_a_short_brought_in_covers_it_twice(self) -> None:
        bars = make_bars([10, 10, 10, 10], [10, 10, 10, 10])
        base = BacktestConfig(
            initial_capital=1000.0, commission=0.0, slippage=0.0, allow_short=True,
            sizing={"kind": "fixed_units", "units": 60}, close_at_end=False,
        )  # fmt: skip
        legs = [Leg("A", bars, np.array([2, 1, 1, 1], np.int8)), Leg("B", bars, np.array([1, 0, 1, 1], np.int8))]
        record = PortfolioEngine(PortfolioConfig(base)).run(legs, "1d")
        assert list(record.cash.values()) == [1000, 1600, 1600, 1600]
        assert record.units["B"] == [0, 0, 0, 0]
        # 1600 less twice 600: 400 are free, and 60 units cost 600.
        assert [(symbol, refusal.numbers) for symbol, _, _, refusal in record.events] == [("B", (60, 600, 400))]
