"""Changes of the store, made off the GUI thread one at a time, told in the station's notice, each with its way back."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.models.words import say
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui.notices import Notice


@dataclass(frozen=True)
class Done:
    """What a change did.

    Attributes
    ----------
    text, hint : str
        What the notice says.
    undo : callable, optional
        Work that takes the change back and returns a `Done` of its own; None where nothing is to be taken back.
    path : Path or None
        Model that is selected then.
    report : mapping or None
        What a use case reported, for whoever shows more of it.
    """

    text: str
    hint: str = ""
    undo: Callable[[Progress, CancelToken], Done] | None = None
    path: Path | None = None
    report: Mapping[str, Any] | None = None


Change = Callable[[Progress, CancelToken], Done]


class Changes(QObject):
    """Runs the changes of the models station.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    notice : Notice
        Where they are told and can be undone.
    parent : QObject
        Owner.
    """

    done = Signal(object)
    """Done: the store has changed."""
    failed = Signal(object)
    """KtrdrError or TaskError."""
    busyChanged = Signal(bool)
    """Whether a change is being made."""

    def __init__(self, context: AppContext, notice: Notice, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._notice = context, notice
        self._undo: Change | None = None
        self._task: Task | None = None
        notice.chosen.connect(self.undo)

    @property
    def busy(self) -> bool:
        """Whether a change is being made."""
        return self._task is not None

    def make(self, title: str, change: Change) -> Task | None:
        """Make a change; return its task, or None while another one is being made.

        Parameters
        ----------
        title : str
            What the task list shows.
        change : callable
            The work; runs off the GUI thread and returns what it did.
        """
        if self._task is not None:
            return None
        task = self._task = Task(title, change)
        task.succeeded.connect(self._tell)
        task.failed.connect(self._refuse)
        task.cancelled.connect(self._stopped)
        task.finished.connect(self._over)
        self.busyChanged.emit(True)
        self._context.submit(task)
        return task

    @Slot()
    def undo(self) -> None:
        """Take the last change back."""
        if self._undo is not None:
            self.make(say("Undo a change of the models"), self._undo)

    @Slot(object)
    def _tell(self, done: Done) -> None:
        self._undo = done.undo
        self._notice.show_text("success", done.text, done.hint)
        if done.undo is not None:
            self._notice.offer(say("Undo"))
        self.done.emit(done)
        self._context.modelsChanged.emit()

    @Slot(object)
    def _refuse(self, error: object) -> None:
        self._undo = None
        self.failed.emit(error)
        self._context.modelsChanged.emit()

    @Slot()
    def _stopped(self) -> None:
        self._undo = None
        self._notice.show_text("warning", say("Stopped"), say("What was done before stays, whole."))
        self._context.modelsChanged.emit()

    @Slot()
    def _over(self) -> None:
        self._task = None
        self.busyChanged.emit(False)
