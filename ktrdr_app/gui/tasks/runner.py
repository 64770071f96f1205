"""Runs one task's work in a QThread of its own and brings its outcome back to the GUI thread."""

from __future__ import annotations

import traceback

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QThread, Signal, Slot

from ktrdr_app.core.errors import Cancelled, KtrdrError
from ktrdr_app.gui.tasks.task import Outcome, Task, TaskError, TaskState

STACK_BYTES = 16 * 1024 * 1024
"""Secondary threads get 512 KB on macOS, and OpenBLAS overflows that."""


def carry_out(task: Task) -> Outcome:
    """Do a task's work here and now, and return how it ended; nothing is raised.

    Parameters
    ----------
    task : Task
        Whose work is done.
    """
    try:
        return Outcome(TaskState.SUCCEEDED, task.work(task.gate, task.token))
    except Cancelled:
        return Outcome(TaskState.CANCELLED)
    except KtrdrError as error:
        return Outcome(TaskState.FAILED, error=error.with_traceback(None))
    except Exception as error:  # the outermost frame of a worker thread: nothing may escape into Qt
        text = "".join(traceback.format_exception(error))
        message = f"{type(error).__name__}: {error}".splitlines()[0]
        hint = QCoreApplication.translate("tasks", "this is a bug in the program; the details tell where")
        return Outcome(TaskState.FAILED, error=TaskError(message, hint, task.title, text))


class WorkThread(QThread):
    """A thread that does one task's work and ends.

    Parameters
    ----------
    task : Task
        Whose work is done.
    """

    done = Signal(object)

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.setObjectName(f"task: {task.title}")
        self.setStackSize(STACK_BYTES)
        self._task = task

    def run(self) -> None:
        """Do the work; called by Qt in the new thread."""
        self.done.emit(carry_out(self._task))


class ThreadRunner(QObject):
    """The GUI thread's hold on one work thread.

    Parameters
    ----------
    task : Task
        What to run.
    """

    ended = Signal(object)
    """The runner itself, once its thread is gone."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.task = task
        self.thread_ = WorkThread(task)
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
        self.outcome = outcome

    @Slot()
    def _over(self) -> None:
        self.thread_.wait()
        self.ended.emit(self)
