"""The trainings that wait for the one at hand: a list to be reordered and thinned."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QListWidget, QVBoxLayout, QWidget

from ktrdr_app.gui.panels.training.runs import TrainingRuns, request_words
from ktrdr_app.gui.panels.training.words import say
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.widgets import GRID, button, label, row
from ktrdr_app.workflows.requests import TrainRequest


class QueuePage(QWidget):
    """The queue.

    Parameters
    ----------
    runs : TrainingRuns
        Whose queue.
    """

    def __init__(self, runs: TrainingRuns) -> None:
        super().__init__()
        self._runs = runs
        self._shown: tuple[TrainRequest, ...] = ()
        self.list = QListWidget()
        self.list.setObjectName("trainingPanel.queueList")
        accessibility.name(self.list, self.tr("Trainings that wait"))
        self.earlier = button(self.tr("Earlier"), "trainingPanel.queueUpButton")
        self.later = button(self.tr("Later"), "trainingPanel.queueDownButton")
        self.remove = button(self.tr("Remove"), "trainingPanel.queueRemoveButton")
        for made, act in ((self.earlier, self._earlier), (self.later, self._later), (self.remove, self._remove)):
            made.clicked.connect(act)
        self.list.currentRowChanged.connect(self._follow)
        about = self.tr("Each begins when the one before it has ended, whether that succeeded, failed or was stopped.")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, GRID, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(label(about, "muted", wrap=True))
        box.addWidget(self.list, 1)
        box.addLayout(row(self.earlier, self.later, 1, self.remove))
        runs.queueChanged.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        place = max(0, self.list.currentRow())
        chosen = self._shown[place] if place < len(self._shown) else None
        self._shown = self._runs.queue
        place = next((number for number, request in enumerate(self._shown) if request is chosen), place)
        self.list.clear()
        for number, request in enumerate(self._runs.queue, start=1):
            self.list.addItem(f"{number}.  {queue_words(request)}")
        self.list.setCurrentRow(min(place, self.list.count() - 1))
        self._follow()

    @Slot()
    def _follow(self, _row: int = 0) -> None:
        place, last = self.list.currentRow(), self.list.count() - 1
        self.earlier.setEnabled(place > 0)
        self.later.setEnabled(0 <= place < last)
        self.remove.setEnabled(place >= 0)

    @Slot()
    def _earlier(self) -> None:
        self._move(-1)

    @Slot()
    def _later(self) -> None:
        self._move(1)

    def _move(self, step: int) -> None:
        place = self.list.currentRow()
        self._runs.move(place, step)
        self.list.setCurrentRow(place + step)

    @Slot()
    def _remove(self) -> None:
        self._runs.remove(self.list.currentRow())


def queue_words(request: TrainRequest) -> str:
    """Return a training that waits in one line, with all that differs from its strategy.

    Parameters
    ----------
    request : TrainRequest
        What is to be trained.
    """
    said = [request_words(request), say("seed {0}").format(request.seed)]
    if request.combination is not None:
        said.append(request.combination)
    if request.weights:
        said.append(
            ", ".join(f"{symbol} × {numbers.significant(weight)}" for symbol, weight in request.weights.items())
        )
    if request.epochs is not None:
        said.append(say("at most {0} epochs").format(numbers.integer(request.epochs)))
    if request.resume is not None:
        said.append(say("goes on"))
    return " · ".join(said)
