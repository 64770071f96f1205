"""Blocks whose rows know who they are: feature 0 is a serial number, so that any mispairing shows."""

from __future__ import annotations

import numpy as np

from ktrdr_app.features.contract import FeatureBlock, FeatureContract

HOUR = 3_600_000_000_000


def block(
    symbol: str, rows: int, *, start: int = 0, step: int = 1, horizon: int = 5, serial: int = 0, features: int = 3
) -> FeatureBlock:
    """Return a block with hourly closes; its label and times are functions of the serial number in feature 0."""
    number = serial + np.arange(rows)
    values = np.zeros((rows, features), dtype=np.float32)
    values[:, 0] = number
    closes = (start + step * np.arange(rows, dtype=np.int64)) * HOUR
    return FeatureBlock(
        contract=FeatureContract(tuple(f"f{i}" for i in range(features)), "digest"),
        symbols=(symbol,),
        values=values,
        label=(number % 3).astype(np.int8),
        symbol_id=np.zeros(rows, dtype=np.int16),
        close_time=closes,
        label_end=closes + horizon * step * HOUR,
    )


def planted(symbol: str, rows: int, *, seed: int, sign: float = 1.0) -> FeatureBlock:
    """Return a block with one rule: above 0.4 of feature 1 the label is BUY, below -0.4 SELL, else HOLD."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, 3)).astype(np.float32)
    rule = sign * values[:, 1]
    made = block(symbol, rows)
    label = np.where(rule > 0.4, 0, np.where(rule < -0.4, 2, 1)).astype(np.int8)
    return FeatureBlock(made.contract, made.symbols, values, label, made.symbol_id, made.close_time, made.label_end)
