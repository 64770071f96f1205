"""Trains one model after another: the one at hand, and a queue of those that wait for it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from ktrdr_app.core.progress import EpochFinished, LearningStarted, ProgressEvent
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.view_model import RunView, view_of
from ktrdr_app.gui.tasks.errand import Errand
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.workflows.finished_training import FinishedTraining
from ktrdr_app.workflows.requests import TrainRequest

THEN = "ktrdr_app.workflows.finished_training:finished_training"
"""What is made of a training's result where the work is done."""


@dataclass(frozen=True)
class FinishedRun:
    """A training that saved a model.

    Attributes
    ----------
    view : RunView
        What it came to.
    resumable : str or None
        Run to go on from, where it was ended early.
    epochs : int
        Epochs behind it.
    """

    view: RunView
    resumable: str | None
    epochs: int


class TrainingRuns(QObject):
    """Owns the task of the training at hand, and the requests that wait.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    parent : QObject
        Owner.
    """

    begun = Signal(object)
    """TrainRequest of the training that begins."""
    progressed = Signal(object)
    """tuple of ProgressEvent, at most 20 batches a second."""
    succeeded = Signal(object)
    """FinishedRun."""
    failed = Signal(object)
    """KtrdrError or TaskError; the next of the queue begins all the same."""
    stopped = Signal()
    """It was stopped before there was anything to keep."""
    ended = Signal()
    """After one of the three above."""
    pauseChanged = Signal(bool)  # noqa: N815 - Qt signals are named as Qt names them
    queueChanged = Signal()  # noqa: N815
    asked = Signal()
    """It was asked to wait, to go on, or to end: here, or from the list of tasks."""

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._task: Task | None = None
        self.request: TrainRequest | None = None
        self.queue: tuple[TrainRequest, ...] = ()

    @property
    def running(self) -> bool:
        """Whether a training is under way."""
        return self._task is not None

    @property
    def paused(self) -> bool:
        """Whether it waits."""
        return self._task is not None and self._task.paused

    @property
    def ending(self) -> bool:
        """Whether it was asked to stop or to end early."""
        return self._task is not None and self._task.ending

    @property
    def task(self) -> Task | None:
        """The training at hand, as the task list shows it."""
        return self._task

    def add(self, request: TrainRequest) -> None:
        """Begin a training, or put it at the end of the queue while one is under way.

        Parameters
        ----------
        request : TrainRequest
            What to train.
        """
        if self.running:
            self._set_queue((*self.queue, request))
        else:
            self._begin(request)

    @Slot(int)
    def remove(self, place: int) -> None:
        """Take a training out of the queue.

        Parameters
        ----------
        place : int
            Which one, counted from 0; another number changes nothing.
        """
        self._set_queue(tuple(entry for number, entry in enumerate(self.queue) if number != place))

    def move(self, place: int, step: int) -> None:
        """Move a training within the queue.

        Parameters
        ----------
        place : int
            Which one, counted from 0.
        step : int
            -1 for earlier, 1 for later.
        """
        waiting = list(self.queue)
        if 0 <= place < len(waiting) and 0 <= place + step < len(waiting):
            waiting.insert(place + step, waiting.pop(place))
            self._set_queue(tuple(waiting))

    @Slot()
    def stop(self) -> None:
        """End the training after the epoch at hand and keep the best model; at once where no epoch is over yet."""
        if self._task is not None and not self._task.ending:
            self._task.stop()

    @Slot()
    def toggle_pause(self) -> None:
        """Let the training wait, or go on."""
        if self._task is not None:
            self._task.toggle_pause()

    def _begin(self, request: TrainRequest) -> None:
        title = self.tr("Train {0} on {1}").format(request.strategy, ", ".join(request.symbols))
        task = Task(title, Errand("train", request, THEN))
        self._task, self.request = task, request
        task.progressed.connect(self._hear)
        task.succeeded.connect(self._take)
        task.failed.connect(self.failed)
        task.cancelled.connect(self.stopped)
        task.paused_changed.connect(self.pauseChanged)
        task.asked.connect(self.asked)
        task.finished.connect(self._over)
        self.begun.emit(request)
        self._context.submit(task)

    @Slot(object)
    def _hear(self, events: tuple[ProgressEvent, ...]) -> None:
        if self._task is not None and any(map(_is_learnt, events)):
            self._task.keeps = True
        self.progressed.emit(events)

    @Slot(object)
    def _take(self, finished: FinishedTraining) -> None:
        view = view_of(finished.shown, finished.sentences)
        self.succeeded.emit(FinishedRun(view, finished.resumable, finished.epochs))

    @Slot()
    def _over(self) -> None:
        self._task, self.request = None, None
        self.ended.emit()
        if self.queue and not self._context.tasks.closing:
            first, rest = self.queue[0], self.queue[1:]
            self._set_queue(rest)
            self._begin(first)

    def _set_queue(self, queue: tuple[TrainRequest, ...]) -> None:
        if queue != self.queue:
            self.queue = queue
            self.queueChanged.emit()


def _is_learnt(event: ProgressEvent) -> bool:
    """Return whether there is a model by now that can be kept."""
    return isinstance(event, EpochFinished) or (isinstance(event, LearningStarted) and bool(event.history))


def request_words(request: TrainRequest) -> str:
    """Return a training in one line: strategy, bar length, symbols.

    Parameters
    ----------
    request : TrainRequest
        What is trained.
    """
    return f"{request.strategy} {request.timeframe} · {', '.join(request.symbols)}"
