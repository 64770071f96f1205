"""A workspace with the planted markets as files, and the strategy that can see their rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.requests import TrainRequest
from tests.training.planted_market import MARKETS, market, strategy

BARS = 1500


def planted_workspace(root: Path, form: str = "atr") -> Workspace:
    """Write the markets and the strategy ``planted``."""
    workspace = Workspace(root / "workspace")
    workspace.data.mkdir(parents=True)
    workspace.strategies.mkdir(parents=True)
    for symbol in MARKETS:
        bars = market(symbol, BARS)
        bars.index = bars.index.strftime("%Y-%m-%dT%H:%M:%SZ")
        bars.to_csv(workspace.data / f"{symbol}_1h.csv", index_label="timestamp")
    (workspace.strategies / "planted.yaml").write_text(strategy(form).text, encoding="utf-8")
    return workspace


def request(workspace: Workspace, **changes: Any) -> TrainRequest:
    """Return what is certified, with changes."""
    given = {"strategy": "planted", "symbols": tuple(MARKETS), "timeframe": "1h"} | changes
    return TrainRequest(workspace=workspace, **given)
