"""Versions of PySide6 that are known to be bad, told without importing Qt."""

from __future__ import annotations

import re

GOOD_QT = "6.11.3"
"""The version that the program is tested with."""
INSTALL_QT = f"pip install 'pyside6-essentials=={GOOD_QT}'"
"""The command that installs it."""


def qt_fault(qt: str, python: tuple[int, int]) -> str:
    """Say what is wrong with a pair of versions; empty if nothing is known to be.

    Parameters
    ----------
    qt : str
        Version of PySide6.
    python : tuple of int
        Major and minor version of Python.

    Returns
    -------
    str
        6.12 on Python before 3.12 drops references to None and aborts; 6.11.0 and 6.11.1 misplace
        docks (QTBUG-147209); versions before 6.10.3 were found to crash with pyqtgraph 0.14.
    """
    numbers = tuple(int(part) for part in re.findall(r"\d+", qt)[:3])
    if numbers >= (6, 12) and python < (3, 12):
        return f"{qt} aborts on Python {python[0]}.{python[1]} (it loses references to None)"
    if numbers in ((6, 11, 0), (6, 11, 1)):
        return f"{qt} misplaces docks"
    return f"{qt} is too old and crashes with pyqtgraph" if numbers < (6, 10, 3) else ""
