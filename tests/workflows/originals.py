"""Folders of the original for workspaces of tests: features that it would compute, and a network of the right width."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
from sklearn.preprocessing import StandardScaler

from ktrdr_app.core.paths import Workspace
from tests.model_store.builders import edit, network, write_original
from tests.workflows.quick import NAME

FEATURES = ("rsi_low", "rsi_high", "roc_5", "roc_10", "roc_20", "daily_price_position", "volatility_20")
"""What the configuration below gives, in the original's order."""


def original_folder(
    workspace: Workspace, symbol: str, timeframe: str = "1d", version: int = 1, strategy: str = NAME
) -> Path:
    """Write a folder of the original whose features can be built from bars."""
    folder = write_original(
        workspace.models, symbol, timeframe, version, strategy=strategy, module=network(len(FEATURES), seed=version)
    )
    rows = np.random.default_rng(version).normal(0.3, 0.4, (50, len(FEATURES)))
    (folder / "scaler.pkl").write_bytes(pickle.dumps(StandardScaler().fit(rows), protocol=4))
    sets = {
        "low": {"type": "triangular", "parameters": [0, 20, 45]},
        "high": {"type": "triangular", "parameters": [55, 80, 100]},
    }
    edit(folder / "config.json", lambda config: config.update(fuzzy_sets={"rsi": sets}))
    edit(folder / "config.json", lambda config: config["model"].update(input_size=len(FEATURES)))
    edit(folder / "config.json", lambda config: config["model"]["features"].update(include_volume_context=False))
    edit(folder / "features.json", lambda features: features.update(feature_names=FEATURES, feature_count=7))
    edit(folder / "metadata.json", lambda metadata: metadata.update(input_size=len(FEATURES)))
    return folder
