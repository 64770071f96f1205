"""The status line names workspace, model in use and time zone, and counts what runs."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.status import StatusLine
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.task import Task
from tests.gui.helpers import Gate, settle

pytestmark = pytest.mark.gui


@pytest.fixture
def line(qtbot: QtBot, dark: object, tasks: TaskManager, trained_workspace: Workspace) -> StatusLine:
    made = StatusLine(AppContext(trained_workspace, tasks))
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_workspace_is_named(line: StatusLine) -> None:
    assert line.workspace.text().endswith(line.context.workspace.root.name)
    assert line.workspace.toolTip() == str(line.context.workspace.root.resolve())


def test_before_a_choice_no_model_is_in_use(line: StatusLine) -> None:
    assert line.model.text() == "no model in use"


def test_the_model_of_the_choice_is_named(line: StatusLine, qtbot: QtBot) -> None:
    line.context.select_strategy("quick")
    line.context.select_timeframe("1d")
    settle(qtbot, line.context.tasks)
    assert line.model.text() == "Model  universal_1d_v1 [U]"
    line.context.select_timeframe("1h")
    settle(qtbot, line.context.tasks)
    assert line.model.text() == "quick 1h: no universal model yet"


def test_visible_tasks_are_counted(line: StatusLine, qtbot: QtBot) -> None:
    gates = [Gate(), Gate(), Gate()]
    for gate, quiet in zip(gates, (False, False, True), strict=True):
        line.context.submit(Task("x", gate.work, quiet=quiet))
    assert line.tasks.text() == "2 tasks run"
    gates[0].go_on.set()
    qtbot.waitUntil(lambda: line.tasks.text() == "1 task runs")
    for gate in gates:
        gate.go_on.set()
    settle(qtbot, line.context.tasks)
    assert line.tasks.text() == ""
