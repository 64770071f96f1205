"""The window's eye on a cluster: a task that looks, and what it last saw; it never keeps the window waiting."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal, Slot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.task import Task, TaskError
from ktrdr_app.workflows.cluster_seen import ClusterSeen

OFF, CONNECTING, WATCHING = "off", "connecting", "watching"


class ClusterWatching(QObject):
    """Watches one cluster at a time.

    Parameters
    ----------
    tasks : TaskManager
        Where the looking is done.
    parent : QObject
        Owner.
    """

    changed = Signal()
    """Another state, or something else was seen."""
    workersLost = Signal(object)
    """Names of workers that have been lost since the last look, while their scheduler is there: a tuple of str."""
    schedulerLost = Signal(object)
    """KtrdrError: the scheduler that answered before does not any more."""
    _heard = Signal(object, object)

    def __init__(self, tasks: TaskManager, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._task: Task | None = None
        self.state = OFF
        self.seen: ClusterSeen | None = None
        self.error: KtrdrError | TaskError | None = None
        """Why there is no connection; None if nothing went wrong."""
        self._heard.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def connect_to(self, address: str) -> None:
        """Look at a cluster from now on, and no more at the one before.

        Parameters
        ----------
        address : str
            Of its scheduler.
        """
        self._leave()
        task = Task(self.tr("Watch the cluster"), partial(_look, address, self._heard.emit), quiet=True)
        self._task, self.seen, self.error, self.state = task, None, None, CONNECTING
        task.failed.connect(self._fail)
        self.changed.emit()
        self._tasks.submit(task)

    @Slot()
    def disconnect_from(self) -> None:
        """Look no more."""
        self._leave()
        self.seen, self.error, self.state = None, None, OFF
        self.changed.emit()

    def _leave(self) -> None:
        if self._task is not None:
            self._task.failed.disconnect(self._fail)
            self._task.cancel()
            self._task = None

    @Slot(object, object)
    def _take(self, token: CancelToken, seen: ClusterSeen) -> None:
        if self._task is None or token is not self._task.token:
            return  # the last word of a cluster that is looked at no more
        before, self.seen, self.state = self.seen, seen, WATCHING
        self.changed.emit()
        if before is None:
            return
        gone = {worker.address for worker in before.present} - {worker.address for worker in seen.present}
        if seen.unreachable:
            if not before.unreachable:
                self.schedulerLost.emit(seen.problem)
        elif gone:
            self.workersLost.emit(tuple(worker.name for worker in before.present if worker.address in gone))

    @Slot(object)
    def _fail(self, error: KtrdrError | TaskError) -> None:
        self._task = None
        self.seen, self.error, self.state = None, error, OFF
        self.changed.emit()


def _look(
    address: str, heard: Callable[[CancelToken, ClusterSeen], object], _progress: Progress, cancel: CancelToken
) -> None:
    workflows.watch_cluster(address, partial(heard, cancel), cancel)
