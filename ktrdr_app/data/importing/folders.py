"""Finds the files to import among what a user names: files as they are, and those of folders that may hold bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import EmptyData, StorageProblem

ENDINGS = (".csv", ".txt", ".tsv", ".prn", ".gz", ".zip", ".parquet", ".pq")
"""Endings of files that may hold bars."""

MOST = 2000
"""Files that one import takes."""


def files_of(paths: Sequence[Path], cancel: CancelToken) -> tuple[Path, ...]:
    """Return files, and those of folders that may hold bars, each once; at most `MOST`.

    A file that was named is returned whatever its ending: what it holds is judged when it is read. Folders are read
    with what lies in them, hidden files and links to folders left out.

    Parameters
    ----------
    paths : sequence of Path
        Files and folders.
    cancel : CancelToken
        Checked at every file.

    Raises
    ------
    EmptyData
        If there is no such file.
    StorageProblem
        If a folder cannot be read.
    """
    found: dict[Path, None] = {}
    for path in paths:
        for file in _below(path, cancel) if path.is_dir() else (path,):
            found[file] = None
            if len(found) == MOST:
                return tuple(found)
    if not found:
        named = ", ".join(path.name for path in paths[:3])
        raise EmptyData(named, f"there is no file in it that ends in {', '.join(ENDINGS)}")
    return tuple(found)


def _below(folder: Path, cancel: CancelToken) -> Iterator[Path]:
    cancel.check()
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise StorageProblem(str(folder), error.strerror or str(error)) from error
    for entry in entries:
        if entry.name.startswith(".") or (entry.is_symlink() and entry.is_dir()):
            continue
        if entry.is_dir():
            yield from _below(entry, cancel)
        elif entry.name.lower().endswith(ENDINGS):
            cancel.check()
            yield entry
