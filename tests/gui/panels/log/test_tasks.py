"""The task list shows what runs, stops it, and keeps how it ended."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import EmptyData
from ktrdr_app.core.progress import BarsDone, Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.log.tasks import KEPT, TaskList, TaskRow
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


@pytest.fixture
def counting(listing: TaskList, context: AppContext, qtbot: QtBot) -> Iterator[TaskRow]:
    """The line of a task that has done a quarter of its bars and goes on when it is let."""
    gate = Gate()

    def work(progress: Progress, cancel: CancelToken) -> str:
        progress(BarsDone(30, 120))
        return gate.work(progress, cancel)

    context.submit(Task("Backtest GOOG", work))
    (shown,) = listing.rows
    qtbot.waitUntil(lambda: shown.words.text() != "")
    yield shown
    gate.go_on.set()
    shown.task.resume()
    settle(qtbot, context.tasks)


def test_a_task_is_paused_and_resumed_from_its_line(counting: TaskRow, qtbot: QtBot) -> None:
    assert (counting.pause.text(), counting.pause.accessibleName()) == ("Pause", "Pause Backtest GOOG")
    before = counting._sign.pixmap().toImage()
    click(qtbot, counting.pause)
    assert counting.task.paused
    assert counting.words.text() == "paused   bar 30 of 120"
    assert (counting.pause.text(), counting.pause.accessibleName()) == ("Resume", "Resume Backtest GOOG")
    assert counting._sign.pixmap().toImage() != before
    click(qtbot, counting.pause)
    assert not counting.task.paused
    assert counting.words.text().startswith("bar 30 of 120, ")
    assert counting.pause.text() == "Pause"
    assert counting._sign.pixmap().toImage() == before


def test_a_pause_from_elsewhere_is_shown(counting: TaskRow) -> None:
    counting.task.pause()
    assert counting.words.text().startswith("paused")
    assert counting.pause.text() == "Resume"


def test_a_paused_task_is_stopped_from_its_line(counting: TaskRow, qtbot: QtBot) -> None:
    click(qtbot, counting.pause)
    click(qtbot, counting.stop)
    assert counting.words.text() == "stopping…"
    assert not counting.pause.isEnabled()
    qtbot.waitUntil(lambda: counting.task.over)
    assert "nothing was written" in counting.words.text()
    assert counting.pause.isHidden()


def test_the_theme_keeps_the_sign_of_a_pause(counting: TaskRow) -> None:
    counting.task.pause()
    paused = counting._sign.pixmap().toImage()
    counting.recolour()
    assert counting._sign.pixmap().toImage() == paused
