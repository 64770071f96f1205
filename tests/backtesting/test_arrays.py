"""Bars as the kernel reads them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.backtesting.arrays import NO_ORDER, Books, average_true_range, market_of, new_account
from ktrdr_app.backtesting.config import BacktestConfig
from tests.backtesting.cases import make_bars, walk


def test_only_what_is_needed_is_worked_out() -> None:
    plain = market_of(walk(1, 40), BacktestConfig())
    assert (len(plain.atr), len(plain.nights)) == (0, 0)
    full = market_of(walk(1, 40), BacktestConfig(swap_long=0.1, stop_loss=1.0, stop_unit="atr"))
    assert (len(full.atr), full.nights.tolist()) == (40, [0] + [1] * 39)
    assert not any(column.flags.writeable for column in full)


def test_average_true_range_is_wilders_over_the_bars_that_traded() -> None:
    bars = walk(1, 60)
    high, low, close = (bars[name].to_numpy() for name in ("high", "low", "close"))
    ranges = [max(high[i] - low[i], abs(high[i] - close[i - 1]), abs(low[i] - close[i - 1])) for i in range(1, 60)]
    value = sum(ranges[:5]) / 5
    for true_range in ranges[5:]:
        value = (value * 4 + true_range) / 5
    sizing = {"kind": "risk_atr", "risk": 0.01, "multiple": 1.0, "period": 5}
    config = BacktestConfig(sizing=sizing)
    assert average_true_range(bars, config)[-1] == pytest.approx(value, rel=1e-12)
    holes = pd.concat([bars, bars.iloc[10:20].assign(open=np.nan, high=np.nan, low=np.nan, close=np.nan)])
    holes.index = pd.date_range("2020-01-01", periods=70, tz="UTC", unit="ns", name="timestamp")
    with_holes = average_true_range(holes, config)
    assert with_holes[-1] == with_holes[59] == pytest.approx(value, rel=1e-12)
    assert np.isnan(average_true_range(make_bars([1.0] * 3, [1.0] * 3), config)).all()


def test_new_books_and_accounts() -> None:
    account = new_account(500.0)[0]
    assert (account["cash"], account["units"], account["pending"]) == (500.0, 0.0, NO_ORDER)
    assert len(Books.empty(7).closed(0)) == 0
