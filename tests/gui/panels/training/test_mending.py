"""Each step of the readiness card does what it says: it mends a choice, or leads to where that is done."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.protection import protect, unprotect
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training import readiness
from ktrdr_app.gui.panels.training.panel import TrainingPanel
from ktrdr_app.gui.panels.training.readiness import Step
from ktrdr_app.gui.tasks.manager import TaskManager
from tests.gui.helpers import settle, tick
from tests.gui.panels.training.plans import planned

pytestmark = pytest.mark.gui


@pytest.fixture
def panel(qtbot: QtBot, dark: object, tasks: TaskManager, small_workspace: Workspace) -> TrainingPanel:
    made = TrainingPanel(AppContext(small_workspace, tasks))
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show()
    made.refresh()
    settle(qtbot, tasks)
    made.form.strategy.setCurrentIndex(made.form.strategy.findData("quick"))
    return made


def asked(panel: TrainingPanel) -> list[object]:
    """Return a list that fills with what the station asks of the window."""
    told: list[object] = []
    context = panel.context
    for signal in (context.panelRequested, context.workspaceRequested, context.symbolSelected):
        signal.connect(told.append)
    context.strategyChangeRequested.connect(lambda name, change: told.append((name, change.path, change.value)))
    return told


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (Step("", readiness.DATA), ["dataPanel"]),
        (Step("", readiness.DATA, "IBM"), ["IBM", "dataPanel"]),
        (Step("", readiness.STRATEGY), ["strategyPanel"]),
        (Step("", readiness.WORKSPACE), [""]),
        (Step("", readiness.THRESHOLD, "0.0123"), ["strategyPanel", ("quick", ("labels", "threshold"), 0.0123)]),
    ],
)
def test_some_lead_elsewhere(panel: TrainingPanel, step: Step, expected: list[object]) -> None:
    told = asked(panel)
    panel.mending.take(step)
    assert told == expected


def test_some_change_the_form(panel: TrainingPanel) -> None:
    panel.mending.take(Step("", readiness.TICK_ALL))
    assert panel.form.chosen == ("AAPL", "GOOG", "IBM", "MSFT")
    panel.mending.take(Step("", readiness.LEAVE_OUT, "GOOG"))
    assert panel.form.chosen == ("AAPL", "IBM", "MSFT")
    panel.mending.take(Step("", readiness.COMBINATION, "balanced"))
    assert panel.form.combination.currentData() == "balanced"
    panel.mending.use_combination("shuffled")
    assert panel.form.combination.currentData() == "balanced", "what the form does not offer is not chosen"


def test_a_disk_may_be_looked_at_again(panel: TrainingPanel, qtbot: QtBot) -> None:
    workspace = panel.context.workspace
    tick(qtbot, panel.form.symbols, "AAPL")
    protect(workspace)
    try:
        panel.planner.outdate()
        panel.planner.look()
        planned(qtbot, panel)
        (found,) = panel.readiness.shown
        assert "read-only" in found.text
        assert [step.act for step in found.steps] == [readiness.WORKSPACE]
        assert not panel.train_button.isEnabled()
    finally:
        unprotect(workspace)
    panel.mending.take(Step("", readiness.AGAIN))
    planned(qtbot, panel)
    assert panel.readiness.shown == ()
    assert panel.train_button.isEnabled()


def test_before_the_lists_are_read_nothing_is_said_to_be_missing(qtbot: QtBot, context: AppContext) -> None:
    panel = TrainingPanel(context)
    qtbot.addWidget(panel)
    assert panel.mending.show_missing() == ()
    assert panel.train_button.isEnabled()
