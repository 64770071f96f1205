"""The original's own figures beside the checkout: models, predictions from every stage, golden indicator values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tests.shared_data import shared_path

MODELS = {
    "neuro_mean_reversion/AAPL_5m_v1": "AAPL_5m",
    "neuro_mean_reversion/EURUSD_1h_v1": "EURUSD_1h",
    "neuro_mean_reversion/EURUSD_1h_v2": "EURUSD_1h",
    "neuro_mean_reversion/MSFT_1h_v1": "MSFT_1h",
    "neuro_mean_reversion/MSFT_1h_v2": "MSFT_1h",
    "bollinger_squeeze_volume/MSFT_1h_v1": "MSFT_1h",
}
"""Folder of each model below ``models``, and the series of ``legacy_raw`` that its predictions were made on."""


def folder(model: str) -> Path:
    """Return a model's folder."""
    return shared_path("legacy_models/models") / model


def predictions(model: str) -> dict[str, np.ndarray]:
    """Return what the original computed with a model."""
    with np.load(shared_path("legacy_models/reference") / f"{model.replace('/', '__')}.npz") as content:
        return {name: content[name] for name in content.files}


def raw_bars(series: str) -> pd.DataFrame:
    """Return the bars as the original read them."""
    bars = pd.read_csv(shared_path("data/legacy_raw") / f"{series}.csv", index_col=0)
    bars.index = pd.DatetimeIndex(pd.to_datetime(bars.index, utc=True), name="timestamp")
    return bars.astype(np.float64)


def table(name: str) -> pd.DataFrame:
    """Return a table of ``reference/intermediate``."""
    found = pd.read_parquet(shared_path("legacy_models/reference/intermediate") / f"{name}.parquet")
    found.index = pd.DatetimeIndex(pd.to_datetime(found.index, utc=True))
    return found
