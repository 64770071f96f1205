"""Whether a window could be seen, and the way into the window's package; light, because the window waits for it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from ktrdr_app.core.errors import EnvironmentProblem

QT_PARTS = ("PySide6", "shiboken6", "pyqtgraph", "qasync")
SYSTEM_PART = "on Debian and Ubuntu: sudo apt-get install libegl1 libgl1 libxkbcommon0 libdbus-1-3"
NO_SCREEN = ("offscreen", "minimal", "vnc")


def has_display(platform: str, environment: Mapping[str, str]) -> bool:
    """Say whether a window could be seen.

    Parameters
    ----------
    platform : str
        As ``sys.platform``.
    environment : mapping of str to str
        As ``os.environ``.
    """
    if environment.get("QT_QPA_PLATFORM", "").split(":")[0] in NO_SCREEN:
        return False
    if platform in ("win32", "darwin"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def gui_module(name: str) -> ModuleType:
    """Import a module of the window's package.

    Parameters
    ----------
    name : str
        Module below ``ktrdr_app.gui``.

    Raises
    ------
    EnvironmentProblem
        If Qt, or a system library it needs, is not installed.
    """
    try:
        return importlib.import_module(f"ktrdr_app.gui.{name}")
    except ImportError as error:
        if (error.name or "").partition(".")[0] in QT_PARTS:
            hint = "pip install 'pyside6-essentials>=6.10.3' pyqtgraph qasync; ktrdr-app doctor tells more"
            raise EnvironmentProblem("Qt", str(error), hint) from error
        if set(QT_PARTS) & set(Path(error.path or "").parts):
            # a library of the system that Qt's own need: the loader names the file that wanted it
            raise EnvironmentProblem("Qt", str(error), f"{SYSTEM_PART}; ktrdr-app doctor tells more") from error
        raise
