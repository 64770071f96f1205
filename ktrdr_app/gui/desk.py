"""Which windows are open on which workspaces: welcome page, locks, recent ones, and work that a crash left unsaved."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QStandardPaths, Signal, Slot
from PySide6.QtWidgets import QMenu, QWidget
from shiboken6 import isValid

from ktrdr_app.core.errors import StorageProblem, WorkspaceBusy
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.settings import Settings, SettingsFile
from ktrdr_app.core.workspace_lock import WorkspaceLock
from ktrdr_app.gui.first_paint import FirstPaint
from ktrdr_app.gui.place import Place
from ktrdr_app.gui.recovery.busy_dialog import BusyDialog
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.welcome.page import WelcomePage
from ktrdr_app.gui.welcome.recent_menu import RecentMenu
from ktrdr_app.workflows.workspaces import Recent, is_used, recent_workspaces

_LOG = logging.getLogger("ktrdr_app.gui")


class Desk(QObject):
    """Opens workspaces in windows and gives each back when its window closes.

    Parameters
    ----------
    settings : SettingsFile
        Theme, recent workspaces.
    store : QSettings, optional
        Place and layout of the windows.
    """

    painted = Signal()
    """The first window has been drawn."""
    opened = Signal(object)
    """Place: a workspace has got its window."""

    def __init__(self, settings: SettingsFile, store: QSettings | None = None) -> None:
        super().__init__()
        self._settings = settings
        self._store = store
        self._painted = False
        self.places: list[Place] = []
        self.welcome: WelcomePage | None = None
        self._questions: list[BusyDialog] = []
        """The one that is open, last; those before it are closed and wait to be deleted."""
        self.clean_exit = True
        self.faults: list[tuple[str, str]] = []
        """What went wrong before there was a window to tell it: a line and its details."""

    def start(self, workspace: Workspace | None, here: Path) -> None:
        """Show the first window.

        Parameters
        ----------
        workspace : Workspace or None
            What was asked for; None if nothing was.
        here : Path
            The current folder, which counts as asked for if it is a workspace.
        """
        asked = workspace or Workspace(here)
        if is_used(asked):
            self.open(asked)
        else:
            self.show_welcome(workspace)

    @property
    def question(self) -> BusyDialog | None:
        """The question about a busy workspace, while there is one."""
        return self._questions[-1] if self._questions else None

    @property
    def recents(self) -> tuple[Recent, ...]:
        """The workspaces that were opened before, newest first."""
        return recent_workspaces(self._settings.read().settings.recents)

    def show_welcome(self, target: Workspace | None = None) -> None:
        """Show the page that offers workspaces.

        Parameters
        ----------
        target : Workspace, optional
            Empty one that was asked for.
        """
        if self.welcome is None:
            self.welcome = WelcomePage(target.root if target else None)
            self.welcome.sampleWanted.connect(self._open_sample)
            self.welcome.folderChosen.connect(self._open_folder)
            self.welcome.filesDropped.connect(self._import_files)
            self.welcome.recentRemoved.connect(self._forget)
            self.welcome.destroyed.connect(self._welcome_gone)
            self.welcome.show_recents(self.recents)
            self._watch(self.welcome)
        self.welcome.show()
        self.welcome.raise_()
        self.welcome.activateWindow()

    def open(self, workspace: Workspace, *, take_over: bool = False) -> Place | None:
        """Open a workspace in a window of its own, or ask what to do if another window works on it.

        Parameters
        ----------
        workspace : Workspace
            Which; its folder need not be there. On a disk that refuses to be written it is only looked at.
        take_over : bool
            As `WorkspaceLock.acquire` takes it.

        Returns
        -------
        Place or None
            None if the question is asked.
        """
        already = self._brought_forward(workspace)
        if already is not None:
            return already
        lock = WorkspaceLock(workspace)
        try:
            lock.acquire(take_over=take_over)
        except WorkspaceBusy as busy:
            self._ask(workspace, busy)
            return None
        except StorageProblem as refused:
            self.faults.append((error_text(refused)[0], refused.hint))
            return self.look_at(workspace)
        return self._placed(Place(lock, self._store, self._settings))

    def look_at(self, workspace: Workspace) -> Place:
        """Open a workspace read-only in a window of its own.

        Parameters
        ----------
        workspace : Workspace
            Which.
        """
        already = self._brought_forward(workspace)
        return already or self._placed(Place(WorkspaceLock(workspace), self._store, self._settings))

    def _brought_forward(self, workspace: Workspace) -> Place | None:
        already = next((place for place in self.places if place.is_on(workspace)), None)
        if already is not None:
            already.come_forward()
            self._leave_welcome()
        return already

    def _placed(self, place: Place) -> Place:
        self.places.append(place)
        place.setParent(self)
        place.gone.connect(self._gone)
        place.window.context.workspaceRequested.connect(self._requested)
        place.window.tasks.longRunsChanged.connect(self._keep_long_runs)
        place.window.tasks.clusterChanged.connect(self._keep_cluster)
        self._add_menu(place)
        self._watch(place.window)
        place.show()
        for line, details in self.faults:
            place.window.context.notify("warning", line, details)
        self.faults.clear()
        self._remember(place.lock.workspace)
        self.opened.emit(place)
        self._leave_welcome()
        return place

    def _add_menu(self, place: Place) -> None:
        action = place.window.actions_by_key["openWorkspace"]
        menu = next(owner for owner in action.associatedObjects() if isinstance(owner, QMenu))
        recents = RecentMenu(menu, lambda: self.recents)
        recents.opened.connect(self._open_folder)
        menu.insertMenu(place.window.actions_by_key["welcome"], recents)

    def _watch(self, window: QWidget) -> None:
        if not self._painted:
            FirstPaint(window).painted.connect(self._first_painted)

    @Slot()
    def _first_painted(self) -> None:
        if not self._painted:
            self._painted = True
            self.painted.emit()

    def _ask(self, workspace: Workspace, busy: WorkspaceBusy) -> None:
        older, question = self.question, BusyDialog(busy, workspace)
        question.readOnlyChosen.connect(self._open_read_only)
        question.takeOverChosen.connect(self._take_over)
        question.otherChosen.connect(self._open_other)
        question.destroyed.connect(self._question_gone)
        self._questions.append(question)
        self._watch(question)
        question.open()
        if older is not None:
            older.reject()

    @Slot(object)
    def _open_read_only(self, workspace: Workspace) -> None:
        self.look_at(workspace)

    @Slot(object)
    def _take_over(self, workspace: Workspace) -> None:
        self.open(workspace, take_over=True)

    @Slot()
    def _open_other(self) -> None:
        self.show_welcome()

    @Slot()
    def _question_gone(self) -> None:
        self._questions = [question for question in self._questions if isValid(question)]

    @Slot()
    def _open_sample(self) -> None:
        place = self.open(self._target(self.tr("KTRDR sample workspace")))
        if place is not None:
            place.add_sample()

    def _target(self, name: str) -> Workspace:
        """Return the empty workspace that was asked for, or one among the user's documents."""
        if self.welcome is not None and self.welcome.target is not None:
            return Workspace(self.welcome.target)
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return Workspace(Path(documents or Path.home()) / name)

    @Slot(str)
    def _open_folder(self, folder: str) -> None:
        self.open(Workspace(Path(folder)))

    @Slot(object)
    def _import_files(self, files: list[Path]) -> None:
        place = self.open(self._target(self.tr("KTRDR workspace")))
        if place is not None:
            place.import_files(files)

    @Slot(str)
    def _requested(self, folder: str) -> None:
        if folder:
            self._open_folder(folder)
        else:
            self.show_welcome()

    @Slot(str)
    def _forget(self, folder: str) -> None:
        self._keep(self._settings.read().settings.without_recent(folder))
        if self.welcome is not None:
            self.welcome.show_recents(self.recents)

    def _remember(self, workspace: Workspace) -> None:
        self._keep(self._settings.read().settings.with_recent(workspace.root))

    @Slot(str)
    def _keep_long_runs(self, name: str) -> None:
        """Note where long runs are done, and do them there in every window."""
        if name != self._settings.read().settings.long_runs:
            self._keep(replace(self._settings.read().settings, long_runs=name))
            for place in self.places:
                place.window.tasks.choose_long_runs(name)

    @Slot(str)
    def _keep_cluster(self, address: str) -> None:
        """Note the cluster that is known, and know it in every window."""
        if address != self._settings.read().settings.cluster:
            self._keep(replace(self._settings.read().settings, cluster=address))
            for place in self.places:
                place.window.tasks.choose_cluster(address)

    def _keep(self, settings: Settings) -> None:
        try:
            self._settings.write(settings)
        except StorageProblem as refused:
            _LOG.warning("%s", error_text(refused)[0], extra={"alert": True, "details": refused.hint})

    def _leave_welcome(self) -> None:
        if self.welcome is not None:
            self.welcome.close()

    @Slot()
    def _welcome_gone(self) -> None:
        self.welcome = None

    @Slot(object)
    def _gone(self, place: Place) -> None:
        self.places.remove(place)
        self.clean_exit = self.clean_exit and place.window.clean_exit
        place.deleteLater()

    def close(self) -> None:
        """Close every window; those with running tasks, or work that would be lost, ask first."""
        for place in tuple(self.places):
            place.window.close()
        self._leave_welcome()
        if self.question is not None:
            self.question.reject()
