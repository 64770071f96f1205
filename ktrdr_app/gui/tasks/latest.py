"""Work of which only the newest wish counts: what was asked before is stopped and never heard of again."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from ktrdr_app.gui.tasks.following import Following
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.task import Work


class Latest(Following):
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

    def __init__(self, tasks: TaskManager, parent: QObject, delay_ms: int = 0) -> None:
        super().__init__(tasks, parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(self._begin)

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
        if self._timer.interval():
            self._timer.start()
        super().ask(title, work)

    def hurry(self) -> None:
        """Begin what waits for a newer wish."""
        self._timer.stop()
        self._begin()

    @Slot()
    def stop(self) -> None:
        """Wish for nothing any more."""
        self._timer.stop()
        super().stop()

    @Slot()
    def _begin(self) -> None:
        if not self._timer.isActive():
            super()._begin()
