"""Folders that this process promised not to write into; every writer of workspace files asks here first."""

from __future__ import annotations

import os
from pathlib import Path

from ktrdr_app.core.errors import WorkspaceReadOnly
from ktrdr_app.core.paths import Workspace

_protected: set[Path] = set()


def protect(workspace: Workspace) -> None:
    """Let nothing be written into a workspace from now on, but what can be computed again.

    Parameters
    ----------
    workspace : Workspace
        Which.
    """
    _protected.add(workspace.root.resolve())


def unprotect(workspace: Workspace) -> None:
    """Let a workspace be written again.

    Parameters
    ----------
    workspace : Workspace
        Which; one that was not protected is passed over.
    """
    _protected.discard(workspace.root.resolve())


def protected() -> tuple[Path, ...]:
    """Return the folders of the workspaces that are not to be written, for a process that works for this one."""
    return tuple(_protected)


def check_writable(path: Path) -> None:
    """Refuse to write into a protected workspace.

    Parameters
    ----------
    path : Path
        What is to be written, moved or removed.

    Raises
    ------
    WorkspaceReadOnly
        If it lies in a protected workspace, and not in its cache.
    """
    if not _protected:
        return
    place = Path(os.path.normpath(path.absolute()))
    for root in tuple(_protected):
        for form in (place, place.resolve()):
            if form.is_relative_to(root) and not form.is_relative_to(Workspace(root).cache):
                raise WorkspaceReadOnly(str(path))
