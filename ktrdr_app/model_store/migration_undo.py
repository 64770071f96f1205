"""Takes out of the archive what migrations put there, into the trash; a copy whose original is gone stays."""

from __future__ import annotations

import contextlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.deletion import delete_model
from ktrdr_app.model_store.folder_files import checked_document
from ktrdr_app.model_store.migration_plan import checksums_of, places


@dataclass(frozen=True)
class Undone:
    """What became of one copy.

    Attributes
    ----------
    folder : Path
        The copy.
    moved_to : Path or None
        Where it lies now; None if it stays.
    reason : str
        Why it stays; empty if it was moved.
    """

    folder: Path
    moved_to: Path | None
    reason: str = ""

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        moved = None if self.moved_to is None else str(self.moved_to)
        return asdict(self) | {"folder": str(self.folder), "moved_to": moved}


def undo_migration(workspace: Workspace, strategy: str | None = None) -> list[Undone]:
    """Delete migrated copies as any model is deleted, so that each can be restored; what else is there is left alone.

    Parameters
    ----------
    workspace : Workspace
        Whose models these are.
    strategy : str, optional
        One strategy's name; all by default.

    Raises
    ------
    ModelNotFound, UnsafeName
        As `migration_plan.plan_migration`.
    StorageProblem
        If the disk refuses; what was moved before stays in the trash.
    """
    done = []
    for place in places(workspace.models, strategy):
        archive = place / layout.ARCHIVE
        here = [_undone(workspace, folder) for folder in layout.entries(archive) if _migrated_from(folder)]
        if any(entry.moved_to for entry in here):
            with contextlib.suppress(OSError):  # something else lies there: it stays
                archive.rmdir()
        done += here
    return done


def _undone(workspace: Workspace, folder: Path) -> Undone:
    if reason := _why_it_stays(folder, workspace.models):
        return Undone(folder, None, reason)
    return Undone(folder, delete_model(workspace, folder).folder / folder.name)


def _migrated_from(folder: Path) -> dict[str, Any]:
    """Return what a copy's manifest says of the folder it was made from; empty for what no migration made."""
    if layout.parse_folder(folder.name) is None or folder.is_symlink():
        return {}
    try:
        origin = checked_document(folder, layout.MANIFEST).get(layout.MIGRATION)
    except (ModelRejected, OSError):
        return {}
    return origin if isinstance(origin, dict) else {}


def _why_it_stays(folder: Path, models_dir: Path) -> str:
    """Say why a copy is not for us to move, or may be the only one; empty if its original is there, unchanged."""
    if not folder.resolve().is_relative_to(models_dir.resolve()):
        return "it is reached by a link that leads out of the models folder"
    original = folder.parent.parent / folder.name
    name = f"{original.parent.name}/{original.name}"
    if original.is_symlink() or not original.is_dir():
        return f"its original {name} is gone, so this is the only copy"
    try:
        there, _ = checksums_of(original)
    except OSError as error:
        return f"its original {name} cannot be read ({error.strerror or error})"
    if there != _migrated_from(folder).get("source_checksums"):
        return f"its original {name} has changed since"
    return ""
