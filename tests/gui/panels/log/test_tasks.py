"""The task list shows what runs, stops it, and keeps how it ended."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import EmptyData
from ktrdr_app.core.progress import BarsDone, Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.log.tasks import KEPT, TaskList
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui import accessibility
from tests.gui.helpers import Gate, click, settle

pytestmark = pytest.mark.gui


@pytest.fixture
def listing(context: AppContext, qtbot: QtBot) -> TaskList:
    made = TaskList(context)
    made.context = context  # type: ignore[attr-defined]
    qtbot.addWidget(made)
    made.resize(1000, 200)
    made.show()
    return made


def test_it_says_so_when_nothing_runs(listing: TaskList) -> None:
    assert listing._none.isVisible()


def test_a_running_task_is_shown_with_its_progress(listing: TaskList, context: AppContext, qtbot: QtBot) -> None:
    gate = Gate()

    def work(progress: Progress, cancel: CancelToken) -> str:
        progress(BarsDone(30, 120))
        return gate.work(progress, cancel)

    context.submit(Task("Backtest GOOG", work))
    (shown,) = listing.rows
    qtbot.waitUntil(lambda: shown.words.text() != "")
    assert shown.words.text().startswith("bar 30 of 120")
    assert (shown._bar.value(), shown._bar.maximum()) == (250, 1000)
    assert not listing._none.isVisible()
    gate.go_on.set()
    settle(qtbot, context.tasks)
    assert shown.words.text().startswith("done in ")
    assert shown.stop.isHidden()
    assert shown._bar.isHidden()


def test_a_task_is_stopped_from_its_line(listing: TaskList, context: AppContext, qtbot: QtBot) -> None:
    gate = Gate()
    context.submit(Task("Train", gate.work))
    (shown,) = listing.rows
    click(qtbot, shown.stop)
    assert shown.words.text() == "stopping…"
    settle(qtbot, context.tasks)
    assert "nothing was written" in shown.words.text()


def test_a_failure_stays_readable(listing: TaskList, context: AppContext, qtbot: QtBot) -> None:
    def work(_progress: Progress, _cancel: CancelToken) -> None:
        raise EmptyData("X_1d.csv")

    context.submit(Task("Read", work))
    settle(qtbot, context.tasks)
    (shown,) = listing.rows
    assert shown.words.text() == "X_1d.csv: there is not one bar in it"


def test_quiet_tasks_are_not_shown(listing: TaskList, context: AppContext, qtbot: QtBot) -> None:
    context.submit(Task("List", lambda _progress, _cancel: None, quiet=True))
    settle(qtbot, context.tasks)
    assert listing.rows == []


def test_old_lines_go_and_new_ones_come_first(listing: TaskList, context: AppContext, qtbot: QtBot) -> None:
    for number in range(KEPT + 4):
        context.submit(Task(str(number), lambda _progress, _cancel: None))
        settle(qtbot, context.tasks)
    assert [row.task.title for row in listing.rows] == [str(n) for n in range(KEPT + 3, 2, -1)]


def test_each_stop_button_says_what_it_stops(listing: TaskList, context: AppContext, qtbot: QtBot) -> None:
    gates = [Gate(), Gate()]
    for number, gate in enumerate(gates):
        context.submit(Task(f"task {number}", gate.work))
    assert [row.stop.accessibleName() for row in listing.rows] == ["Stop task 1", "Stop task 0"]
    assert accessibility.nameless(listing) == []
    context.tasks.cancel_all()
    settle(qtbot, context.tasks)
