"""Trainings that can go on - stopped by hand, or left by a crash - each with *Resume* and *Discard*."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.runs import TrainingRuns, request_words
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.widgets import GRID, Card, button, label, row

if TYPE_CHECKING:
    from ktrdr_app.workflows.interrupted_runs import InterruptedRun

MOST = 2
"""Runs that are told one by one; of the others their number."""


class InterruptedCard(Card):
    """The newest interrupted trainings; hidden where there is none.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    runs : TrainingRuns
        What is under way or waits is not offered.
    """

    resumeWanted = Signal(object)  # noqa: N815 - Qt signals are named as Qt names them
    """InterruptedRun that is to go on."""
    discardWanted = Signal(object)  # noqa: N815
    """InterruptedRun that is to be forgotten."""

    def __init__(self, context: AppContext, runs: TrainingRuns) -> None:
        super().__init__()
        self.setObjectName("trainingPanel.interrupted")
        self._context, self._runs = context, runs
        self._found: tuple[InterruptedRun, ...] = ()
        self._told: tuple[InterruptedRun, ...] = ()
        self._inside = QWidget(self)
        self._reading = Latest(context.tasks, self)
        self._reading.arrived.connect(self._take)
        runs.queueChanged.connect(self._show)
        runs.begun.connect(self._show)
        runs.ended.connect(self.look)
        self.hide()

    @property
    def offered(self) -> tuple[InterruptedRun, ...]:
        """The runs that can go on and are not about to."""
        asked = {request.resume for request in self._runs.queue}
        if self._runs.request is not None:
            asked.add(self._runs.request.resume)
        return tuple(run for run in self._found if run.name not in asked)

    @Slot()
    def look(self, _changed: object = None) -> None:
        """Read the list anew."""
        workspace = self._context.workspace

        def work(_progress: Progress, _cancel: CancelToken) -> tuple[InterruptedRun, ...]:
            return workflows.list_interrupted(workspace)

        self._reading.ask(self.tr("List the interrupted trainings"), work)

    @Slot(object)
    def _take(self, found: tuple[InterruptedRun, ...]) -> None:
        self._found = found
        self._show()

    @Slot()
    def _show(self, _changed: object = None) -> None:
        if self.offered == self._told:  # the buttons keep the keyboard
            return
        self._told = self.offered
        self.body.removeWidget(self._inside)
        self._inside.hide()
        self._inside.deleteLater()
        self._inside = QWidget(self)
        box = QVBoxLayout(self._inside)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID // 2)
        for number, run in enumerate(self._told[:MOST]):
            self._add(box, run, number)
        if len(self._told) > MOST:
            box.addWidget(label(self.tr("and {0} older").format(len(self._told) - MOST), "muted"))
        self.body.addWidget(self._inside)
        self.setVisible(bool(self._told))

    def _add(self, box: QVBoxLayout, run: InterruptedRun, number: int) -> None:
        words = label(self._words(run), wrap=True)
        words.setToolTip(self.tr("kept {0} in runs/{1}").format(numbers.moment(run.saved), run.name))
        resume = button(self.tr("Resume"), f"trainingPanel.resumeButton.{number}", icon="play")
        discard = button(self.tr("Discard"), f"trainingPanel.discardButton.{number}", role="quiet")
        accessibility.name(resume, self.tr("Resume {0}").format(request_words(run.request)))
        accessibility.name(discard, self.tr("Discard {0}").format(request_words(run.request)))
        for made, act in ((resume, self._resume), (discard, self._discard)):
            made.setProperty("run", run)
            made.clicked.connect(act)
        line = row(words, resume, discard)
        line.setStretch(0, 1)
        box.addLayout(line)

    def _words(self, run: InterruptedRun) -> str:
        kept = self.tr("no model of it is saved")
        if run.model is not None:
            kept = self.tr("best epoch {0} is kept as {1}").format(run.best_epoch, run.model.name)
        words = self.tr("{0}: interrupted after epoch {1}, {2}")
        return words.format(request_words(run.request), run.epochs, kept)

    @Slot()
    def _resume(self) -> None:
        self.resumeWanted.emit(self.sender().property("run"))

    @Slot()
    def _discard(self) -> None:
        self.discardWanted.emit(self.sender().property("run"))
