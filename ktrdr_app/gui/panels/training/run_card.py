"""The line of a run: what it is about, its stages, how far it is, and what its figures say of the rest."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar

from ktrdr_app.core.progress import EpochFinished, ProgressEvent
from ktrdr_app.gui.panels.training.stage_strip import StageStrip
from ktrdr_app.gui.panels.training.words import say
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.estimate import Estimate
from ktrdr_app.gui.ui.widgets import GRID, Card, label, set_tone

_ROUND_FROM = 1000.0
"""Rows a second from which hundreds are exact enough."""


class RunCard(Card):
    """Headline, stage strip, progress bar, and a line of live figures."""

    def __init__(self) -> None:
        super().__init__()
        self.headline = label(self.tr("No run yet"), "heading", wrap=True)
        self.headline.setObjectName("trainingPanel.headline")
        self.strip = StageStrip("trainingPanel.stageStrip")
        self.strip.setAccessibleName(self.tr("Stages of the run"))
        self.bar = QProgressBar()
        self.bar.setObjectName("trainingPanel.progressBar")
        self.bar.setAccessibleName(self.tr("Progress of the training"))
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.words = label("", "muted")
        self.words.setObjectName("trainingPanel.progressText")
        self.words.setMinimumWidth(320)
        self.live = label("", "muted", wrap=True)
        self.live.setObjectName("trainingPanel.liveLine")
        self.live.hide()
        self.estimate = Estimate()
        self.last_epoch = 0
        line = QHBoxLayout()
        line.setSpacing(2 * GRID)
        line.addWidget(self.bar, 1, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.words)
        self.body.addWidget(self.headline)
        self.body.addWidget(self.strip)
        self.body.addLayout(line)
        self.body.addWidget(self.live)
        self.rest_on(self.tr("Tick symbols, then press Train."))

    def say(self, text: str, tone: str) -> None:
        """Set the headline.

        Parameters
        ----------
        text : str
            What it says.
        tone : str
            As `set_tone` takes it.
        """
        self.headline.setText(text)
        set_tone(self.headline, tone)

    def begin(self, task: Task | None, symbols: int) -> None:
        """Show a run that begins.

        Parameters
        ----------
        task : Task or None
            Whose clock the guess of the time left goes by.
        symbols : int
            How many it learns from.
        """
        self.estimate = Estimate() if task is None else Estimate(task.clock)
        self.last_epoch = 0
        self.strip.clear()
        self.live.clear()
        self.live.hide()
        self.bar.setRange(0, 0)
        for part in (self.strip, self.bar, self.words):
            part.show()
        count = self.tr("1 symbol") if symbols == 1 else self.tr("{0} symbols").format(symbols)
        self.say(self.tr("Training on {0}").format(count), "accent")
        self.words.setText(self.tr("starting…"))

    def take(self, events: tuple[ProgressEvent, ...]) -> None:
        """Learn from one batch.

        Parameters
        ----------
        events : tuple of ProgressEvent
            Oldest first.
        """
        self.strip.take(events)
        self.estimate.take(events)
        epochs = [event for event in events if isinstance(event, EpochFinished)]
        if epochs:
            self.last_epoch = epochs[-1].epoch
            self.live.setText(live_words(epochs[-1]))
            self.live.show()
        fraction = self.estimate.fraction
        self.bar.setRange(0, 0 if fraction is None else 1000)
        if fraction is not None:
            self.bar.setValue(round(1000 * fraction))

    def rest_on(self, words: str) -> None:
        """Show a run whose stages nobody knows any more, or none.

        Parameters
        ----------
        words : str
            Which one it is.
        """
        for part in (self.strip, self.bar):
            part.hide()
        self.words.setText(words)
        self.words.show()

    def rest(self) -> None:
        """Show that nothing runs any more."""
        self.bar.setRange(0, 1000)
        self.bar.setValue(0)
        for part in (self.bar, self.live):
            part.hide()
        self.words.setVisible(bool(self.words.text()))


def live_words(epoch: EpochFinished) -> str:
    """Return what an epoch says of the rest of the run.

    Parameters
    ----------
    epoch : EpochFinished
        The newest one.
    """
    said = [say("best epoch {0}").format(epoch.best_epoch)]
    if epoch.patience_left is not None and epoch.patience_left <= 0:
        said.append(say("stops now: no better figure for too long"))
    elif epoch.patience_left is not None and epoch.patience_left >= epoch.epochs - epoch.epoch:
        said.append(say("runs to epoch {0}").format(epoch.epochs))
    elif epoch.patience_left is not None:
        word = say("stops after the next epoch") if epoch.patience_left == 1 else say("stops in {0} epochs")
        said.append(say("{0} unless the figure gets better").format(word.format(epoch.patience_left)))
    rate = epoch.samples_per_second
    said.append(say("{0} rows a second").format(numbers.integer(round(rate, -2) if rate >= _ROUND_FROM else rate)))
    return "  ·  ".join(said)
