"""Run, stop, and how far the run is, at the right of the station's heading."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from ktrdr_app.core.progress import ProgressEvent
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui.estimate import Estimate
from ktrdr_app.gui.ui.widgets import GRID, button, label


class RunBar(QWidget):
    """The buttons and the progress of a station's run."""

    def __init__(self) -> None:
        super().__init__()
        self._estimate = Estimate()
        self.run_button = button(self.tr("Run"), "backtestPanel.runButton", role="primary", icon="play")
        self.stop_button = button(self.tr("Stop"), "backtestPanel.stopButton", icon="stop")
        self.stop_button.setEnabled(False)
        self.bar = QProgressBar()
        self.bar.setObjectName("backtestPanel.progressBar")
        self.bar.setAccessibleName(self.tr("Progress of the backtest"))
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setFixedWidth(140)
        self.bar.hide()
        self.words = label("", "muted")
        self.words.setObjectName("backtestPanel.progressText")
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        for widget in (self.words, self.bar, self.run_button, self.stop_button):
            box.addWidget(widget)

    def begin(self, task: Task) -> None:
        """Show that a run begins.

        Parameters
        ----------
        task : Task
            The run; the time that it is paused does not count.
        """
        self._estimate = Estimate(task.clock)
        self.run_button.setEnabled(False)
        self.stop_button.setEnabled(True)
        self.bar.setRange(0, 0)
        self.bar.show()
        self.words.setText(self.tr("starting…"))

    def take(self, events: tuple[ProgressEvent, ...], *, stopping: bool) -> None:
        """Show how far the run is.

        Parameters
        ----------
        events : tuple of ProgressEvent
            What it said.
        stopping : bool
            Whether it was asked to stop, which is then said instead.
        """
        self._estimate.take(events)
        fraction = self._estimate.fraction
        self.bar.setRange(0, 0 if fraction is None else 1000)
        if fraction is not None:
            self.bar.setValue(round(1000 * fraction))
        if not stopping:
            self.words.setText(self._estimate.sentence())

    def say_stopping(self) -> None:
        """Show that the run was asked to stop."""
        self.stop_button.setEnabled(False)
        self.words.setText(self.tr("stopping…"))

    def over(self) -> None:
        """Show that nothing runs."""
        self.bar.hide()
        self.run_button.setEnabled(True)
        self.stop_button.setEnabled(False)
