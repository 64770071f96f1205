"""Markets with one hidden rule at very different prices, through the real pipeline: from a strategy's text to rows."""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd

from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.strategy.load import LoadedStrategy, parse_strategy
from ktrdr_app.training.combine import pool
from ktrdr_app.training.process import process_symbol

MARKETS = {
    "AUDUSD": (0.65, 0.0012),
    "EURUSD": (1.08, 0.001),
    "USDJPY": (150.0, 0.0011),
    "XAUUSD": (1900.0, 0.002),
    "BTCUSD": (40_000.0, 0.007),
}
"""First price and spread of a bar's return, by symbol."""

OTHERS = {
    "GBPUSD": (1.3, 0.001),
    "NZDUSD": (0.6, 0.0012),
    "USDCAD": (1.35, 0.001),
    "USDCHF": (0.9, 0.001),
    "EURJPY": (160.0, 0.0011),
    "ETHUSD": (2500.0, 0.008),
    "XAGUSD": (25.0, 0.003),
}
"""More of them, for work that is to be large."""

TEXT = """\
name: planted
indicators:
  macd: {name: macd, fast_period: 3, slow_period: 9, signal_period: 3}
fuzzy_sets:
  momentum:
    input: macd.macd
    form: FORM
    sets:
      falling: {type: triangular, parameters: [-WIDE, -WIDTH, 0], shoulder: left}
      flat: {type: triangular, parameters: [-WIDTH, 0, WIDTH]}
      rising: {type: triangular, parameters: [0, WIDTH, WIDE], shoulder: right}
features: {price_context: false, volume_context: false}
labels: {method: fixed_horizon, threshold: 0.3, threshold_unit: atr, lookahead: 2}
network: {hidden_layers: [12], dropout: 0.0}
training: {epochs: 12, batch_size: 64, learning_rate: 0.01, patience: 5}
"""


def strategy(form: str) -> LoadedStrategy:
    """Return the strategy with the MACD line in a form: ``atr`` is the same everywhere, ``raw`` is in price units."""
    width = {"atr": 1.0, "raw": 1000.0}[form]
    text = TEXT.replace("FORM", form).replace("WIDE", f"{2 * width:g}").replace("WIDTH", f"{width:g}")
    return parse_strategy(text, "planted.yaml")


def market(symbol: str, bars: int, strength: float = 1.0) -> pd.DataFrame:
    """Return hourly bars whose next return leans against the MACD line, told in typical bars; without one, a walk."""
    price, spread = (MARKETS | OTHERS)[symbol]
    random = np.random.default_rng(zlib.crc32(symbol.encode()))
    noise, wicks = random.normal(size=bars), np.abs(random.normal(scale=0.4, size=(2, bars)))
    close = np.empty(bars)
    fast = slow = last = price
    for bar in range(bars):
        pull = np.tanh((fast - slow) / (last * spread))
        last *= np.exp(spread * (noise[bar] - strength * pull))
        fast += (last - fast) * 2 / 4
        slow += (last - slow) * 2 / 10
        close[bar] = last
    opened = np.concatenate([[price], close[:-1]])
    high = np.maximum(opened, close) * (1 + spread * wicks[0])
    low = np.minimum(opened, close) * (1 - spread * wicks[1])
    index = pd.date_range("2020-01-01", periods=bars, freq="h", tz="UTC", name="timestamp")
    return pd.DataFrame({"open": opened, "high": high, "low": low, "close": close, "volume": 1.0}, index=index)


def rows(form: str, bars: int = 2500, strength: float = 1.0) -> FeatureBlock:
    """Return the labelled rows of all markets."""
    plan = FeaturePlan.of(strategy(form))
    return pool([process_symbol(symbol, market(symbol, bars, strength), "1h", plan).block for symbol in MARKETS])
