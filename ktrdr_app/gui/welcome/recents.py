"""Recent workspaces as a list: name and place, those that are gone are marked, each can be taken off."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import color, themeChanged
from ktrdr_app.gui.ui.widgets import GRID, button, label, row
from ktrdr_app.workflows.workspaces import Recent

_FOLDER = Qt.ItemDataRole.UserRole
_MISSING = Qt.ItemDataRole.UserRole + 1


class RecentList(QWidget):
    """The list with its two buttons."""

    opened = Signal(str)
    """Folder that is to be opened."""
    removed = Signal(str)
    """Folder that is to be forgotten."""

    def __init__(self) -> None:
        super().__init__()
        self.list = QListWidget()
        self.list.setObjectName("welcome.recents")
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSpacing(2)
        accessibility.name(self.list, self.tr("Recent workspaces"), self.tr("Enter opens the one that is chosen"))
        self.empty = label(self.tr("Workspaces that you open are listed here."), "muted", wrap=True)
        self.open_button = button(self.tr("Open"), "welcome.openRecentButton")
        self.remove_button = button(self.tr("Take off the list"), "welcome.removeRecentButton", role="quiet")
        self.open_button.setToolTip(self.tr("Open the workspace that is chosen in the list"))
        self.remove_button.setToolTip(self.tr("Forget it here; the folder itself stays as it is"))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.empty)
        box.addWidget(self.list, 1)
        box.addStretch()
        box.addLayout(row(self.remove_button, 1, self.open_button))
        self.list.itemActivated.connect(self._open)
        self.list.currentRowChanged.connect(self._follow)
        self.open_button.clicked.connect(self._open)
        self.remove_button.clicked.connect(self._remove)
        themeChanged.connect(self._recolour)

    def show_recents(self, recents: tuple[Recent, ...]) -> None:
        """Fill the list.

        Parameters
        ----------
        recents : tuple of Recent
            Newest first.
        """
        self.list.clear()
        for recent in recents:
            mark = self.tr("  (not found)") if recent.missing else ""
            item = QListWidgetItem(f"{recent.name}{mark}\n{recent.folder}", self.list)
            item.setToolTip(recent.folder)
            item.setData(_FOLDER, recent.folder)
            item.setData(_MISSING, recent.missing)
        self.empty.setVisible(not recents)
        for widget in (self.list, self.open_button, self.remove_button):
            widget.setVisible(bool(recents))
        self.list.setCurrentRow(0 if recents else -1)
        self._follow()
        self._recolour()

    @Slot()
    def _follow(self, _row: int = -1) -> None:
        item = self.list.currentItem()
        self.remove_button.setEnabled(item is not None)
        self.open_button.setEnabled(item is not None and not item.data(_MISSING))

    @Slot()
    def _open(self, _item: object = None) -> None:
        item = self.list.currentItem()
        if item is not None and not item.data(_MISSING):
            self.opened.emit(item.data(_FOLDER))

    @Slot()
    def _remove(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.removed.emit(item.data(_FOLDER))

    def _recolour(self, _theme: object = None) -> None:
        for place in range(self.list.count()):
            item = self.list.item(place)
            item.setForeground(color("text_disabled" if item.data(_MISSING) else "text"))
