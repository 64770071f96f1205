"""Lists running and finished tasks: what each does, how long it will take, and ways to let it wait or stop it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from ktrdr_app.core.progress import ProgressEvent
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.tasks.task import Task, TaskState
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.estimate import Estimate
from ktrdr_app.gui.ui.icons import pixmap, set_icon
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.theme import tokens
from ktrdr_app.gui.ui.widgets import GRID, button, label

KEPT = 20
"""Finished tasks that stay in the list."""

_SIGNS = {
    TaskState.RUNNING: ("refresh", "info"),
    TaskState.SUCCEEDED: ("success", "success"),
    TaskState.FAILED: ("danger", "danger"),
    TaskState.CANCELLED: ("stop", "warning"),
}
_PAUSED = ("pause", "warning")


class TaskRow(QFrame):
    """One task, as a line.

    Parameters
    ----------
    task : Task
        Which one.
    """

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.task = task
        self._estimate = Estimate(task.clock)
        self._sign = QLabel()
        self._title = label(task.title, "heading")
        self._title.setMinimumWidth(240)
        self.words = label("", "muted")
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(200)
        self._bar.setAccessibleName(self.tr("Progress of {0}").format(task.title))
        self.pause = button(self.tr("Pause"), icon="pause")
        self.pause.clicked.connect(task.toggle_pause)
        self.stop = button("", icon="stop")
        self.stop.clicked.connect(task.stop)
        box = QHBoxLayout(self)
        box.setContentsMargins(GRID, 2, GRID, 2)
        box.setSpacing(GRID + GRID // 2)
        for widget in (self._sign, self._title, self.words, self._bar, self.pause, self.stop):
            box.addWidget(widget, 1 if widget is self.words else 0)
        task.progressed.connect(self._progress)
        task.paused_changed.connect(self._say_pause)
        for signal in (task.keeps_changed, task.asked):
            signal.connect(self._say_stop)
        task.finished.connect(self._over)
        self._say_pause()
        self._say_stop()

    def recolour(self) -> None:
        """Draw the sign of the task's state in the current theme."""
        running = _PAUSED if self.task.paused else _SIGNS[TaskState.RUNNING]
        picture, token = _SIGNS[self.task.state] if self.task.over else running
        self._sign.setPixmap(pixmap(picture, getattr(tokens(), token), 16, self.devicePixelRatioF()))

    @Slot(object)
    def _progress(self, events: tuple[ProgressEvent, ...]) -> None:
        self._estimate.take(events)
        self._say()
        fraction = self._estimate.fraction
        self._bar.setRange(0, 0 if fraction is None else 1000)
        if fraction is not None:
            self._bar.setValue(round(1000 * fraction))

    def _say(self) -> None:
        if self.task.token.cancelled:
            told = self.tr("stopping…")
        elif self.task.token.winding_up:
            told = self.tr("stopping, the best so far is kept…")
        elif self.task.paused:
            told = self.tr("paused   {0}").format(self._estimate.text).rstrip()
        else:
            told = self._estimate.sentence()
        self.words.setText(told)

    @Slot()
    def _say_pause(self, _paused: bool = False) -> None:
        paused = self.task.paused
        self.pause.setText(self.tr("Resume") if paused else self.tr("Pause"))
        set_icon(self.pause, "play" if paused else "pause")
        words = self.tr("Resume {0}") if paused else self.tr("Pause {0}")
        accessibility.name(self.pause, words.format(self.task.title))
        self._say()
        self.recolour()

    @Slot()
    def _say_stop(self, _keeps: bool = False) -> None:
        """Say what a press on *Stop* does: it keeps the best where there is one, and a second press ends that too."""
        token, title = self.task.token, self.task.title
        if token.winding_up:
            words, name = self.tr("Stop now"), self.tr("Stop {0} now")
            about = self.tr("Ends it at once; no model is saved")
        elif self.task.keeps:
            words, name = self.tr("Stop && keep best"), self.tr("Stop {0} and keep the best so far")
            about = self.tr("Ends it after this epoch and saves the best model so far; it can go on later")
        else:
            words, name, about = self.tr("Stop"), self.tr("Stop {0}"), ""
        self.stop.setText(words)
        self.stop.setToolTip(about)
        accessibility.name(self.stop, name.format(title))
        self.stop.setEnabled(not token.cancelled)
        self.pause.setEnabled(not self.task.ending)
        self._say()

    @Slot()
    def _over(self) -> None:
        for part in (self._bar, self.pause, self.stop):
            part.hide()
        took = numbers.seconds(self._estimate.elapsed)
        outcome = self.task.outcome
        if outcome is not None and outcome.error is not None:
            text = error_text(outcome.error)[0]
        elif self.task.state is TaskState.CANCELLED:
            kept = self.tr("stopped after {0}; no model is saved")
            text = (kept if self.task.keeps else self.tr("stopped after {0}; nothing was written")).format(took)
        elif self.task.token.winding_up:
            text = self.tr("stopped after {0}; the best so far is kept").format(took)
        else:
            text = self.tr("done in {0}").format(took)
        self.words.setText(text)
        self.words.setToolTip(text)
        self.recolour()


class TaskList(QScrollArea):
    """The tasks, newest first.

    Parameters
    ----------
    context : AppContext
        Whose task manager is watched.
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.setObjectName("taskList")
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("Tasks"))
        self._none = label(self.tr("Nothing runs. Trainings and backtests show here with their progress."), "muted")
        self._none.setContentsMargins(GRID, GRID, GRID, GRID)
        holder = QWidget()
        self._box = QVBoxLayout(holder)
        self._box.setContentsMargins(0, GRID // 2, 0, 0)
        self._box.setSpacing(0)
        self._box.addWidget(self._none)
        self._box.addStretch(1)
        self.setWidget(holder)
        self.rows: list[TaskRow] = []
        context.tasks.taskAdded.connect(self._add)

    def recolour(self) -> None:
        """Draw all signs in the current theme."""
        for entry in self.rows:
            entry.recolour()

    @Slot(object)
    def _add(self, task: Task) -> None:
        if task.quiet:
            return
        self._none.hide()
        entry = TaskRow(task)
        self.rows.insert(0, entry)
        self._box.insertWidget(0, entry)
        finished = [shown for shown in self.rows if shown.task.state is not TaskState.RUNNING and shown is not entry]
        for old in finished[KEPT:]:
            self.rows.remove(old)
            old.hide()
            old.deleteLater()
