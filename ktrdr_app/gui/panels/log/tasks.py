"""Lists running and finished tasks: what each does, how long it will take, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from ktrdr_app.core.progress import ProgressEvent
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.tasks.task import Task, TaskState
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.estimate import Estimate
from ktrdr_app.gui.ui.icons import pixmap
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
        self._estimate = Estimate()
        self._sign = QLabel()
        self._title = label(task.title, "heading")
        self._title.setMinimumWidth(240)
        self.words = label("", "muted")
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(200)
        self._bar.setAccessibleName(self.tr("Progress of {0}").format(task.title))
        self.stop = button(self.tr("Stop"), icon="stop")
        accessibility.name(self.stop, self.tr("Stop {0}").format(task.title))
        self.stop.clicked.connect(task.cancel)
        self.stop.clicked.connect(self._stopping)
        box = QHBoxLayout(self)
        box.setContentsMargins(GRID, 2, GRID, 2)
        box.setSpacing(GRID + GRID // 2)
        for widget, stretch in ((self._sign, 0), (self._title, 0), (self.words, 1), (self._bar, 0), (self.stop, 0)):
            box.addWidget(widget, stretch)
        task.progressed.connect(self._progress)
        task.finished.connect(self._over)
        self.recolour()

    def recolour(self) -> None:
        """Draw the sign of the task's state in the current theme."""
        picture, token = _SIGNS.get(self.task.state, _SIGNS[TaskState.RUNNING])
        self._sign.setPixmap(pixmap(picture, getattr(tokens(), token), 16, self.devicePixelRatioF()))

    @Slot(object)
    def _progress(self, events: tuple[ProgressEvent, ...]) -> None:
        self._estimate.take(events)
        if not self.task.token.cancelled:
            self.words.setText(self._estimate.sentence())
        fraction = self._estimate.fraction
        self._bar.setRange(0, 0 if fraction is None else 1000)
        if fraction is not None:
            self._bar.setValue(round(1000 * fraction))

    @Slot()
    def _stopping(self) -> None:
        self.stop.setEnabled(False)
        self.words.setText(self.tr("stopping…"))

    @Slot()
    def _over(self) -> None:
        self._bar.hide()
        self.stop.hide()
        took = numbers.seconds(self._estimate.elapsed)
        outcome = self.task.outcome
        if outcome is not None and outcome.error is not None:
            text = error_text(outcome.error)[0]
        elif self.task.state is TaskState.CANCELLED:
            text = self.tr("stopped after {0}; nothing was written").format(took)
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
