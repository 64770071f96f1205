"""The bottom line of the import dialog: why nothing can be imported yet, how far the writing is, and the buttons."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from ktrdr_app.gui.panels.data.importing.choices import title_of
from ktrdr_app.gui.panels.data.importing.entry import Entry, State
from ktrdr_app.gui.panels.data.importing.queue import ImportQueue
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.widgets import GRID, button, label, row, set_tone


class Footer(QWidget):
    """What can be done now, and if not, why."""

    def __init__(self) -> None:
        super().__init__()
        self.reason = label("", wrap=True)
        self.reason.setObjectName("importDialog.reason")
        self.progress = QProgressBar()
        self.progress.setObjectName("importDialog.progress")
        self.progress.setTextVisible(False)
        accessibility.name(self.progress, self.tr("Files imported"))
        self.stop = button(self.tr("Cancel import"), "importDialog.cancel", icon="stop")
        accessibility.name(self.stop, self.tr("Cancel import"), self.tr("stop before the next file is written"))
        self.close_ = button(self.tr("Close"), "importDialog.close")
        accessibility.name(self.close_, self.tr("Close"), self.tr("close without importing; Escape does the same"))
        self.for_all = button(self.tr("Use for all files"), "importDialog.useForAll")
        accessibility.name(
            self.for_all,
            self.tr("Use for all files"),
            self.tr("give time zone, asset class, date order, decimal mark and conflict choice to the other files"),
        )
        self.all = button(self.tr("Import all ready"), "importDialog.importAll")
        accessibility.name(self.all, self.tr("Import all ready"), self.tr("import every file without open questions"))
        self.import_ = button(self.tr("Import"), "importDialog.import", role="primary")
        for each in (self.stop, self.close_, self.for_all, self.all, self.import_):
            each.setAutoDefault(False)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.progress)
        line = row(self.reason, self.stop, self.for_all, self.close_, self.all, self.import_)
        line.setStretch(0, 1)
        box.addLayout(line)

    def refresh(self, queue: ImportQueue, current: Entry | None) -> None:
        """Show what can be done.

        Parameters
        ----------
        queue : ImportQueue
            All files.
        current : Entry or None
            The one that is shown.
        """
        many = len(queue.entries) > 1
        writing = queue.writing
        reason, tone = self._reason(current) if writing is None else ("", "")
        if writing is not None:
            count = self.tr(" ({0} of {1})").format(queue.done + 1, queue.total) if queue.total > 1 else ""
            reason, tone = self.tr("Importing {0}{1}…").format(writing.path.name, count), "info"
        self.reason.setText(reason)
        set_tone(self.reason, tone)
        self.progress.setHidden(writing is None)
        self.progress.setRange(0, queue.total if queue.total > 1 else 0)
        self.progress.setValue(queue.done)
        self.stop.setHidden(writing is None)
        ready = [entry for entry in queue.entries if entry.importable]
        self.all.setHidden(not many)
        self.all.setEnabled(bool(ready))
        self.for_all.setHidden(not many)
        self.for_all.setEnabled(current is not None and bool(current.answers or current.columns))
        self.import_.setEnabled(current is not None and current.importable)
        described = self.tr("write the bars into the workspace; Control and Enter do the same")
        accessibility.name(self.import_, self.tr("Import"), reason or described)
        self.import_.setToolTip(reason)

    def _reason(self, entry: Entry | None) -> tuple[str, str]:
        """Return why the file cannot be imported, or what will happen, and the tone of these words."""
        if entry is None:
            return self.tr("No file is chosen"), ""
        state = entry.state
        if state is State.ASKS:
            open_ = ", ".join(title_of(question.key) for question in entry.open_questions)
            return self.tr("Still to be answered: {0}").format(open_), "warning"
        if state is State.READING:
            return self.tr("Reading the file with these settings…"), ""
        if state is State.FAILED and not entry.importable:
            return self.tr("The file cannot be imported as it is"), "danger"
        if state is State.IMPORTED:
            return self.tr("Imported"), "success"
        return "", ""
