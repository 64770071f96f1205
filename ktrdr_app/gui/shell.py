"""What the main window is made of: the rail, the stations beside it, and the docks around them."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QSettings, QSize, Slot
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QTabWidget, QWidget

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.docks import WindowDocks
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.problem_watch import ProblemWatch
from ktrdr_app.gui.documents.station_states import StationStates
from ktrdr_app.gui.panels.inspector.tellers import connect_teller
from ktrdr_app.gui.panels.log.panel import LogPanel
from ktrdr_app.gui.panels.log.tasks import TaskList
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.stations import StationBuilder, StationStack
from ktrdr_app.gui.status import StatusLine
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui.actions import STATIONS, translated
from ktrdr_app.gui.ui.rail import StationRail, Stop


class ShellWindow(QMainWindow):
    """The parts of the window and how they hang together.

    Parameters
    ----------
    workspace : Workspace
        What it works on.
    settings : QSettings, optional
        Where place and layout are remembered; nothing is, without it.
    lazily : bool
        Leave the stations to `builder`.
    """

    def __init__(self, workspace: Workspace, settings: QSettings | None = None, *, lazily: bool = False) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.settings = settings
        self.tasks = TaskManager(self)
        self.context = AppContext(workspace, self.tasks, self, store=settings)
        self.actions_by_key: dict[str, QAction] = {}
        self.station = ""
        self._read_only = False
        self._build_center()
        self.docks = WindowDocks(self.context, self)
        self.panels[LogPanel.object_name] = self.log_panel
        self.status = StatusLine(self.context)
        self.setStatusBar(self.status)
        self.states = StationStates(self.context, self)
        self.watch = ProblemWatch(self.context, self)
        self.builder = StationBuilder(self.stack, self.context)
        self.stack.built.connect(self._introduce)
        if not lazily:
            self.stack.build_all()
        self.states.changed.connect(self.rail.set_state)
        self.rail.chosen.connect(self.show_panel)
        self.context.panelRequested.connect(self.show_panel)
        self.context.unsaved.changed.connect(self._mark_unsaved)
        self.status.problemsClicked.connect(self._show_problems)
        self._mark_unsaved()
        self.resize(1440, 900)
        self.setMinimumSize(QSize(1024, 680))

    def _build_center(self) -> None:
        self.rail = StationRail(tuple(Stop(key, translated(title), icon) for key, title, icon in STATIONS))
        self.panels: dict[str, QWidget] = {}
        self.stack = StationStack(self.context, self.panels)
        center = QWidget()
        box = QHBoxLayout(center)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.rail)
        box.addWidget(self.stack, 1)
        self.setCentralWidget(center)

    @property
    def panel(self) -> Station:
        """The station shown."""
        return cast(Station, self.stack.currentWidget())

    @property
    def tabs(self) -> QTabWidget:
        """Tasks, log and problems."""
        return self.docks.tabs

    @property
    def task_list(self) -> TaskList:
        """The tasks."""
        return self.docks.task_list

    @property
    def log_panel(self) -> LogPanel:
        """The log."""
        return self.docks.log_panel

    @Slot(str)
    def show_panel(self, key: str) -> None:
        """Show a station, or the log.

        Parameters
        ----------
        key : str
            Object name of the panel.
        """
        if key == LogPanel.object_name:
            self.docks.show_tab(self.log_panel)
            return
        self.station = key
        self.rail.mark(key)
        self.stack.show_station(key)
        self.docks.inspector.show_station(key)

    @Slot(str)
    def _introduce(self, key: str) -> None:
        """Let a station that has just been built speak to the inspector."""
        connect_teller(self.context, self.panels, key)

    def mark_read_only(self) -> None:
        """Say in the title that nothing is written into the workspace."""
        self._read_only = True
        self._mark_unsaved()

    @Slot()
    def _show_problems(self) -> None:
        self.docks.show_tab(self.docks.problems)

    @Slot()
    def _mark_unsaved(self) -> None:
        name = self.context.workspace.root.resolve().name
        words = self.tr("{0}[*] — KTRDR Desktop (read-only)") if self._read_only else self.tr("{0}[*] — KTRDR Desktop")
        self.setWindowTitle(words.format(name))
        self.setWindowModified(bool(self.context.unsaved.names))

    def showEvent(self, event: QShowEvent) -> None:
        """Fit the docks to the window, the first time that it is seen.

        Parameters
        ----------
        event : QShowEvent
            The window comes into view.
        """
        super().showEvent(event)
        self.docks.first_shown()
