"""Random runs against `run_signals` on the very same orders, and where a run stands among them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.random_entries import PERCENTILES, POINTS, RandomEntries, fills_of, random_entries, stakes_of
from ktrdr_app.backtesting.random_kernel import Fills, Marks, Stakes, account_of
from ktrdr_app.backtesting.signals import run_signals
from ktrdr_app.backtesting.trades import TradeArrays
from ktrdr_app.decision.actions import Action
from tests.backtesting.cases import closed_markets, coin_signals, configs, full_configs, make_bars, walk
from tests.backtesting.test_random_kernel import NOWHERE
from tests.backtesting.trade_cases import arrays_of, random_trades


class TestAgainstTheEngine:
    @given(closed_markets(), full_configs(close_at_end=False, stop_loss=None, take_profit=None, trailing_stop=None))
    @settings(max_examples=300)
    def test_the_trades_of_a_run_at_their_own_times_end_as_the_run(
        self, market: tuple[pd.DataFrame, np.ndarray], config: BacktestConfig
    ) -> None:
        result = run_signals(*market, config)
        trades = result.closed
        stakes = stakes_of(market[0], trades, None, config)
        fills = fills_of(market[0], config)
        row = np.cumsum(market[0]["close"].notna().to_numpy()) - 1
        entries, capital = row[trades.entry_bar], config.initial_capital
        trading = np.flatnonzero(market[0]["close"].notna())
        marks = Marks(np.arange(len(trading)), market[0]["close"].to_numpy()[trading])
        way = np.empty(len(trading))
        found = account_of(fills, stakes, entries, np.arange(len(trades)), capital, marks, way)
        expected = capital + float(trades.net_pnl.sum())
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-6)
        left = result.open_trade
        shut = len(market[0]) if left is None else len(market[0]) - left.bars_held - 1
        before = trading < shut
        np.testing.assert_allclose(way[before], result.values[trading[before]], rtol=1e-9, atol=1e-6)

    def test_a_hundred_million_lots_are_not_one_short_by_rounding(self) -> None:
        draw, step, rate = np.random.default_rng(1), 0.01, 0.001
        for _ in range(2000):
            price, cash = float(draw.uniform(0.05, 5)), float(draw.uniform(1e5, 1e6))
            cost = price * (1 + rate)
            units = np.floor(cash * float(draw.uniform(0.1, 1)) / cost / step) * step
            prices, none = np.array([price, 1.1 * price]), np.zeros(0)
            stakes = Stakes(np.array([1]), np.array([1]), np.array([units * cost / cash]), np.zeros(1))
            fills = Fills(prices, prices, none, none, 0, rate, 0.0, step)
            found = account_of(fills, stakes, np.array([0]), np.array([0]), cash, *NOWHERE)
            assert found == pytest.approx(cash + units * (0.1 * price - 2.1 * price * rate), rel=1e-11)

    @given(st.integers(0, 500), configs(allow_short=False, close_at_end=False))
    @settings(max_examples=40)
    def test_signals_made_for_given_times_bring_the_same(self, seed: int, config: BacktestConfig) -> None:
        bars, draw = walk(seed, 60), np.random.default_rng(seed)
        fills = fills_of(bars, config)
        cuts = np.sort(draw.choice(np.arange(1, 60), size=2 * int(draw.integers(1, 12)), replace=False))
        signals = np.full(60, Action.HOLD, dtype=np.int8)
        signals[cuts[::2] - fills.first], signals[cuts[1::2] - fills.first] = Action.BUY, Action.SELL
        result = run_signals(bars, signals, config)
        count = len(cuts) // 2
        share = {"all_in": 1.0}.get(config.sizing["kind"], config.sizing.get("fraction", 0.0))
        units = float(config.sizing.get("units", 0.0))
        held, side = cuts[1::2] - cuts[::2], np.ones(count, dtype=np.int64)
        stakes = Stakes(held, side, np.full(count, share), np.full(count, units))
        marks, way = Marks(np.arange(60), bars["close"].to_numpy()), np.empty(60)
        found = account_of(fills, stakes, cuts[::2], np.arange(count), config.initial_capital, marks, way)
        assert found == pytest.approx(result.final_equity, rel=1e-9)
        np.testing.assert_allclose(way, result.values, rtol=1e-9)

    def test_fills_at_the_close_take_the_close(self) -> None:
        bars = walk(1, 10)
        fills = fills_of(bars, BacktestConfig(fill="close", slippage=0.01))
        np.testing.assert_allclose(fills.buy, bars["close"] * 1.01)
        np.testing.assert_allclose(fills.sell, bars["close"] * 0.99)
        assert fills.first == 0


class TestStakes:
    def test_an_open_position_counts_as_held_to_the_last_bar(self) -> None:
        bars = walk(2, 20)
        signals = np.full(20, Action.HOLD, dtype=np.int8)
        signals[[2, 5, 9]] = Action.BUY, Action.SELL, Action.BUY
        result = run_signals(bars, signals, BacktestConfig())
        stakes = stakes_of(bars, arrays_of(result), result.open_trade, result.config)
        assert stakes.held.tolist() == [3, 9]
        assert stakes.share == pytest.approx([1.0, 1.0], rel=1e-12)

    @pytest.mark.parametrize(
        ("sizing", "share", "units"),
        [
            ({"kind": "all_in"}, 1.0, 0.0),
            ({"kind": "fraction", "fraction": 0.3}, 0.3, 0.0),
            ({"kind": "fixed_units", "units": 7}, 0.0, 7.0),
        ],
    )
    def test_sizes_are_those_of_the_settings(self, sizing: dict[str, object], share: float, units: float) -> None:
        bars, config = walk(5, 200), BacktestConfig(sizing=sizing, allow_short=True)
        result = run_signals(bars, coin_signals(5, 200), config)
        stakes = stakes_of(bars, arrays_of(result), result.open_trade, config)
        assert len(stakes.held) > 20
        assert stakes.share == pytest.approx(np.full(len(stakes.held), share), rel=1e-12)
        assert stakes.units == pytest.approx(np.full(len(stakes.held), units), rel=1e-12)

    def test_no_trade_is_held_for_no_bar(self) -> None:
        trades = random_trades(1, 200, 50)
        stakes = stakes_of(walk(1, 50), trades, None, BacktestConfig())
        np.testing.assert_array_equal(stakes.held, np.maximum(trades.exit_bar - trades.entry_bar, 1))

    def test_bars_in_which_the_market_is_closed_are_no_time(self) -> None:
        bars, trades = walk(1, 60), random_trades(1, 30, 60)
        closed = np.zeros(60, dtype=bool)
        closed[np.setdiff1d(np.arange(0, 60, 3), [*trades.entry_bar, *trades.exit_bar])] = True
        assert closed.sum() > 2
        bars.loc[closed, ["open", "high", "low", "close"]] = np.nan
        stakes = stakes_of(bars, trades, None, BacktestConfig())
        held = [
            np.count_nonzero(~closed[first:last]) for first, last in zip(trades.entry_bar, trades.exit_bar, strict=True)
        ]
        np.testing.assert_array_equal(stakes.held, np.maximum(held, 1))
        fills = fills_of(bars, BacktestConfig(slippage=0.0))
        np.testing.assert_array_equal(fills.buy, bars["open"].dropna())


class TestPlace:
    def run(self, signals: np.ndarray, bars: pd.DataFrame, seed: int = 0) -> RandomEntries | None:
        config = BacktestConfig(commission=0.0005, slippage=0.0)
        result = run_signals(bars, signals, config)
        stakes = stakes_of(bars, arrays_of(result), result.open_trade, config)
        return random_entries(bars, stakes, config, result.final_equity, seed)

    def test_perfect_foresight_beats_every_draw(self) -> None:
        bars = walk(3, 300)
        rises = np.append(bars["open"].to_numpy()[2:] > bars["open"].to_numpy()[1:-1], [False, False])
        found = self.run(np.where(rises, Action.BUY, Action.SELL).astype(np.int8), bars)
        assert found is not None
        assert found.percentile == 1.0
        assert found.chance == pytest.approx(1 / 201)

    def test_coin_flips_stand_anywhere(self) -> None:
        places = []
        for seed in range(120):
            found = self.run(coin_signals(seed, 150, 0.9), walk(seed + 1000, 150), seed)
            places += [found.percentile] if found else []
        assert 0.42 < np.mean(places) < 0.58
        assert 0.22 < np.std(places) < 0.36  # 0.29 where every place is as likely

    def test_document_by_hand(self) -> None:
        finals = np.array([90.0, 100.0, 110.0, 120.0])
        document = RandomEntries(finals, 110.0, 100.0, 3, 5, np.array([7]), finals[:, np.newaxis]).to_dict()
        assert document["percentile"] == pytest.approx(2.5 / 4)
        assert document["chance"] == pytest.approx(3 / 5)
        assert document["total_return"] == pytest.approx(0.1)
        assert document["median"] == pytest.approx(0.05)
        assert (document["draws"], document["trades"], document["seed"]) == (4, 3, 5)
        assert (document["way"]["bars"], document["way"]["p25"], document["way"]["p50"]) == ([7], [-0.025], [0.05])

    @pytest.mark.parametrize("count", [40, 300])
    def test_the_way_has_percentiles_of_all_draws(self, count: int) -> None:
        found = self.run(coin_signals(3, count), walk(3, count))
        assert found is not None
        assert found.paths.shape == (200, min(count, POINTS))
        np.testing.assert_array_equal(found.paths[:, -1], found.finals)
        assert (found.bars[0], found.bars[-1]) == (0, count - 1)
        assert (np.diff(found.bars) > 0).all()
        way = found.to_dict()["way"]
        assert way["bars"] == found.bars.tolist()
        ordered = np.sort(found.paths, axis=0) / found.initial_capital - 1
        for percentile in PERCENTILES:
            rank = percentile / 100 * 199
            low, share = int(rank), rank - int(rank)
            expected = ordered[low] * (1 - share) + ordered[min(low + 1, 199)] * share
            np.testing.assert_allclose(way[f"p{percentile}"], expected, atol=1e-6)
        for name, percentile in (("low", 5), ("median", 50), ("high", 95)):
            assert way[f"p{percentile}"][-1] == pytest.approx(found.to_dict()[name], abs=1e-6)

    def test_bars_without_a_market_are_not_looked_at(self) -> None:
        bars = walk(5, 90)
        closed = np.arange(90) % 4 == 1
        bars.loc[closed, ["open", "high", "low", "close"]] = np.nan
        signals = np.where(closed, Action.HOLD, coin_signals(5, 90, 0.8)).astype(np.int8)
        found = self.run(signals, bars)
        assert found is not None
        assert found.bars.tolist() == np.flatnonzero(~closed).tolist()
        assert np.isfinite(found.paths).all()

    def test_seeds_repeat_and_differ(self) -> None:
        bars, signals = walk(3, 300), coin_signals(3, 300)
        first, again, other = (self.run(signals, bars, seed) for seed in (1, 1, 2))
        assert first is not None
        assert again is not None
        assert other is not None
        assert first.to_dict() == again.to_dict()
        assert first.to_dict() != other.to_dict()

    def test_no_trade_no_place(self) -> None:
        assert self.run(np.full(30, Action.HOLD, dtype=np.int8), walk(1, 30)) is None

    def test_no_room_for_an_order_no_place(self) -> None:
        bars = make_bars([10.0, 11.0], [10.0, 11.0])
        assert self.run(np.array([0, 1], dtype=np.int8), bars) is None


def test_trades_of_a_table_come_back() -> None:
    result = run_signals(walk(4, 100), coin_signals(4, 100), BacktestConfig())
    trades = arrays_of(result)
    assert isinstance(trades, TradeArrays)
    np.testing.assert_allclose(trades.net_pnl, result.trades["net_pnl"])
    np.testing.assert_array_equal(trades.bars_held, result.trades["bars_held"])


@given(st.lists(st.floats(50.0, 200.0), min_size=1, max_size=30), st.floats(50.0, 200.0), st.floats(0.0, 50.0))
def test_a_better_run_stands_no_lower(finals: list[float], final: float, more: float) -> None:
    way = (np.array([0]), np.array(finals)[:, np.newaxis])
    first, second = (RandomEntries(np.array(finals), end, 100.0, 3, 0, *way) for end in (final, final + more))
    assert 0 <= first.percentile <= second.percentile <= 1
    assert 0 < second.chance <= first.chance <= 1
    beaten = sum(end < final for end in finals) + sum(end == final for end in finals) / 2
    assert first.percentile == pytest.approx(beaten / len(finals))
