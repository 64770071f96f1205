"""A strategy that trains in a second, and requests for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.requests import TrainRequest, TrainResult
from ktrdr_app.workflows.train_run import train

NAME = "quick"
TEXT = """\
name: quick
description: Trains in a second.
indicators:
  rsi: {name: rsi, period: 14}
  mean: {name: sma, period: 20}
fuzzy_sets:
  rsi:
    sets:
      low: {type: trapezoidal, parameters: [0, 10, 30, 50], shoulder: left}
      high: {type: trapezoidal, parameters: [50, 70, 90, 100], shoulder: right}
  mean:
    form: atr_distance
    sets:
      below: {type: triangular, parameters: [-4, -2, 0], shoulder: left}
      above: {type: triangular, parameters: [0, 2, 4], shoulder: right}
labels: {threshold: 1.5, threshold_unit: atr, lookahead: 10}
network: {hidden_layers: [8], dropout: 0.1}
training: {epochs: 4, learning_rate: 0.01, class_weights: balanced}
decision: {confidence_threshold: 0.3, min_signal_separation: 1}
"""
SYMBOLS = ("AAPL", "IBM", "MSFT")


def with_strategy(workspace: Workspace, text: str = TEXT, name: str = NAME) -> Workspace:
    """Put a strategy file into the workspace and return the workspace."""
    workspace.strategies.mkdir(parents=True, exist_ok=True)
    (workspace.strategies / f"{name}.yaml").write_text(text, encoding="utf-8")
    return workspace


def request(workspace: Workspace, **changes: Any) -> TrainRequest:
    """Return a training request for the quick strategy."""
    given = {"strategy": NAME, "symbols": SYMBOLS, "timeframe": "1d"} | changes
    return TrainRequest(workspace=workspace, **given)


def trained(workspace: Workspace, **changes: Any) -> TrainResult:
    """Train the quick strategy."""
    return train(request(with_strategy(workspace), **changes))


def files_below(folder: Path) -> list[str]:
    """Return every file and folder below, hidden ones too but for the cache, to show that nothing was written."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    return sorted(name for name in found if not name.startswith(".cache"))
