"""Repairs of a series that the user asked for by name, and the list of those that there are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import DataNotFound
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, SymbolDone, silent, stage
from ktrdr_app.data.quality.repair_file import apply_draft, draft_repairs
from ktrdr_app.data.quality.repair_log import RepairEntry, log_path
from ktrdr_app.data.quality.repairs import HELPS, REPAIRS, words_of
from ktrdr_app.workflows.prepare import source_of


@dataclass(frozen=True)
class RepairRequest:
    """Repair one series.

    Attributes
    ----------
    workspace : Workspace
        Where the series is.
    symbol, timeframe : str
        The series.
    repairs : tuple of str
        Names of repairs, done in this order; no other is done.
    dry_run : bool
        Whether to stop before writing.
    """

    workspace: Workspace
    symbol: str
    timeframe: str
    repairs: tuple[str, ...]
    dry_run: bool = False


@dataclass(frozen=True)
class RepairResult:
    """What repairs did, or would do.

    Attributes
    ----------
    symbol, timeframe : str
        The series.
    path : Path
        Its file.
    entry : RepairEntry
        Fingerprints, rows and what each repair did, as the record has it.
    written : bool
        Whether the file was changed.
    dry_run : bool
        Whether nothing was to be written.
    """

    symbol: str
    timeframe: str
    path: Path
    entry: RepairEntry
    written: bool
    dry_run: bool

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form that ``data repair --json`` prints."""
        entry = self.entry
        return {
            "symbol": self.symbol,
            "timeframe": self.timeframe,
            "path": str(self.path),
            "dry_run": self.dry_run,
            "written": self.written,
            "rows_before": entry.rows_before,
            "rows_after": entry.rows_after,
            "before": entry.before,
            "after": entry.after,
            "original": str(self.path.parent / entry.original) if self.written else None,
            "record": str(log_path(self.path)) if self.written else None,
            "repairs": [done.to_document() for done in entry.repairs],
        }


def repair_data(request: RepairRequest, progress: Progress = silent, cancel: CancelToken | None = None) -> RepairResult:
    """Do the repairs that were asked for, and record them with the file.

    Parameters
    ----------
    request : RepairRequest
        Which series, which repairs.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked before reading and before writing; the writing itself is not interrupted.

    Raises
    ------
    InvalidValue
        If no repair is named.
    UnknownName
        If there is no such repair or time frame; nothing is done then.
    DataNotFound
        If there is no such series.
    EmptyData, MalformedBars
        If the file holds no rows, or would hold none.
    DataProblem, StorageProblem
        If the record of earlier repairs cannot be read, or the disk refuses.
    Cancelled
        If the token was raised.
    """
    token = cancel or CancelToken("the repair")
    source, symbol, timeframe = source_of(request.workspace), request.symbol, request.timeframe
    path = source.path(symbol, timeframe)
    if not path.is_file():
        known = sorted({info.symbol for info in source.series() if info.timeframe == timeframe})
        raise DataNotFound(symbol, timeframe, str(path), known)
    token.check()
    with stage("check", progress):
        draft = draft_repairs(path, request.repairs)
    token.check()
    entry, written = draft.entry, draft.changes and not request.dry_run
    if written:
        with stage("save", progress):
            entry = apply_draft(draft)
    progress(SymbolDone(symbol, 1, 1))
    return RepairResult(symbol, timeframe, path, entry, written, request.dry_run)


def list_repairs() -> list[dict[str, Any]]:
    """Return every repair: its name, what it does, and the findings that it mends."""
    return [
        {
            "name": name,
            "does": words_of(name),
            "mends": [code for code, helping in HELPS.items() if name in helping],
        }
        for name in REPAIRS
    ]  # fmt: skip
