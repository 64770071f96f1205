"""The files of an import, each with where it stands."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ktrdr_app.gui.panels.data.importing.entry import Entry, State
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import GRID, button, label, row

_TONES = {
    State.READING: "text_muted",
    State.ASKS: "warning",
    State.READY: "success",
    State.IMPORTING: "info",
    State.IMPORTED: "text_muted",
    State.FAILED: "danger",
}


class QueueView(QWidget):
    """A list of files of which one is shown beside it."""

    selected = Signal(object)
    """The `Entry` that the user went to."""
    add_wanted = Signal()
    remove_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("importDialog.queue")
        columns = [
            Column(self.tr("File"), lambda entry: entry.path.name),
            Column(self.tr("State"), lambda entry: self.words(entry), token=lambda entry: _TONES[entry.state]),
        ]
        self.heading = label("", "heading")
        self.table = RecordTable(columns, "importDialog.files", self.tr("Files to import"))
        self.table.setSortingEnabled(False)
        self.table.selectionModel().selectionChanged.connect(self._tell)
        self.add = button(self.tr("Add files…"), "importDialog.add", icon="add")
        accessibility.name(self.add, self.tr("Add files"), self.tr("choose more files to import"))
        self.add.clicked.connect(self.add_wanted)
        self.remove = button(self.tr("Remove"), "importDialog.remove")
        accessibility.name(self.remove, self.tr("Remove"), self.tr("leave the selected file out; it is not deleted"))
        self.remove.clicked.connect(self._remove)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.heading)
        box.addWidget(self.table, 1)
        box.addLayout(row(self.add, self.remove, 1))

    def words(self, entry: Entry) -> str:
        """Return where a file stands, in words.

        Parameters
        ----------
        entry : Entry
            The file.
        """
        error = entry.error or (entry.preview.problem if entry.preview else None)
        if entry.state is State.FAILED and error is not None:
            return self.tr("failed: {0}").format(error.message)
        return {
            State.READING: self.tr("reading…"),
            State.ASKS: self.tr("needs an answer"),
            State.READY: self.tr("ready"),
            State.IMPORTING: self.tr("importing…"),
            State.IMPORTED: self.tr("imported"),
            State.FAILED: self.tr("failed"),
        }[entry.state]

    def show_entries(self, entries: list[Entry], current: Entry | None) -> None:
        """Show files.

        Parameters
        ----------
        entries : list of Entry
            All of them.
        current : Entry or None
            The one that is shown beside the list.
        """
        self.table.blockSignals(True)
        self.table.records.set_records(entries)
        self.table.blockSignals(False)
        self.select(current)
        self.refresh()

    def select(self, current: Entry | None) -> None:
        """Mark the file that is shown.

        Parameters
        ----------
        current : Entry or None
            Which one.
        """
        if self.table.selected is not current:
            self.table.select(lambda entry: entry is current)

    @Slot()
    def refresh(self) -> None:
        """Show where the files stand now."""
        model, entries = self.table.records, self.table.records.records
        ready = sum(entry.importable for entry in entries)
        self.heading.setText(self.tr("{0} files, {1} ready").format(len(entries), ready))
        if entries:
            model.dataChanged.emit(model.index(0, 0), model.index(len(entries) - 1, 1))
        current = self.table.selected
        self.remove.setEnabled(current is not None and not current.writing)

    @Slot()
    def _tell(self) -> None:
        entry = self.table.selected
        if entry is not None:
            self.selected.emit(entry)

    @Slot()
    def _remove(self) -> None:
        self.remove_wanted.emit(self.table.selected)
