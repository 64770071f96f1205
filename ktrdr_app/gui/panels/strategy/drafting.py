"""Keeps the text and the form of a strategy in step: the text is read when typing rests, changes of the form queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.panels.strategy.yaml_edit import YamlEdit
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.workflows.strategy_fields import DraftChange

if TYPE_CHECKING:
    from ktrdr_app.core.errors import Problem

REST_MS = 250
"""How long the typing rests before the text is read."""


class Drafting(QObject):
    """Reads an editor's text off the GUI thread, and writes changes into it.

    Parameters
    ----------
    edit : YamlEdit
        Holds the text.
    tasks : TaskManager
        Where the work runs.
    parent : QObject
        Owner.
    """

    read = Signal(object)
    """StrategyDraft of the text as it is now."""
    failed = Signal(object)
    """KtrdrError or TaskError: a change that could not be made, or a reading that failed."""

    def __init__(self, edit: YamlEdit, tasks: TaskManager, parent: QObject) -> None:
        super().__init__(parent)
        self._edit, self._tasks = edit, tasks
        self.where = ""
        self._waiting: list[DraftChange | Problem] = []
        self._doing: tuple[str, list[DraftChange | Problem]] | None = None
        self._dropped = False
        self._after: Callable[[], object] | None = None
        self._reading = Latest(tasks, self, REST_MS)
        self._reading.arrived.connect(self._take_draft)
        self._reading.failed.connect(self.failed)
        edit.edited.connect(self.look)

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._reading.busy or self._doing is not None

    @Slot()
    def look(self) -> None:
        """Read the text once typing rests."""
        text, where = self._edit.text, self.where

        def work(_progress: Progress, _cancel: CancelToken) -> object:
            return workflows.read_draft(text, where)

        self._reading.ask(self.tr("Check a strategy"), work)

    def look_now(self) -> None:
        """Read the text at once: it comes from a file, not from typing."""
        self.look()
        self._reading.hurry()

    @Slot(object)
    def change(self, wanted: DraftChange | Problem) -> None:
        """Make a change in the text, after those that wait already.

        Parameters
        ----------
        wanted : DraftChange or Problem
            What the form asks for, or a problem whose suggestion is to be taken.
        """
        self._waiting.append(wanted)
        self._begin()

    def when_written(self, act: Callable[[], object]) -> None:
        """Do something once every change that was asked for stands in the text; at once, if it does.

        Parameters
        ----------
        act : callable
            Takes nothing; in the place of one that still waits.
        """
        self._after = act
        self._settle()

    def _settle(self) -> None:
        if self._doing is None and self._after is not None:
            act, self._after = self._after, None
            act()

    @Slot()
    def forget(self) -> None:
        """Drop what waits: another file is shown."""
        self._waiting, self._after = [], None
        self._dropped = self._doing is not None
        self._reading.stop()

    def _begin(self) -> None:
        if self._doing is not None or not self._waiting:
            return
        text, wanted, where = self._edit.text, list(self._waiting), self.where
        self._doing, self._waiting = (text, wanted), []

        def work(_progress: Progress, _cancel: CancelToken) -> str:
            changed = text
            for one in wanted:
                if isinstance(one, DraftChange):
                    changed = workflows.edit_draft(changed, [one], where)
                else:
                    changed = workflows.mended(changed, one, where)
            return changed

        task = Task(self.tr("Change a strategy"), work, quiet=True)
        task.succeeded.connect(self._take_text)
        task.failed.connect(self._refuse)
        task.finished.connect(self._over)
        self._tasks.submit(task)

    @Slot(object)
    def _take_text(self, text: str) -> None:
        if self._doing is None or self._dropped:
            return
        before, wanted = self._doing
        if self._edit.text != before:  # somebody typed meanwhile: once more, into the newer text
            self._waiting = [*wanted, *self._waiting]
        else:
            self._edit.replace_text(text)

    @Slot(object)
    def _refuse(self, error: object) -> None:
        if self._dropped:
            return
        self.failed.emit(error)
        self.look()  # the form shows again what the text says

    @Slot()
    def _over(self) -> None:
        self._doing, self._dropped = None, False
        self._begin()
        self._settle()

    @Slot(object)
    def _take_draft(self, draft: object) -> None:
        if getattr(draft, "text", None) == self._edit.text and self._doing is None and not self._waiting:
            self.read.emit(draft)
