"""The event loop: against the journal in decimals, against the account's identities, and against hindsight."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.engine import BacktestingEngine, target_of
from ktrdr_app.backtesting.results import BacktestResult
from ktrdr_app.backtesting.signals import run_signals
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, EmptyData, InvalidValue, MalformedBars
from ktrdr_app.core.progress import BarsDone, PartialEquity
from ktrdr_app.decision import Action, Decision, DecisionOrchestrator, Position, volume_ratio
from ktrdr_app.strategy.schema import DecisionSettings
from tests.backtesting.cases import FREE, coin_signals, configs, make_bars, markets, walk
from tests.reference.backtest import Book, keep_books

FIGURES = ("quantity", "entry_price", "exit_price", "gross_pnl", "commission", "slippage_cost", "net_pnl", "return_pct")


def books_of(bars: pd.DataFrame, signals: np.ndarray, config: BacktestConfig) -> Book:
    return keep_books(
        bars["open"].tolist(),
        bars["close"].tolist(),
        signals.tolist(),
        capital=config.initial_capital,
        commission=config.commission,
        slippage=config.slippage,
        fill=config.fill,
        sizing=config.sizing,
        short=config.allow_short,
        close_at_end=config.close_at_end,
    )


def assert_same(result: BacktestResult, book: Book) -> None:
    scale = max(abs(float(value)) for value in (*book.equity, *book.cash))
    close = {"rtol": 1e-9, "atol": 1e-9 * scale}
    np.testing.assert_allclose(result.equity, np.array(book.equity, dtype=float), **close)
    np.testing.assert_allclose(result.cash, np.array(book.cash, dtype=float), **close)
    np.testing.assert_allclose(result.position, np.array(book.units, dtype=float), rtol=1e-9, atol=1e-12)
    assert len(result.trades) == len(book.trades)
    stamps = result.equity.index
    for row, expected in zip(result.trades.to_dict("records"), book.trades, strict=True):
        assert row["entry_time"] == stamps[expected["entry_bar"]]
        assert row["exit_time"] == stamps[expected["exit_bar"]]
        for name in ("side", "bars_held", "exit_reason"):
            assert row[name] == expected[name]
        for name in FIGURES:
            assert row[name] == pytest.approx(float(expected[name]), rel=1e-7, abs=1e-9 * scale), name
    assert [event.bar for event in result.events if event.code == "order_rejected"] == book.rejected
    assert [event.bar for event in result.events if event.code == "order_not_filled"] == book.unfilled


def needs_no_knife_edge(book: Book, config: BacktestConfig) -> bool:
    # Where cash and cost agree to the last digits, floats and decimals may rightly differ on a refusal.
    return all(abs(float(value)) > 1e-6 * config.initial_capital for value in book.equity)


class TestAgainstTheJournal:
    @given(markets(), configs())
    @settings(max_examples=200)
    def test_every_number_agrees(self, market: tuple[pd.DataFrame, np.ndarray], config: BacktestConfig) -> None:
        bars, signals = market
        book = books_of(bars, signals, config)
        assume(needs_no_knife_edge(book, config))
        assert_same(run_signals(bars, signals, config), book)

    @pytest.mark.parametrize("fill", ["next_open", "close"])
    @pytest.mark.parametrize("allow_short", [False, True])
    @pytest.mark.parametrize(
        "sizing",
        [{"kind": "all_in"}, {"kind": "fraction", "fraction": 0.25}, {"kind": "fixed_units", "units": 7.5}],
        ids=lambda sizing: sizing["kind"],
    )
    def test_a_long_walk_agrees(self, fill: str, allow_short: bool, sizing: dict[str, Any]) -> None:
        bars, signals = walk(3, 300), coin_signals(4, 300)
        config = BacktestConfig(fill=fill, allow_short=allow_short, sizing=sizing, initial_capital=50_000.0)
        result = run_signals(bars, signals, config)
        assert len(result.trades) > 20
        assert_same(result, books_of(bars, signals, config))


class TestIdentities:
    @given(markets(), configs())
    @settings(max_examples=100)
    def test_worth_is_cash_plus_position(self, market: tuple[pd.DataFrame, np.ndarray], config: BacktestConfig) -> None:
        bars, signals = market
        result = run_signals(bars, signals, config)
        np.testing.assert_array_equal(result.equity, result.cash + result.position * bars["close"])

    @given(markets(), configs())
    @settings(max_examples=100)
    def test_profits_of_all_trades_are_the_change_of_equity(
        self, market: tuple[pd.DataFrame, np.ndarray], config: BacktestConfig
    ) -> None:
        bars, signals = market
        result = run_signals(bars, signals, config)
        open_profit = result.open_trade.unrealized_pnl if result.open_trade else 0.0
        gained = result.final_equity - config.initial_capital
        scale = float(result.equity.abs().max() + result.cash.abs().max())
        assert result.trades["net_pnl"].sum() + open_profit == pytest.approx(gained, abs=1e-9 * scale)
        if config.close_at_end:
            assert result.open_trade is None
            assert result.position.iloc[-1] == 0

    @given(markets(), configs(commission=0.0, slippage=0.0))
    @settings(max_examples=50)
    def test_costs_of_nothing_are_nothing(
        self, market: tuple[pd.DataFrame, np.ndarray], config: BacktestConfig
    ) -> None:
        trades = run_signals(*market, config).trades
        assert (trades["commission"] == 0).all()
        assert (trades["slippage_cost"] == 0).all()
        np.testing.assert_array_equal(trades["gross_pnl"], trades["net_pnl"])

    @given(markets(least=2), configs(allow_short=False))
    @settings(max_examples=50)
    def test_long_only_never_sells_short(self, market: tuple[pd.DataFrame, np.ndarray], config: BacktestConfig) -> None:
        result = run_signals(*market, config)
        assert (result.position >= 0).all()
        assert set(result.trades["side"]) <= {"long"}
        assert (result.cash >= -1e-9 * config.initial_capital * (1 + result.equity.max())).all()

    @given(markets(least=2), st.integers(0, 3))
    @settings(max_examples=50)
    def test_dearer_costs_never_pay_with_all_in_longs(self, market: tuple[pd.DataFrame, np.ndarray], step: int) -> None:
        bars, signals = market
        cheap = run_signals(bars, signals, BacktestConfig(commission=0.001 * step, slippage=0.0005))
        dear = run_signals(bars, signals, BacktestConfig(commission=0.001 * step + 0.002, slippage=0.0015))
        assert (dear.equity <= cheap.equity * (1 + 1e-12)).all()


class TestNoHindsight:
    @given(markets(least=3), configs(close_at_end=False), st.data())
    @settings(max_examples=100)
    def test_later_prices_change_nothing_earlier(
        self, market: tuple[pd.DataFrame, np.ndarray], config: BacktestConfig, data: st.DataObject
    ) -> None:
        bars, signals = market
        now = data.draw(st.integers(0, len(bars) - 2), label="last known bar")
        other = bars.copy()
        other.iloc[now + 1 :, :4] *= data.draw(st.floats(0.3, 3.0), label="factor")
        before, after = run_signals(bars, signals, config), run_signals(other, signals, config)
        for name in ("equity", "cash", "position"):
            np.testing.assert_array_equal(getattr(before, name)[: now + 1], getattr(after, name)[: now + 1])
        known = bars.index[now]
        left = before.trades[before.trades["exit_time"] <= known]
        right = after.trades[after.trades["exit_time"] <= known]
        pd.testing.assert_frame_equal(left, right)

    @pytest.mark.parametrize("now", [25, 60, 119, 170])
    def test_later_prices_change_no_earlier_decision(self, now: int) -> None:
        bars = walk(8, 200)
        other = bars.copy()
        other.iloc[now + 1 :] *= np.random.default_rng(now).uniform(0.5, 2.0, (200 - now - 1, 1))
        decided = [model_run(frame, volume_filter=True).decisions for frame in (bars, other)]
        pd.testing.assert_frame_equal(decided[0].iloc[: now + 1], decided[1].iloc[: now + 1])
        assert not decided[0].iloc[now + 1 :].equals(decided[1].iloc[now + 1 :])

    def test_a_cut_series_is_a_prefix(self) -> None:
        bars, signals = walk(5, 150), coin_signals(6, 150)
        whole, part = (run_signals(bars[:end], signals[:end], BacktestConfig()) for end in (150, 90))
        np.testing.assert_array_equal(part.equity, whole.equity[:90])

    def test_a_cheat_with_tomorrows_close_would_be_seen(self) -> None:
        bars = walk(8, 200)
        held = []
        for factor in (1.5, 0.5):
            other = bars.copy()
            other.iloc[100:, :4] *= factor
            cheat = np.where(other["close"].shift(-1) < other["close"], 2, 0)
            held.append(run_signals(other, cheat, BacktestConfig(fill="close")).position)
        np.testing.assert_array_equal(held[0][:99], held[1][:99])
        assert held[0].iloc[99] > 0 == held[1].iloc[99]


class TestOneTrade:
    bars = make_bars([10.0, 11.0, 12.0, 14.0], [10.5, 11.5, 13.0, 15.0])

    def test_next_open_fills_at_the_next_open(self) -> None:
        result = run_signals(self.bars, np.array([0, 1, 2, 1]), BacktestConfig(initial_capital=1100.0, **FREE))
        assert result.equity.tolist() == [1100.0, 1150.0, 1300.0, 1400.0]
        assert result.position.tolist() == [0, 100, 100, 0]
        trade = result.trades.iloc[0]
        assert (trade["entry_price"], trade["exit_price"], trade["net_pnl"]) == (11.0, 14.0, 300.0)
        assert (trade["entry_time"], trade["exit_time"]) == (self.bars.index[1], self.bars.index[3])

    def test_close_fills_at_the_same_close(self) -> None:
        config = BacktestConfig(initial_capital=1050.0, fill="close", **FREE)
        result = run_signals(self.bars, np.array([0, 1, 2, 1]), config)
        assert result.equity.tolist() == [1050.0, 1150.0, 1300.0, 1300.0]
        assert result.position.tolist() == [100, 100, 0, 0]

    def test_first_point_is_the_initial_capital(self) -> None:
        result = run_signals(self.bars, np.array([0, 0, 0, 0]), BacktestConfig(initial_capital=777.0))
        assert result.equity.iloc[0] == 777.0
        assert result.position.iloc[0] == 0

    def test_both_commissions_are_inside_the_trade(self) -> None:
        config = BacktestConfig(1000.0, commission=0.01, slippage=0.0, sizing={"kind": "fixed_units", "units": 10})
        result = run_signals(self.bars, np.array([0, 1, 2, 1]), config)
        trade = result.trades.iloc[0]
        assert trade["commission"] == pytest.approx(0.01 * 110 + 0.01 * 140)
        assert trade["net_pnl"] == pytest.approx(30 - 2.5)
        assert trade["return_pct"] == pytest.approx(27.5 / 110)
        assert result.final_equity == pytest.approx(1027.5)

    def test_slippage_goes_against_both_sides(self) -> None:
        config = BacktestConfig(1000.0, commission=0.0, slippage=0.1, sizing={"kind": "fixed_units", "units": 10})
        trade = run_signals(self.bars, np.array([0, 1, 2, 1]), config).trades.iloc[0]
        assert trade["entry_price"] == pytest.approx(11.0 * 1.1)
        assert trade["exit_price"] == pytest.approx(14.0 * 0.9)
        assert trade["slippage_cost"] == pytest.approx(11.0 + 14.0)

    def test_a_short_earns_what_the_price_falls(self) -> None:
        falling = make_bars([20.0, 20.0, 15.0, 10.0], [20.0, 18.0, 12.0, 10.0])
        config = BacktestConfig(1000.0, allow_short=True, sizing={"kind": "fixed_units", "units": 10}, **FREE)
        result = run_signals(falling, np.array([2, 1, 0, 1]), config)
        assert result.trades["side"].tolist() == ["short"]
        assert result.trades["exit_reason"].tolist() == ["reversal"]
        assert result.trades["net_pnl"].tolist() == [100.0]
        assert result.position.tolist() == [0, -10, -10, 10]

    def test_a_reversal_closes_and_opens_at_one_open(self) -> None:
        config = BacktestConfig(1000.0, allow_short=True, sizing={"kind": "fixed_units", "units": 2}, **FREE)
        result = run_signals(self.bars, np.array([0, 2, 0, 1]), config)
        assert result.trades["side"].tolist() == ["long", "short"]
        assert result.trades["exit_time"].iloc[0] == result.trades["entry_time"].iloc[1] == self.bars.index[2]
        assert result.trades["exit_price"].iloc[0] == result.trades["entry_price"].iloc[1] == 12.0
        assert result.trades["exit_reason"].tolist() == ["reversal", "reversal"]
        assert result.open_trade is not None
        assert result.open_trade.side == "long"

    def test_close_at_end_pays_for_the_closing(self) -> None:
        signals = np.array([0, 1, 1, 1])
        config = BacktestConfig(1100.0, commission=0.0, slippage=0.1, close_at_end=True)
        result = run_signals(self.bars, signals, config)
        assert result.trades["exit_reason"].tolist() == ["end_of_data"]
        assert result.final_equity == pytest.approx(1100 / 12.1 * 13.5)
        assert result.equity.iloc[-1] == result.cash.iloc[-1]
        kept = run_signals(self.bars, signals, BacktestConfig(1100.0, commission=0.0, slippage=0.1))
        assert kept.trades.empty
        assert kept.final_equity == pytest.approx(1100 / 12.1 * 15.0)

    def test_one_bar_is_a_run(self) -> None:
        result = run_signals(self.bars[:1], np.array([0]), BacktestConfig(500.0))
        assert result.equity.tolist() == [500.0]
        assert result.metrics["annualized_return"] is None


class TestEvents:
    def test_an_order_of_the_last_bar_is_told(self) -> None:
        bars = make_bars([10.0, 11.0], [10.0, 11.0])
        result = run_signals(bars, np.array([1, 0]), BacktestConfig())
        assert [event.code for event in result.events] == ["order_not_filled"]
        assert result.events[0].time == bars.index[1]
        assert "long" in result.events[0].message
        assert result.final_equity == 100_000.0

    def test_nothing_is_opened_at_the_very_end(self) -> None:
        bars = make_bars([10.0, 11.0], [10.0, 11.0])
        config = BacktestConfig(fill="close", close_at_end=True)
        result = run_signals(bars, np.array([1, 0]), config)
        assert [event.code for event in result.events] == ["order_not_filled"]
        assert result.trades.empty

    def test_a_sale_at_the_very_end_is_a_signal(self) -> None:
        bars = make_bars([10.0, 11.0], [10.0, 11.0])
        result = run_signals(bars, np.array([0, 2]), BacktestConfig(fill="close", close_at_end=True))
        assert result.trades["exit_reason"].tolist() == ["signal"]
        assert result.events == ()

    def test_too_dear_an_order_is_rejected_with_its_cost(self) -> None:
        bars = make_bars([10.0, 600.0, 12.0], [10.0, 600.0, 12.0])
        config = BacktestConfig(1000.0, sizing={"kind": "fixed_units", "units": 2}, **FREE)
        result = run_signals(bars, np.array([0, 0, 1]), config)
        assert [(event.bar, event.code) for event in result.events] == [(1, "order_rejected")]
        assert "1,200.00" in result.events[0].message
        assert result.position.tolist() == [0, 0, 2]

    def test_an_account_below_zero_is_told_once_and_opens_nothing(self) -> None:
        bars = make_bars([10.0, 10.0, 30.0, 30.0, 30.0], [10.0, 10.0, 30.0, 30.0, 30.0])
        config = BacktestConfig(1000.0, allow_short=True, **FREE)
        result = run_signals(bars, np.array([2, 1, 0, 1, 1]), config)
        assert [event.code for event in result.events] == ["equity_gone", "order_rejected"]
        assert "-1,000.00" in result.events[0].message
        assert result.position.tolist() == [0, -100, -100, 0, 0]
        assert result.final_equity == -1000.0
        assert result.metrics["annualized_return"] == -1.0
        assert result.metrics["sharpe_ratio"] is None
        assert result.metrics["max_drawdown"] == -2.0


class TestTarget:
    @pytest.mark.parametrize(
        ("action", "position", "allow_short", "target"),
        [
            (Action.BUY, Position.FLAT, False, Position.LONG),
            (Action.BUY, Position.LONG, False, None),
            (Action.SELL, Position.LONG, False, Position.FLAT),
            (Action.SELL, Position.FLAT, False, None),
            (Action.SELL, Position.LONG, True, Position.SHORT),
            (Action.SELL, Position.FLAT, True, Position.SHORT),
            (Action.SELL, Position.SHORT, True, None),
            (Action.BUY, Position.SHORT, True, Position.LONG),
            (Action.BUY, Position.LONG, True, None),
        ],
    )
    def test_table(self, action: Action, position: Position, allow_short: bool, target: Position | None) -> None:
        assert target_of(action, position, allow_short) is target

    @pytest.mark.parametrize("position", list(Position))
    @pytest.mark.parametrize("allow_short", [False, True])
    def test_hold_asks_for_nothing(self, position: Position, allow_short: bool) -> None:
        assert target_of(Action.HOLD, position, allow_short) is None


def leaning(bars: pd.DataFrame) -> np.ndarray:
    """Probabilities that follow the last close, so that they too depend on prices."""
    change = bars["close"].pct_change().fillna(0.0).to_numpy()
    odds = np.exp(np.column_stack([40 * change, np.full(len(bars), 0.3), -40 * change]))
    return odds / odds.sum(axis=1, keepdims=True)


def model_run(bars: pd.DataFrame, allow_short: bool = False, **filters: Any) -> BacktestResult:
    orchestrator = DecisionOrchestrator(DecisionSettings(**filters), allow_short=allow_short)
    engine = BacktestingEngine(BacktestConfig(allow_short=allow_short))
    return engine.run(bars, leaning(bars), orchestrator)


class TestModelRun:
    @pytest.mark.parametrize("allow_short", [False, True])
    @pytest.mark.parametrize("filters", [{}, {"confidence_threshold": 0.45, "min_signal_separation": 5}])
    def test_its_actions_run_as_signals_give_the_same(self, allow_short: bool, filters: dict[str, Any]) -> None:
        bars = walk(11, 250)
        result = model_run(bars, allow_short, **filters)
        assert result.decisions is not None
        signals = result.decisions["action"].map({"BUY": 0, "HOLD": 1, "SELL": 2}).to_numpy()
        again = run_signals(bars, signals, BacktestConfig(allow_short=allow_short))
        pd.testing.assert_series_equal(result.equity, again.equity)
        pd.testing.assert_frame_equal(result.trades, again.trades)
        assert len(result.trades) > 3

    def test_table_of_decisions(self) -> None:
        bars = walk(11, 250)
        table = model_run(bars, volume_filter=True, confidence_threshold=0.5).decisions
        assert table is not None
        assert list(table.columns) == [
            *("raw", "confidence", "buy", "hold", "sell"),
            *("volume_ratio", "position", "action", "refused_by", "reason"),
        ]
        assert table.index.equals(bars.index)
        np.testing.assert_array_equal(table[["buy", "hold", "sell"]], leaning(bars))
        np.testing.assert_array_equal(table["confidence"], leaning(bars).max(axis=1))
        np.testing.assert_array_equal(table["volume_ratio"], volume_ratio(bars["volume"].to_numpy()))
        names = np.array(["BUY", "HOLD", "SELL"])
        assert table["raw"].tolist() == names[leaning(bars).argmax(axis=1)].tolist()
        acted = table["action"] != "HOLD"
        assert (table.loc[acted, "raw"] == table.loc[acted, "action"]).all()
        assert (table.loc[acted, "refused_by"] == "").all()
        assert set(table["refused_by"]) == {"", "confidence", "volume", "position"}
        assert (table.loc[table["raw"] == "HOLD", "reason"] == "").all()

    def test_position_in_the_table_is_the_filled_one(self) -> None:
        bars = walk(11, 250)
        result = model_run(bars, allow_short=True)
        assert result.decisions is not None
        signs = result.decisions["position"].map({"short": -1, "flat": 0, "long": 1})
        np.testing.assert_array_equal(signs, np.sign(result.position))

    def test_no_trade_is_explained(self) -> None:
        result = model_run(walk(11, 100), confidence_threshold=1.0)
        assert result.trades.empty
        assert "below confidence 1.00; the highest was" in result.explanation

    def test_a_traded_run_needs_no_explanation(self) -> None:
        assert model_run(walk(11, 100)).explanation == ""

    def test_missing_volume_switches_the_filter_off_and_says_so(self) -> None:
        bars = walk(11, 100)
        bars["volume"] = np.nan
        result = model_run(bars, volume_filter=True)
        plain = model_run(bars, volume_filter=False)
        pd.testing.assert_series_equal(result.equity, plain.equity)
        assert result.events[0].code == "volume_filter_off"
        assert not [event for event in plain.events if event.code == "volume_filter_off"]

    def test_orchestrator_may_be_used_again(self) -> None:
        bars = walk(11, 120)
        orchestrator = DecisionOrchestrator(DecisionSettings(min_signal_separation=7))
        engine = BacktestingEngine(BacktestConfig())
        first, second = (engine.run(bars, leaning(bars), orchestrator) for _ in range(2))
        pd.testing.assert_series_equal(first.equity, second.equity)

    def test_float32_probabilities_are_taken(self) -> None:
        bars = walk(11, 120)
        orchestrator = DecisionOrchestrator(DecisionSettings())
        result = BacktestingEngine(BacktestConfig()).run(bars, leaning(bars).astype(np.float32), orchestrator)
        assert len(result.trades) > 0


class TestBadInput:
    engine = BacktestingEngine(BacktestConfig())

    def run(self, bars: pd.DataFrame, shares: np.ndarray, allow_short: bool = False) -> BacktestResult:
        return self.engine.run(bars, shares, DecisionOrchestrator(DecisionSettings(), allow_short=allow_short))

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -0.1, 1.1])
    def test_a_share_that_is_none_names_its_row(self, bad: float) -> None:
        bars = walk(1, 30)
        shares = leaning(bars)
        shares[17, 2] = bad
        with pytest.raises(InvalidValue) as caught:
            self.run(bars, shares)
        assert "row 18" in caught.value.where
        assert bars.index[17].isoformat() in caught.value.where

    def test_logits_are_no_probabilities(self) -> None:
        bars = walk(1, 30)
        with pytest.raises(InvalidValue, match="probabilities"):
            self.run(bars, np.full((30, 3), 0.9))

    @pytest.mark.parametrize("shape", [(29, 3), (31, 3), (30, 2), (30,)])
    def test_wrong_shape(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(InvalidValue, match="shape"):
            self.run(walk(1, 30), np.full(shape, 1 / 3))

    def test_orchestrator_and_config_must_agree_on_shorts(self) -> None:
        bars = walk(1, 30)
        with pytest.raises(InvalidValue, match="allow_short"):
            self.run(bars, leaning(bars), allow_short=True)

    def test_duplicated_stamp(self) -> None:
        bars = walk(1, 30)
        bars.index = bars.index[[*range(10), 9, *range(11, 30)]].rename("timestamp")
        with pytest.raises(MalformedBars, match="after"):
            self.run(bars, np.full((30, 3), 1 / 3))
        with pytest.raises(MalformedBars):
            self.engine.simulate(bars, lambda bar, position: Action.HOLD)

    def test_no_bar(self) -> None:
        with pytest.raises(EmptyData):
            self.engine.simulate(walk(1, 30)[:0], lambda bar, position: Action.HOLD)


class TestProgressAndStop:
    def test_reports_rise_to_the_end(self) -> None:
        heard: list[Any] = []
        result = BacktestingEngine(BacktestConfig()).simulate(walk(2, 505), lambda bar, _: Action.BUY, heard.append)
        done = [event.done for event in heard if isinstance(event, BarsDone)]
        assert done == sorted(set(done))
        assert done[-1] == 505
        assert 40 <= len(done) <= 60
        curve = [event for event in heard if isinstance(event, PartialEquity)]
        assert len(curve) == len(done)
        np.testing.assert_array_equal(curve[-1].open_time, result.equity.index.asi8)
        np.testing.assert_array_equal(curve[10].equity, result.equity[: done[10]])

    def test_a_raised_token_ends_the_run(self) -> None:
        token = CancelToken("the backtest")

        def stop_midway(event: Any) -> None:
            if isinstance(event, BarsDone) and event.done >= 300:
                token.cancel()

        heard: list[int] = []

        def decide(bar: int, position: Position) -> Action:
            heard.append(bar)
            return Action.HOLD

        with pytest.raises(Cancelled, match="the backtest"):
            BacktestingEngine(BacktestConfig()).simulate(walk(2, 2000), decide, stop_midway, token)
        assert len(heard) < 600

    def test_a_quiet_token_changes_nothing(self) -> None:
        bars, signals = walk(2, 300), coin_signals(2, 300)
        plain = run_signals(bars, signals, BacktestConfig())
        watched = run_signals(bars, signals, BacktestConfig(), cancel=CancelToken())
        pd.testing.assert_series_equal(plain.equity, watched.equity)


def test_decider_sees_the_position_that_was_filled() -> None:
    seen: list[Position] = []

    def decide(bar: int, position: Position) -> Action:
        seen.append(position)
        return Action.BUY if bar == 0 else Action.SELL

    BacktestingEngine(BacktestConfig()).simulate(walk(2, 4), decide)
    assert seen == [Position.FLAT, Position.LONG, Position.FLAT, Position.FLAT]
    assert Decision(0, Action.BUY, 0.5, Action.BUY, ()).refusal is None
