"""Deleting a series: a question that blocks nothing, the move to the trash, and the way back."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.data.trash import TrashedSeries
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.data.series_row import Key, say
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui.notices import Notice
from ktrdr_app.gui.ui.widgets import GRID, button, label, row
from ktrdr_app.workflows.trash_run import DeleteRequest, RestoreRequest


class DeleteDialog(QDialog):
    """Asks whether a series is to go; Escape keeps it.

    Parameters
    ----------
    key : (str, str)
        Symbol and time frame.
    models : int
        Models that were trained on it.
    parent : QWidget
        Window it belongs to.
    """

    def __init__(self, key: Key, models: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("dataPanel.deleteDialog")
        self.setWindowTitle(say("Delete a series"))
        text = say("Its file, and every file named after it, goes into the workspace's trash and can be brought back.")
        if models:
            known = say("Models trained on it stay, but could not be trained again without it: {0}.").format(models)
            text = f"{text} {known}"
        keep = button(say("Keep it"), "dataPanel.keepButton")
        delete = button(say("Move to trash"), "dataPanel.confirmDeleteButton", role="primary")
        keep.clicked.connect(self.reject)
        delete.clicked.connect(self.accept)
        box = QVBoxLayout(self)
        box.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        box.setSpacing(2 * GRID)
        box.addWidget(label(say("Delete {0} {1}?").format(*key), "title"))
        words = label(text, wrap=True)
        words.setMinimumWidth(420)
        box.addWidget(words)
        box.addLayout(row(1, keep, delete))
        keep.setFocus()


class Deletion(QObject):
    """The tasks behind it.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    parent : QWidget
        The station.
    notice : Notice
        Where the way back is offered.
    """

    restored = Signal(object)
    """TrashedSeries: it is back."""
    failed = Signal(object)
    """KtrdrError or TaskError."""

    def __init__(self, context: AppContext, parent: QWidget, notice: Notice) -> None:
        super().__init__(parent)
        self._context = context
        self._station = parent
        self._notice = notice
        self._key: Key | None = None
        self._deleted: TrashedSeries | None = None
        notice.chosen.connect(self._restore)

    def ask(self, key: Key, models: int) -> None:
        """Ask whether a series is to go, and move it if so.

        Parameters
        ----------
        key : (str, str)
            Symbol and time frame.
        models : int
            Models that were trained on it.
        """
        self._key = key
        dialog = DeleteDialog(key, models, self._station.window())
        dialog.accepted.connect(self._delete)
        dialog.open()

    @Slot()
    def _delete(self) -> None:
        if self._key is None:
            return
        request = DeleteRequest(self._context.workspace, *self._key)

        def work(progress: Progress, cancel: CancelToken) -> TrashedSeries:
            return workflows.delete_data(request, progress, cancel)

        task = Task(say("Delete a series"), work)
        task.succeeded.connect(self._gone)
        task.failed.connect(self.failed)
        self._context.submit(task)

    @Slot()
    def _restore(self) -> None:
        entry = self._deleted
        if entry is None:
            return
        request = RestoreRequest(self._context.workspace, entry.symbol, entry.timeframe, entry.folder)

        def work(progress: Progress, cancel: CancelToken) -> TrashedSeries:
            return workflows.restore_data(request, progress, cancel)

        task = Task(say("Bring a series back"), work)
        task.succeeded.connect(self._back)
        task.failed.connect(self.failed)
        self._context.submit(task)

    @Slot(object)
    def _gone(self, entry: TrashedSeries) -> None:
        self._deleted = entry
        text = say("{0} {1} is in the trash").format(entry.symbol, entry.timeframe)
        self._notice.show_text("success", text, self._context.workspace.relative(entry.folder))
        self._notice.offer(say("Undo"))
        self._context.dataChanged.emit()

    @Slot(object)
    def _back(self, entry: TrashedSeries) -> None:
        self._deleted = None
        self._notice.dismiss()
        self._context.notify("success", say("{0} {1} is back").format(entry.symbol, entry.timeframe))
        self.restored.emit(entry)
        self._context.dataChanged.emit()
