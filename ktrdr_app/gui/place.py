"""One workspace in its window: lock or read-only, stations after the first paint, drafts back after a crash."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QSettings, Qt, Signal, Slot

from ktrdr_app.core import protection
from ktrdr_app.core.drafts import Draft, Drafts
from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.settings import SettingsFile
from ktrdr_app.core.workspace_lock import WorkspaceLock
from ktrdr_app.gui.documents.draft_kinds import FUZZY, station
from ktrdr_app.gui.first_paint import FirstPaint
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.recovery.draft_dialog import DraftDialog
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.welcome.next_steps import NextSteps
from ktrdr_app.gui.window_store import keep_backup

if TYPE_CHECKING:
    from ktrdr_app.gui.panels.data.panel import DataPanel

_LOG = logging.getLogger("ktrdr_app.gui")


class Place(QObject):
    """A workspace, the right to it, and its window.

    Parameters
    ----------
    lock : WorkspaceLock
        Of the workspace; not held if it is only looked at: nothing is written into it then.
    store : QSettings or None
        Place and layout of the window.
    settings : SettingsFile
        Whether unsaved work is noted.
    """

    gone = Signal(object)
    """This place: its window is closed and the workspace given back."""

    def __init__(self, lock: WorkspaceLock, store: QSettings | None, settings: SettingsFile) -> None:
        super().__init__()
        self.lock = lock
        self.read_only = not lock.held
        self.dialog: DraftDialog | None = None
        self._store = store
        self._settings = settings
        self._drafts = Drafts(lock.workspace)
        if self.read_only:
            protection.protect(lock.workspace)
        self.window = MainWindow(lock.workspace, store, lazily=True)
        wanted = settings.read().settings
        self.window.tasks.choose_cluster(wanted.cluster)
        self.window.tasks.choose_long_runs(wanted.long_runs)
        self.window.context.autosave.enabled = wanted.keep_drafts and not self.read_only
        self.window.guards_work = not self.read_only
        self.window.context.autosave.failed.connect(self._not_noted)
        self.window.closed.connect(self._closed)
        FirstPaint(self.window).painted.connect(self._painted)

    def is_on(self, workspace: Workspace) -> bool:
        """Say whether this is the place of a workspace.

        Parameters
        ----------
        workspace : Workspace
            Which.
        """
        return self.lock.workspace.root.resolve() == workspace.root.resolve()

    def show(self) -> None:
        """Show the window; its stations follow once it has been painted."""
        if self.read_only:
            self.window.mark_read_only()
        self.window.show()

    def come_forward(self) -> None:
        """Bring the window before the others."""
        self.window.setWindowState(self.window.windowState() & ~Qt.WindowState.WindowMinimized)
        self.window.raise_()
        self.window.activateWindow()

    def add_sample(self) -> None:
        """Add the sample data, as soon as the window can, and show what to do with them."""
        NextSteps(self.window, self.window.context)
        self.window.commands.add_sample()

    def import_files(self, files: Sequence[Path]) -> None:
        """Show files in the import dialog, as soon as the window can.

        Parameters
        ----------
        files : sequence of Path
            Files with bars, or folders of them.
        """
        self.window.show_panel("dataPanel")
        self._once_complete(partial(self._import, tuple(files)))

    def _import(self, files: tuple[Path, ...]) -> None:
        cast("DataPanel", self.window.panels["dataPanel"]).importer.begin(files)

    def _once_complete(self, act: Callable[[], None]) -> None:
        """Do something now, or as soon as every station stands."""
        if self.window.stack.is_complete:
            act()
        else:
            self.window.stack.complete.connect(act)

    @Slot()
    def _painted(self) -> None:
        self.window.builder.begin()
        if self.read_only:
            text = self.tr("Read-only: everything can be looked at, nothing is written into this workspace")
            self.window.context.notify("warning", text)
            return
        found, abandoned = self._drafts.all(), self.lock.abandoned
        if found:
            self._ask(found, abandoned.words() if abandoned else "")
        elif abandoned:
            text = self.tr("The last window on this workspace did not end well; no work was left unsaved")
            self.window.context.notify("warning", text, abandoned.words())

    def _ask(self, found: tuple[Draft, ...], crashed: str) -> None:
        keeping = self.window.context.autosave.enabled
        self.dialog = DraftDialog(found, crashed, keeping, self.window)
        self.dialog.restoreChosen.connect(self._restore)
        self.dialog.discardChosen.connect(self._discard)
        self.dialog.keepingChanged.connect(self._keep)
        self.dialog.open()

    @Slot(object)
    def _restore(self, drafts: tuple[Draft, ...]) -> None:
        self._once_complete(partial(self._give_back, drafts))

    def _give_back(self, drafts: tuple[Draft, ...]) -> None:
        if not drafts:
            return
        context = self.window.context
        context.autosave.offer(drafts)
        chosen = next((draft for draft in drafts if draft.kind == FUZZY), drafts[0])
        context.select_strategy(chosen.name)
        if station(chosen):
            context.panelRequested.emit(station(chosen))

    @Slot(object)
    def _discard(self, drafts: tuple[Draft, ...]) -> None:
        try:
            for draft in drafts:
                self._drafts.discard(draft.kind, draft.name)
        except StorageProblem as refused:
            self._not_noted(refused)

    @Slot(bool)
    def _keep(self, keeping: bool) -> None:
        self.window.context.autosave.enabled = keeping
        try:
            self._settings.change(keep_drafts=keeping)
        except StorageProblem as refused:
            self._not_noted(refused)

    @Slot(object)
    def _not_noted(self, error: StorageProblem) -> None:
        self.window.context.notify("warning", error_text(error)[0], error.hint)

    @Slot()
    def _closed(self) -> None:
        try:
            self.window.context.autosave.flush()
        except StorageProblem as refused:
            _LOG.error("unsaved work could not be noted: %s", error_text(refused)[0])
        if self._store is not None:
            keep_backup(self._store)
        if self.read_only:
            protection.unprotect(self.lock.workspace)
        self.lock.release()
        self.window.deleteLater()
        self.gone.emit(self)
