"""Work in its own thread: how it ended always comes back, nothing else does, and nothing of it is kept alive."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject, QThread, Slot
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, EmptyData, KtrdrError
from ktrdr_app.core.progress import Note, Progress
from ktrdr_app.gui.tasks.runner import ThreadRunner, carry_out
from ktrdr_app.gui.tasks.task import Outcome, Task, TaskError, TaskState
from tests.gui.helpers import Gate

pytestmark = pytest.mark.gui


class Ends(QObject):
    """Hears that a runner has ended, and looks at its thread right then."""

    def __init__(self, runner: ThreadRunner) -> None:
        super().__init__()
        self.heard: list[tuple[ThreadRunner, bool, bool]] = []
        runner.ended.connect(self.on_ended)

    @Slot(object)
    def on_ended(self, runner: ThreadRunner) -> None:
        here = QThread.currentThread() is self.thread()
        self.heard.append((runner, runner.thread_.isFinished(), here))


def test_work_is_given_the_tasks_own_gate_and_token(qtbot: QtBot) -> None:
    def work(progress: Progress, cancel: CancelToken) -> CancelToken:
        progress(Note("info", "heard"))
        return cancel

    task = Task("own", work)
    assert carry_out(task) == Outcome(TaskState.SUCCEEDED, task.token)
    assert task.gate.drain() == (Note("info", "heard"),)


def test_a_cancelled_token_ends_as_cancelled_and_not_as_a_failure(qtbot: QtBot) -> None:
    task = Task("long", lambda _progress, cancel: cancel.check())
    task.cancel()
    assert carry_out(task) == Outcome(TaskState.CANCELLED)
    assert issubclass(Cancelled, KtrdrError), "so the order of the handlers matters"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("one\ntwo"), "ValueError: one"),
        (KeyError("name"), "KeyError: 'name'"),
        (MemoryError(), "MemoryError: "),
        (AssertionError("not so"), "AssertionError: not so"),
    ],
)
def test_a_bug_is_told_in_one_line_with_its_trace_behind_it(qtbot: QtBot, error: Exception, message: str) -> None:
    def work(_progress: Progress, _cancel: CancelToken) -> None:
        raise error

    told = carry_out(Task("breaks", work)).error
    assert isinstance(told, TaskError)
    assert (told.message, told.where) == (message, "breaks")
    assert told.details.startswith("Traceback")
    assert "raise error" in told.details


def test_the_window_says_what_a_bug_is(qtbot: QtBot) -> None:
    """Whoever did the work, a process without Qt too, need not have the words in the user's language."""

    def work(_progress: Progress, _cancel: CancelToken) -> None:
        raise ValueError("one")

    runner = ThreadRunner(Task("breaks", work))
    with qtbot.waitSignal(runner.ended):
        runner.start()
    told = runner.outcome.error
    assert isinstance(told, TaskError)
    assert "bug in the program" in told.hint
    assert told.message == "ValueError: one"


class Large:
    """Stands for the arrays that a failed run had in its hands."""


@pytest.mark.parametrize("error", [EmptyData("X_1d.csv"), ValueError("a bug")], ids=["ours", "bug"])
def test_a_kept_failure_keeps_none_of_the_works_arrays(qtbot: QtBot, error: Exception) -> None:
    held: list[weakref.ref[Large]] = []

    def work(_progress: Progress, _cancel: CancelToken) -> None:
        large = Large()
        held.append(weakref.ref(large))
        raise error

    outcome = carry_out(Task("fails", work))
    if isinstance(error, ValueError):
        error.__traceback__ = None  # the parametrised error itself outlives the test
    gc.collect()
    assert outcome.state is TaskState.FAILED
    assert held[0]() is None


def test_the_end_is_told_in_the_gui_thread_once_the_thread_is_gone(qtbot: QtBot) -> None:
    runner = ThreadRunner(Task("short", lambda _progress, _cancel: threading.get_ident()))
    ends = Ends(runner)
    with qtbot.waitSignal(runner.ended):
        runner.start()
    assert ends.heard == [(runner, True, True)]
    assert runner.outcome.state is TaskState.SUCCEEDED
    assert runner.outcome.value != threading.get_ident()


def test_the_task_is_under_way_before_its_work_is(qtbot: QtBot) -> None:
    seen: list[TaskState] = []
    task = Task("order", lambda _progress, _cancel: seen.append(task.state))
    runner = ThreadRunner(task)
    with qtbot.waitSignals([task.started, runner.ended], order="strict"):
        runner.start()
    assert seen == [TaskState.RUNNING]


def test_until_the_work_reports_it_counts_as_cancelled(qtbot: QtBot) -> None:
    gate = Gate()
    runner = ThreadRunner(Task("long", gate.work))
    runner.start()
    qtbot.waitUntil(gate.entered.is_set)
    assert runner.outcome == Outcome(TaskState.CANCELLED)
    with qtbot.waitSignal(runner.ended):
        gate.go_on.set()
    assert runner.outcome == Outcome(TaskState.SUCCEEDED, "done")


def test_waiting_tells_whether_the_thread_is_gone(qtbot: QtBot) -> None:
    gate = Gate()
    runner = ThreadRunner(Task("long", gate.work))
    runner.start()
    qtbot.waitUntil(gate.entered.is_set)
    assert not runner.wait(0)
    assert not runner.wait(-50), "no time left is no time, not for ever"
    runner.task.cancel()
    assert runner.wait(10_000)
    assert runner.wait(0)


def test_a_detached_runner_tells_nobody(qtbot: QtBot) -> None:
    gate = Gate()
    runner = ThreadRunner(Task("late", gate.work))
    ends = Ends(runner)
    runner.start()
    qtbot.waitUntil(gate.entered.is_set)
    runner.detach()
    gate.go_on.set()
    assert runner.wait(10_000)
    QApplication.processEvents()
    assert ends.heard == []
    assert runner.outcome == Outcome(TaskState.CANCELLED)


def test_a_result_that_is_on_its_way_when_detached_is_dropped(qtbot: QtBot) -> None:
    runner = ThreadRunner(Task("just done", lambda _progress, _cancel: "late"))
    ends = Ends(runner)
    runner.start()
    assert runner.wait(10_000), "done, its signals are queued and not yet delivered"
    runner.detach()
    QApplication.processEvents()
    assert ends.heard == []
    assert runner.outcome.value is None
