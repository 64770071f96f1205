"""Recent workspaces in the File menu, read anew each time it is opened."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from ktrdr_app.workflows.workspaces import Recent

_MOST = 9


class RecentMenu(QMenu):
    """The submenu; those that are gone are shown and cannot be chosen.

    Parameters
    ----------
    parent : QMenu
        Menu that holds it.
    read : callable
        Returns the recent workspaces, newest first.
    """

    opened = Signal(str)
    """Folder that is to be opened."""

    def __init__(self, parent: QMenu, read: Callable[[], tuple[Recent, ...]]) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("&Recent workspaces"))
        self.setObjectName("recentMenu")
        self.setToolTipsVisible(True)
        self._read = read
        self.aboutToShow.connect(self.fill)
        self.triggered.connect(self._chosen)

    @Slot()
    def fill(self) -> None:
        """List the workspaces as they are now."""
        self.clear()
        for number, recent in enumerate(self._read()[:_MOST], start=1):
            words = recent.name.replace("&", "&&")
            action = self.addAction(f"&{number}  {words}{self.tr('  (not found)') if recent.missing else ''}")
            action.setData(recent.folder)
            action.setToolTip(recent.folder)
            action.setEnabled(not recent.missing)
        if self.isEmpty():
            self.addAction(self.tr("none yet")).setEnabled(False)

    @Slot(QAction)
    def _chosen(self, action: QAction) -> None:
        self.opened.emit(str(action.data()))
