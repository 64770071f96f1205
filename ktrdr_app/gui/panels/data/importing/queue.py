"""Reads and writes the files of an import off the GUI thread: the last change wins, one file is written at a time."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.data.importing.findings import ImportQuestions
from ktrdr_app.data.importing.preview import ImportPreview, places_in
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.data.importing.entry import SHARED, Entry
from ktrdr_app.gui.tasks.task import Task, TaskState, Work
from ktrdr_app.workflows.import_run import ImportRequest

DEBOUNCE_MS = 250
"""A change waits so long for the next one before the file is read again."""

AT_ONCE = 2
"""Files that are read at the same time."""


@dataclass(frozen=True)
class Job:
    """A task and the file it is about.

    Attributes
    ----------
    task : Task
        The work.
    entry : Entry
        Its file.
    version : int
        The file's version when it was begun.
    """

    task: Task
    entry: Entry
    version: int


class ImportQueue(QObject):
    """The files of one import and the tasks that read and write them.

    Parameters
    ----------
    context : AppContext
        Workspace and tasks.
    parent : QObject
        Owner in the Qt tree.
    """

    listChanged = Signal()
    """Files were added or removed."""
    entryChanged = Signal(object)
    """An `Entry` stands elsewhere now."""
    writingChanged = Signal()
    """Writing began, went on to the next file, or ended."""
    imported = Signal(object)
    """Tuple of the documents of what was written, once nothing more is being written."""

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self.entries: list[Entry] = []
        self._reads: list[Job] = []
        self._write: Job | None = None
        self._line: list[Entry] = []
        self._written: list[dict[str, Any]] = []
        self.total = 0
        self.done = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DEBOUNCE_MS)
        self._timer.timeout.connect(self._read_next)

    @property
    def writing(self) -> Entry | None:
        """The file that is being written."""
        return self._write.entry if self._write else None

    def add(self, files: Sequence[Path]) -> None:
        """Take files in and begin to read them; one that is there already is not taken twice.

        Parameters
        ----------
        files : sequence of Path
            Files.
        """
        known = {entry.path for entry in self.entries if entry.document is None}
        self.entries += [Entry(path) for path in files if path not in known]
        self.listChanged.emit()
        self._read_next()

    def remove(self, entry: Entry) -> None:
        """Leave a file out, unless it is being written.

        Parameters
        ----------
        entry : Entry
            Which one.
        """
        if entry.writing or entry not in self.entries:
            return
        self.entries.remove(entry)
        self._stop_reading(entry)
        self.listChanged.emit()

    def answer(self, entry: Entry, key: str, value: str) -> None:
        """Take what the user says of a file, and read it again after a moment.

        Parameters
        ----------
        entry : Entry
            Whose answer it is.
        key : str
            Field of `ImportRequest`.
        value : str
            The answer; empty takes it back.
        """
        if entry.answers.get(key, "") == value or entry.writing:
            return
        entry.answers.pop(key, None)
        if key == "columns":
            entry.columns = places_in(value) if value else {}
        elif value:
            entry.answers[key] = value
        self._changed(entry)

    def choose_column(self, entry: Entry, role: str, place: int | None) -> None:
        """Take which column a role is read from.

        Parameters
        ----------
        entry : Entry
            Whose columns.
        role : str
            Such as ``close``.
        place : int or None
            Place of the column; None leaves it to the file.
        """
        if entry.columns.get(role) == place or entry.writing:
            return
        entry.columns.pop(role, None)
        if place is not None:
            entry.columns[role] = place
        self._changed(entry)

    def use_for_all(self, entry: Entry) -> None:
        """Give what the user said of one file to all that are not imported yet; columns where the headings agree.

        Parameters
        ----------
        entry : Entry
            Whose answers.
        """
        shared = {key: value for key, value in entry.answers.items() if key in SHARED}
        names = entry.preview.raw.names if entry.preview else ()
        for other in self.entries:
            if other is entry or other.document is not None or other.writing:
                continue
            same = other.preview is not None and other.preview.raw.names == names
            columns = dict(entry.columns) if same else other.columns
            if {**other.answers, **shared} != other.answers or columns != other.columns:
                other.answers |= shared
                other.columns = columns
                self._changed(other)

    def write(self, entries: Sequence[Entry]) -> None:
        """Import files, one after the other.

        Parameters
        ----------
        entries : sequence of Entry
            Those that are not importable are passed over.
        """
        chosen = [entry for entry in entries if entry.importable]
        if not chosen:
            return
        if self._write is None:
            self.total = self.done = 0
        self.total += len(chosen)
        for entry in chosen:
            entry.writing, entry.error = True, None
            self._line.append(entry)
            self.entryChanged.emit(entry)
        self._write_next()

    @Slot()
    def stop_writing(self) -> None:
        """Stop after what is being written; a file is written whole or not at all."""
        line, self._line = self._line, []
        for entry in line:
            entry.writing = False
            self.entryChanged.emit(entry)
        if self._write:
            self._write.task.cancel()

    @Slot()
    def close(self) -> None:
        """Stop everything and forget the files; what is still written then is announced all the same."""
        self._timer.stop()
        self.stop_writing()
        for job in self._reads:
            job.task.cancel()
        self.entries = []
        self.listChanged.emit()

    def _changed(self, entry: Entry) -> None:
        entry.version += 1
        entry.stale, entry.error = True, None
        self._stop_reading(entry)
        self.entryChanged.emit(entry)
        self._timer.start()

    def _stop_reading(self, entry: Entry) -> None:
        for job in self._reads:
            if job.entry is entry:
                job.task.cancel()

    @Slot()
    def _read_next(self) -> None:
        busy = [job.entry for job in self._reads]
        for entry in self.entries:
            if len(self._reads) >= AT_ONCE:
                return
            if entry.stale and not entry.writing and entry.error is None and entry not in busy:
                task = Task(self.tr("Read {0}").format(entry.path.name), self._reading(entry), quiet=True)
                self._reads.append(Job(task, entry, entry.version))
                task.finished.connect(self._read_over)
                self._context.submit(task)

    def _reading(self, entry: Entry) -> Work:
        request = entry.request(self._context.workspace)

        def work(progress: Progress, cancel: CancelToken) -> ImportPreview:
            return workflows.preview_import(request, progress, cancel)

        return work

    @Slot()
    def _read_over(self) -> None:
        for job in [job for job in self._reads if job.task.outcome is not None]:
            self._reads.remove(job)
            outcome, entry = job.task.outcome, job.entry
            if outcome is None or job.version != entry.version or entry not in self.entries:
                continue
            if outcome.state is TaskState.FAILED:
                entry.error, entry.stale = outcome.error, False
            elif isinstance(outcome.value, ImportPreview):
                entry.take(outcome.value)
            self.entryChanged.emit(entry)
        if not self._timer.isActive():
            self._read_next()

    def _write_next(self) -> None:
        if self._write is not None:
            return
        if self._line:
            entry = self._line.pop(0)
            request: ImportRequest = entry.request(self._context.workspace)

            def work(progress: Progress, cancel: CancelToken) -> dict[str, Any]:
                return workflows.import_data(request, progress, cancel).document

            task = Task(self.tr("Import {0}").format(entry.path.name), work)
            self._write = Job(task, entry, entry.version)
            task.finished.connect(self._write_over)
            self._context.submit(task)
        self.writingChanged.emit()

    @Slot()
    def _write_over(self) -> None:
        job = self._write
        if job is None or job.task.outcome is None:
            return
        self._write = None
        outcome, entry = job.task.outcome, job.entry
        entry.writing = False
        if isinstance(outcome.value, dict):
            entry.document = outcome.value
            self._written.append(outcome.value)
            self._read_rivals(entry)
        elif isinstance(outcome.error, ImportQuestions):
            entry.stale = True
        elif outcome.state is TaskState.FAILED:
            entry.error = outcome.error
        self.done += 1
        self.entryChanged.emit(entry)
        self._write_next()
        self._read_next()
        if self._write is None and self._written:
            written, self._written = tuple(self._written), []
            self.imported.emit(written)

    def _read_rivals(self, entry: Entry) -> None:
        """Read again what would go into the series that was just written."""
        written = (entry.preview.symbol, entry.preview.timeframe) if entry.preview else ("", "")
        for other in self.entries:
            seen = other.preview
            if other.document is None and not other.writing and seen and (seen.symbol, seen.timeframe) == written:
                self._changed(other)
