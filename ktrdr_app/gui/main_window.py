"""The main window on one workspace: its actions, notices and log, what it remembers, and an orderly end."""

from __future__ import annotations

import logging

from PySide6.QtCore import QKeyCombination, QSettings, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.announcer import TaskAnnouncer
from ktrdr_app.gui.commands import WindowCommands
from ktrdr_app.gui.panels.log.records import LOGGER, LogQueue
from ktrdr_app.gui.runtime import RuntimeRules
from ktrdr_app.gui.shell import ShellWindow
from ktrdr_app.gui.tasks.manager import orphans_run
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui.actions import ACTIONS, build_actions
from ktrdr_app.gui.ui.close_sheet import CloseSheet
from ktrdr_app.gui.ui.directions_menu import DirectionsMenu
from ktrdr_app.gui.ui.icons import refresh_icons
from ktrdr_app.gui.ui.notices import NoticeStack
from ktrdr_app.gui.ui.theme import themeChanged
from ktrdr_app.workflows.run_folders import newest_run

DRAIN_MS = 200
STOP_MS = 3000
LATE_MS = 100
"""What is left to wait for when `STOP_MS` have gone by with the window still alive."""
_LEVELS = {"info": logging.INFO, "success": logging.INFO, "warning": logging.WARNING, "danger": logging.ERROR}
_LOG = logging.getLogger("ktrdr_app.gui")


class MainWindow(ShellWindow):
    """The window on one workspace.

    Parameters
    ----------
    workspace : Workspace
        What it works on.
    settings : QSettings, optional
        Where place and layout are remembered; nothing is, without it.
    lazily : bool
        Leave the stations to `builder`, which is to begin once the window has been painted.
    """

    closed = Signal()
    """The window is closed and every task has been told to end."""

    def __init__(self, workspace: Workspace, settings: QSettings | None = None, *, lazily: bool = False) -> None:
        self._clean_exit, self._quitting = True, False
        self.guards_work = False
        """Whether to ask before unsaved work is lost; who opens the window for a user switches it on."""
        super().__init__(workspace, settings, lazily=lazily)
        self.rules = RuntimeRules(self)
        self.rules.install()
        self._log_queue = LogQueue()
        logging.getLogger(LOGGER).addHandler(self._log_queue)
        self.commands = WindowCommands(self)
        self.actions_by_key = build_actions(self, self.commands)
        DirectionsMenu(settings, self).place_before(self.actions_by_key["fullScreen"])
        self.announcer = TaskAnnouncer(self, self.tasks)
        self.notices = NoticeStack(self)
        self.sheet = CloseSheet(self)
        self._connect()
        self.show_panel("backtestPanel" if newest_run(workspace) else "dataPanel")
        self.stack.setFocus()
        self._restore()
        self.commands.refresh_actions()
        self.stack.complete.connect(self.context.catalog.refresh)
        if self.stack.is_complete:
            self.context.catalog.refresh()

    def _connect(self) -> None:
        refresh = self.commands.refresh_actions
        self.context.notified.connect(self._notice)
        self.tasks.taskRemoved.connect(self._close_if_idle)
        self.tasks.pausesChanged.connect(self._tell_sheet)
        for signal in (
            self.tasks.taskAdded,
            self.tasks.taskRemoved,
            self.stack.currentChanged,
            self.stack.complete,
            self.docks.changed,
            self.context.unsaved.changed,
        ):
            signal.connect(refresh)
        self.context.unsaved.changed.connect(self._tell_sheet)
        self.sheet.stop_chosen.connect(self._stop_and_quit)
        themeChanged.connect(self._recolour)
        self._drain_timer = QTimer(self)
        self._drain_timer.setInterval(DRAIN_MS)
        self._drain_timer.timeout.connect(self.drain_log)
        self._drain_timer.start()
        self._stop_timer = QTimer(self)
        self._stop_timer.setSingleShot(True)
        self._stop_timer.setInterval(STOP_MS)
        self._stop_timer.timeout.connect(self._leave)

    @property
    def clean_exit(self) -> bool:
        """Whether every thread was gone when the window closed."""
        return self._clean_exit

    @Slot(object)
    def _recolour(self, _theme: object) -> None:
        refresh_icons(self)
        self.task_list.recolour()
        self.commands.refresh_actions()

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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys of actions that a station listens to itself, where the focus was outside of it.

        Parameters
        ----------
        event : QKeyEvent
            A key that nothing in the window wanted.
        """
        pressed = QKeySequence(QKeyCombination(event.modifiers(), event.keyCombination().key()))
        for spec in ACTIONS:
            if spec.held and QKeySequence(spec.shortcut) == pressed:
                self.commands.refresh_actions()
                self.actions_by_key[spec.key].trigger()
                return
        super().keyPressEvent(event)

    def _asked_for(self) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks.running if not task.quiet)

    def _at_risk(self) -> tuple[str, ...]:
        """Return what closing would lose: nothing where unsaved work is noted and offered at the next start."""
        noted = self.context.autosave.enabled or not self.guards_work
        return () if noted else self.context.unsaved.names

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask first if tasks run or work would be lost; then cancel, wait, remember the layout, and go.

        Parameters
        ----------
        event : QCloseEvent
            Ignored while there is something to ask about and nobody has said to close all the same.
        """
        if not self._quitting and (self._asked_for() or self._at_risk()):
            self.sheet.ask(self._asked_for(), self._at_risk())
            event.ignore()
            return
        self._stop_timer.stop()
        self._drain_timer.stop()
        self.hide()
        self._clean_exit = self.tasks.shutdown(LATE_MS if self._quitting else STOP_MS)
        logging.getLogger(LOGGER).removeHandler(self._log_queue)
        self._remember()
        self.docks.blockSignals(True)  # docks that go with the window would speak to what is gone already
        self.rules.restore(orphans_run)
        self.closed.emit()
        event.accept()

    @Slot()
    def _stop_and_quit(self) -> None:
        self._quitting = True
        self.tasks.close_down()
        self._stop_timer.start()
        self._close_if_idle()

    @Slot()
    def _close_if_idle(self, _task: object = None) -> None:
        if self._quitting and not self._asked_for():
            self._leave()
        else:
            self._tell_sheet()

    @Slot()
    def _leave(self) -> None:
        if not self.close():  # a station has a question of its own, about what was typed meanwhile
            self._quitting = False
            self.tasks.stay_open()
            self._stop_timer.stop()
            self.sheet.hide()

    @Slot()
    def _tell_sheet(self) -> None:
        if self.sheet.isVisible() and not self._quitting:
            self.sheet.tell(self._asked_for(), self._at_risk())

    def _remember(self) -> None:
        if self.settings is not None:
            self.docks.remember(self.settings)
            self.settings.sync()

    def _restore(self) -> None:
        if self.settings is not None and not self.docks.restore(self.settings):
            self.context.notify(
                "info", self.tr("The saved window layout could not be used; the default layout is shown")
            )
