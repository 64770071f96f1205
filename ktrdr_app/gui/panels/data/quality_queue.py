"""Fills in quality figures in the background: a few series at a time, those on screen first, never while work runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from ktrdr_app import workflows
from ktrdr_app.data.quality.figures import QualityFigures
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.data.series_row import Key
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.workflows.data_inventory import QualityBatch

BATCH_SECONDS = 0.25
"""How long one task counts before the figures are shown and the rows on screen are asked for again."""


class QualityQueue(QObject):
    """Series whose figures are not known, and the one task that counts some of them.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    on_screen : callable
        Returns the keys of the rows that can be seen, top to bottom.
    parent : QObject
        Owner.
    """

    counted = Signal(object)
    """tuple of QualityFigures."""
    failed = Signal(object)
    """KtrdrError or TaskError; the queue is then empty."""
    changed = Signal(int)
    """How many series still wait."""

    def __init__(self, context: AppContext, on_screen: Callable[[], Sequence[Key]], parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._on_screen = on_screen
        self._waiting: dict[Key, None] = {}
        self._task: Task | None = None
        self._awake = False
        context.tasks.taskRemoved.connect(self._next)

    @property
    def waiting(self) -> tuple[Key, ...]:
        """Series that are still to be counted."""
        return tuple(self._waiting)

    def want(self, keys: Iterable[Key]) -> None:
        """Count these series and no others; a task that counts others is stopped.

        Parameters
        ----------
        keys : iterable of (str, str)
            Symbol and time frame of each.
        """
        self._waiting = dict.fromkeys(keys)
        if self._task is not None:
            self._task.cancel()
        self.changed.emit(len(self._waiting))
        self._next()

    def wake(self) -> None:
        """Begin to count; before the station is first seen nothing is."""
        self._awake = True
        self._next()

    @Slot()
    def _next(self, _ended: object = None) -> None:
        busy = any(not task.quiet for task in self._context.tasks.running)
        if self._task is not None or not self._waiting or not self._awake or busy:
            return
        first = [key for key in self._on_screen() if key in self._waiting]
        names = tuple(dict.fromkeys([*first, *self._waiting]))
        request = QualityBatch(self._context.workspace, names, BATCH_SECONDS)
        self._task = Task(
            self.tr("Look at the quality of the data"),
            lambda progress, cancel: workflows.measure_some(request, progress, cancel),
            quiet=True,
        )
        self._task.succeeded.connect(self._take)
        self._task.failed.connect(self._refuse)
        self._task.finished.connect(self._over)
        self._context.submit(self._task)

    @Slot(object)
    def _take(self, found: tuple[QualityFigures, ...]) -> None:
        for figures in found:
            self._waiting.pop((figures.symbol, figures.timeframe), None)
        self.counted.emit(found)
        self.changed.emit(len(self._waiting))

    @Slot(object)
    def _refuse(self, error: object) -> None:
        self._waiting.clear()
        self.changed.emit(0)
        self.failed.emit(error)

    @Slot()
    def _over(self) -> None:
        self._task = None
        self._next()
