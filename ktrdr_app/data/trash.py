"""Series that were deleted: moved into the workspace's ``.trash/`` with a manifest, and brought back whole.

A deletion makes ``.trash/{time}_{SYMBOL}_{timeframe}/`` with ``manifest.json`` and the files. The manifest is there
before the first file moves, so that a deletion that is cut short can be brought back like any other.
"""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import DataNotFound, NothingInTrash, SeriesExists, StorageProblem, UnsafeName
from ktrdr_app.core.files import new_folder, sync_folder, write_json
from ktrdr_app.core.paths import Workspace, safe_name
from ktrdr_app.core.timeframes import bar_length

logger = logging.getLogger(__name__)

MANIFEST = "manifest.json"
KIND = "series"


@dataclass(frozen=True)
class TrashedSeries:
    """One deleted series.

    Attributes
    ----------
    symbol, timeframe : str
        The series.
    deleted : str
        When it was deleted, ISO UTC.
    files : tuple of str
        Names of its files in the data folder.
    folder : Path
        Where they lie now.
    """

    symbol: str
    timeframe: str
    deleted: str
    files: tuple[str, ...]
    folder: Path

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


def delete_series(workspace: Workspace, symbol: str, timeframe: str) -> TrashedSeries:
    """Move a series, and every file named after it, from the data folder into the trash.

    Parameters
    ----------
    workspace : Workspace
        Whose series it is.
    symbol, timeframe : str
        The series.

    Raises
    ------
    DataNotFound
        If there is no such series.
    UnknownName, UnsafeName
        For a time frame or symbol that is none.
    StorageProblem
        If the disk refuses; files that had moved already are moved back.
    """
    bar_length(timeframe)
    stem = f"{safe_name(symbol, 'symbol')}_{timeframe}"
    source = workspace.data / f"{stem}.csv"
    if not source.is_file():
        there = sorted(path.stem.rpartition("_")[0] for path in workspace.data.glob(f"*_{timeframe}.csv"))
        raise DataNotFound(symbol, timeframe, str(source), there)
    # The series itself moves last: until then it is whole where it was.
    files = sorted(
        (path for path in workspace.data.glob(f"{stem}.*") if path.is_file()), key=lambda path: path == source
    )
    names = tuple(path.name for path in files)
    now = datetime.now(UTC)
    entry = TrashedSeries(symbol, timeframe, now.strftime("%Y-%m-%dT%H:%M:%SZ"), names, _free(workspace, stem, now))
    document = {"format": 1, "kind": KIND, **entry.to_document()}
    del document["folder"]
    with new_folder(entry.folder) as hidden:
        write_json(hidden / MANIFEST, document)
    _move(files, entry.folder)
    return entry


def trashed_series(workspace: Workspace) -> list[TrashedSeries]:
    """Return the deleted series, newest first.

    Parameters
    ----------
    workspace : Workspace
        Whose trash is looked into.
    """
    found = [_read(path) for path in workspace.trash.glob(f"*/{MANIFEST}") if not path.parent.name.startswith(".")]
    return sorted((entry for entry in found if entry), key=lambda entry: entry.folder.name, reverse=True)


def restore_series(workspace: Workspace, symbol: str, timeframe: str, folder: Path | None = None) -> TrashedSeries:
    """Bring a deleted series back into the data folder.

    Parameters
    ----------
    workspace : Workspace
        Whose series it is.
    symbol, timeframe : str
        The series.
    folder : Path, optional
        The deletion that is undone; the newest one by default.

    Raises
    ------
    NothingInTrash
        If the trash does not hold it.
    SeriesExists
        If one of its files is there again; nothing is moved then.
    StorageProblem
        If the disk refuses.
    """
    held = trashed_series(workspace)
    wanted = [entry for entry in held if (entry.symbol, entry.timeframe) == (symbol, timeframe)]
    if folder is not None:
        wanted = [entry for entry in wanted if entry.folder == folder]
    if not wanted:
        known = sorted({f"{entry.symbol} {entry.timeframe}" for entry in held})
        raise NothingInTrash(f"{symbol} {timeframe}", known, str(workspace.trash))
    entry = wanted[0]
    here = [entry.folder / name for name in entry.files if (entry.folder / name).exists()]
    for path in here:
        if (workspace.data / path.name).exists():
            raise SeriesExists(symbol, timeframe, str(workspace.data / path.name))
    _move(here, workspace.data)
    shutil.rmtree(entry.folder, ignore_errors=True)
    return entry


def _free(workspace: Workspace, stem: str, now: datetime) -> Path:
    name = f"{now.strftime('%Y%m%dT%H%M%S')}{now.microsecond // 1000:03}Z_{stem}"
    return workspace.trash / name


def _read(path: Path) -> TrashedSeries | None:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["kind"] != KIND:
            return None
        names = tuple(Path(str(name)).name for name in document["files"])  # a name never leaves its folder
        symbol, timeframe = safe_name(document["symbol"], "symbol"), str(document["timeframe"])
        return TrashedSeries(symbol, timeframe, str(document["deleted"]), names, path.parent)
    except (OSError, ValueError, KeyError, TypeError, UnsafeName) as error:
        logger.warning("%s of the trash is passed over: %s", path, error)
        return None


def _move(files: Sequence[Path], folder: Path) -> None:
    """Move files into a folder, all or none."""
    moved: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in files:
            shutil.move(path, folder / path.name)
            moved.append((folder / path.name, path))
        sync_folder(folder)
    except OSError as error:
        for now, before in reversed(moved):
            with contextlib.suppress(OSError):
                shutil.move(now, before)
        raise StorageProblem(str(folder), error.strerror or str(error)) from error
