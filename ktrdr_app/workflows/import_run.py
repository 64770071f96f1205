"""Imports a vendor's file into the workspace's data folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Note, Progress, silent, stage
from ktrdr_app.data.importing.folders import files_of
from ktrdr_app.data.importing.options import ImportOptions
from ktrdr_app.data.importing.preview import ImportPreview, look_at_file
from ktrdr_app.data.importing.run import import_file

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ImportRequest:
    """Import one file.

    Attributes
    ----------
    workspace : Workspace
        Where the series goes.
    file : Path
        The vendor's file.
    symbol, timeframe : str, optional
        Name of the series; read from the file where they are not given.
    timezone : str, optional
        Clock of stamps without an offset.
    asset_class : str, optional
        ``forex``, ``stock``, ``crypto``, ``index`` or ``metal``.
    columns : mapping of str to str
        Role to column name or 1-based number.
    on_conflict : str, optional
        ``append``, ``replace`` or ``skip`` where the series is already there.
    dry_run : bool
        Whether to stop before writing.
    date_order : str, optional
        ``dmy``, ``mdy`` or ``ymd``.
    decimal : str, optional
        Decimal mark.
    """

    workspace: Workspace
    file: Path
    symbol: str | None = None
    timeframe: str | None = None
    timezone: str | None = None
    asset_class: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    on_conflict: str | None = None
    dry_run: bool = False
    date_order: str | None = None
    decimal: str | None = None

    def options(self) -> ImportOptions:
        """Return what the request says of the file."""
        return ImportOptions(
            symbol=self.symbol,
            timeframe=self.timeframe,
            timezone=self.timezone,
            asset_class=self.asset_class,
            columns=self.columns,
            on_conflict=self.on_conflict,
            date_order=self.date_order,
            decimal=self.decimal,
        )


@dataclass(frozen=True)
class ImportResult:
    """An imported series.

    Attributes
    ----------
    document : dict
        The JSON form that ``data import --json`` prints.
    path : Path
        The series' file.
    bars : DataFrame
        The bars of the vendor's file.
    """

    document: dict[str, Any]
    path: Path
    bars: pd.DataFrame


def import_data(request: ImportRequest, progress: Progress = silent, cancel: CancelToken | None = None) -> ImportResult:
    """Import one file, or say what must be answered first.

    Parameters
    ----------
    request : ImportRequest
        The file and what is known of it.
    progress : Progress
        Listener; it gets every warning as a note.
    cancel : CancelToken, optional
        Checked before reading and before writing.

    Raises
    ------
    ImportQuestions
        If something must be answered first.
    KtrdrError
        If the file holds no series, or the disk refuses.
    """
    with stage("load", progress):
        report = import_file(request.file, request.options(), request.workspace.data, request.dry_run, cancel)
    for entry in report.findings:
        progress(Note("warning", entry.message))
    return ImportResult(report.to_document(), report.path, report.bars)


def preview_import(
    request: ImportRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> ImportPreview:
    """Read a file and write nothing; open questions are in the result instead of being raised.

    Parameters
    ----------
    request : ImportRequest
        The file and what is known of it.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked before reading and after it.

    Raises
    ------
    KtrdrError
        If the file holds no table, whatever the settings.
    """
    token = cancel or CancelToken("the preview")
    token.check()
    with stage("load", progress):
        seen = look_at_file(request.file, request.options(), request.workspace.data)
    token.check()
    return seen


def files_to_import(
    paths: Sequence[Path], progress: Progress = silent, cancel: CancelToken | None = None
) -> tuple[Path, ...]:
    """Return files, and those of folders that may hold bars, each once.

    Parameters
    ----------
    paths : sequence of Path
        Files and folders, as a user drops them.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked at every file.

    Raises
    ------
    EmptyData
        If there is no such file.
    """
    with stage("load", progress):
        return files_of(paths, cancel or CancelToken("the search for files"))
