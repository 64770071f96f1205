"""The main window: rail, stations, tasks and log, status line, and an orderly end."""

from __future__ import annotations

import logging
from typing import cast

from PySide6.QtCore import QSettings, QSize, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import QApplication, QDockWidget, QHBoxLayout, QMainWindow, QStackedWidget, QTabWidget, QWidget

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest.panel import BacktestPanel
from ktrdr_app.gui.panels.data.panel import DataPanel
from ktrdr_app.gui.panels.fuzzy.panel import FuzzyPanel
from ktrdr_app.gui.panels.log.panel import LogPanel
from ktrdr_app.gui.panels.log.records import LOGGER, LogQueue
from ktrdr_app.gui.panels.log.tasks import TaskList
from ktrdr_app.gui.panels.models.panel import ModelsPanel
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.panels.strategy.panel import StrategyPanel
from ktrdr_app.gui.panels.training.panel import TrainingPanel
from ktrdr_app.gui.runtime import RuntimeRules
from ktrdr_app.gui.status import StatusLine
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui.actions import STATIONS, build_actions, translated
from ktrdr_app.gui.ui.close_sheet import CloseSheet
from ktrdr_app.gui.ui.help import about_dialog, shortcuts_dialog
from ktrdr_app.gui.ui.icons import refresh_icons
from ktrdr_app.gui.ui.notices import NoticeStack
from ktrdr_app.gui.ui.rail import StationRail, Stop
from ktrdr_app.gui.ui.theme import apply_theme, themeChanged, tokens
from ktrdr_app.workflows.run_folders import newest_run

LAYOUT_VERSION = 1
DRAIN_MS = 200
STOP_MS = 3000
LATE_MS = 100
"""What is left to wait for when `STOP_MS` have gone by with the window still alive."""
_LEVELS = {"info": logging.INFO, "success": logging.INFO, "warning": logging.WARNING, "danger": logging.ERROR}
_PANELS = (DataPanel, StrategyPanel, FuzzyPanel, TrainingPanel, ModelsPanel, BacktestPanel)
_LOG = logging.getLogger("ktrdr_app.gui")


class MainWindow(QMainWindow):
    """The window on one workspace.

    Parameters
    ----------
    workspace : Workspace
        What it works on.
    settings : QSettings, optional
        Where place, layout and theme are remembered; nothing is, without it.
    """

    def __init__(self, workspace: Workspace, settings: QSettings | None = None) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle(self.tr("{0} — KTRDR Desktop").format(workspace.root.resolve().name))
        self.settings = settings
        self.rules = RuntimeRules(self)
        self.rules.install()
        self.tasks = TaskManager(self)
        self.context = AppContext(workspace, self.tasks, self)
        self._clean_exit, self._quitting = True, False
        self._log_queue = LogQueue()
        logging.getLogger(LOGGER).addHandler(self._log_queue)
        self._build_center()
        self._build_dock()
        self.actions_by_key = build_actions(self)
        self.setStatusBar(StatusLine(self.context))
        self.notices = NoticeStack(self)
        self.sheet = CloseSheet(self)
        self._connect()
        self.resize(1440, 900)
        self.setMinimumSize(QSize(1024, 680))
        self.show_panel("backtestPanel" if newest_run(workspace) else "dataPanel")
        self.stack.setFocus()
        self._restore()
        self.context.catalog.refresh()

    def _build_center(self) -> None:
        self.rail = StationRail(tuple(Stop(key, translated(title), icon) for key, title, icon in STATIONS))
        self.stack = QStackedWidget()
        self.panels: dict[str, QWidget] = {}
        for kind in _PANELS:
            panel = kind(self.context)
            self.panels[panel.object_name] = panel
            self.stack.addWidget(panel)
        center = QWidget()
        box = QHBoxLayout(center)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.rail)
        box.addWidget(self.stack, 1)
        self.setCentralWidget(center)

    def _build_dock(self) -> None:
        self.task_list = TaskList(self.context)
        self.log_panel = LogPanel(self.context)
        self.panels[LogPanel.object_name] = self.log_panel
        self.tabs = QTabWidget()
        self.tabs.setObjectName("lowerTabs")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.task_list, self.tr("Tasks"))
        self.tabs.addTab(self.log_panel, self.tr("Log"))
        for widget in (self.tabs, self.tabs.tabBar()):
            widget.setAccessibleName(self.tr("Tasks or log"))
        self.dock = QDockWidget(self.tr("Tasks and log"), self)
        self.dock.setObjectName("lowerDock")
        self.dock.setTitleBarWidget(QWidget())
        self.dock.setAllowedAreas(Qt.DockWidgetArea.BottomDockWidgetArea)
        self.dock.setWidget(self.tabs)
        self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self.dock)
        self.resizeDocks([self.dock], [124], Qt.Orientation.Vertical)

    def _connect(self) -> None:
        self.rail.chosen.connect(self.show_panel)
        self.context.panelRequested.connect(self.show_panel)
        self.context.stateChanged.connect(self.rail.set_state)
        self.context.notified.connect(self._notice)
        self.tasks.taskRemoved.connect(self._close_if_idle)
        self.sheet.stop_chosen.connect(self._stop_and_quit)
        self.dock.visibilityChanged.connect(self._dock_shown)
        themeChanged.connect(self._recolour)
        self._drain_timer = QTimer(self)
        self._drain_timer.setInterval(DRAIN_MS)
        self._drain_timer.timeout.connect(self.drain_log)
        self._drain_timer.start()
        self._stop_timer = QTimer(self)
        self._stop_timer.setSingleShot(True)
        self._stop_timer.setInterval(STOP_MS)
        self._stop_timer.timeout.connect(self.close)
        self._mark_theme()

    @property
    def panel(self) -> Station:
        """The station shown."""
        return cast(Station, self.stack.currentWidget())

    @property
    def clean_exit(self) -> bool:
        """Whether every thread was gone when the window closed."""
        return self._clean_exit

    @Slot(str)
    def show_panel(self, key: str) -> None:
        """Show a station, or the log.

        Parameters
        ----------
        key : str
            Object name of the panel.
        """
        if key == LogPanel.object_name:
            self.dock.show()
            self.tabs.setCurrentWidget(self.log_panel)
            return
        self.rail.mark(key)
        self.stack.setCurrentWidget(self.panels[key])

    @Slot()
    def show_dataPanel(self) -> None:
        """Go to station 1."""
        self.show_panel("dataPanel")
        self.stack.setFocus()

    @Slot()
    def show_strategyPanel(self) -> None:
        """Go to station 2."""
        self.show_panel("strategyPanel")

    @Slot()
    def show_fuzzyPanel(self) -> None:
        """Go to station 3."""
        self.show_panel("fuzzyPanel")

    @Slot()
    def show_trainingPanel(self) -> None:
        """Go to station 4."""
        self.show_panel("trainingPanel")

    @Slot()
    def show_modelsPanel(self) -> None:
        """Go to station 5."""
        self.show_panel("modelsPanel")

    @Slot()
    def show_backtestPanel(self) -> None:
        """Go to station 6."""
        self.show_panel("backtestPanel")

    @Slot()
    def refresh(self) -> None:
        """Read again what the station shows."""
        self.context.catalog.refresh()
        self.panel.refresh()

    @Slot()
    def run_main_action(self) -> None:
        """Do what the station is for."""
        self.panel.run_main_action()

    @Slot()
    def stop_main_action(self) -> None:
        """Stop what the station is doing."""
        self.panel.stop_main_action()

    @Slot()
    def add_sample(self) -> None:
        """Add the sample data, and show them."""
        self.show_dataPanel()
        cast(DataPanel, self.panels["dataPanel"]).add_sample()

    @Slot()
    def find_symbol(self) -> None:
        """Go to the search field of the data station."""
        self.show_dataPanel()
        self.run_main_action()

    @Slot()
    def open_folder(self) -> None:
        """Show the workspace in the system's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.context.workspace.root)))

    @Slot()
    def toggle_dock(self) -> None:
        """Show or hide tasks and log."""
        self.dock.setVisible(self.dock.isHidden())

    @Slot()
    def toggle_full_screen(self) -> None:
        """Fill the screen, or stop filling it."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

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

    @Slot()
    def show_shortcuts(self) -> None:
        """Open the page of shortcuts."""
        shortcuts_dialog(self).open()

    @Slot()
    def show_about(self) -> None:
        """Open the page that says what this is."""
        about_dialog(self).open()

    def _use_theme(self, name: str) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, name)

    @Slot(object)
    def _recolour(self, _theme: object) -> None:
        refresh_icons(self)
        self.task_list.recolour()
        self._mark_theme()

    def _mark_theme(self) -> None:
        for key, name in (("themeDark", "dark"), ("themeLight", "light"), ("themeContrast", "contrast")):
            self.actions_by_key[key].setChecked(tokens().name == name)

    @Slot(bool)
    def _dock_shown(self, _visible: bool) -> None:
        self.actions_by_key["toggleDock"].setChecked(not self.dock.isHidden())

    @Slot(str, str, str)
    def _notice(self, level: str, text: str, details: str) -> None:
        _LOG.log(_LEVELS[level], text, extra={"details": details})
        self.notices.add(level, text, details)

    @Slot()
    def drain_log(self) -> None:
        """Show what was logged since the last time, in any thread."""
        entries = self._log_queue.drain()
        if entries:
            self.log_panel.append(entries)
        for entry in entries:
            if entry.alert:
                self.notices.add("danger", entry.text, entry.details)

    def _asked_for(self) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks.running if not task.quiet)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask first if tasks run; then cancel, wait, remember the layout, and go.

        Parameters
        ----------
        event : QCloseEvent
            Ignored while tasks run and nobody has said to stop them.
        """
        if self._asked_for() and not self._quitting:
            self.sheet.ask(self._asked_for())
            event.ignore()
            return
        self._stop_timer.stop()
        self._drain_timer.stop()
        self.hide()
        self._clean_exit = self.tasks.shutdown(LATE_MS if self._quitting else STOP_MS)
        logging.getLogger(LOGGER).removeHandler(self._log_queue)
        self._remember()
        self.rules.restore()
        event.accept()

    @Slot()
    def _stop_and_quit(self) -> None:
        self._quitting = True
        self.tasks.cancel_all()
        self._stop_timer.start()
        self._close_if_idle()

    @Slot()
    def _close_if_idle(self, _task: object = None) -> None:
        if self._quitting and not self._asked_for():
            self.close()

    def _remember(self) -> None:
        if self.settings is not None:
            self.settings.setValue("geometry", self.saveGeometry())
            self.settings.setValue("state", self.saveState(LAYOUT_VERSION))
            self.settings.setValue("theme", tokens().name)
            self.settings.sync()

    def _restore(self) -> None:
        if self.settings is not None:
            geometry, state = self.settings.value("geometry"), self.settings.value("state")
            if geometry is not None:
                self.restoreGeometry(geometry)
            if state is not None:
                self.restoreState(state, LAYOUT_VERSION)
