"""Takes out of the archive what migrations put there, into the trash; a copy whose original is gone stays."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.files import new_folder, sync_folder, write_json
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.migration import point_archive
from ktrdr_app.model_store.migration_plan import checksums_of, places

TRASH_MANIFEST = "manifest.json"
TRASH_KIND = "model"


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


def undo_migration(
    models_dir: Path, trash: Path, strategy: str | None = None, migration: str | None = None
) -> list[Undone]:
    """Move migrated copies into the trash; what else lies in the archive is left alone.

    Parameters
    ----------
    models_dir : Path
        The store.
    trash : Path
        The workspace's trash.
    strategy : str, optional
        One strategy's name; all by default.
    migration : str, optional
        Name of one migration; all by default.

    Raises
    ------
    ModelNotFound, UnsafeName
        As `migration_plan.plan_migration`.
    StorageProblem
        If the disk refuses; what was moved before stays in the trash.
    """
    done = []
    for place in places(models_dir, strategy):
        archive = place / layout.ARCHIVE
        for folder in layout.entries(archive):
            origin = _origin(folder)
            if not origin or (migration is not None and origin.get("name") != migration):
                continue
            reason = _only_copy(models_dir, origin)
            done.append(
                Undone(folder, None, reason) if reason else Undone(folder, _to_trash(folder, trash, place.name))
            )
        _tidy(archive, [entry.folder.name for entry in done if entry.moved_to and entry.folder.parent == archive])
    return done


def _origin(folder: Path) -> dict[str, Any]:
    """Return what a copy's manifest says of the folder it was made from; empty for what no migration made."""
    if layout.parse_folder(folder.name) is None or folder.is_symlink():
        return {}
    try:
        document = json.loads((folder / layout.MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    origin = document.get(layout.MIGRATION) if isinstance(document, dict) else None
    return origin if isinstance(origin, dict) else {}


def _only_copy(models_dir: Path, origin: dict[str, Any]) -> str:
    """Say why a copy may be the only one there is; empty if its original is still there, unchanged."""
    source = models_dir / str(origin.get("source"))
    if not source.is_dir():
        return f"its original {origin.get('source')} is gone, so this is the only copy"
    try:
        there, _ = checksums_of(source)
    except OSError as error:
        return f"its original {origin.get('source')} cannot be read ({error.strerror or error})"
    if there != origin.get("source_checksums"):
        return f"its original {origin.get('source')} has changed since"
    return ""


def _to_trash(folder: Path, trash: Path, strategy_name: str) -> Path:
    now = datetime.now(UTC)
    entry = trash / f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03}Z_{strategy_name}_{folder.name}"
    document = {
        "format": 1,
        "kind": TRASH_KIND,
        "strategy_name": strategy_name,
        "folder": f"{layout.ARCHIVE}/{folder.name}",
        "deleted": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    with new_folder(entry) as hidden:
        write_json(hidden / TRASH_MANIFEST, document)
    try:
        folder.rename(entry / folder.name)
        sync_folder(folder.parent)
    except OSError as error:
        raise StorageProblem(str(folder), error.strerror or str(error)) from error
    return entry / folder.name


def _tidy(archive: Path, moved: list[str]) -> None:
    for stem in {name.stem for text in moved if (name := layout.parse_folder(text))}:
        point_archive(archive, stem)
    if moved:
        with contextlib.suppress(OSError):  # something else lies there: it stays
            archive.rmdir()
