"""Against another engine: final equities of backtesting.py on real daily bars, kept as numbers.

The numbers were computed once with backtesting.py 0.6.6 (https://kernc.github.io/backtesting.py), which is
AGPL-licensed and therefore not imported here: Apple daily bars of the sample data, orders of `signals_of` filled
at the next open (``trade_on_close=False``), commission 0.001 per side, no slippage, ``finalize_trades=False``.
All-in runs used ``FractionalBacktest(fractional_unit=1e-8)``, the short run ``margin=0.5`` so that a reversal
needs no second order. Each row: final equity, equity of bar 1000, closed trades, deepest drawdown, commissions.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.signals import run_signals
from ktrdr_app.data.bars import COLUMNS

SAMPLE = Path(__file__).parents[2] / "resources" / "sample"
FIXED = {"kind": "fixed_units", "units": 100}

PEER = {
    "fixed units": ({"sizing": FIXED}, 143499.35004, 107825.86204, 30, -0.07341037583096566, 1301.60996),
    "fixed units, short": (
        {"sizing": FIXED, "allow_short": True},
        147610.03808,
        110246.06208,
        60,
        -0.1416284273562507,
        2552.90492,
    ),
    "all in": ({}, 825799.0031753263, 252292.63984273543, 30, -0.40569785115601356, 23030.608612134707),
    "all in, free": ({"commission": 0.0}, 876863.5792091758, 259716.12111160436, 30, -0.4009243638835305, 0.0),
}


def signals_of(close: np.ndarray) -> np.ndarray:
    """BUY where the mean of 10 closes crosses above that of 30, SELL where it crosses below; a SELL near the end."""
    last = len(close)

    def gap(bar: int) -> float:
        return sum(close[bar - 9 : bar + 1]) / 10 - sum(close[bar - 29 : bar + 1]) / 30

    signals = np.ones(last, dtype=np.int8)
    for bar in range(31, last - 40):
        if gap(bar) > 0 >= gap(bar - 1):
            signals[bar] = 0
        elif gap(bar) <= 0 < gap(bar - 1):
            signals[bar] = 2
    signals[last - 3] = 2
    return signals


@pytest.fixture(scope="module")
def apple() -> pd.DataFrame:
    frame = pd.read_csv(SAMPLE / "AAPL_1d.csv", index_col="timestamp", dtype=dict.fromkeys(COLUMNS, float))
    frame.index = pd.to_datetime(frame.index, utc=True)
    return frame


@pytest.mark.parametrize("case", PEER)
def test_final_equity_to_the_cent(apple: pd.DataFrame, case: str) -> None:
    changes, final, midway, trades, deepest, commission = PEER[case]
    fields: dict[str, Any] = {"commission": 0.001, "slippage": 0.0} | changes
    signals = signals_of(apple["close"].to_numpy())
    assert ((signals == 0).sum(), (signals == 2).sum()) == (30, 32)
    result = run_signals(apple, signals, BacktestConfig(**fields))
    assert result.final_equity == pytest.approx(final, abs=0.005)
    assert result.equity.iloc[1000] == pytest.approx(midway, abs=0.005)
    assert result.metrics["total_trades"] == trades
    assert result.metrics["max_drawdown"] == pytest.approx(deepest, abs=1e-10)
    closed = float(result.trades["commission"].sum())
    assert closed == pytest.approx(commission, abs=0.005)


def test_first_and_last_fill(apple: pd.DataFrame) -> None:
    config = BacktestConfig(commission=0.001, slippage=0.0, sizing=FIXED)
    trades = run_signals(apple, signals_of(apple["close"].to_numpy()), config).trades
    ends = trades.iloc[[0, -1]]
    assert ends["entry_price"].tolist() == [40.025, 568.91]
    assert ends["exit_price"].tolist() == [37.19, 539.77]
    assert ends["net_pnl"].tolist() == pytest.approx([-291.2215, -3024.868])
    assert ends["entry_time"].tolist() == apple.index[[61, 1956]].tolist()
    assert ends["exit_time"].tolist() == apple.index[[75, 1960]].tolist()


VECTORBT = {
    "all in": ({}, 825799.0031787704, 252292.63984331212, 793917392.2727491, 30, -0.4056978511564774),
    "all in, free": (
        {"commission": 0.0},
        876863.5792132248,
        259716.1211121953,
        825567779.973893,
        30,
        -0.4009243638840574,
    ),
    "all in, slippage": (
        {"slippage": 0.0005},
        801392.9522401683,
        248660.8218838938,
        778637125.8370807,
        30,
        -0.40807031186485965,
    ),
    "fixed units": (
        {"sizing": FIXED},
        143499.35004000005,
        107825.86204000002,
        232189232.05378002,
        30,
        -0.0734103758309651,
    ),
}
"""The same orders by vectorbt 1.2.0's ``Portfolio.from_signals`` (shifted by a bar, ``price`` the open, ``fees``
0.001): final equity, equity of bar 1000, sum of the whole curve, closed trades, deepest drawdown. Computed once and
kept as numbers, since its licence (Apache with the Commons Clause) keeps it out; whole curves differed by 4e-15."""


@pytest.mark.parametrize("case", VECTORBT)
def test_equity_of_vectorbt(apple: pd.DataFrame, case: str) -> None:
    changes, final, midway, total, trades, deepest = VECTORBT[case]
    fields: dict[str, Any] = {"commission": 0.001, "slippage": 0.0} | changes
    result = run_signals(apple, signals_of(apple["close"].to_numpy()), BacktestConfig(**fields))
    assert result.final_equity == pytest.approx(final, rel=1e-12)
    assert result.equity.iloc[1000] == pytest.approx(midway, rel=1e-12)
    assert result.equity.sum() == pytest.approx(total, rel=1e-12)
    assert result.metrics["total_trades"] == trades
    assert result.metrics["max_drawdown"] == pytest.approx(deepest, rel=1e-9)
