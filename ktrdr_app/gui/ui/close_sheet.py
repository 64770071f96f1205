"""Asks, without blocking anything, about running tasks and work that would be lost when the window is to close."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui.widgets import GRID, button, label, row


class CloseSheet(QFrame):
    """A sheet at the top of the window; Escape keeps the window open.

    Parameters
    ----------
    window : QWidget
        Over which it lies.
    """

    stop_chosen = Signal()
    """The window is to close, whatever runs or would be lost."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setObjectName("closeSheet")
        self.setProperty("role", "notice")
        self.setProperty("tone", "warning")
        self.setAccessibleName(self.tr("Before the window closes"))
        self._text = label("", "heading", wrap=True)
        self._tasks = label("", "muted", wrap=True)
        self.keep = button(self.tr("Keep running"), "closeSheet.keepButton")
        self.stop = button(self.tr("Stop and quit"), "closeSheet.stopButton", role="primary")
        self.keep.clicked.connect(self.hide)
        self.stop.clicked.connect(self._stop)
        box = QVBoxLayout(self)
        box.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        box.setSpacing(GRID)
        box.addWidget(self._text)
        box.addWidget(self._tasks)
        box.addLayout(row(1, self.keep, self.stop))
        window.installEventFilter(self)
        self.hide()

    def ask(self, tasks: tuple[Task, ...], unsaved: tuple[str, ...] = ()) -> None:
        """Show the sheet.

        Parameters
        ----------
        tasks : tuple of Task
            What runs.
        unsaved : tuple of str
            What would be lost, as the user calls it.
        """
        self.tell(tasks, unsaved)
        self.stop.setEnabled(True)
        self.keep.setEnabled(True)
        self._place()
        self.show()
        self.raise_()
        self.keep.setFocus()

    def tell(self, tasks: tuple[Task, ...], unsaved: tuple[str, ...] = ()) -> None:
        """Say what still runs and would be lost; with nothing left there is nothing to be asked.

        Parameters
        ----------
        tasks : tuple of Task
            What runs.
        unsaved : tuple of str
            What would be lost, as the user calls it.
        """
        if not tasks and not unsaved:
            self.hide()
            return
        count = len(tasks)
        heading = [self.tr("{0} tasks are still running").format(count)] if count > 1 else []
        heading += [self.tr("A task is still running")] if count == 1 else []
        heading += [self.tr("Changes that are not saved would be lost")] if unsaved else []
        lines = [self.tr("{0} (paused)").format(task.title) if task.paused else task.title for task in tasks]
        lines += [self.tr("Not saved: {0}").format(", ".join(unsaved))] if unsaved else []
        self._text.setText("\n".join(heading))
        self._tasks.setText("\n".join(lines))
        self.keep.setText(self.tr("Keep running") if tasks else self.tr("Keep working"))
        if not unsaved:
            self.stop.setText(self.tr("Stop and quit"))
        else:
            self.stop.setText(self.tr("Stop, close without saving") if tasks else self.tr("Close without saving"))
        if self.isVisible():
            self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Escape keep the window open.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        if event.key() == Qt.Key.Key_Escape and self.keep.isEnabled():
            self.hide()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle when the window changes its size.

        Parameters
        ----------
        watched : QObject
            The window.
        event : QEvent
            What happened to it; never swallowed.
        """
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    @Slot()
    def _stop(self) -> None:
        self._text.setText(self.tr("Stopping…"))
        self.stop.setEnabled(False)
        self.keep.setEnabled(False)
        self.stop_chosen.emit()

    def _place(self) -> None:
        self.setFixedWidth(min(480, self._window.width() - 4 * GRID))
        self.adjustSize()
        self.move((self._window.width() - self.width()) // 2, 6 * GRID)
