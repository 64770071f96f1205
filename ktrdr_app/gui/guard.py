"""Refuses the pairs of PySide6 and Python that are known to abort or to break, with what to install instead."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version

from ktrdr_app.core.errors import EnvironmentProblem
from ktrdr_app.core.qt_pair import INSTALL_QT, qt_fault


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
        As `qt_fault` says.
    """
    reason = qt_fault(qt, python)
    if reason:
        raise EnvironmentProblem("PySide6", reason, INSTALL_QT)


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
        raise EnvironmentProblem("PySide6", "it is not installed", INSTALL_QT) from error
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
