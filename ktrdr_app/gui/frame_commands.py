"""What the actions do that concern the window's frame: workspaces, docks, screen, pages of help."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from ktrdr_app.gui.shell import ShellWindow
from ktrdr_app.gui.ui.help import about_dialog, shortcuts_dialog
from ktrdr_app.gui.ui.help_here import station_dialog


class FrameCommands(QObject):
    """Methods behind the actions that need no station.

    Parameters
    ----------
    window : ShellWindow
        On which they act.
    """

    def __init__(self, window: ShellWindow) -> None:
        super().__init__(window)
        self.window = window

    # workspaces

    @Slot()
    def open_workspace(self) -> None:
        """Choose another workspace's folder, and have it opened."""
        context = self.window.context
        chooser = QFileDialog(self.window, self.tr("Open a workspace"), str(context.workspace.root.parent))
        chooser.setObjectName("workspaceDialog")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.fileSelected.connect(context.workspaceRequested)
        chooser.open()

    @Slot()
    def show_welcome(self) -> None:
        """Have the page shown that offers workspaces."""
        self.window.context.workspaceRequested.emit("")

    # the window

    @Slot()
    def open_folder(self) -> None:
        """Show the workspace in the system's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.window.context.workspace.root)))

    @Slot()
    def toggle_dock(self) -> None:
        """Show or hide tasks, log and problems."""
        self.window.docks.lower.setVisible(self.window.docks.lower.isHidden())

    @Slot()
    def toggle_inspector(self) -> None:
        """Show or hide the inspector."""
        self.window.docks.right.setVisible(self.window.docks.right.isHidden())

    @Slot()
    def show_problems(self) -> None:
        """Open the list of problems."""
        problems = self.window.docks.problems
        self.window.docks.show_tab(problems)
        problems.table.setFocus()

    @Slot()
    def show_cluster(self) -> None:
        """Open the page of the cluster."""
        cluster = self.window.docks.cluster
        self.window.docks.show_tab(cluster)
        cluster.address.setFocus()

    def choose_layout(self, name: str, _checked: bool = False) -> None:
        """Arrange the docks as a named layout says.

        Parameters
        ----------
        name : str
            A key of `docks.LAYOUTS`.
        """
        self.window.docks.choose(name)

    @Slot()
    def reset_layout(self) -> None:
        """Arrange the docks as they were at first."""
        self.window.docks.reset()

    @Slot()
    def toggle_full_screen(self) -> None:
        """Fill the screen, or stop filling it."""
        self.window.setWindowState(self.window.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def quit(self) -> None:
        """Close the window, as its own button does."""
        self.window.close()

    # help

    @Slot()
    def show_help(self) -> None:
        """Open the page on the station in view."""
        station_dialog(self.window.station, self.window).open()

    @Slot()
    def show_shortcuts(self) -> None:
        """Open the page of shortcuts."""
        shortcuts_dialog(self.window).open()

    @Slot()
    def show_about(self) -> None:
        """Open the page that says what this is."""
        about_dialog(self.window).open()
