"""Plans made by hand, of two symbols over three weeks, and the wait for a real one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.labels.suggestion import Suggestion
from ktrdr_app.workflows.plan_records import CombinationPlan, Stretch, SymbolPlan, TrainingPlan
from tests.gui.helpers import settle

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ktrdr_app.gui.panels.training.panel import TrainingPanel


def day(number: int) -> int:
    """Return the start of a day of January 2020, nanoseconds UTC."""
    return int(np.datetime64(f"2020-01-{number:02d}", "ns").astype(np.int64))


def stretch(rows: int, first: int, last: int) -> Stretch:
    """Return rows from one day to another."""
    return Stretch(rows, day(first), day(last))


OLD = SymbolPlan(
    symbol="OLD",
    bars=130,
    first="2020-01-01T00:00:00+00:00",
    last="2020-01-21T00:00:00+00:00",
    warm_up=10,
    unusable=20,
    rows=100,
    counts={"BUY": 20, "HOLD": 50, "SELL": 30},
    parts={
        "train": stretch(60, 1, 11),
        "validation": stretch(20, 13, 16),
        "test": stretch(15, 18, 21),
    },
    purged=5,
)
YOUNG = SymbolPlan(
    symbol="YOUNG",
    bars=50,
    rows=40,
    counts={"BUY": 1, "HOLD": 38, "SELL": 1},
    parts={"train": stretch(20, 6, 11), "validation": stretch(10, 13, 16), "test": stretch(10, 18, 21)},
)
GONE = SymbolPlan("GONE", problem=InvalidValue("symbol", "GONE", "one with bars"))
SUGGESTION = Suggestion(0.012, "fraction", {"BUY": 0.3, "HOLD": 0.4, "SELL": 0.3})
SPLIT: dict[str, Any] = {
    "train_end": "2020-01-12T00:00:00+00:00",
    "validation_end": "2020-01-17T00:00:00+00:00",
    "purged_rows": 5,
    "rows": {"train": 80, "validation": 30, "test": 25},
}
PLAN = TrainingPlan(
    timeframe="1h",
    symbols=(OLD, YOUNG),
    combination="concatenate",
    combinations=(
        CombinationPlan("concatenate", {"OLD": 60, "YOUNG": 20}, {"OLD": 0, "YOUNG": 0}),
        CombinationPlan("balanced", {"OLD": 20, "YOUNG": 20}, {"OLD": 40, "YOUNG": 0}, "YOUNG has the fewest"),
        CombinationPlan("weighted", problem=InvalidValue("weights", {}, "a weight above 0 for each of OLD, YOUNG")),
    ),
    split=SPLIT,
    features=12,
    threshold=0.02,
    threshold_unit="fraction",
    suggestion=SUGGESTION,
    notes=("Labels look ahead.",),
    problem=None,
)


def planned(qtbot: QtBot, panel: TrainingPanel) -> None:
    """Wait until the plan of what the form says is there."""
    qtbot.waitUntil(lambda: not panel.planner.busy, timeout=60_000)
    settle(qtbot, panel.context.tasks)


def plan(**changes: Any) -> TrainingPlan:
    """Return the plan with some fields replaced."""
    return replace(PLAN, **changes)
