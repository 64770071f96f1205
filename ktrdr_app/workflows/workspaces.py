"""What the window must know of a workspace before it opens it; light, because the first paint waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ktrdr_app.core.paths import Workspace

_NOTES = ("README.md", "SOURCES.md")


@dataclass(frozen=True)
class Recent:
    """A workspace that was opened before.

    Attributes
    ----------
    folder : str
        Its full path.
    name : str
        What it is called.
    missing : bool
        Whether the folder is not there now.
    """

    folder: str
    name: str
    missing: bool


def is_used(workspace: Workspace) -> bool:
    """Say whether a workspace holds data, models, strategies or runs of the user.

    Parameters
    ----------
    workspace : Workspace
        Which; it need not be there.
    """
    places = (workspace.data, workspace.models, workspace.strategies, workspace.runs)
    return any(_has_entries(place) for place in places)


def _has_entries(folder: Path) -> bool:
    try:
        return any(path.name not in _NOTES and not path.name.startswith(".") for path in folder.iterdir())
    except OSError:
        return False


def recent_workspaces(folders: tuple[str, ...]) -> tuple[Recent, ...]:
    """Return what can be shown of workspaces that were opened before.

    Parameters
    ----------
    folders : tuple of str
        Their paths, in the order to keep.
    """
    return tuple(Recent(folder, Path(folder).name or folder, not _is_there(folder)) for folder in folders)


def _is_there(folder: str) -> bool:
    try:
        return Path(folder).is_dir()
    except (OSError, ValueError):  # a disk that does not answer or may not be looked at; no name of a folder
        return False
