"""The import dialog: one file in full, the others in a list; nothing is written before every question is answered."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.gui.panels.data.importing.elided import ElidedLabel
from ktrdr_app.gui.panels.data.importing.entry import Entry
from ktrdr_app.gui.panels.data.importing.fields import ChoiceField
from ktrdr_app.gui.panels.data.importing.findings_view import FindingsView
from ktrdr_app.gui.panels.data.importing.footer import Footer
from ktrdr_app.gui.panels.data.importing.preview_view import PreviewView
from ktrdr_app.gui.panels.data.importing.questions import QuestionBox
from ktrdr_app.gui.panels.data.importing.queue import ImportQueue
from ktrdr_app.gui.panels.data.importing.queue_view import QueueView
from ktrdr_app.gui.panels.data.importing.settings_form import SettingsForm
from ktrdr_app.gui.tasks.task import TaskError
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.file_drop import FileDrop
from ktrdr_app.gui.ui.notices import Notice, error_details, error_text
from ktrdr_app.gui.ui.widgets import GRID, EmptyState

_SIZE = (1240, 800)
_LEAST_HEIGHT = 560
_FORM_WIDTH = 380
_COMMAND_LINE = "; say which with --"


class ImportDialog(QDialog):
    """A window over the files of a queue; open it with ``open()``.

    Parameters
    ----------
    queue : ImportQueue
        The files; closing the dialog stops what is left to do.
    parent : QWidget
        Window it belongs to.
    """

    more_wanted = Signal()
    """The user wants to choose more files."""
    files_dropped = Signal(object)

    def __init__(self, queue: ImportQueue, parent: QWidget) -> None:
        super().__init__(parent)
        self.queue = queue
        self.current: Entry | None = None
        self.setObjectName("importDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Import data"))
        self.setWindowModality(Qt.WindowModality.NonModal)
        self.setSizeGripEnabled(True)
        room = parent.screen().availableSize() if parent.screen() else self.size()
        self.resize(min(_SIZE[0], room.width() - 8 * GRID), min(_SIZE[1], room.height() - 8 * GRID))
        self.files = QueueView()
        self.questions = QuestionBox()
        self.form = SettingsForm()
        self.preview = PreviewView()
        self.findings = FindingsView()
        self.footer = Footer()
        self.notice = Notice()
        self.setMinimumHeight(_LEAST_HEIGHT)  # the width is the layout's own least, so that nothing overlaps
        self.drop = FileDrop(self, self.files_dropped.emit)
        self._lay_out()
        self._connect()
        self._show_list()

    def _lay_out(self) -> None:
        self._name = ElidedLabel("", "title", Qt.TextElideMode.ElideMiddle)
        self._place = ElidedLabel("", "muted", Qt.TextElideMode.ElideMiddle)
        self._reading = EmptyState("search", self.tr("Reading the file…"), "")
        self._refused = EmptyState("danger", self.tr("This file cannot be imported"), "")
        self._pages = QStackedWidget()
        for page in (self._make_page(), self._refused, self._reading):
            self._pages.addWidget(page)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addWidget(self._name)
        right.addWidget(self._place)
        right.addWidget(self.notice)
        right.addWidget(self.questions)
        right.addSpacing(GRID // 2)
        right.addWidget(self._pages, 1)
        middle = QHBoxLayout()
        middle.setSpacing(2 * GRID)
        self.files.setFixedWidth(310)
        middle.addWidget(self.files)
        middle.addLayout(right, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        box.setSpacing(GRID + GRID // 2)
        box.addLayout(middle, 1)
        box.addWidget(self.footer)

    def _make_page(self) -> QWidget:
        scroll = self._scroll = QScrollArea()
        scroll.setObjectName("importDialog.settingsScroll")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setMinimumWidth(_FORM_WIDTH)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self.form)
        seen = QWidget()
        right = QVBoxLayout(seen)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(GRID + GRID // 2)
        right.addWidget(self.preview)
        right.addWidget(self.findings, 1)
        page = QSplitter(Qt.Orientation.Horizontal)
        page.setChildrenCollapsible(False)
        page.setHandleWidth(2 * GRID)
        page.addWidget(scroll)
        page.addWidget(seen)
        page.setSizes([430, 750])
        page.setStretchFactor(0, 2)
        page.setStretchFactor(1, 3)
        accessibility.name(page.handle(1), self.tr("Divider"))
        return page

    def _connect(self) -> None:
        queue, footer = self.queue, self.footer
        queue.listChanged.connect(self._show_list)
        queue.entryChanged.connect(self._entry_changed)
        queue.writingChanged.connect(self._refresh_footer)
        self.files.selected.connect(self.show_entry)
        self.files.add_wanted.connect(self.more_wanted)
        self.files.remove_wanted.connect(queue.remove)
        self.questions.answered.connect(self._answer)
        self.form.answered.connect(self._answer)
        self.form.column_chosen.connect(self._choose_column)
        footer.import_.clicked.connect(self.import_current)
        footer.all.clicked.connect(self.import_all)
        footer.for_all.clicked.connect(self._use_for_all)
        footer.stop.clicked.connect(queue.stop_writing)
        footer.close_.clicked.connect(self.reject)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.import_current)
        QShortcut(QKeySequence("Ctrl+."), self).activated.connect(queue.stop_writing)

    @Slot()
    def import_current(self) -> None:
        """Import the file that is shown, if nothing is open."""
        self._settle_fields()
        if self.current is not None:
            self.queue.write([self.current])

    @Slot()
    def import_all(self) -> None:
        """Import every file without an open question."""
        self._settle_fields()
        self.queue.write(self.queue.entries)

    def _settle_fields(self) -> None:
        """Take what is still being typed; the file is then read again first, and not written with the old name."""
        for field in (*self.form.fields.values(), *(row.field for row in self.questions.rows.values())):
            if not isinstance(field, ChoiceField) and field.isVisible():
                field.settle()

    @Slot(object)
    def show_entry(self, entry: Entry) -> None:
        """Show one file in full.

        Parameters
        ----------
        entry : Entry
            Which one.
        """
        if entry is self.current:
            return
        self.current = entry
        self.notice.hide()
        self.files.select(entry)
        self._show_current()
        self._refresh_footer()
        self._focus_first()

    @Slot()
    def _show_list(self) -> None:
        entries = self.queue.entries
        self.files.setVisible(len(entries) > 1)
        if self.current not in entries:
            self.current = None
        self.files.show_entries(entries, self.current)
        if self.current is None and entries:
            self.show_entry(next((entry for entry in entries if entry.document is None), entries[0]))
        self._refresh_footer()

    @Slot(object)
    def _entry_changed(self, entry: Entry) -> None:
        self.files.refresh()
        if entry is self.current:
            first = self._pages.currentWidget() is self._reading
            self._show_current()
            self._refresh_footer()
            if first:
                self._focus_first()
            if entry.document is not None:
                self._go_on()
        self._refresh_footer()

    def _go_on(self) -> None:
        """Show the next file that is not imported, or close after the last one."""
        left = [entry for entry in self.queue.entries if entry.document is None]
        if left:
            self.show_entry(next((entry for entry in left if not entry.writing), left[0]))

    def _show_current(self) -> None:
        entry = self.current
        if entry is None:
            return
        self._name.show_text(entry.path.name)
        self._place.show_text(str(entry.path.parent))
        self._show_errors(entry)
        self.questions.show_entry(entry)
        if entry.preview is None:
            self._pages.setCurrentWidget(self._refused if entry.error else self._reading)
            return
        self._pages.setCurrentIndex(0)
        self.form.show_entry(entry)
        self.preview.setEnabled(not entry.stale)
        self.findings.setEnabled(not entry.stale)
        if not entry.stale:
            self.preview.show_preview(entry.preview)
            self.findings.show_preview(entry.preview)

    def _show_errors(self, entry: Entry) -> None:
        error = entry.error
        if entry.preview is None and error is not None:
            self._refused.text.setText("\n".join(self._told(error)))
        elif entry.preview is not None and error is None and not entry.stale:
            error = entry.preview.problem
        if error is None or (entry.preview is None and not isinstance(error, TaskError)):
            self.notice.hide()
            return
        text, hint = self._told(error)
        self.notice.show_text("danger", text, hint, error_details(error))

    def _told(self, error: KtrdrError | TaskError) -> tuple[str, str]:
        """Return an error's line and hint; where a column is missing, the form is the place to name it."""
        text, hint = error_text(error)
        before, found, _ = hint.partition(_COMMAND_LINE)
        return text, before + (self.tr("; choose it under Columns") if found else "")

    def _focus_first(self) -> None:
        problem = self.current.preview.problem if self.current and self.current.preview else None
        if problem is not None:
            missing = self.form.missing_column()
            if missing is not None:
                missing.setFocus(Qt.FocusReason.OtherFocusReason)
                self._scroll.ensureWidgetVisible(missing)
        elif not self.questions.focus_open() and self.footer.import_.isEnabled():
            self.footer.import_.setFocus()

    @Slot()
    def _refresh_footer(self) -> None:
        self.footer.refresh(self.queue, self.current)

    @Slot(str, str)
    def _answer(self, key: str, value: str) -> None:
        if self.current is not None:
            self.queue.answer(self.current, key, value)

    @Slot(str, object)
    def _choose_column(self, role: str, place: int | None) -> None:
        if self.current is not None:
            self.queue.choose_column(self.current, role, place)

    @Slot()
    def _use_for_all(self) -> None:
        if self.current is not None:
            self.queue.use_for_all(self.current)
