"""What a run gives back means what its description says: every column worked out again from the bars alone."""

from __future__ import annotations

import dataclasses
import json
import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.events import BacktestEvent
from ktrdr_app.backtesting.results import BacktestResult
from ktrdr_app.backtesting.signals import run_signals
from ktrdr_app.backtesting.trades import TRADE_COLUMNS
from tests.backtesting.cases import FREE, coin_signals, make_bars, walk


@pytest.fixture(scope="module")
def signal_codes() -> dict[str, int]:
    from ktrdr_app.decision import Action

    return {action.name: int(action) for action in Action}


def run(seed: int, **changes: object) -> tuple[pd.DataFrame, BacktestResult]:
    bars = walk(seed, 250)
    config = BacktestConfig(**{"allow_short": True, "commission": 0.001, "slippage": 0.0005, **changes})
    return bars, run_signals(bars, coin_signals(seed + 1, 250, hold=0.85), config)


def test_a_run_without_a_trade_has_the_same_columns(signal_codes: dict[str, int]) -> None:
    bars = walk(1, 30)
    result = run_signals(bars, [signal_codes["HOLD"]] * 30, BacktestConfig())
    assert tuple(result.trades.columns) == TRADE_COLUMNS
    assert len(result.trades) == 0
    assert result.final_equity == BacktestConfig().initial_capital
    assert (result.open_trade, result.events) == (None, ())


@given(seed=st.integers(0, 10_000), fill=st.sampled_from(["next_open", "close"]))
@settings(max_examples=15, deadline=None)
def test_every_column_is_what_it_is_said_to_be(seed: int, fill: str) -> None:
    bars, result = run(seed, fill=fill)
    assert tuple(result.trades.columns) == TRADE_COLUMNS
    place = {stamp: number for number, stamp in enumerate(bars.index)}
    for trade in result.trades.to_dict("records"):
        sign = {"long": 1, "short": -1}[trade["side"]]
        gross = sign * (trade["exit_price"] - trade["entry_price"]) * trade["quantity"]
        traded = (trade["entry_price"] + trade["exit_price"]) * trade["quantity"]
        assert trade["gross_pnl"] == pytest.approx(gross, rel=1e-9, abs=1e-6)
        assert trade["commission"] == pytest.approx(0.001 * traded, rel=1e-9)
        assert trade["net_pnl"] == pytest.approx(gross - 0.001 * traded, rel=1e-9, abs=1e-6)
        entry_value = trade["entry_price"] * trade["quantity"]
        assert trade["return_pct"] == pytest.approx(trade["net_pnl"] / entry_value, rel=1e-9, abs=1e-12)
        assert trade["bars_held"] == place[trade["exit_time"]] - place[trade["entry_time"]]
        assert trade["exit_reason"] in {"signal", "reversal", "end_of_data"}
        market = [trade[name] / (1 + sign * turn * 0.0005) for name, turn in (("entry_price", 1), ("exit_price", -1))]
        cost = 0.0005 * (market[0] + market[1]) * trade["quantity"]
        assert trade["slippage_cost"] == pytest.approx(cost, rel=1e-9)


@given(seed=st.integers(0, 10_000), fill=st.sampled_from(["next_open", "close"]))
@settings(max_examples=15, deadline=None)
def test_the_best_and_the_worst_price_are_those_of_the_bars_held(seed: int, fill: str) -> None:
    bars, result = run(seed, fill=fill)
    place = {stamp: number for number, stamp in enumerate(bars.index)}
    for trade in result.trades.to_dict("records"):
        sign = {"long": 1, "short": -1}[trade["side"]]
        first, last = place[trade["entry_time"]], place[trade["exit_time"]]
        leave = trade["exit_price"] / (1 - sign * 0.0005)
        # a fill at the open holds that bar and not the one it leaves at the open of; at the close, the other way
        at_close = fill == "close"
        held = range(first + 1, last + 1) if at_close else range(first, last)
        prices = [leave, *(bars["high"].iloc[bar] for bar in held), *(bars["low"].iloc[bar] for bar in held)]
        if trade["exit_reason"] == "end_of_data":
            prices += [bars["high"].iloc[last], bars["low"].iloc[last]]
        moves = [sign * (price - trade["entry_price"]) / trade["entry_price"] for price in prices]
        assert trade["mfe"] == pytest.approx(max(0.0, *moves), rel=1e-9, abs=1e-12)
        assert trade["mae"] == pytest.approx(min(0.0, *moves), rel=1e-9, abs=1e-12)


def test_a_position_left_open_is_valued_at_the_last_close(signal_codes: dict[str, int]) -> None:
    bars = make_bars([100.0, 100.0, 102.0, 110.0], [100.0, 101.0, 104.0, 108.0])
    config = BacktestConfig(
        initial_capital=1000.0,
        commission=0.01,
        slippage=0.0,
        fill="next_open",
        sizing={"kind": "fixed_units", "units": 2},
    )
    codes = [signal_codes[name] for name in ("BUY", "HOLD", "HOLD", "HOLD")]
    result = run_signals(bars, codes, config)
    left = result.open_trade
    assert left is not None
    assert (left.entry_time, left.side, left.quantity) == (bars.index[1], "long", 2.0)
    assert (left.entry_price, left.last_price, left.bars_held) == (100.0, 108.0, 3)
    assert left.commission == pytest.approx(2.0)
    assert left.unrealized_pnl == pytest.approx(2 * 8.0 - 2.0)
    assert result.final_equity == pytest.approx(1000.0 + 14.0)
    assert len(result.trades) == 0


def test_cash_and_position_make_up_equity_and_its_last_value_is_final() -> None:
    bars, result = run(5)
    worth = result.cash + result.position * bars["close"]
    assert result.equity.to_numpy() == pytest.approx(worth.to_numpy())
    assert result.final_equity == float(result.equity.to_numpy()[-1])
    assert isinstance(result.final_equity, float)
    assert result.equity.index.equals(bars.index)


def test_writing_to_the_equity_that_was_handed_out_leaves_the_account_alone() -> None:
    _bars, result = run(6)
    before = result.values.copy()
    result.equity.iloc[3] = -1.0
    assert result.values.tolist() == before.tolist()
    assert result.final_equity == before[-1]


def test_an_event_survives_json(signal_codes: dict[str, int]) -> None:
    bars = make_bars([100.0] * 3, [100.0] * 3)
    config = BacktestConfig(initial_capital=50.0, sizing={"kind": "fixed_units", "units": 1}, **FREE)
    result = run_signals(bars, [signal_codes["BUY"], signal_codes["HOLD"], signal_codes["HOLD"]], config)
    (event,) = result.events
    assert event.code == "order_rejected"
    read = json.loads(json.dumps(event.to_dict()))
    again = BacktestEvent(read["bar"], pd.Timestamp(read["time"]), read["code"], read["message"])
    assert again == event
    assert again.time.tz is not None, "the moment stays one of UTC"


def test_a_result_cannot_be_mended_afterwards() -> None:
    _bars, result = run(7)
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.closed = None  # type: ignore[misc]
    assert all(math.isfinite(value) for value in result.equity)
