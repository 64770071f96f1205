"""The table of situations, asked in the window: the box for any symbol shows the very trace of the resolver."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.models.panel import ModelsPanel
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.table import RecordTable
from tests.gui.helpers import QUICK_STRATEGY, child, settle
from tests.model_store.scenarios import CHOSEN, SCENARIOS, TIMEFRAME, Scenario, check_answer

pytestmark = pytest.mark.gui

ASKED_HERE = [scenario for scenario in SCENARIOS if scenario.allow_any]
"""The window always offers another symbol's model, with a warning."""

BARS = "timestamp,open,high,low,close,volume\n2024-01-02T00:00:00Z,1,2,1,2,5\n2024-01-02T01:00:00Z,2,3,1,2,6\n"


def prepare(workspace: Workspace, scenario: Scenario) -> None:
    """Let the strategy and the symbol be there, so that they can be chosen in the window."""
    scenario.fill(workspace.models)
    workspace.strategies.mkdir(parents=True, exist_ok=True)
    (workspace.strategies / f"{scenario.strategy}.yaml").write_text(QUICK_STRATEGY, encoding="utf-8")
    workspace.data.mkdir()
    (workspace.data / f"{scenario.symbol or 'IBM'}_{TIMEFRAME}.csv").write_text(BARS, encoding="utf-8")


def pick(panel: ModelsPanel, name: str, value: object) -> None:
    combo = child(panel, CalmComboBox, f"modelsPanel.{name}")
    place = combo.findData(value)
    assert place >= 0, f"{name} does not offer {value}"
    combo.setCurrentIndex(place)


def shown(panel: ModelsPanel) -> dict[str, Any]:
    """Return what the box shows, in the form of the other faces."""
    entries = child(panel, RecordTable, "modelsPanel.resolutionTrace").records.records
    trace = [entry.to_document() for entry in entries]
    chosen = next((entry for entry in trace if entry["result"] == CHOSEN), None)
    if chosen is None:
        return {"chosen": None, "trace": trace}
    name = chosen["path"].rpartition("/")[2]
    facts = {"kind": "universal" if name.startswith("universal") else "legacy", "version": int(name.rpartition("v")[2])}
    return {"chosen": {"path": chosen["path"], "step": chosen["step"], **facts}, "trace": trace}


@pytest.mark.parametrize("scenario", ASKED_HERE, ids=lambda scenario: scenario.name)
def test_the_box(
    qtbot: QtBot, dark: object, tasks: TaskManager, empty_workspace: Workspace, scenario: Scenario
) -> None:
    prepare(empty_workspace, scenario)
    panel = ModelsPanel(AppContext(empty_workspace, tasks))
    qtbot.addWidget(panel)
    panel.context.catalog.refresh()
    settle(qtbot, tasks)
    for name, value in (
        ("strategyCombo", scenario.strategy), ("symbolCombo", scenario.symbol), ("timeframeCombo", TIMEFRAME)
    ):  # fmt: skip
        pick(panel, name, value)
    settle(qtbot, tasks)
    check_answer(scenario, shown(panel), empty_workspace.models)
