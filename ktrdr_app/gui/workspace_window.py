"""What a window can do whatever it shows: wear another theme, open its folder, have another workspace opened."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMainWindow

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.ui.theme import tokens
from ktrdr_app.gui.ui.theme_choice import CHOICES, ThemeChoice


class WorkspaceWindow(QMainWindow):
    """The part of the main window that knows no station; the rest sets `context` and `actions_by_key`."""

    context: AppContext
    actions_by_key: dict[str, QAction]

    @Slot()
    def open_folder(self) -> None:
        """Show the workspace in the system's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.context.workspace.root)))

    @Slot()
    def open_workspace(self) -> None:
        """Choose another workspace's folder, and have it opened."""
        chooser = QFileDialog(self, self.tr("Open a workspace"), str(self.context.workspace.root.parent))
        chooser.setObjectName("workspaceDialog")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.fileSelected.connect(self.context.workspaceRequested)
        chooser.open()

    @Slot()
    def show_welcome(self) -> None:
        """Have the page shown that offers workspaces."""
        self.context.workspaceRequested.emit("")

    @Slot()
    def use_system(self) -> None:
        """Let the system choose the theme."""
        self._use_theme("system")

    @Slot()
    def use_dark(self) -> None:
        """Choose the dark theme."""
        self._use_theme("dark")

    @Slot()
    def use_light(self) -> None:
        """Choose the light theme."""
        self._use_theme("light")

    @Slot()
    def use_contrast(self) -> None:
        """Choose the theme of high contrast."""
        self._use_theme("contrast")

    def _use_theme(self, name: str) -> None:
        ThemeChoice.of_application().choose(name)
        self.mark_theme()

    def mark_theme(self) -> None:
        """Tick the theme in the menu that the user chose."""
        chosen = ThemeChoice.of_application().shown(tokens().name)
        for name in CHOICES:
            self.actions_by_key[f"theme{name.capitalize()}"].setChecked(name == chosen)
