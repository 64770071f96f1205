"""What the workspace holds - series, strategies, models - read off the GUI thread, once for all panels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.task import Task


class Listing(QObject):
    """One list that can be read again; the last reading wins.

    Parameters
    ----------
    title : str
        What the task of reading is called.
    read : callable
        Returns the list; called in a worker thread.
    tasks : TaskManager
        Where it runs.
    parent : QObject
        Owner.
    """

    loaded = Signal(object)
    """The tuple of items, after each reading."""
    failed = Signal(object)
    """KtrdrError or TaskError."""

    def __init__(self, title: str, read: Callable[[], Sequence[Any]], tasks: TaskManager, parent: QObject) -> None:
        super().__init__(parent)
        self._title, self._read, self._tasks = title, read, tasks
        self._task: Task | None = None
        self._again = False
        self.items: tuple[Any, ...] = ()
        self.known = False

    @Slot()
    def refresh(self) -> None:
        """Read the list; if a reading is under way, once more after it."""
        if self._task is not None:
            self._again = True
            return
        read = self._read
        self._task = Task(self._title, lambda _progress, _cancel: tuple(read()), quiet=True)
        self._task.succeeded.connect(self._take)
        self._task.failed.connect(self.failed)
        self._task.finished.connect(self._over)
        self._tasks.submit(self._task)

    @Slot(object)
    def _take(self, items: tuple[Any, ...]) -> None:
        self.items = items
        self.known = True
        self.loaded.emit(items)

    @Slot()
    def _over(self) -> None:
        self._task = None
        if self._again:
            self._again = False
            self.refresh()


class Catalog(QObject):
    """The three lists of a workspace.

    Parameters
    ----------
    workspace : Workspace
        Whose.
    tasks : TaskManager
        Where the reading runs.
    parent : QObject
        Owner.
    """

    def __init__(self, workspace: Workspace, tasks: TaskManager, parent: QObject) -> None:
        super().__init__(parent)
        self.series = Listing(self.tr("List the data"), lambda: workflows.list_data(workspace), tasks, self)
        self.strategies = Listing(
            self.tr("List the strategies"), lambda: workflows.list_strategies(workspace), tasks, self
        )
        self.models = Listing(self.tr("List the models"), lambda: workflows.list_models(workspace), tasks, self)

    @Slot()
    def refresh(self) -> None:
        """Read all three lists."""
        for listing in (self.series, self.strategies, self.models):
            listing.refresh()

    @property
    def timeframes(self) -> tuple[str, ...]:
        """Bar lengths that the data have, shortest first."""
        there = {entry.timeframe for entry in self.series.items}
        return tuple(name for name in NANOSECONDS if name in there)

    def models_of(self, strategy: str) -> tuple[Any, ...]:
        """Return the models of a strategy; they carry the name in its file, which may differ from the file's own.

        Parameters
        ----------
        strategy : str
            File stem.
        """
        called = {info.called for info in self.strategies.items if info.name == strategy and info.called}
        return tuple(model for model in self.models.items if model.strategy_name in (called or {strategy}))

    def file_of(self, called: str) -> str:
        """Return the file stem of the strategy that models carry the name of; the name itself if there is no such file.

        Parameters
        ----------
        called : str
            As a model's ``strategy_name``.
        """
        return next((info.name for info in self.strategies.items if info.called == called), called)

    def symbols(self, timeframe: str) -> tuple[str, ...]:
        """Return the symbols that have bars of one length.

        Parameters
        ----------
        timeframe : str
            Such as ``1d``.
        """
        return tuple(sorted(entry.symbol for entry in self.series.items if entry.timeframe == timeframe))
