"""Work that follows a hand: the step at hand is finished and shown, then the newest wish is next, none in between."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.task import Task, Work


class Following(QObject):
    """Runs one task at a time; of the wishes that come meanwhile only the newest is carried out, after it.

    `Latest` stops the running task for a newer wish, which would show nothing at all while a drag goes on.

    Parameters
    ----------
    tasks : TaskManager
        Where the work runs.
    parent : QObject
        Owner.
    """

    arrived = Signal(object)
    """A result; the last one is that of the newest wish."""
    failed = Signal(object)
    """KtrdrError or TaskError."""
    busyChanged = Signal(bool)
    """Whether an answer is still to come."""

    def __init__(self, tasks: TaskManager, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._task: Task | None = None
        self._wish: tuple[str, Work] | None = None
        self._stale = False
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._busy

    def ask(self, title: str, work: Work) -> None:
        """Wish for something; a wish that has not begun yet is dropped for it.

        Parameters
        ----------
        title : str
            What the task is called.
        work : callable
            As `ktrdr_app.gui.tasks.task.Task` takes it.
        """
        self._wish = (title, work)
        self._set_busy(True)
        self._begin()

    @Slot()
    def stop(self) -> None:
        """Wish for nothing any more; the step at hand is cancelled and not heard of."""
        self._wish = None
        if self._task is not None:
            self._stale = True
            self._task.cancel()
        self._set_busy(False)

    @Slot()
    def _begin(self) -> None:
        if self._task is not None or self._wish is None:
            return
        (title, work), self._wish = self._wish, None
        self._stale = False
        self._task = Task(title, work, quiet=True)
        self._task.succeeded.connect(self._take)
        self._task.failed.connect(self._refuse)
        self._task.finished.connect(self._over)
        self._tasks.submit(self._task)

    @Slot(object)
    def _take(self, result: object) -> None:
        if not self._stale:
            self._set_busy(self._wish is not None)
            self.arrived.emit(result)

    @Slot(object)
    def _refuse(self, error: object) -> None:
        if not self._stale:
            self._set_busy(self._wish is not None)
            self.failed.emit(error)

    @Slot()
    def _over(self) -> None:
        self._task = None
        self._set_busy(self._wish is not None)
        self._begin()

    def _set_busy(self, busy: bool) -> None:
        if busy != self._busy:
            self._busy = busy
            self.busyChanged.emit(busy)
