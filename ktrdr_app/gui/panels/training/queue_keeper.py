"""Keeps the queue of trainings in the workspace, and knows what a window before this one left in it."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.runs import TrainingRuns
from ktrdr_app.gui.tasks.following import Following
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.workflows.requests import TrainRequest


class QueueKeeper(QObject):
    """Writes the queue down whenever it changes; nothing is written before what was left in it has been read.

    What was left belongs to the kept queue until it has been started or discarded, so that the next crash loses none.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    runs : TrainingRuns
        Whose queue.
    """

    leftChanged = Signal()
    """Other trainings, or none, are to be offered."""
    failed = Signal(object)
    """KtrdrError or TaskError: what was left cannot be read."""

    def __init__(self, context: AppContext, runs: TrainingRuns) -> None:
        super().__init__(runs)
        self._context, self._runs = context, runs
        self._read = False
        self.left: tuple[TrainRequest, ...] = ()
        self._reading, self._writing = Following(context.tasks, self), Following(context.tasks, self)
        self._reading.arrived.connect(self._take)
        self._reading.failed.connect(self._refuse)
        self._writing.failed.connect(self._tell)
        for signal in (runs.begun, runs.ended, runs.queueChanged, context.modelsChanged):
            signal.connect(self._keep)  # what could go on, and was left to that, may be discarded with its model
        context.catalog.models.loaded.connect(self.look)

    @Slot()
    def look(self, _changed: object = None) -> None:
        """Read what was left, once."""
        if self._read or self._reading.busy:
            return
        workspace = self._context.workspace

        def work(_progress: Progress, _cancel: CancelToken) -> tuple[TrainRequest, ...]:
            return workflows.left_queue(workspace)

        self._reading.ask(self.tr("Read the queue of trainings"), work)

    @Slot()
    def start(self) -> None:
        """Put what was left at the end of the queue; the first one begins where nothing runs."""
        for request in self.left:
            self._runs.add(request)
        self._set_left(())  # only now: a crash in between offers some twice and loses none
        self._keep()

    @Slot()
    def discard(self) -> tuple[TrainRequest, ...]:
        """Forget what was left, and return it."""
        left = self.left
        self._set_left(())
        self._keep()
        return left

    def put_back(self, left: tuple[TrainRequest, ...]) -> None:
        """Offer again what was discarded.

        Parameters
        ----------
        left : tuple of TrainRequest
            As `discard` returned it.
        """
        self._set_left(left)
        self._keep()

    def _set_left(self, left: tuple[TrainRequest, ...]) -> None:
        self.left = left
        self.leftChanged.emit()

    @Slot(object)
    def _take(self, left: tuple[TrainRequest, ...]) -> None:
        self._read = True
        self._set_left(left)
        if self._runs.running or self._runs.queue:
            self._keep()

    @Slot(object)
    def _refuse(self, error: object) -> None:
        self._read = True
        self.failed.emit(error)

    @Slot()
    def _keep(self, _changed: object = None) -> None:
        if not self._read or self._context.tasks.closing:
            return
        workspace, at_hand, waiting = self._context.workspace, self._runs.request, (*self._runs.queue, *self.left)

        def work(_progress: Progress, _cancel: CancelToken) -> None:
            workflows.keep_queue(workspace, at_hand, waiting)

        self._writing.ask(self.tr("Keep the queue of trainings"), work)

    @Slot(object)
    def _tell(self, error: object) -> None:
        """Say that the queue will not outlive the window; the trainings themselves go on."""
        text, hint = error_text(error)  # type: ignore[arg-type]
        self._context.notify("warning", self.tr("The waiting trainings could not be kept: {0}").format(text), hint)
