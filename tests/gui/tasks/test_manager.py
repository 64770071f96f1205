"""Tasks run off the GUI thread, end in exactly one way, and leave no thread behind."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

import pytest
from PySide6.QtCore import QObject, QThread, QTimer, Slot
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import EmptyData, KtrdrError
from ktrdr_app.core.progress import BarsDone, EpochFinished, Progress
from ktrdr_app.gui.tasks import manager as manager_module
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.runner import STACK_BYTES, ThreadRunner, carry_out
from ktrdr_app.gui.tasks.task import Task, TaskError, TaskState
from tests.gui.helpers import Gate, settle

pytestmark = pytest.mark.gui


class Listener(QObject):
    """Writes down what a task says, and in which thread it heard it."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.heard: list[tuple[str, Any]] = []
        self.threads: set[bool] = set()
        task.started.connect(self.on_started)
        task.progressed.connect(self.on_progress)
        task.succeeded.connect(self.on_success)
        task.failed.connect(self.on_failure)
        task.cancelled.connect(self.on_cancelled)
        task.finished.connect(self.on_finished)

    def note(self, name: str, value: Any = None) -> None:
        self.heard.append((name, value))
        self.threads.add(QThread.currentThread() is self.thread())

    @property
    def names(self) -> list[str]:
        return [name for name, _value in self.heard]

    @Slot()
    def on_started(self) -> None:
        self.note("started")

    @Slot(object)
    def on_progress(self, batch: Any) -> None:
        self.note("progressed", batch)

    @Slot(object)
    def on_success(self, value: Any) -> None:
        self.note("succeeded", value)

    @Slot(object)
    def on_failure(self, error: Any) -> None:
        self.note("failed", error)

    @Slot()
    def on_cancelled(self) -> None:
        self.note("cancelled")

    @Slot()
    def on_finished(self) -> None:
        self.note("finished")


def run(qtbot: QtBot, tasks: TaskManager, task: Task) -> Listener:
    listener = Listener(task)
    tasks.submit(task)
    settle(qtbot, tasks)
    return listener


def test_work_runs_in_another_thread_and_is_heard_in_the_gui_thread(qtbot: QtBot, tasks: TaskManager) -> None:
    def work(_progress: Progress, _cancel: CancelToken) -> int:
        return threading.get_ident()

    task = Task("where", work)
    listener = run(qtbot, tasks, task)
    assert listener.names == ["started", "succeeded", "finished"]
    assert listener.heard[1][1] != threading.get_ident()
    assert listener.threads == {True}
    assert task.state is TaskState.SUCCEEDED


def test_our_errors_arrive_as_they_are(qtbot: QtBot, tasks: TaskManager) -> None:
    def work(_progress: Progress, _cancel: CancelToken) -> None:
        raise EmptyData("X_1d.csv")

    listener = run(qtbot, tasks, Task("fails", work))
    assert listener.names == ["started", "failed", "finished"]
    error = listener.heard[1][1]
    assert isinstance(error, KtrdrError)
    assert error.code == "empty_data"
    assert error.where == "X_1d.csv"


def test_a_bug_arrives_with_its_trace(qtbot: QtBot, tasks: TaskManager) -> None:
    def work(_progress: Progress, _cancel: CancelToken) -> None:
        raise ZeroDivisionError("first line\nsecond line")

    listener = run(qtbot, tasks, Task("breaks", work))
    error = listener.heard[1][1]
    assert isinstance(error, TaskError)
    assert error.message == "ZeroDivisionError: first line"
    assert error.where == "breaks"
    assert "second line" in error.details
    assert "in work" in error.details


def test_a_cancelled_task_says_so_and_nothing_else(qtbot: QtBot, tasks: TaskManager) -> None:
    gate = Gate()
    task = Task("long", gate.work)
    listener = Listener(task)
    tasks.submit(task)
    qtbot.waitUntil(gate.entered.is_set)
    task.cancel()
    settle(qtbot, tasks)
    assert listener.names == ["started", "cancelled", "finished"]
    assert task.state is TaskState.CANCELLED


def test_work_that_is_done_in_spite_of_a_late_cancel_counts_as_done(qtbot: QtBot, tasks: TaskManager) -> None:
    def work(_progress: Progress, cancel: CancelToken) -> str:
        cancel.cancel()
        return "saved"

    listener = run(qtbot, tasks, Task("too late", work))
    assert listener.heard[1] == ("succeeded", "saved")


def test_the_last_progress_comes_before_the_end(qtbot: QtBot, tasks: TaskManager) -> None:
    def work(progress: Progress, _cancel: CancelToken) -> None:
        for number in range(1, 501):
            progress(BarsDone(number, 500))

    listener = run(qtbot, tasks, Task("counts", work))
    assert listener.names[-3:] == ["progressed", "succeeded", "finished"]
    last_batch = [value for name, value in listener.heard if name == "progressed"][-1]
    assert last_batch == (BarsDone(500, 500),)


def test_every_epoch_is_heard_in_few_batches(qtbot: QtBot, tasks: TaskManager) -> None:
    def work(progress: Progress, _cancel: CancelToken) -> None:
        for number in range(1, 2001):
            progress(EpochFinished(number, 2000, 1.0, 1.0, 0.5, 0.5, 1, 1.0))

    listener = run(qtbot, tasks, Task("learns", work))
    batches = [value for name, value in listener.heard if name == "progressed"]
    assert [event.epoch for batch in batches for event in batch] == list(range(1, 2001))
    assert len(batches) < 200


def test_progress_of_a_quiet_spell_is_not_held_back(qtbot: QtBot, tasks: TaskManager) -> None:
    gate = Gate()

    def work(progress: Progress, cancel: CancelToken) -> str:
        progress(BarsDone(1, 2))
        return gate.work(progress, cancel)

    task = Task("pauses", work)
    with qtbot.waitSignal(task.progressed, timeout=10_000) as blocker:
        tasks.submit(task)
    assert blocker.args == [(BarsDone(1, 2),)]
    gate.go_on.set()
    settle(qtbot, tasks)


def test_progress_from_helper_threads_arrives(qtbot: QtBot, tasks: TaskManager) -> None:
    def work(progress: Progress, _cancel: CancelToken) -> None:
        helpers = [threading.Thread(target=progress, args=(BarsDone(n, 4),)) for n in range(1, 5)]
        for helper in helpers:
            helper.start()
        for helper in helpers:
            helper.join()

    listener = run(qtbot, tasks, Task("helped", work))
    assert "progressed" in listener.names


def test_the_manager_knows_what_runs(qtbot: QtBot, tasks: TaskManager) -> None:
    gates = [Gate(), Gate()]
    waiting = [Task(str(number), gate.work) for number, gate in enumerate(gates)]
    added: list[Task] = []
    removed: list[Task] = []
    tasks.taskAdded.connect(added.append)
    tasks.taskRemoved.connect(removed.append)
    for task in waiting:
        tasks.submit(task)
    assert tasks.running == tuple(waiting)
    assert added == waiting
    gates[0].go_on.set()
    qtbot.waitUntil(lambda: tasks.running == (waiting[1],))
    assert removed == waiting[:1]
    with qtbot.waitSignal(tasks.idle):
        gates[1].go_on.set()
    assert tasks.running == ()
    assert removed == waiting


def test_the_task_is_gone_from_the_manager_when_it_tells_its_end(qtbot: QtBot, tasks: TaskManager) -> None:
    seen: list[tuple[Task, ...]] = []
    task = Task("short", lambda _progress, _cancel: None)
    task.finished.connect(lambda: seen.append(tasks.running))
    tasks.submit(task)
    settle(qtbot, tasks)
    assert seen == [()]


def test_an_end_may_start_the_next_task(qtbot: QtBot, tasks: TaskManager) -> None:
    ends: list[str] = []
    second = Task("second", lambda _progress, _cancel: None)
    second.finished.connect(lambda: ends.append("second"))
    first = Task("first", lambda _progress, _cancel: None)
    first.succeeded.connect(lambda _value: tasks.submit(second))
    tasks.submit(first)
    qtbot.waitUntil(lambda: ends == ["second"])
    settle(qtbot, tasks)


def test_cancel_all_stops_all(qtbot: QtBot, tasks: TaskManager) -> None:
    gates = [Gate() for _ in range(3)]
    listeners = []
    for gate in gates:
        task = Task("long", gate.work)
        listeners.append(Listener(task))
        tasks.submit(task)
    tasks.cancel_all()
    settle(qtbot, tasks)
    assert [listener.names for listener in listeners] == [["started", "cancelled", "finished"]] * 3


def test_a_paused_task_waits_and_then_ends_as_any(qtbot: QtBot, tasks: TaskManager) -> None:
    gate, changes = Gate(), []
    tasks.pausesChanged.connect(lambda: changes.append([task.paused for task in tasks.running]))
    task = Task("long", gate.work)
    listener = Listener(task)
    tasks.submit(task)
    qtbot.waitUntil(gate.entered.is_set)
    task.pause()
    assert not tasks._runners[0].wait(200), "it waits at its next look at the token"
    task.resume()
    gate.go_on.set()
    settle(qtbot, tasks)
    assert changes == [[True], [False]]
    assert listener.names == ["started", "succeeded", "finished"]


def test_shutdown_ends_a_paused_task(qtbot: QtBot) -> None:
    manager = TaskManager()
    gate = Gate()
    task = manager.submit(Task("long", gate.work))
    qtbot.waitUntil(gate.entered.is_set)
    task.pause()
    assert manager.shutdown(10_000)
    assert manager_module.orphans == []


def test_shutdown_stops_a_running_task_and_silences_it(qtbot: QtBot) -> None:
    manager = TaskManager()
    gate = Gate()
    task = Task("long", gate.work)
    listener = Listener(task)
    manager.submit(task)
    qtbot.waitUntil(gate.entered.is_set)
    assert manager.shutdown(10_000)
    QApplication.processEvents()
    assert listener.names == ["started"]
    assert manager.running == ()
    assert manager_module.orphans == []


def test_what_a_worker_says_while_it_is_shut_down_starts_no_timer(qtbot: QtBot) -> None:
    entered, never = threading.Event(), threading.Event()

    def work(progress: Progress, cancel: CancelToken) -> None:
        entered.set()
        while not cancel.cancelled:
            never.wait(0.001)
        progress(BarsDone(1, 9))

    manager = TaskManager()
    task = Task("talks to the last", work)
    manager.submit(task)
    qtbot.waitUntil(entered.is_set)
    assert manager.shutdown(10_000)
    QApplication.processEvents()
    (timer,) = task.findChildren(QTimer)
    assert not timer.isActive()


def test_after_shutdown_nothing_starts(qtbot: QtBot) -> None:
    manager = TaskManager()
    manager.shutdown(1000)
    task = manager.submit(Task("late", lambda _progress, _cancel: 1))
    assert task.state is TaskState.WAITING
    assert manager.running == ()


def test_a_thread_that_will_not_stop_is_kept_and_reported(qtbot: QtBot) -> None:
    manager = TaskManager()
    release = threading.Event()

    def stubborn(_progress: Progress, _cancel: CancelToken) -> None:
        release.wait(30)

    manager.submit(Task("stubborn", stubborn))
    assert not manager.shutdown(50)
    (orphan,) = manager_module.orphans
    assert isinstance(orphan, ThreadRunner)
    assert orphan.thread_.isRunning()
    assert manager_module.orphans_run()
    release.set()
    assert orphan.wait(10_000)
    assert not manager_module.orphans_run()
    assert manager_module.orphans == [], "what has ended is let go of"


def test_no_thread_is_left_after_many_tasks(qtbot: QtBot, tasks: TaskManager) -> None:
    before = threading.active_count()
    threads: list[QThread] = []
    for number in range(30):
        task = Task(str(number), lambda _progress, _cancel: None)
        tasks.submit(task)
        threads.append(tasks._runners[-1].thread_)
    settle(qtbot, tasks)
    assert all(not thread.isRunning() for thread in threads)
    assert threading.active_count() <= before + 1


def test_worker_threads_have_a_large_stack_and_a_name(qtbot: QtBot, tasks: TaskManager) -> None:
    gate = Gate()
    tasks.submit(Task("deep", gate.work))
    thread = tasks._runners[0].thread_
    assert thread.stackSize() == STACK_BYTES == 16 * 1024 * 1024
    assert thread.objectName() == "task: deep"
    gate.go_on.set()
    settle(qtbot, tasks)


def test_carry_out_never_raises() -> None:
    def breaks(_progress: Progress, _cancel: CancelToken) -> None:
        raise RuntimeError

    outcome = carry_out(Task("breaks", breaks))
    assert outcome.state is TaskState.FAILED
    assert isinstance(outcome.error, TaskError)
    assert outcome.error.message.startswith("RuntimeError")


LATE = """
import sys, threading, time
from PySide6.QtCore import QCoreApplication
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.task import Task

app, begun = QCoreApplication(sys.argv), threading.Event()

def deaf(_progress, _cancel):
    begun.set()
    time.sleep(0.5)
    print("ended by itself", flush=True)

manager = TaskManager()
manager.submit(Task("deaf", deaf))
begun.wait(20)
print(manager.shutdown(1), flush=True)
"""


def test_python_ends_in_peace_after_a_thread_that_would_not_stop() -> None:
    done = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split("\n")[:2] == ["False", "ended by itself"]
