"""The record of a run: tables, excursions against a slow loop, the trade left open."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.events import Happening
from ktrdr_app.backtesting.positions import PositionManager, Refusal
from ktrdr_app.backtesting.signals import run_signals
from ktrdr_app.backtesting.tracker import PerformanceTracker
from ktrdr_app.backtesting.trades import TRADE_COLUMNS
from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.decision.actions import Position
from tests.backtesting.cases import FREE, coin_signals, configs, make_bars, markets, walk


def prices_seen(bars: pd.DataFrame, config: BacktestConfig, start: int, end: int, reason: str) -> list[float]:
    """Every market price between two fills, bar by bar, from the definition."""
    enters_at_close = config.fill == "close"
    leaves_at_close = enters_at_close or reason == "end_of_data"
    seen = []
    for bar in range(start, end + 1):
        whole = (bar > start or not enters_at_close) and (bar < end or leaves_at_close)
        if whole:
            seen += [bars["high"].iloc[bar], bars["low"].iloc[bar]]
    seen.append(bars["close"].iloc[end] if leaves_at_close else bars["open"].iloc[end])
    return seen


@given(markets(least=2), configs())
@settings(max_examples=100)
def test_excursions_are_the_best_and_worst_price_while_held(
    market: tuple[pd.DataFrame, np.ndarray], config: BacktestConfig
) -> None:
    bars, signals = market
    for row in run_signals(bars, signals, config).trades.to_dict("records"):
        start, end = (bars.index.get_loc(row[name]) for name in ("entry_time", "exit_time"))
        sign = 1 if row["side"] == "long" else -1
        moves = [
            sign * (price - row["entry_price"]) / row["entry_price"]
            for price in prices_seen(bars, config, start, end, row["exit_reason"])
        ]
        assert row["mfe"] == pytest.approx(max(0.0, *moves), abs=1e-12)
        assert row["mae"] == pytest.approx(min(0.0, *moves), abs=1e-12)


def test_excursions_by_hand() -> None:
    bars = make_bars(
        [100.0, 100.0, 110.0, 105.0], [100.0, 108.0, 104.0, 90.0], [101.0, 112.0, 120.0, 300.0], [99.0, 97.0, 95.0, 1.0]
    )
    config = BacktestConfig(**FREE)
    trade = run_signals(bars, np.array([0, 1, 2, 1]), config).trades.iloc[0]
    assert trade["mfe"] == pytest.approx(0.20)
    assert trade["mae"] == pytest.approx(-0.05)
    assert trade["bars_held"] == 2


def test_a_gap_through_the_exit_open_counts() -> None:
    bars = make_bars([100.0, 100.0, 80.0], [100.0, 101.0, 85.0])
    trade = run_signals(bars, np.array([0, 2, 1]), BacktestConfig(**FREE)).trades.iloc[0]
    assert trade["mae"] == pytest.approx(-0.20)


def test_columns_and_types_with_trades_and_without() -> None:
    bars = walk(1, 60)
    full = run_signals(bars, coin_signals(1, 60), BacktestConfig()).trades
    empty = run_signals(bars, np.ones(60, dtype=np.int8), BacktestConfig()).trades
    assert len(full) > 2
    assert empty.empty
    for table in (full, empty):
        assert tuple(table.columns) == TRADE_COLUMNS
        for name in ("entry_time", "exit_time"):
            assert str(table[name].dtype) == "datetime64[ns, UTC]"
        assert table["bars_held"].dtype == np.int64
        assert all(table[name].dtype == np.float64 for name in TRADE_COLUMNS[3:14])
    assert (full["exit_time"] > full["entry_time"]).all()
    assert (full["entry_time"].iloc[1:].to_numpy() >= full["exit_time"].iloc[:-1].to_numpy()).all()


def test_series_share_the_bars_index() -> None:
    bars = walk(1, 60)
    result = run_signals(bars, coin_signals(1, 60), BacktestConfig())
    for name in ("equity", "cash", "position"):
        series = getattr(result, name)
        assert series.index.equals(bars.index)
        assert series.name == name
        assert series.dtype == np.float64


def test_the_trade_left_open() -> None:
    bars = make_bars([10.0, 10.0, 11.0, 12.0], [10.0, 11.0, 12.0, 13.0], [10, 11.5, 14.0, 13.5], [9.0, 9.5, 10.5, 12.0])
    config = BacktestConfig(1000.0, commission=0.01, slippage=0.0, sizing={"kind": "fixed_units", "units": 5})
    left = run_signals(bars, np.array([0, 1, 1, 1]), config).open_trade
    assert left is not None
    assert (left.side, left.quantity, left.entry_price, left.last_price) == ("long", 5, 10.0, 13.0)
    assert left.entry_time == bars.index[1]
    assert left.bars_held == 3
    assert left.commission == pytest.approx(0.5)
    assert left.unrealized_pnl == pytest.approx(14.5)
    assert left.mfe == pytest.approx(0.4)
    assert left.mae == pytest.approx(-0.05)
    assert left.slippage_cost == 0.0


def test_a_short_left_open() -> None:
    bars = make_bars([10.0, 10.0], [10.0, 8.0], [10.0, 12.0], [10.0, 7.0])
    config = BacktestConfig(1000.0, allow_short=True, sizing={"kind": "fixed_units", "units": 5}, **FREE)
    left = run_signals(bars, np.array([2, 1]), config).open_trade
    assert left is not None
    assert (left.side, left.unrealized_pnl) == ("short", 10.0)
    assert (left.mfe, left.mae) == (pytest.approx(0.3), pytest.approx(-0.2))


def test_the_tracker_alone() -> None:
    bars = make_bars([10.0, 10.0], [10.0, 8.0])
    tracker = PerformanceTracker(pd.DatetimeIndex(bars.index), PriceArrays.of(bars))
    account = PositionManager(BacktestConfig(50.0))
    tracker.note(0, Position.LONG, Refusal(Happening.CLOSED))
    tracker.note(1, Position.SHORT, Refusal(Happening.NO_CASH, (-1.0, 0.0, 0.0)))
    for bar in range(2):
        tracker.mark(bar, account, 9.0)
    result = tracker.result(account)
    assert result.equity.tolist() == [50.0, 50.0]
    assert [event.message for event in result.events] == [
        "the order to go long was rejected: the market was closed",
        "the order to go short was rejected: no cash is left (-1.00)",
    ]
    assert result.metrics["total_return"] == 0.0


def test_an_event_as_json() -> None:
    bars = make_bars([10.0, 11.0], [10.0, 11.0])
    event = run_signals(bars, np.array([1, 0]), BacktestConfig()).events[0]
    document = event.to_dict()
    assert document["time"] == "2020-01-02T00:00:00+00:00"
    assert document["bar"] == 1
    assert document["code"] == "order_not_filled"
    assert document["message"]
