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


class TestWorkThatHasSomethingToKeep:
    @pytest.fixture
    def line(self, listing: TaskList, context: AppContext, qtbot: QtBot) -> Iterator[TaskRow]:
        """The line of a task that ends when it is wound up, or is cancelled, once it may look."""
        gate = Gate()

        def work(progress: Progress, cancel: CancelToken) -> str:
            progress(BarsDone(30, 120))
            gate.work(progress, cancel)
            return "kept" if cancel.winding_up else "whole"

        context.submit(Task("Train quick", work))
        (shown,) = listing.rows
        qtbot.waitUntil(lambda: shown.words.text() != "")
        shown.gate = gate  # type: ignore[attr-defined]
        yield shown
        gate.go_on.set()
        settle(qtbot, context.tasks)

    def test_its_button_says_so_from_then_on(self, line: TaskRow) -> None:
        assert (line.stop.text(), line.stop.accessibleName()) == ("Stop", "Stop Train quick")
        line.task.keeps = True
        assert line.stop.text() == "Stop && keep best"
        assert line.stop.accessibleName() == "Stop Train quick and keep the best so far"
        assert "saves the best model so far" in line.stop.toolTip()

    def test_a_stop_keeps_it(self, line: TaskRow, qtbot: QtBot) -> None:
        line.task.keeps = True
        click(qtbot, line.stop)
        assert not line.task.token.cancelled
        assert line.words.text() == "stopping, the best so far is kept…"
        assert not line.pause.isEnabled()
        assert line.stop.text() == "Stop now"
        line.gate.go_on.set()  # type: ignore[attr-defined]
        qtbot.waitUntil(lambda: line.task.over)
        assert line.task.outcome is not None
        assert line.task.outcome.value == "kept"
        assert line.words.text().startswith("stopped after ")
        assert line.words.text().endswith("; the best so far is kept")

    def test_a_second_stop_does_not_wait_for_that(self, line: TaskRow, qtbot: QtBot) -> None:
        line.task.keeps = True
        for _ in range(2):
            click(qtbot, line.stop)
        assert line.words.text() == "stopping…"
        assert not line.stop.isEnabled()
        qtbot.waitUntil(lambda: line.task.over)
        assert line.words.text().endswith("; no model is saved")

    def test_a_paused_one_is_let_go_on_to_its_end(self, line: TaskRow, qtbot: QtBot) -> None:
        line.task.keeps = True
        click(qtbot, line.pause)
        click(qtbot, line.stop)
        assert not line.task.paused
        assert line.words.text() == "stopping, the best so far is kept…"
