"""Trades and accounts that tests of statistics draw from, made without an engine."""

from __future__ import annotations

import numpy as np

from ktrdr_app.backtesting.results import BacktestResult
from ktrdr_app.backtesting.trades import REASONS, TradeArrays


def random_trades(seed: int, count: int, bars: int) -> TradeArrays:
    """Return trades of any size and side whose entries and exits lie among the bars."""
    draw = np.random.default_rng(seed)
    entry = np.sort(draw.integers(0, bars - 1, count))
    return TradeArrays(
        entry_bar=entry,
        exit_bar=np.minimum(entry + draw.integers(0, 50, count), bars - 1),
        side=draw.choice(np.array([1, -1], dtype=np.int8), count),
        quantity=draw.uniform(0.1, 20.0, count),
        entry_price=draw.uniform(50.0, 60.0, count),
        exit_price=draw.uniform(50.0, 60.0, count),
        commission=draw.uniform(0.0, 1.0, count),
        slippage_cost=draw.uniform(0.0, 1.0, count),
        financing=draw.uniform(-0.5, 0.5, count),
        mfe=draw.uniform(0.0, 0.3, count),
        mae=-draw.uniform(0.0, 0.3, count),
        reason=draw.integers(0, len(REASONS), count).astype(np.int8),
    )


def arrays_of(result: BacktestResult) -> TradeArrays:
    """Return a run's closed trades as arrays, from its table."""
    table, index = result.trades, result.equity.index
    names = ("quantity", "entry_price", "exit_price", "commission", "slippage_cost", "financing", "mfe", "mae")
    return TradeArrays(
        entry_bar=index.get_indexer(table["entry_time"]).astype(np.int64),
        exit_bar=index.get_indexer(table["exit_time"]).astype(np.int64),
        side=np.where(table["side"] == "long", 1, -1).astype(np.int8),
        reason=np.array([REASONS.index(reason) for reason in table["exit_reason"]], dtype=np.int8),
        **{name: table[name].to_numpy(dtype=np.float64) for name in names},
    )
