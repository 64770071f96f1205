"""Series that were deleted: moved into the workspace's ``.trash/`` and brought back whole, with every side file."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.core import trash
from ktrdr_app.core.errors import DataNotFound, NothingInTrash, SeriesExists, UnsafeName
from ktrdr_app.core.paths import Workspace, safe_name
from ktrdr_app.core.timeframes import bar_length

log = logging.getLogger(__name__)

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
    folder, deleted = trash.put_away(workspace, KIND, stem, files, {"symbol": symbol, "timeframe": timeframe})
    return TrashedSeries(symbol, timeframe, deleted, tuple(path.name for path in files), folder)


def trashed_series(workspace: Workspace) -> list[TrashedSeries]:
    """Return the deleted series, newest first.

    Parameters
    ----------
    workspace : Workspace
        Whose trash is looked into.
    """
    found = [_read(folder, document) for folder, document in trash.deletions(workspace, KIND)]
    return [entry for entry in found if entry]


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
    for name in entry.files:
        if (entry.folder / name).exists() and (workspace.data / name).exists():
            raise SeriesExists(symbol, timeframe, str(workspace.data / name))
    trash.take_back(entry.folder, entry.files, workspace.data)
    return entry


def _read(folder: Path, document: dict[str, Any]) -> TrashedSeries | None:
    try:
        symbol, timeframe = safe_name(document["symbol"], "symbol"), str(document["timeframe"])
        return TrashedSeries(symbol, timeframe, str(document["deleted"]), tuple(document["files"]), folder)
    except (KeyError, TypeError, UnsafeName) as error:
        log.warning("%s of the trash is passed over: %s", folder, error)
        return None
