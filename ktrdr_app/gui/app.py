"""Opens the window: version guard, hooks, theme, warm-up after the stations stand, and an orderly end."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication, QMainWindow

from ktrdr_app import workflows
from ktrdr_app.core import log
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.lazy import load
from ktrdr_app.core.paths import Workspace, user_cache, user_config
from ktrdr_app.core.progress import Progress
from ktrdr_app.core.settings import FILE as SETTINGS
from ktrdr_app.core.settings import SettingsFile
from ktrdr_app.gui.desk import Desk
from ktrdr_app.gui.guard import check_display, check_environment
from ktrdr_app.gui.hooks import ErrorHooks
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.place import Place
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui.fonts import load_fonts
from ktrdr_app.gui.ui.icons import app_icon
from ktrdr_app.gui.ui.theme import apply_theme
from ktrdr_app.gui.ui.theme_choice import ThemeChoice
from ktrdr_app.gui.window_store import open_store


def create_main_window(workspace: Workspace | Path | str) -> QMainWindow:
    """Return the main window on a workspace, not shown yet.

    A QApplication is made if there is none. The caller keeps the window and closes it; until then
    Python's automatic garbage collection is off and the window's own timer collects.

    Parameters
    ----------
    workspace : Workspace, Path or str
        The workspace, or its folder.

    Raises
    ------
    EnvironmentProblem
        If PySide6 and Python are a pair that is known to crash.
    """
    check_environment()
    make_application()
    return MainWindow(as_workspace(workspace))


def as_workspace(workspace: Workspace | Path | str) -> Workspace:
    """Return a workspace from what a caller gave.

    Parameters
    ----------
    workspace : Workspace, Path or str
        The workspace, or its folder.
    """
    return workspace if isinstance(workspace, Workspace) else Workspace(Path(workspace))


def make_application(theme: str = "") -> QApplication:
    """Return the QApplication, made and dressed if there was none.

    Parameters
    ----------
    theme : str
        Theme to wear; ``dark`` for a new application, unchanged for one that is there, if empty.
    """
    app = QApplication.instance()
    if isinstance(app, QApplication):
        if theme:
            apply_theme(app, theme)
        return app
    app = _bare_application()
    apply_theme(app, theme or "dark")
    return app


def _bare_application() -> QApplication:
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("ktrdr-app")
    app.setApplicationDisplayName("KTRDR Desktop")
    app.setDesktopFileName("ktrdr-app")
    app.setWindowIcon(app_icon())
    load_fonts()
    return app


class WarmUp(QObject):
    """Imports the heavy libraries and loads the kernels in a worker, once the stations stand.

    Parameters
    ----------
    place : Place
        Whose task manager does it.
    """

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._window = place.window
        self._window.stack.complete.connect(self._begin)

    @Slot()
    def _begin(self) -> None:
        self._window.rules.set_aside()
        task = Task(self.tr("Warm up"), import_and_compile, quiet=True)
        task.finished.connect(self._window.rules.set_aside)
        self._window.tasks.submit(task)


def import_and_compile(_progress: Progress, cancel: CancelToken) -> int:
    """Import what a training and a backtest need, load the kernels, and return how many rooms have some.

    Parameters
    ----------
    _progress : Progress
        Not used.
    cancel : CancelToken
        Looked at between two imports and before each kernel that is compiled.
    """
    for name in ("train", "backtest"):
        getattr(workflows, name)
        cancel.check()
    load("sklearn.preprocessing")  # only a model that is saved needs it, in the middle of a run
    cancel.check()
    return int(load("ktrdr_app.core.kernels").warm_up(cancel))


def _keep_log(file: Path) -> None:
    """Send the log to stderr and a file; a disk that refuses the file is no reason to open no window."""
    try:
        log.configure(logging.WARNING, file)
    except OSError as refused:
        log.configure(logging.WARNING)
        logging.getLogger("ktrdr_app.gui").warning("the log is not kept in a file: %s", refused)


class Session(QObject):
    """The program from its first window to its last: settings, theme, hooks, and the desk.

    Parameters
    ----------
    workspace : Workspace, optional
        What was asked for.
    here : Path
        The current folder.
    """

    def __init__(self, workspace: Workspace | None, here: Path) -> None:
        super().__init__()
        _keep_log(user_cache() / "ktrdr-app.log")
        self.hooks = ErrorHooks(user_cache())
        self.hooks.install()
        self.settings = SettingsFile(user_config() / SETTINGS)
        reading = self.settings.read()
        self.app = _bare_application()
        self.theme = ThemeChoice.of_application()
        self.theme.choose(reading.settings.theme)
        self.theme.changed.connect(self._remember_theme)
        store, fault = open_store(user_config())
        self.desk = Desk(self.settings, store)
        self.desk.opened.connect(self._warm_up)
        self.desk.faults += [(line, "") for line in (reading.fault, fault) if line]
        if self.hooks.last_crash:
            self.desk.faults.append((self.tr("The program did not end well last time"), self.hooks.last_crash))
        self.desk.start(workspace, here)

    @Slot(object)
    def _warm_up(self, place: Place) -> None:
        self.desk.opened.disconnect(self._warm_up)
        WarmUp(place)

    @Slot(str)
    def _remember_theme(self, theme: str) -> None:
        try:
            self.settings.change(theme=theme)
        except StorageProblem as refused:
            logging.getLogger("ktrdr_app.gui").warning("the theme is not remembered: %s", refused.message)

    def run(self) -> int:
        """Let the user work, and return the exit code when the last window has been closed."""
        # Python looks at signals between its own instructions; the window's timers see to that
        before = signal.signal(signal.SIGINT, lambda _number, _frame: QTimer.singleShot(0, self, self.desk.close))
        code = self.app.exec()
        signal.signal(signal.SIGINT, before)
        self.hooks.restore()
        logging.shutdown()
        if not self.desk.clean_exit:
            # a thread that would not stop is still alive; Qt would abort while tearing it down
            os._exit(code)
        return code


def run(workspace: Workspace | Path | str | None) -> int:
    """Open the window, and return the exit code when it has been closed.

    Parameters
    ----------
    workspace : Workspace, Path, str or None
        The workspace, or its folder; None where none was asked for: the current folder if it is one, else
        the page that offers some.

    Raises
    ------
    EnvironmentProblem
        If there is no display, or PySide6 and Python are a pair that is known to crash.
    """
    multiprocessing.freeze_support()
    check_environment()
    check_display()
    return Session(None if workspace is None else as_workspace(workspace), Path.cwd()).run()
