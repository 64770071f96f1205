"""Numbers and pointers of a strategy's folder: taken and moved by one process at a time, without torch."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from ktrdr_app.core import files
from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.locks import file_lock
from ktrdr_app.core.protection import check_writable
from ktrdr_app.model_store import layout

log = logging.getLogger(__name__)

LINKS = os.name == "posix"  # Windows cannot replace a link to a folder at once
_CLAIMS = ".versions"
_LOCK = ".lock"
_HALF_BUILT = re.compile(r"\..+_v[0-9]+\.[0-9a-f]{8}\.part")
_A_DAY = 86_400


@contextlib.contextmanager
def locked(place: Path) -> Iterator[None]:
    """Hold a strategy's folder against other processes and threads while its pointers and notes change.

    Parameters
    ----------
    place : Path
        ``models/{strategy}``; it is made if it is not there.

    Raises
    ------
    StorageProblem
        If the disk refuses, or another process does not let go of it.
    """
    with file_lock(place / _CLAIMS / _LOCK):
        yield


def sweep(place: Path) -> None:
    """Remove half-built folders that a killed process left more than a day ago.

    Parameters
    ----------
    place : Path
        ``models/{strategy}``.

    Raises
    ------
    WorkspaceReadOnly
        If it lies in a protected workspace.
    """
    check_writable(place)
    before = time.time() - _A_DAY
    for path in layout.entries(place):
        with contextlib.suppress(OSError):
            if _HALF_BUILT.fullmatch(path.name) and path.stat().st_mtime < before:
                shutil.rmtree(path)


def claim_version(place: Path, stem: str, at_least: int = 1) -> int:
    """Take the next version number, against other processes too; a number that is given up stays unused.

    A number is taken by making an empty hidden folder of that name, which only one process can do. The highest
    stays for good, so that a deleted model's number does not come back. Numbers are shared by stems that differ
    in case alone, as some disks cannot tell those apart.

    Parameters
    ----------
    place : Path
        ``models/{strategy}``; it is made if it is not there.
    stem : str
        As `layout.stem_of` returns it.
    at_least : int
        A number that is wanted; taken if none so high was ever used.

    Raises
    ------
    StorageProblem
        If the disk refuses, or the workspace is open read-only.
    """
    check_writable(place)
    claims = place / _CLAIMS
    try:
        claims.mkdir(parents=True, exist_ok=True)
        while True:
            used = [*_numbers(place, stem), *_numbers(place / layout.ARCHIVE, stem), *_numbers(claims, stem)]
            number = max(at_least, 1 + max(used, default=0))
            try:
                (claims / f"{stem}_v{number}").mkdir()
            except FileExistsError:
                continue
            taken = _numbers(claims, stem)
            if max(taken) == number:
                break
    except OSError as error:
        raise StorageProblem(str(place), error.strerror or str(error)) from error
    for lower in taken:
        if lower < number:
            with contextlib.suppress(OSError):
                (claims / f"{stem}_v{lower}").rmdir()
    return number


def remember_version(place: Path, folder: str) -> None:
    """Keep the number of a folder that goes, so that it does not come back as another model's.

    Parameters
    ----------
    place : Path
        ``models/{strategy}``.
    folder : str
        Bare name of the folder.

    Raises
    ------
    StorageProblem
        If the disk refuses, or the workspace is open read-only.
    """
    check_writable(place)
    try:
        (place / _CLAIMS / folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageProblem(str(place), error.strerror or str(error)) from error


def _numbers(folder: Path, stem: str) -> list[int]:
    names = (layout.parse_folder(path.name) for path in layout.entries(folder))
    return [name.version for name in names if name and name.stem.casefold() == stem.casefold()]


def point_latest(place: Path, stem: str) -> None:
    """Let ``_latest`` name the highest version there is, whichever process finishes last; nothing where there is none.

    Parameters
    ----------
    place : Path
        ``models/{strategy}``.
    stem : str
        As `layout.stem_of` returns it.
    """
    pointed = ""
    try:
        with locked(place):
            while (found := layout.versions(place, stem)) and found[0].name != pointed:
                pointed = found[0].name
                write_pointer(place / f"{stem}{layout.LATEST}", pointed)
    except StorageProblem as error:
        log.warning("%s%s stays as it is (%s)", stem, layout.LATEST, error.message)


def write_pointer(latest: Path, target: str) -> None:
    """Replace a ``_latest`` at once: a relative link or, where the system has none, a text file.

    Parameters
    ----------
    latest : Path
        The pointer.
    target : str
        Bare name of the folder beside it.
    """
    if LINKS and _linked(latest, target):
        return
    try:
        files.write_text(latest, target + "\n")
    except StorageProblem as error:
        log.warning("%s cannot be replaced (%s); the highest version is used all the same", latest, error.message)


def _linked(latest: Path, target: str) -> bool:
    """Replace a pointer by a relative link and return whether the system let us."""
    temporary = latest.with_name(f".{latest.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        temporary.symlink_to(target, target_is_directory=True)
        temporary.replace(latest)
        files.sync_folder(latest.parent)
    except (OSError, NotImplementedError):
        with contextlib.suppress(OSError):
            temporary.unlink()
        return False
    return True
