"""The one owner of every worker thread: starts them, cancels them, and outlives them."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

import atexit
import time

from PySide6.QtCore import QObject, Qt, Signal, Slot

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.core.settings import LONG_RUNS
from ktrdr_app.gui.tasks.errand import Errand
from ktrdr_app.gui.tasks.process_runner import ProcessRunner
from ktrdr_app.gui.tasks.runner import ThreadRunner
from ktrdr_app.gui.tasks.task import Task

orphans: list[ThreadRunner] = []
"""Runners whose thread would not stop; never destroyed, because Qt aborts when a running QThread is."""

MANY_BYTES = 8_000_000
"""Data files from this size on are worth the seconds that a process needs to import what it computes with."""

LAST_WAIT_MS = 30_000
"""Longest wait for each of them when Python itself ends, which would destroy them."""


@atexit.register
def _see_off() -> None:
    for runner in orphans:
        runner.wait(LAST_WAIT_MS)


def orphans_run() -> bool:
    """Return whether a thread that would not stop still runs; those that have ended by now are let go of."""
    orphans[:] = [runner for runner in orphans if not runner.thread_.wait(0)]  # the runner's own wait would kill
    return bool(orphans)


class TaskManager(QObject):
    """Runs tasks, each in a QThread of its own, and holds the threads until they are gone.

    An `Errand` may be done in a process instead, to which such a thread listens; see `long_runs`.

    Parameters
    ----------
    parent : QObject, optional
        Owner in the Qt tree.
    """

    taskAdded = Signal(object)
    taskRemoved = Signal(object)
    pausesChanged = Signal()
    """A task was paused or goes on."""
    idle = Signal()
    """No task runs any more."""
    longRunsChanged = Signal(str)
    """One of `LONG_RUNS`: errands are done elsewhere from now on."""
    clusterChanged = Signal(str)
    """Address of another cluster's scheduler; empty for none."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runners: list[ThreadRunner] = []
        self._closed = self._closing = False
        self._long_runs = LONG_RUNS[0]
        self._cluster = ""

    @property
    def long_runs(self) -> str:
        """Where errands are done: ``thread``, ``process``, ``auto``, which is a process where the data are many, or
        ``cluster``, which is ``auto`` with the work shared out where it can be."""
        return self._long_runs

    @property
    def cluster(self) -> str:
        """Address of the cluster's scheduler that is known; empty for none."""
        return self._cluster

    @property
    def shared_with(self) -> str | None:
        """Address of the cluster that work is shared out by now; None if it is all done on this machine."""
        return (self._cluster or None) if self._long_runs == "cluster" else None

    def choose_cluster(self, address: str) -> None:
        """Share work out by another cluster, where it is shared out; what runs stays where it is.

        Parameters
        ----------
        address : str
            Of its scheduler; empty for none.
        """
        if address != self._cluster:
            self._cluster = address
            self.clusterChanged.emit(address)

    def choose_long_runs(self, name: str) -> None:
        """Do errands elsewhere from now on; those that run stay where they are.

        Parameters
        ----------
        name : str
            One of `ktrdr_app.core.settings.LONG_RUNS`.

        Raises
        ------
        UnknownName
            For any other.
        """
        if name not in LONG_RUNS:
            raise UnknownName("way to do long runs", name, list(LONG_RUNS))
        if name != self._long_runs:
            self._long_runs = name
            self.longRunsChanged.emit(name)

    @property
    def running(self) -> tuple[Task, ...]:
        """Tasks that have not ended, oldest first."""
        return tuple(runner.task for runner in self._runners)

    def submit(self, task: Task) -> Task:
        """Start a task and return it; after `shutdown` it is quietly left undone.

        Parameters
        ----------
        task : Task
            Work that was not submitted before; connect its signals first.
        """
        if self._closed:
            return task
        if isinstance(task.work, Errand) and self.shared_with is not None:
            task.work = task.work.shared_with(self.shared_with)
        runner = ProcessRunner(task) if self._goes_out(task) else ThreadRunner(task)
        # queued, so that no frame of the runner is left on the stack when its last reference goes
        runner.ended.connect(self._settle, Qt.ConnectionType.QueuedConnection)
        task.paused_changed.connect(self.pausesChanged)
        self._runners.append(runner)
        self.taskAdded.emit(task)
        runner.start()
        return task

    def _goes_out(self, task: Task) -> bool:
        """Return whether a task's work is done in a process of its own."""
        if not isinstance(task.work, Errand) or self._long_runs == "thread":
            return False
        return self._long_runs == "process" or task.work.data_bytes >= MANY_BYTES

    @property
    def closing(self) -> bool:
        """Whether the window is about to go: work that waits for other work is not begun any more."""
        return self._closing

    def close_down(self) -> None:
        """Ask every running task to stop, as the window is about to go."""
        self._closing = True
        self.cancel_all()

    def stay_open(self) -> None:
        """Begin work that waits for other work again: the window does not go after all."""
        self._closing = False

    @Slot()
    def cancel_all(self) -> None:
        """Ask every running task to stop."""
        for runner in self._runners:
            runner.task.cancel()

    def shutdown(self, timeout_ms: int = 3000) -> bool:
        """Cancel everything, listen to nothing more, wait, and say whether every thread is gone.

        Parameters
        ----------
        timeout_ms : int
            Longest wait for all threads together; those left are moved to `orphans`.
        """
        self._closed = True
        self.close_down()
        runners, self._runners = self._runners, []
        deadline = time.monotonic() + timeout_ms / 1000
        for runner in runners:
            runner.detach()
        left = [runner for runner in runners if not runner.wait(round((deadline - time.monotonic()) * 1000))]
        orphans.extend(left)
        return not left

    @Slot(object)
    def _settle(self, runner: ThreadRunner) -> None:
        if runner not in self._runners:
            return
        self._runners.remove(runner)
        runner.task.settle(runner.outcome)
        self.taskRemoved.emit(runner.task)
        if not self._runners:
            self.idle.emit()
