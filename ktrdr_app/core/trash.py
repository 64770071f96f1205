"""The workspace's ``.trash/``: what was deleted, each deletion in a folder of its own with a manifest.

A deletion makes ``.trash/{time}_{label}/`` with ``manifest.json`` and the files or folders. The manifest is there
before the first one moves, so that a deletion that is cut short can be brought back like any other.
"""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.files import new_folder, sync_folder, write_json
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.protection import check_writable

log = logging.getLogger(__name__)

MANIFEST = "manifest.json"


def put_away(
    workspace: Workspace, kind: str, label: str, sources: Sequence[Path], facts: Mapping[str, Any]
) -> tuple[Path, str]:
    """Move files or folders into the trash.

    Parameters
    ----------
    workspace : Workspace
        Whose trash it is.
    kind : str
        What they are: ``series`` or ``model``.
    label : str
        End of the deletion's name, fit for a file name.
    sources : sequence of Path
        What moves, in this order; all or none.
    facts : mapping
        What the manifest says besides.

    Returns
    -------
    tuple of Path and str
        The deletion's folder, and when it was made, ISO UTC.

    Raises
    ------
    StorageProblem
        If the disk refuses; what had moved already is moved back.
    """
    now = datetime.now(UTC)
    folder = workspace.trash / f"{now.strftime('%Y%m%dT%H%M%S')}{now.microsecond // 1000:03}Z_{label}"
    deleted = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    names = [path.name for path in sources]
    with new_folder(folder) as hidden:
        write_json(hidden / MANIFEST, {"format": 1, "kind": kind, **facts, "deleted": deleted, "files": names})
    move(sources, folder)
    return folder, deleted


def deletions(workspace: Workspace, kind: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the deletions of one kind, newest first: folder and manifest; what is no manifest is passed over.

    Parameters
    ----------
    workspace : Workspace
        Whose trash is looked into.
    kind : str
        As `put_away` takes it.
    """
    paths = [path for path in workspace.trash.glob(f"*/{MANIFEST}") if not path.parent.name.startswith(".")]
    for path in sorted(paths, key=lambda path: path.parent.name, reverse=True):
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            ours = document["kind"] == kind
            document["files"] = [Path(str(name)).name for name in document["files"]]  # a name never leaves its folder
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            log.warning("%s of the trash is passed over: %s", path, error)
            continue
        if ours:
            yield path.parent, document


def take_back(folder: Path, names: Sequence[str], target: Path) -> None:
    """Move what a deletion holds to where it was, and forget the deletion.

    Parameters
    ----------
    folder : Path
        The deletion's folder.
    names : sequence of str
        What is moved; what never came into the trash is passed over.
    target : Path
        Where it goes.

    Raises
    ------
    StorageProblem
        If the disk refuses; nothing has moved then.
    """
    move([folder / name for name in names if (folder / name).exists()], target)
    shutil.rmtree(folder, ignore_errors=True)


def move(sources: Sequence[Path], folder: Path) -> None:
    """Move files or folders into a folder, all or none.

    Parameters
    ----------
    sources : sequence of Path
        What moves, in this order.
    folder : Path
        Where it goes; it is made if it is not there.

    Raises
    ------
    StorageProblem
        If the disk refuses.
    """
    moved: list[tuple[Path, Path]] = []
    for path in (*sources, folder):
        check_writable(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in sources:
            shutil.move(path, folder / path.name)
            moved.append((folder / path.name, path))
        sync_folder(folder)
    except OSError as error:
        for now, before in reversed(moved):
            with contextlib.suppress(OSError):
                shutil.move(now, before)
        raise StorageProblem(str(folder), error.strerror or str(error)) from error
