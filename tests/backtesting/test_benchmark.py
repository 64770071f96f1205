"""Buy and hold: the closed formula with costs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.backtesting.benchmark import always_hold, buy_and_hold, buy_and_hold_result
from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.signals import run_signals
from ktrdr_app.core.errors import EmptyData
from tests.backtesting.cases import walk

rates = st.floats(0.0, 0.1)


@given(st.integers(0, 50), st.integers(2, 60), rates, rates, st.floats(1.0, 1e7))
def test_closed_formula(seed: int, rows: int, commission: float, slippage: float, capital: float) -> None:
    bars = walk(seed, rows)
    config = BacktestConfig(capital, commission=commission, slippage=slippage)
    units = capital / (bars["open"].iloc[1] * (1 + slippage) * (1 + commission))
    assert buy_and_hold(bars, config)["final_equity"] == pytest.approx(units * bars["close"].iloc[-1])


@given(st.integers(0, 50), st.integers(2, 60), rates, rates)
def test_closed_formula_when_sold_at_the_end(seed: int, rows: int, commission: float, slippage: float) -> None:
    bars = walk(seed, rows)
    config = BacktestConfig(1000.0, commission, slippage, close_at_end=True)
    bought = 1000.0 / (bars["open"].iloc[1] * (1 + slippage) * (1 + commission))
    sold = bought * bars["close"].iloc[-1] * (1 - slippage) * (1 - commission)
    assert buy_and_hold(bars, config)["final_equity"] == pytest.approx(sold)


def test_fill_at_the_close_buys_the_first_close() -> None:
    bars = walk(3, 20)
    config = BacktestConfig(1000.0, 0.0, 0.0, fill="close")
    expected = 1000.0 * bars["close"].iloc[-1] / bars["close"].iloc[0]
    assert buy_and_hold(bars, config)["final_equity"] == pytest.approx(expected)


def test_it_is_all_in_whatever_the_strategy_does() -> None:
    bars = walk(3, 20)
    small = BacktestConfig(sizing={"kind": "fraction", "fraction": 0.1}, allow_short=True)
    assert buy_and_hold(bars, small) == buy_and_hold(bars, BacktestConfig())


def test_document_has_metrics_and_both_ends() -> None:
    bars = walk(3, 20)
    document = buy_and_hold(bars, BacktestConfig())
    result = buy_and_hold_result(bars, BacktestConfig())
    assert document["initial_capital"] == 100_000.0
    assert document["final_equity"] == result.equity.iloc[-1]
    assert document["total_return"] == pytest.approx(result.final_equity / 100_000 - 1)
    assert document["total_trades"] == 0
    assert document["exposure"] == pytest.approx(19 / 20)
    assert result.position.iloc[0] == 0
    assert result.open_trade is not None


def test_no_bars() -> None:
    with pytest.raises(EmptyData):
        buy_and_hold(walk(3, 20)[:0], BacktestConfig())


def test_always_hold_is_what_the_engine_makes_of_hold() -> None:
    bars = walk(3, 40)
    still = run_signals(bars, np.ones(40, dtype=np.int8), BacktestConfig(5000.0))
    document = always_hold(still.equity.index, 5000.0)
    assert document == {"initial_capital": 5000.0, "final_equity": 5000.0, **still.metrics}
    assert document["total_trades"] == 0
    assert document["sharpe_ratio"] is None
