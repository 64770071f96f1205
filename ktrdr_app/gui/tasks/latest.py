"""Work of which only the newest wish counts: what was asked before is stopped and never heard of again."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.task import Task, Work


class Latest(QObject):
    """Runs one task at a time; a new wish cancels the running task and begins when that has ended.

    Parameters
    ----------
    tasks : TaskManager
        Where the work runs.
    parent : QObject
        Owner.
    delay_ms : int
        How long a wish waits for a newer one before it begins.
    """

    arrived = Signal(object)
    """The result of the newest wish."""
    failed = Signal(object)
    """KtrdrError or TaskError of the newest wish."""
    busyChanged = Signal(bool)
    """Whether an answer is still to come."""

    def __init__(self, tasks: TaskManager, parent: QObject, delay_ms: int = 0) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._task: Task | None = None
        self._wish: tuple[str, Work] | None = None
        self._stale = False
        self._busy = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(self._begin)

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._busy

    def ask(self, title: str, work: Work) -> None:
        """Wish for something; whatever was wished before is dropped.

        Parameters
        ----------
        title : str
            What the task is called.
        work : callable
            As `ktrdr_app.gui.tasks.task.Task` takes it.
        """
        self.stop()
        self._wish = (title, work)
        self._set_busy(True)
        if self._timer.interval():
            self._timer.start()
        else:
            self._begin()

    def hurry(self) -> None:
        """Begin what waits for a newer wish."""
        self._timer.stop()
        self._begin()

    @Slot()
    def stop(self) -> None:
        """Wish for nothing any more."""
        self._timer.stop()
        self._wish = None
        if self._task is not None:
            self._stale = True
            self._task.cancel()
        self._set_busy(False)

    @Slot()
    def _begin(self) -> None:
        if self._task is not None or self._wish is None or self._timer.isActive():
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
            self._set_busy(False)
            self.arrived.emit(result)

    @Slot(object)
    def _refuse(self, error: object) -> None:
        if not self._stale:
            self._set_busy(False)
            self.failed.emit(error)

    @Slot()
    def _over(self) -> None:
        self._task = None
        self._begin()

    def _set_busy(self, busy: bool) -> None:
        if busy != self._busy:
            self._busy = busy
            self.busyChanged.emit(busy)
