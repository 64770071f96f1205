"""A sweep over the planted markets that takes seconds, for the tests of sweeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.sweep_requests import SweepRequest

SPACE = """\
training.learning_rate: {low: 0.0005, high: 0.05, log: true}
network.hidden_layers: [[6], [12], [12, 6]]
indicators.macd.slow_period: {low: 6, high: 12}
fuzzy_sets.momentum.sets.flat.parameters[2]: {low: -1.5, high: 2}
"""
SYMBOLS = ("AUDUSD", "EURUSD")


def sweep_request(workspace: Workspace, space: str = SPACE, **changes: Any) -> SweepRequest:
    """Return a sweep of two markets with changes; those that are a training's go there."""
    path = workspace.root / "space.yaml"
    if not path.is_file() or path.read_text(encoding="utf-8") != space:
        path.write_text(space, encoding="utf-8")
    own = {name: changes.pop(name) for name in list(changes) if name in SweepRequest.__dataclass_fields__}
    given: dict[str, Any] = {"strategy": "planted", "symbols": SYMBOLS, "timeframe": "1h", "epochs": 4, "seed": 2}
    training = TrainRequest(workspace=workspace, **given | changes)
    return SweepRequest(training, path, **{"trials": 9} | own)


def record(folder: Path) -> bytes:
    """Return the bytes of a sweep's record."""
    return (folder / "sweep.json").read_bytes()
