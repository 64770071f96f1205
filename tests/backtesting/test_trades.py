"""Trades as arrays and as a table are the same trades."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.signals import run_signals
from ktrdr_app.backtesting.trades import REASONS, TRADE_COLUMNS, TradeArrays
from tests.backtesting.cases import coin_signals, walk


@pytest.fixture
def run() -> tuple[pd.DataFrame, TradeArrays]:
    config = BacktestConfig(allow_short=True, swap_long=0.05, stop_loss=0.03, close_at_end=True)
    result = run_signals(walk(3, 400), coin_signals(4, 400), config)
    return result.trades, result.closed


def test_table_and_arrays_tell_the_same(run: tuple[pd.DataFrame, TradeArrays]) -> None:
    table, arrays = run
    assert tuple(table.columns) == TRADE_COLUMNS
    assert len(table) == len(arrays) > 50
    for name in ("quantity", "entry_price", "financing", "net_pnl", "gross_pnl", "mfe"):
        np.testing.assert_array_equal(table[name], getattr(arrays, name))
    assert set(table["exit_reason"]) <= set(REASONS)
    assert (table["financing"] != 0).any()


def test_a_table_read_back_gives_the_arrays(run: tuple[pd.DataFrame, TradeArrays]) -> None:
    table, arrays = run
    again = TradeArrays.of_table(table, pd.DatetimeIndex(walk(3, 400).index))
    for field in dataclasses.fields(TradeArrays):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(arrays, field.name))
        assert getattr(again, field.name).dtype == getattr(arrays, field.name).dtype


def test_a_table_from_before_interest_was_charged_has_none(run: tuple[pd.DataFrame, TradeArrays]) -> None:
    table, arrays = run
    old = TradeArrays.of_table(table.drop(columns="financing"), pd.DatetimeIndex(walk(3, 400).index))
    assert not old.financing.any()
    np.testing.assert_array_equal(old.quantity, arrays.quantity)


def test_no_trades_make_an_empty_table_of_the_same_types(run: tuple[pd.DataFrame, TradeArrays]) -> None:
    full, _ = run
    bars = walk(3, 400)
    empty = run_signals(bars, np.ones(400, dtype=np.int8), BacktestConfig()).trades
    assert empty.dtypes.tolist() == full.dtypes.tolist()
