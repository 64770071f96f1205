"""Makes Qt unimportable: put this folder on PYTHONPATH and every Python below lives on a machine without Qt.

Child processes inherit it, so commands that a test starts have no Qt either.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

BLOCKED = frozenset({"PySide6", "shiboken6", "pyqtgraph", "qasync", "pytestqt"})


class PathFinderWithoutQt(PathFinder):
    """Looks through ``sys.path`` as ever, and finds no Qt there."""

    @classmethod
    def find_spec(cls, fullname: str, *search: Any, **options: Any) -> ModuleSpec | None:
        """Find a module, unless it belongs to a blocked package.

        Parameters
        ----------
        fullname : str
            Dotted name that is imported.
        *search, **options
            As `importlib.machinery.PathFinder.find_spec` takes them.
        """
        if fullname.partition(".")[0] in BLOCKED:
            return None
        return super().find_spec(fullname, *search, **options)


sys.meta_path[:] = [PathFinderWithoutQt if finder is PathFinder else finder for finder in sys.meta_path]
