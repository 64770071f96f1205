"""The panes of a real run: computed once they are looked for, and only for the run that is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest.run_panes_task import RunPanesTask
from ktrdr_app.gui.panels.backtest.view_model import view_of
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.workflows.requests import BacktestOutcome, BacktestRequest
from tests.gui import helpers

pytestmark = pytest.mark.gui


@pytest.fixture
def outcome(trained_workspace: Workspace) -> BacktestOutcome:
    return workflows.backtest(BacktestRequest(trained_workspace, "quick", "GOOG", "1d"))


@pytest.fixture
def charts(
    qtbot: QtBot, dark: object, tasks: TaskManager, trained_workspace: Workspace, outcome: BacktestOutcome
) -> LinkedCharts:
    """Return the charts of a run, whose panes have not been looked for."""
    made = LinkedCharts()
    qtbot.addWidget(made)
    filler = RunPanesTask(AppContext(trained_workspace, tasks), made, made)
    filler.set_run(outcome)
    made.set_data(view_of(outcome).chart)
    made.show()
    return made


def lines(charts: LinkedCharts) -> list[str]:
    return [action.data() for action in charts.tools.panes_menu.actions() if action.isCheckable()]


def test_opening_the_menu_fills_it(charts: LinkedCharts, qtbot: QtBot, tasks: TaskManager) -> None:
    assert lines(charts) == ["equity", "drawdown"]
    charts.tools.panes_menu.aboutToShow.emit()
    assert any("being computed" in action.text() for action in charts.tools.panes_menu.actions())
    helpers.settle(qtbot, tasks)
    found = lines(charts)
    assert found[-2:] == ["equity", "drawdown"]
    assert {"rsi", "sets:rsi", "probabilities", "volume"} <= set(found)
    assert not any("being computed" in action.text() for action in charts.tools.panes_menu.actions())
    charts.show_panes({"rsi", "probabilities"})
    assert {len(curve.values) for curve in charts.shelf.panes["rsi"].study.curves} == {len(charts.data)}


def test_a_model_that_is_gone_is_said_in_the_menu(
    qtbot: QtBot, charts: LinkedCharts, tasks: TaskManager, outcome: BacktestOutcome, trained_workspace: Workspace
) -> None:
    model = {**outcome.document["model"], "path": str(trained_workspace.models / "gone")}
    lost = replace(outcome, document={**outcome.document, "model": model})
    charts.findChild(RunPanesTask).set_run(lost)
    charts.set_data(view_of(lost).chart)
    charts.tools.panes_menu.aboutToShow.emit()
    helpers.settle(qtbot, tasks)
    assert "probabilities" in lines(charts)
    assert "rsi" not in lines(charts)
    assert any("model cannot be read" in action.text() for action in charts.tools.panes_menu.actions())


def test_what_comes_late_for_another_run_is_dropped(
    qtbot: QtBot, charts: LinkedCharts, tasks: TaskManager, outcome: BacktestOutcome
) -> None:
    charts.tools.panes_menu.aboutToShow.emit()
    other = replace(outcome, bars=outcome.bars.iloc[:100])
    charts.findChild(RunPanesTask).set_run(other)
    helpers.settle(qtbot, tasks)
    assert lines(charts) == ["equity", "drawdown"]
