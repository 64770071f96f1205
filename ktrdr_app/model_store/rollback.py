"""Lets ``_latest`` name another version: an earlier one on request, the best that is left after a deletion."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import InvalidValue, ModelNotFound, ModelRejected, StorageProblem
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.integrity import check_in_store
from ktrdr_app.model_store.versions import locked, write_pointer


@dataclass(frozen=True)
class RolledBack:
    """What a ``_latest`` named before, and names now.

    Attributes
    ----------
    pointer : Path
        The ``_latest``.
    before : str
        Folder that was named; empty if none was.
    after : str
        Folder that is named now.
    """

    pointer: Path
    before: str
    after: str

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self) | {"pointer": str(self.pointer)}


def roll_back(models_dir: Path, strategy_name: str, timeframe: str, to: int, symbol: str | None = None) -> RolledBack:
    """Let ``_latest`` name a version; the same call with the version before undoes it.

    Parameters
    ----------
    models_dir : Path
        The store.
    strategy_name : str
        The strategy's ``name``.
    timeframe : str
        Bar length.
    to : int
        Version that is named from now on; a later one is allowed too.
    symbol : str, optional
        Symbol of a legacy model; the universal one without it. Its archived versions count where it has no others.

    Raises
    ------
    UnsafeName, UnknownName, InvalidValue
        For names that cannot be right.
    ModelNotFound
        If there is no such version; those that are there are told.
    ModelRejected
        If that version is incomplete, damaged or unsafe; nothing changes then.
    StorageProblem
        If the disk refuses.
    """
    layout.checked_names(strategy_name, timeframe, symbol)
    if to < 1:
        raise InvalidValue("to", to, "a version, from 1")
    strategy, name = models_dir / strategy_name, layout.FolderName(symbol, timeframe, to)
    archive = strategy / layout.ARCHIVE
    place = archive if layout.versions(archive, name.stem) and not layout.versions(strategy, name.stem) else strategy
    if not (place / name.folder).is_dir():
        there = [path.name for path in layout.versions(place, name.stem)]
        raise ModelNotFound(f"{strategy_name} {name.stem}", [name.folder], there, where=str(place))
    with locked(strategy):
        check_in_store(place / name.folder, models_dir)
        before = named_by(place, name.stem)
        point_to(place, name.stem, name.folder)
    return RolledBack(place / f"{name.stem}{layout.LATEST}", before, name.folder)


def named_by(place: Path, stem: str) -> str:
    """Return the folder that a ``_latest`` names, or nothing.

    Parameters
    ----------
    place : Path
        ``models/{strategy}`` or its archive.
    stem : str
        As `layout.stem_of` returns it.
    """
    target = layout.read_pointer(place, stem).target
    return target.name if target else ""


def point_to(place: Path, stem: str, folder: str) -> None:
    """Let a ``_latest`` name a folder, or raise; call it under the strategy's lock.

    Parameters
    ----------
    place : Path
        ``models/{strategy}`` or its archive.
    stem : str
        As `layout.stem_of` returns it.
    folder : str
        Bare name of the folder; empty to take the ``_latest`` away.

    Raises
    ------
    StorageProblem
        If the disk refuses.
    """
    pointer = place / f"{stem}{layout.LATEST}"
    try:
        if folder:
            write_pointer(pointer, folder)
        else:
            pointer.unlink(missing_ok=True)
    except OSError as error:
        raise StorageProblem(str(pointer), error.strerror or str(error)) from error
    if named_by(place, stem) != folder:
        raise StorageProblem(str(pointer), "it cannot be replaced")


def best_left(place: Path, stem: str, models_dir: Path, without: Collection[Path] = ()) -> str:
    """Return the highest version that can be used, or nothing.

    Parameters
    ----------
    place : Path
        ``models/{strategy}`` or its archive.
    stem : str
        As `layout.stem_of` returns it.
    models_dir : Path
        The store.
    without : collection of Path
        Folders that do not count.
    """
    for path in layout.versions(place, stem):
        if path not in without and _usable(path, models_dir):
            return path.name
    return ""


def _usable(path: Path, models_dir: Path) -> bool:
    try:
        check_in_store(path, models_dir)
    except ModelRejected:
        return False
    return True
