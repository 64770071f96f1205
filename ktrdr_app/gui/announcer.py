"""Tells a screen reader how each task ended, wherever the keyboard is at that moment."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.task import Task, TaskState
from ktrdr_app.gui.ui.accessibility import announce


class TaskAnnouncer(QObject):
    """Announces the end of every task that a user asked for; failures may interrupt what is being read.

    Parameters
    ----------
    window : QObject
        Speaks, and owns this.
    tasks : TaskManager
        Whose tasks are listened to.
    """

    announced = Signal(str)
    """What was said."""

    def __init__(self, window: QObject, tasks: TaskManager) -> None:
        super().__init__(window)
        self._window = window
        tasks.taskRemoved.connect(self._tell)

    @Slot(object)
    def _tell(self, task: Task) -> None:
        if task.quiet or task.outcome is None:
            return
        failed = task.state is TaskState.FAILED
        error = task.outcome.error
        words = {
            TaskState.SUCCEEDED: self.tr("{0}: done").format(task.title),
            TaskState.CANCELLED: self.tr("{0}: stopped").format(task.title),
            TaskState.FAILED: self.tr("{0}: failed. {1}").format(task.title, error.message if error else ""),
        }[task.state]
        announce(self._window, words, urgent=failed)
        self.announced.emit(words)
