"""The status line names workspace, model in use and time zone, and counts what runs."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.problem_book import KnownProblem
from ktrdr_app.gui.status import StatusLine
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.task import Task
from tests.gui.helpers import Gate, click, settle

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


def test_paused_tasks_are_told_apart(line: StatusLine, qtbot: QtBot) -> None:
    gates = [Gate(), Gate()]
    first, second = (line.context.submit(Task("x", gate.work)) for gate in gates)
    first.pause()
    assert line.tasks.text() == "1 task runs, 1 paused"
    second.pause()
    assert line.tasks.text() == "2 paused"
    first.cancel()
    assert line.tasks.text() == "1 task runs, 1 paused"
    qtbot.waitUntil(lambda: line.tasks.text() == "1 paused")
    second.resume()
    assert line.tasks.text() == "1 task runs"
    gates[1].go_on.set()
    settle(qtbot, line.context.tasks)
    assert line.tasks.text() == ""


def test_the_symbol_of_the_choice_counts(line: StatusLine, qtbot: QtBot) -> None:
    """A legacy model of one symbol serves that symbol only; the universal one goes first."""
    line.context.select_strategy("quick")
    line.context.select_timeframe("1d")
    line.context.select_symbol("GOOG")
    settle(qtbot, line.context.tasks)
    assert line.model.text() == "Model  universal_1d_v1 [U]"
    assert line.model.toolTip() == "Serves quick 1d on GOOG"


def test_unsaved_work_is_marked_until_it_is_written(line: StatusLine) -> None:
    assert line.saved.text() == ""
    line.context.unsaved.tell("fuzzyPanel", ("quick/rsi",))
    assert line.saved.text() == "● not saved"
    assert "quick/rsi" in line.saved.toolTip()
    line.context.unsaved.tell("fuzzyPanel", ())
    line.context.unsaved.written()
    moment = line.context.unsaved.saved_at
    assert moment is not None
    assert line.saved.text() == f"saved {moment:%H:%M}"


def test_problems_are_counted_and_a_click_asks_for_them(line: StatusLine, qtbot: QtBot) -> None:
    assert line.problems.text() == "no problems"
    line.context.problems.tell("x", (KnownProblem("dataPanel", "warning", "A 1d", "a gap"),))
    assert line.problems.text() == "1 problem"
    with qtbot.waitSignal(line.problemsClicked):
        click(qtbot, line.problems)
