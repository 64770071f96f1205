"""The buttons of a run: Train or add to the queue, pause and resume, stop and keep the best."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ktrdr_app.gui.panels.training.readiness import Missing
from ktrdr_app.gui.panels.training.runs import TrainingRuns
from ktrdr_app.gui.ui.icons import set_icon
from ktrdr_app.gui.ui.widgets import GRID, button, row


class RunButtons(QWidget):
    """Three buttons that follow the run.

    Parameters
    ----------
    runs : TrainingRuns
        What they act on; *Train* and *Stop* are left to the station.
    """

    def __init__(self, runs: TrainingRuns) -> None:
        super().__init__()
        self._runs = runs
        self.train = button(self.tr("Train"), "trainingPanel.trainButton", role="primary", icon="play")
        self.pause = button(self.tr("Pause"), "trainingPanel.pauseButton", icon="pause")
        self.stop = button(self.tr("Stop && keep best"), "trainingPanel.stopButton", icon="stop")
        self.pause.clicked.connect(runs.toggle_pause)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.train)
        box.addLayout(row(self.pause, self.stop))
        runs.queueChanged.connect(self.follow)
        self.follow()

    @Slot()
    def follow(self) -> None:
        """Offer what the run allows."""
        running, paused = self._runs.running, self._runs.paused
        self.train.setText(self.tr("Add to the queue") if running else self.tr("Train"))
        self.pause.setText(self.tr("Resume") if paused else self.tr("Pause"))
        set_icon(self.pause, "play" if paused else "pause", "text_muted")
        self.pause.setEnabled(running and not self._runs.ending)
        self.stop.setEnabled(running and not self._runs.ending)
        about = self.tr("Ends the training after this epoch and saves the best model so far; it can go on later")
        self.stop.setToolTip(about if running else "")

    def block(self, missing: Sequence[Missing]) -> None:
        """Let a training begin, or say why it cannot.

        Parameters
        ----------
        missing : sequence of Missing
            What is known to be missing; nothing lets it begin.
        """
        self.train.setEnabled(not missing)
        self.train.setToolTip("\n".join(one.text for one in missing))
