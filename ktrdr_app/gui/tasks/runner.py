"""Runs one task's work in a QThread of its own and brings its outcome back to the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QThread, Signal, Slot

from ktrdr_app.gui.tasks.outcome import STACK_BYTES, outcome_of
from ktrdr_app.gui.tasks.task import Outcome, Task, TaskError, TaskState


def carry_out(task: Task) -> Outcome:
    """Do a task's work here and now, and return how it ended; nothing is raised.

    Parameters
    ----------
    task : Task
        Whose work is done.
    """
    return outcome_of(task.work, task.gate, task.token, task.title)


class WorkThread(QThread):
    """A thread that does one piece of work and ends.

    Parameters
    ----------
    title : str
        What it is called.
    work : callable
        Takes nothing, raises nothing, and returns how it ended.
    """

    done = Signal(object)

    def __init__(self, title: str, work: Callable[[], Outcome]) -> None:
        super().__init__()
        self.setObjectName(f"task: {title}")
        self.setStackSize(STACK_BYTES)
        self._work = work

    def run(self) -> None:
        """Do the work; called by Qt in the new thread."""
        self.done.emit(self._work())


class ThreadRunner(QObject):
    """The GUI thread's hold on one work thread.

    Parameters
    ----------
    task : Task
        What to run.
    work : callable, optional
        What the thread does, as `WorkThread` takes it; the task's own work by default.
    """

    ended = Signal(object)
    """The runner itself, once its thread is gone."""

    def __init__(self, task: Task, work: Callable[[], Outcome] | None = None) -> None:
        super().__init__()
        self.task = task
        self.thread_ = WorkThread(task.title, work or partial(carry_out, task))
        self.outcome = Outcome(TaskState.CANCELLED)
        self.thread_.done.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self.thread_.finished.connect(self._over, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Begin the work."""
        self.task.begin()
        self.thread_.start()

    def detach(self) -> None:
        """Stop listening, so that a result that comes too late reaches nobody."""
        self.thread_.done.disconnect(self._take)
        self.thread_.finished.disconnect(self._over)
        # what the thread has already said is queued and would arrive in spite of the disconnection
        QCoreApplication.removePostedEvents(self, QEvent.Type.MetaCall.value)
        self.task.silence()

    def wait(self, timeout_ms: int) -> bool:
        """Wait for the thread to end and say whether it did.

        Parameters
        ----------
        timeout_ms : int
            Longest wait.
        """
        return self.thread_.wait(max(0, timeout_ms))

    @Slot(object)
    def _take(self, outcome: Outcome) -> None:
        self.outcome = _with_hint(outcome)

    @Slot()
    def _over(self) -> None:
        self.thread_.wait()
        self.ended.emit(self)


def _with_hint(outcome: Outcome) -> Outcome:
    """Say in the user's language what a bug is; who did the work may have no translations."""
    if not isinstance(outcome.error, TaskError):
        return outcome
    hint = QCoreApplication.translate("tasks", "this is a bug in the program; the details tell where")
    return replace(outcome, error=replace(outcome.error, hint=hint))
