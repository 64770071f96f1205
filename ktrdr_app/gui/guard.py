"""Refuses the pairs of PySide6 and Python that are known to abort or to break, with what to install instead."""

from __future__ import annotations

import os
import re
import sys
from importlib.metadata import PackageNotFoundError, version

from ktrdr_app.core.errors import EnvironmentProblem

GOOD = "6.11.3"
"""The version that the program is tested with."""


def check_pair(qt: str, python: tuple[int, int]) -> None:
    """Refuse a pair of versions that is known to be bad.

    Parameters
    ----------
    qt : str
        Version of PySide6.
    python : tuple of int
        Major and minor version of Python.

    Raises
    ------
    EnvironmentProblem
        6.12 on Python before 3.12 drops references to None and aborts; 6.11.0 and 6.11.1 misplace
        docks (QTBUG-147209); versions before 6.10.3 were found to crash with pyqtgraph 0.14.
    """
    numbers = tuple(int(part) for part in re.findall(r"\d+", qt)[:3])
    if numbers >= (6, 12) and python < (3, 12):
        reason = f"{qt} aborts on Python {python[0]}.{python[1]} (it loses references to None)"
    elif numbers in ((6, 11, 0), (6, 11, 1)):
        reason = f"{qt} misplaces docks"
    elif numbers < (6, 10, 3):
        reason = f"{qt} is too old and crashes with pyqtgraph"
    else:
        return
    raise EnvironmentProblem("PySide6", reason, f"pip install 'pyside6-essentials=={GOOD}'")


def check_environment() -> None:
    """Refuse to open a window where that is known to end in a crash.

    Raises
    ------
    EnvironmentProblem
        If PySide6 is missing, a bad version, or there is no display to open a window on.
    """
    try:
        found = version("pyside6-essentials")
    except PackageNotFoundError as error:
        hint = f"pip install 'pyside6-essentials=={GOOD}'"
        raise EnvironmentProblem("PySide6", "it is not installed", hint) from error
    check_pair(found, (sys.version_info[0], sys.version_info[1]))


def check_display() -> None:
    """Refuse to open a window without a display, because Qt would abort the process.

    Raises
    ------
    EnvironmentProblem
        On Linux without X11, Wayland or a platform chosen by ``QT_QPA_PLATFORM``.
    """
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in names):
        hint = "use the commands, or `ktrdr-app screenshot` for pictures; set DISPLAY to open the window"
        raise EnvironmentProblem("display", "there is none", hint)
