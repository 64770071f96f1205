"""Trainings that still waited when the program ended: asked about, never begun by themselves."""

from __future__ import annotations

from PySide6.QtCore import Slot

from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.panels.training.queue_keeper import QueueKeeper
from ktrdr_app.gui.panels.training.queue_page import queue_words
from ktrdr_app.gui.panels.training.runs import TrainingRuns
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.widgets import Card, button, label, row
from ktrdr_app.workflows.requests import TrainRequest


class LeftQueueCard(Card):
    """The question; hidden where nothing was left.

    Parameters
    ----------
    keeper : QueueKeeper
        Who knows what was left.
    runs : TrainingRuns
        Where it goes on.
    station : Station
        In whose notice a discarded queue can be brought back.
    """

    def __init__(self, keeper: QueueKeeper, runs: TrainingRuns, station: Station) -> None:
        super().__init__()
        self.setObjectName("trainingPanel.leftQueue")
        self._keeper, self._runs, self._station = keeper, runs, station
        self._discarded: tuple[TrainRequest, ...] = ()
        self._told = ""
        self.words = label("", wrap=True)
        self.start = button(self.tr("Start them"), "trainingPanel.leftStartButton", icon="play")
        self.discard = button(self.tr("Discard"), "trainingPanel.leftDiscardButton", role="quiet")
        accessibility.name(self.discard, self.tr("Discard the trainings that waited"))
        self.start.clicked.connect(keeper.start)
        self.discard.clicked.connect(self._discard)
        line = row(self.words, self.start, self.discard)
        line.setStretch(0, 1)
        self.body.addLayout(line)
        keeper.leftChanged.connect(self._show)
        for signal in (runs.begun, runs.ended):
            signal.connect(self._show)
        station.notice.chosen.connect(self._bring_back)
        self.hide()

    @Slot()
    def _show(self, _changed: object = None) -> None:
        left = self._keeper.left
        self.setVisible(bool(left))
        if not left:
            return
        one = self.tr("A training still waited when the program ended:")
        many = self.tr("{0} trainings still waited when the program ended, the first:").format(len(left))
        self.words.setText("\n".join((one if len(left) == 1 else many, queue_words(left[0]))))
        self.words.setToolTip("\n".join(map(queue_words, left)))
        begin = self.tr("Start it") if len(left) == 1 else self.tr("Start them")
        self.start.setText(self.tr("Add to the queue") if self._runs.running else begin)
        accessibility.name(self.start, self.tr("Start the trainings that waited"))

    @Slot()
    def _discard(self) -> None:
        self._discarded = self._keeper.discard()
        self._told = self.tr("The trainings that waited are discarded")
        self._station.notice.show_text("info", self._told, "")
        self._station.notice.offer(self.tr("Undo"))

    @Slot()
    def _bring_back(self) -> None:
        if not self._discarded or self._station.notice.text.text() != self._told:  # it answers another message
            return
        left, self._discarded = self._discarded, ()
        self._station.notice.dismiss()
        self._keeper.put_back(left)
