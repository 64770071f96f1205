"""The data station's way in for files: chosen or dropped, shown in the import dialog, written, and announced."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.data.importing.dialog import ImportDialog
from ktrdr_app.gui.panels.data.importing.queue import ImportQueue
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui import numbers


class Importer(QObject):
    """Imports files into the workspace; one dialog for all of them.

    Parameters
    ----------
    context : AppContext
        Workspace, tasks and notices.
    parent_widget : QWidget
        The panel; the dialog belongs to its window.
    """

    imported = Signal(object)
    """Tuple of the documents of what was written, as ``data import --json`` prints them."""
    failed = Signal(object)
    """KtrdrError or TaskError that concerns no file of the dialog, such as a folder without bars."""

    def __init__(self, context: AppContext, parent_widget: QWidget) -> None:
        super().__init__(parent_widget)
        self._context = context
        self._widget = parent_widget
        self.queue = ImportQueue(context, self)
        self.dialog: ImportDialog | None = None
        self.queue.imported.connect(self._announce)

    @Slot()
    def choose_files(self) -> None:
        """Open the system's file chooser, which blocks nothing."""
        chooser = QFileDialog(self.dialog or self._widget.window(), self.tr("Import data"))
        chooser.setObjectName("importFileDialog")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setFileMode(QFileDialog.FileMode.ExistingFiles)
        chooser.setNameFilters(
            [
                self.tr("Price data (*.csv *.txt *.tsv *.prn *.gz *.zip *.parquet *.pq)"),
                self.tr("Text (*.csv *.txt *.tsv *.prn)"),
                self.tr("Packed (*.gz *.zip)"),
                self.tr("Parquet (*.parquet *.pq)"),
                self.tr("All files (*)"),
            ]
        )
        chooser.filesSelected.connect(self._chosen)
        chooser.open()

    def begin(self, paths: Sequence[Path]) -> None:
        """Show files in the import dialog; folders stand for the files in them.

        Parameters
        ----------
        paths : sequence of Path
            Files and folders.
        """
        named = tuple(paths)

        def work(progress: Progress, cancel: CancelToken) -> tuple[Path, ...]:
            return workflows.files_to_import(named, progress, cancel)

        task = Task(self.tr("Find the files to import"), work, quiet=True)
        task.succeeded.connect(self._show)
        task.failed.connect(self.failed)
        self._context.submit(task)

    @Slot("QStringList")
    def _chosen(self, files: list[str]) -> None:
        self.begin([Path(file) for file in files])

    @Slot(object)
    def _dropped(self, files: Sequence[Path]) -> None:
        self.begin(files)

    @Slot(object)
    def _show(self, files: tuple[Path, ...]) -> None:
        if self.dialog is None:
            self.dialog = ImportDialog(self.queue, self._widget.window())
            self.dialog.finished.connect(self._closed)
            self.dialog.more_wanted.connect(self.choose_files)
            self.dialog.files_dropped.connect(self._dropped)
            self.dialog.show()
        self.queue.add(files)
        self.dialog.raise_()
        self.dialog.activateWindow()

    @Slot()
    def _closed(self) -> None:
        self.dialog = None
        self.queue.close()

    @Slot(object)
    def _announce(self, documents: tuple[dict[str, Any], ...]) -> None:
        if len(documents) == 1:
            name = f"{documents[0]['symbol']} {documents[0]['timeframe']}"
            rows = numbers.integer(documents[0]["rows_written"])
            words = self.tr("{0} imported: the series holds {1} bars")
            if not documents[0]["rows_written"]:
                words = self.tr("{0} was left as it is")
            text = words.format(name, rows)
        else:
            text = self.tr("{0} files imported").format(len(documents))
        self._context.notify("success", text)
        self.imported.emit(documents)
        if self.dialog is not None and all(entry.document is not None for entry in self.queue.entries):
            self.dialog.accept()
