"""Markets and settings that the tests of this room draw from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from ktrdr_app.backtesting.arrays import Books, market_of, new_account
from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.kernel import play
from ktrdr_app.backtesting.terms import terms_of
from ktrdr_app.decision import Action
from ktrdr_app.strategy.schema import DecisionSettings

FREE = {"commission": 0.0, "slippage": 0.0}


def make_bars(
    opens: Sequence[float],
    closes: Sequence[float],
    highs: Sequence[float] | None = None,
    lows: Sequence[float] | None = None,
    volume: Sequence[float] | float = 1000.0,
    freq: str = "1D",
) -> pd.DataFrame:
    """Return bars; highs and lows enclose open and close tightly where they are not given."""
    index = pd.date_range("2020-01-01", periods=len(opens), freq=freq, tz="UTC", unit="ns", name="timestamp")
    columns = {
        "open": opens,
        "high": np.maximum(opens, closes) if highs is None else highs,
        "low": np.minimum(opens, closes) if lows is None else lows,
        "close": closes,
        "volume": volume,
    }
    return pd.DataFrame(columns, index=index, dtype=np.float64)


def walk(seed: int, rows: int, freq: str = "1D") -> pd.DataFrame:
    """Return a random walk with gaps between close and next open."""
    draw = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(draw.normal(0, 0.02, rows)))
    opens = np.concatenate([[100.0], close[:-1]]) * np.exp(draw.normal(0, 0.005, rows))
    high = np.maximum(opens, close) * (1 + draw.random(rows) * 0.01)
    low = np.minimum(opens, close) * (1 - draw.random(rows) * 0.01)
    return make_bars(opens, close, high, low, draw.integers(100, 10_000, rows), freq)


def coin_signals(seed: int, rows: int, hold: float = 0.6) -> np.ndarray:
    """Return random signals, ``hold`` of them HOLD."""
    draw = np.random.default_rng(seed)
    return draw.choice([0, 1, 2], size=rows, p=[(1 - hold) / 2, hold, (1 - hold) / 2]).astype(np.int8)


def actions_taken(
    bars: pd.DataFrame, signals: np.ndarray, config: BacktestConfig, filters: DecisionSettings
) -> np.ndarray:
    """Return the action that passed the kernel's filters at each bar, read from the account after every single bar."""
    market, terms, account = market_of(bars, config), terms_of(config, filters), new_account(config.initial_capital)
    books, orders = Books.empty(len(bars)), signals.astype(np.int8)
    orders.flags.writeable = False
    taken = np.full(len(bars), Action.HOLD, dtype=np.int8)
    for bar in range(len(bars)):
        play(market, orders, terms, account, books, bar, bar + 1)
        if account[0]["acted"] == bar:
            taken[bar] = orders[bar]
    return taken


prices = st.floats(min_value=0.5, max_value=2_000.0, allow_nan=False).map(lambda value: round(value, 4))


@st.composite
def markets(draw: st.DrawFn, least: int = 1, most: int = 40) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw bars and signals for them."""
    rows = draw(st.integers(least, most))
    column = st.lists(prices, min_size=rows, max_size=rows)
    opens, closes = draw(column), draw(column)
    stretch = st.lists(st.floats(0, 0.2), min_size=rows, max_size=rows)
    highs = np.maximum(opens, closes) * (1 + np.array(draw(stretch)))
    lows = np.minimum(opens, closes) * (1 - np.array(draw(stretch)))
    signals = draw(st.lists(st.sampled_from([0, 1, 2]), min_size=rows, max_size=rows))
    return make_bars(opens, closes, highs, lows), np.array(signals, dtype=np.int8)


sizings = st.one_of(
    st.just({"kind": "all_in"}),
    st.floats(0.01, 1.0).map(lambda share: {"kind": "fraction", "fraction": share}),
    st.floats(0.01, 500.0).map(lambda units: {"kind": "fixed_units", "units": units}),
)


@st.composite
def configs(draw: st.DrawFn, **fixed: Any) -> BacktestConfig:
    """Draw a configuration, some of its fields fixed."""
    fields = {
        "initial_capital": draw(st.floats(100.0, 1e6)),
        "commission": draw(st.sampled_from([0.0, 0.001, 0.02])),
        "slippage": draw(st.sampled_from([0.0, 0.0005, 0.03])),
        "fill": draw(st.sampled_from(["next_open", "close"])),
        "sizing": draw(sizings),
        "allow_short": draw(st.booleans()),
        "close_at_end": draw(st.booleans()),
    }
    return BacktestConfig(**(fields | fixed))


@st.composite
def closed_markets(draw: st.DrawFn, most: int = 60) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw intraday bars with signals: gaps, holes in time, closed (NaN) bars, bars without volume."""
    rows, seed = draw(st.integers(1, most)), draw(st.integers(0, 2**32 - 1))
    calm, shut, quiet = draw(st.sampled_from([0.002, 0.03, 0.3])), draw(st.sampled_from([0, 0.15])), draw(st.booleans())
    rng = np.random.default_rng(seed)
    closes = np.round(50 * np.exp(np.cumsum(rng.normal(0, calm, rows))), 4) + 0.01
    opens = np.round(np.concatenate([[50.0], closes[:-1]]) * np.exp(rng.normal(0, calm / 2, rows)), 4) + 0.01
    highs = np.maximum(opens, closes) * (1 + rng.random(rows) * calm)
    lows = np.minimum(opens, closes) * (1 - rng.random(rows) * calm / 2)
    bars = make_bars(opens, closes, highs, lows, np.where(rng.random(rows) < 0.2 * quiet, 0.0, rng.random(rows)))
    hours = np.cumsum(rng.choice([1, 1, 1, 5, 30, 72], size=rows))
    bars.index = pd.DatetimeIndex(pd.Timestamp("2024-01-05", tz="UTC") + pd.to_timedelta(hours, unit="h")).as_unit("ns")
    bars.index.name = "timestamp"
    bars.iloc[rng.random(rows) < shut, :4] = np.nan
    return bars, rng.choice(3, size=rows, p=[0.3, 0.4, 0.3]).astype(np.int8)


risky_sizings = st.one_of(
    sizings,
    st.tuples(st.floats(0.001, 1.0), st.floats(0.2, 5.0), st.integers(1, 5)).map(
        lambda drawn: {"kind": "risk_atr", "risk": drawn[0], "multiple": drawn[1], "period": drawn[2]}
    ),
)
slippage_units = st.sampled_from(["rate", "ticks", "range"])
slippages = {"rate": [0.0, 0.0005, 0.03], "ticks": [0, 1, 30], "range": [0.0, 0.4]}
distances = st.one_of(st.none(), st.floats(0.005, 0.6))


@st.composite
def full_configs(draw: st.DrawFn, **fixed: Any) -> BacktestConfig:
    """Draw a configuration with every cost, stop and lot."""
    commission_unit, slippage_unit = draw(st.sampled_from(["rate", "per_unit"])), draw(slippage_units)
    fields = {
        "initial_capital": draw(st.floats(100.0, 1e6)),
        "commission_unit": commission_unit,
        "commission": draw(st.sampled_from([0.0, 0.001, 0.02] if commission_unit == "rate" else [0.0, 0.01, 2.5])),
        "slippage_unit": slippage_unit,
        "slippage": draw(st.sampled_from(slippages[slippage_unit])),
        "tick_size": 0.01,
        "spread": draw(st.sampled_from([0.0, 0.02, 3.0])),
        "lot_step": draw(st.sampled_from([0.0, 0.0, 0.01, 1.0, 100.0])),
        "stop_loss": draw(distances),
        "take_profit": draw(distances),
        "trailing_stop": draw(distances),
        "stop_unit": draw(st.sampled_from(["fraction", "fraction", "atr"])),
        "swap_long": draw(st.sampled_from([0.0, 0.05, -0.02])),
        "swap_short": draw(st.sampled_from([0.0, 0.3])),
        "borrow": draw(st.sampled_from([0.0, 0.1])),
        "fill": draw(st.sampled_from(["next_open", "close"])),
        "sizing": draw(risky_sizings),
        "allow_short": draw(st.booleans()),
        "close_at_end": draw(st.booleans()),
    }
    return BacktestConfig(**(fields | fixed))


filter_settings = st.builds(
    DecisionSettings,
    confidence_threshold=st.sampled_from([0.0, 0.4, 0.6]),
    position_awareness=st.booleans(),
    min_signal_separation=st.sampled_from([0, 1, 3]),
    min_separation_hours=st.sampled_from([0.0, 0.0, 4.0, 30.0]),
    cooldown_bars=st.sampled_from([0, 0, 2, 6]),
    volume_filter=st.booleans(),
    min_volume_ratio=st.sampled_from([0.5, 1.0]),
    max_position_size=st.sampled_from([1.0, 1.0, 0.3]),
    max_dissimilarity=st.sampled_from([None, 1.0]),
)
