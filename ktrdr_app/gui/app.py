"""Opens the window: version guard, hooks, theme, warm-up after the first paint, and an orderly end."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication, QMainWindow

from ktrdr_app import workflows
from ktrdr_app.core import log
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.kernels import warm_up
from ktrdr_app.core.paths import Workspace, user_cache
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.guard import check_display, check_environment
from ktrdr_app.gui.hooks import ErrorHooks
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui.fonts import load_fonts
from ktrdr_app.gui.ui.theme import apply_theme
from ktrdr_app.gui.ui.tokens import THEMES


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
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("ktrdr-app")
    app.setApplicationDisplayName("KTRDR Desktop")
    load_fonts()
    apply_theme(app, theme or "dark")
    return app


class WarmUp(QObject):
    """Imports the heavy libraries and loads the kernels in a worker, once the window has been painted.

    Parameters
    ----------
    window : MainWindow
        Whose task manager does it.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        QTimer.singleShot(0, self, self._begin)

    @Slot()
    def _begin(self) -> None:
        self._window.tasks.submit(Task(self.tr("Warm up"), _import_and_compile, quiet=True))


def _import_and_compile(_progress: Progress, cancel: CancelToken) -> int:
    """Touch what a training needs: its lazy import brings torch and scikit-learn with it."""
    for name in ("train", "backtest"):
        getattr(workflows, name)
        cancel.check()
    return warm_up()


def run(workspace: Workspace | Path | str) -> int:
    """Open the window, and return the exit code when it has been closed.

    Parameters
    ----------
    workspace : Workspace, Path or str
        The workspace, or its folder.

    Raises
    ------
    EnvironmentProblem
        If there is no display, or PySide6 and Python are a pair that is known to crash.
    """
    multiprocessing.freeze_support()
    check_environment()
    check_display()
    place = as_workspace(workspace)
    log.configure(logging.WARNING, user_cache() / "ktrdr-app.log")
    hooks = ErrorHooks(user_cache() / "crash.log")
    hooks.install()
    settings = QSettings(str(user_cache() / "window.ini"), QSettings.Format.IniFormat)
    remembered = str(settings.value("theme", "dark"))
    app = make_application(remembered if remembered in THEMES else "dark")
    window = MainWindow(place, settings)
    if hooks.last_crash.strip():
        window.context.notify("warning", window.tr("The program did not end well last time"), hooks.last_crash)
    # Python looks at signals between its own instructions; the window's timers see to that
    before = signal.signal(signal.SIGINT, lambda _number, _frame: QTimer.singleShot(0, window, window.close))
    window.show()
    WarmUp(window)
    code = app.exec()
    signal.signal(signal.SIGINT, before)
    clean = window.clean_exit
    hooks.restore()
    logging.shutdown()
    if not clean:
        # a thread that would not stop is still alive; Qt would abort while tearing it down
        os._exit(code)
    return code
