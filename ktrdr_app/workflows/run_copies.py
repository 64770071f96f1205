"""Copies what people want of a finished run out of its folder: the page, the tables, or all as one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ktrdr_app.core.errors import FileMissing, InvalidValue, StorageProblem
from ktrdr_app.core.files import write_bytes
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.bundle.layout import REPORT_FILE, TABLES
from ktrdr_app.workflows.bundle.seal import export_bundle


@dataclass(frozen=True)
class Copied:
    """What was written.

    Attributes
    ----------
    place : Path
        File or folder.
    sentence : str
        What to tell.
    """

    place: Path
    sentence: str


def copy_report(folder: Path, target: Path) -> Copied:
    """Copy a run's report, which needs no other file.

    Parameters
    ----------
    folder : Path
        The run's folder.
    target : Path
        HTML file; it must not exist.

    Raises
    ------
    FileMissing
        If the run has none.
    InvalidValue
        If the file is there already.
    StorageProblem
        If the disk refuses.
    """
    _copy(folder / REPORT_FILE, target)
    return Copied(target, f"The report is in {target.name}")


def copy_tables(folder: Path, target: Path) -> Copied:
    """Copy a run's tables: equity, trades and, where a model decided, decisions.

    Parameters
    ----------
    folder : Path
        The run's folder.
    target : Path
        Folder, which gets files named after the run.

    Raises
    ------
    FileMissing
        If the run has none.
    InvalidValue
        If one of the files is there already; none is written then.
    StorageProblem
        If the disk refuses.
    """
    there = {folder / name: target / f"{folder.name}-{name}" for name in TABLES if (folder / name).is_file()}
    if not there:
        raise FileMissing(str(folder / TABLES[0]), "a finished backtest's table")
    for place in there.values():
        _demand_free(place)
    for source, place in there.items():
        _copy(source, place)
    count = "1 table is" if len(there) == 1 else f"{len(there)} tables are"
    return Copied(target, f"{count} in {target.name}")


def copy_bundle(workspace: Workspace, folder: Path, target: Path) -> Copied:
    """Write a run as one file, as `export_bundle` does.

    Parameters
    ----------
    workspace : Workspace
        Where the run was made.
    folder : Path
        The run's folder.
    target : Path
        Zip file; it must not exist.

    Raises
    ------
    KtrdrError
        As `export_bundle` raises it.
    """
    written = export_bundle(workspace, folder, target)
    return Copied(target, f"The run bundle is in {target.name} ({written.size / 1024:,.0f} KiB)")


def _copy(source: Path, target: Path) -> None:
    _demand_free(target)
    try:
        content = source.read_bytes()
    except FileNotFoundError as error:
        raise FileMissing(str(source), "a file of a finished backtest") from error
    except OSError as error:
        raise StorageProblem(str(source), error.strerror or str(error)) from error
    write_bytes(target, content)


def _demand_free(target: Path) -> None:
    try:
        taken = target.exists()
    except OSError as error:  # a name that is too long, a folder that may not be looked into
        raise StorageProblem(str(target), error.strerror or str(error)) from error
    if taken:
        raise InvalidValue("file", str(target), "a name that is not taken")
