"""Shows unsaved work that an earlier window left, and offers to restore or to discard it."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ktrdr_app.core.drafts import Draft
from ktrdr_app.gui.documents.draft_kinds import summary, title
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.widgets import GRID, button, label, row

_DRAFT = Qt.ItemDataRole.UserRole
_FIRST = 300
"""Width of what names the draft, in pixels; the style's padding is not in Qt's own reckoning."""


class DraftDialog(QDialog):
    """The offer; what is ticked is restored or discarded, the rest waits for the next start.

    Parameters
    ----------
    drafts : tuple of Draft
        What was found.
    crashed : str
        Who left it, if that window did not end well; empty if it was closed with unsaved work.
    keeping : bool
        Whether unsaved work is being noted.
    parent : QWidget
        Window it belongs to.
    """

    restoreChosen = Signal(object)
    """tuple of Draft."""
    discardChosen = Signal(object)
    """tuple of Draft."""
    keepingChanged = Signal(bool)

    def __init__(self, drafts: tuple[Draft, ...], crashed: str, keeping: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("draftDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Unsaved work"))
        self.resize(720, 360)
        why = self.tr("The last window was closed before this was saved.")
        if crashed:
            why = self.tr("The last window did not end well ({0}). This was not saved:").format(crashed)
        self.list = self._table(drafts)
        self.restore = button(self.tr("Restore"), "draftDialog.restoreButton", role="primary")
        self.discard = button(self.tr("Discard"), "draftDialog.discardButton")
        later = button(self.tr("Decide later"), "draftDialog.laterButton")
        self.keeping = QCheckBox(self.tr("Note unsaved work while I edit, so that a crash does not lose it"))
        self.keeping.setObjectName("draftDialog.keeping")
        self.keeping.setChecked(keeping)
        box = QVBoxLayout(self)
        box.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        box.setSpacing(GRID + GRID // 2)
        box.addWidget(label(self.tr("Unsaved work was found"), "title"))
        box.addWidget(label(why, wrap=True))
        box.addWidget(self.list, 1)
        box.addWidget(label(self.tr("What you restore comes back unsaved, and can be undone."), "muted"))
        box.addWidget(self.keeping)
        box.addLayout(row(1, later, self.discard, self.restore))
        self.restore.clicked.connect(self._restore)
        self.discard.clicked.connect(self._discard)
        later.clicked.connect(self.reject)
        self.keeping.toggled.connect(self.keepingChanged)
        self.restore.setFocus()

    def _table(self, drafts: tuple[Draft, ...]) -> QTreeWidget:
        table = QTreeWidget()
        table.setObjectName("draftDialog.list")
        accessibility.name(table, self.tr("Unsaved work"), self.tr("What is ticked is restored or discarded"))
        table.setHeaderLabels([self.tr("What"), self.tr("Changed"), self.tr("Noted")])
        table.setRootIsDecorated(False)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        for draft in drafts:
            item = QTreeWidgetItem([title(draft), summary(draft), _local(draft.noted)])
            item.setToolTip(1, summary(draft))
            item.setCheckState(0, Qt.CheckState.Checked)
            item.setData(0, _DRAFT, draft)
            table.addTopLevelItem(item)
        head = table.header()
        head.setStretchLastSection(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        head.resizeSection(0, _FIRST)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        return table

    @property
    def chosen(self) -> tuple[Draft, ...]:
        """The drafts that are ticked."""
        items = (self.list.topLevelItem(place) for place in range(self.list.topLevelItemCount()))
        ticked = Qt.CheckState.Checked
        return tuple(item.data(0, _DRAFT) for item in items if item is not None and item.checkState(0) is ticked)

    @Slot()
    def _restore(self) -> None:
        self.restoreChosen.emit(self.chosen)
        self.accept()

    @Slot()
    def _discard(self) -> None:
        self.discardChosen.emit(self.chosen)
        self.accept()


def _local(noted: str) -> str:
    when = QDateTime.fromString(noted, Qt.DateFormat.ISODate)
    return QLocale().toString(when.toLocalTime(), QLocale.FormatType.ShortFormat) if when.isValid() else noted
