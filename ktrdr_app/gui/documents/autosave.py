"""Notes unsaved work into the workspace's drafts while it is done, in a worker, and gives it back after a crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ktrdr_app.core.drafts import Draft, Drafts
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.task import Task, TaskState

REST_MS = 700
"""How long after a change it is noted, with those that came meanwhile: typing without a pause is noted too."""

Read = Callable[[], dict[str, Any] | None]
"""Returns the unsaved state of something as JSON knows it, or None if all of it is saved."""
Key = tuple[str, str]


class Autosave(QObject):
    """The one writer of a window's drafts.

    Parameters
    ----------
    drafts : Drafts
        Where they go.
    tasks : TaskManager
        Where they are written.
    parent : QObject
        Owner.
    """

    offered = Signal()
    """Drafts of an earlier window are at hand; see `take`."""
    failed = Signal(object)
    """KtrdrError or TaskError: unsaved work could not be noted."""

    def __init__(self, drafts: Drafts, tasks: TaskManager, parent: QObject) -> None:
        super().__init__(parent)
        self.enabled = False
        """Whether anything is noted; a window that holds its workspace switches it on."""
        self._drafts = drafts
        self._tasks = tasks
        self._readers: dict[Key, Read] = {}
        self._touched: set[Key] = set()
        self._written: set[Key] = set()
        """What the running write holds; it may be refused, or the window may close before it is done."""
        self._pending: dict[Key, Draft] = {}
        self._task: Task | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._write)

    def follow(self, kind: str, name: str, read: Read) -> None:
        """Take something under watch; say `touch` whenever it changes.

        Parameters
        ----------
        kind, name : str
            As `Drafts.save` takes them.
        read : callable
            Called in the GUI thread.
        """
        self._readers[(kind, name)] = read

    def touch(self, kind: str, name: str) -> None:
        """Say that something under watch has changed or been saved.

        Parameters
        ----------
        kind, name : str
            As `follow` took them.
        """
        self._touched.add((kind, name))
        if self.enabled and not self._timer.isActive():
            self._timer.start()

    def offer(self, drafts: tuple[Draft, ...]) -> None:
        """Keep drafts of an earlier window at hand, to be taken by who knows their kind.

        Parameters
        ----------
        drafts : tuple of Draft
            What the user wants back.
        """
        self._pending.update({(draft.kind, draft.name): draft for draft in drafts})
        self.offered.emit()

    def take(self, kind: str, name: str) -> Draft | None:
        """Return the draft that the user wants back, once.

        Parameters
        ----------
        kind, name : str
            As `follow` takes them.
        """
        return self._pending.pop((kind, name), None)

    def flush(self) -> None:
        """Note here and now what has not been noted yet or is just being noted, as when the window closes.

        Raises
        ------
        StorageProblem
            If the disk refuses.
        """
        self._timer.stop()
        if self.enabled:
            _note(self._drafts, self._changed())
            self._written = set()

    def _changed(self) -> dict[Key, dict[str, Any] | None]:
        touched = self._touched | self._written
        self._touched, self._written = set(), touched
        return {key: self._readers[key]() for key in touched}

    @Slot()
    def _write(self) -> None:
        if not self.enabled or self._task is not None or not self._touched:
            return
        drafts, changed = self._drafts, self._changed()
        self._task = Task(self.tr("Note unsaved work"), lambda _progress, _cancel: _note(drafts, changed), quiet=True)
        self._task.failed.connect(self.failed)
        self._task.finished.connect(self._over)
        self._tasks.submit(self._task)

    @Slot()
    def _over(self) -> None:
        task, self._task = self._task, None
        if self._touched:
            self._timer.start()
        if task is None or task.state is not TaskState.SUCCEEDED:
            self._touched |= self._written  # to be noted with the next change, or when the window closes
        self._written = set()


def _note(drafts: Drafts, changed: dict[Key, dict[str, Any] | None]) -> int:
    for (kind, name), payload in changed.items():
        if payload is None:
            drafts.discard(kind, name)
        else:
            drafts.save(kind, name, payload)
    return len(changed)
