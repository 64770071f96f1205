"""Imports one file into a folder of series: read, ask or refuse, then write in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.data.bars import check_bars
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.data.importing.findings import Finding, ImportQuestions, Question, finding
from ktrdr_app.data.importing.options import CONFLICTS, ImportOptions
from ktrdr_app.data.importing.plan import Detection, detect
from ktrdr_app.data.importing.save import merged_with, write_series

PREVIEW = 5
"""First and last bars that a report shows."""


@dataclass(frozen=True)
class ImportReport:
    """What an import read and wrote.

    Attributes
    ----------
    detection : Detection
        What the file holds.
    findings : tuple of Finding
        All that the user is told.
    bars : DataFrame
        The bars of the file.
    rows_written : int
        Bars that the series' file holds afterwards; with a dry run, that it would hold; 0 if it was left alone.
    path : Path
        The series' file.
    dry_run : bool
        Whether nothing was written.
    """

    detection: Detection
    findings: tuple[Finding, ...]
    bars: pd.DataFrame
    rows_written: int
    path: Path
    dry_run: bool

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        found = self.detection
        return {
            "symbol": found.symbol,
            "timeframe": found.timeframe,
            "asset_class": found.asset_class,
            "rows_read": found.rows_read,
            "rows_written": self.rows_written,
            "first": stamp_text(self.bars.index[0]),
            "last": stamp_text(self.bars.index[-1]),
            "detected": found.detected,
            "warnings": [entry.to_document() for entry in self.findings],
            "path": str(self.path),
            "dry_run": self.dry_run,
            "preview": {"first": preview(self.bars.head(PREVIEW)), "last": preview(self.bars.tail(PREVIEW))},
        }


def stamp_text(stamp: pd.Timestamp) -> str:
    """Return a bar's open as ISO in UTC.

    Parameters
    ----------
    stamp : Timestamp
        In UTC.
    """
    return stamp.isoformat().replace("+00:00", "Z")


def preview(bars: pd.DataFrame) -> list[list[Any]]:
    """Return bars as rows of a stamp and five numbers.

    Parameters
    ----------
    bars : DataFrame
        A few bars.
    """
    return [[stamp_text(stamp), *row] for stamp, row in zip(bars.index, bars.to_numpy().tolist(), strict=True)]


def import_file(
    path: Path,
    options: ImportOptions,
    target_dir: Path,
    dry_run: bool = False,
    cancel: CancelToken | None = None,
) -> ImportReport:
    """Import one file.

    Parameters
    ----------
    path : Path
        The vendor's file.
    options : ImportOptions
        What the user says of it.
    target_dir : Path
        Folder of ``{SYMBOL}_{timeframe}.csv`` files.
    dry_run : bool
        Whether to stop before writing.
    cancel : CancelToken, optional
        Checked before reading and before writing; a write that began is finished.

    Raises
    ------
    ImportQuestions
        If something must be answered first; all questions are in it.
    KtrdrError
        As `detect` raises it, and if the disk refuses.
    """
    token = cancel or CancelToken("the import")
    token.check()
    found = detect(path, options)
    token.check()
    questions = [*found.questions, *_about_target(found, options, target_dir)]
    if questions:
        raise ImportQuestions(path.name, questions)
    target = CSVDataSource(target_dir).path(found.symbol, found.timeframe)
    check_bars(found.bars, path.name)
    bars, told = _joined(found, target, options.on_conflict)
    written = 0 if bars is None else len(bars)
    report = ImportReport(found, (*found.findings, *told), found.bars, written, target, dry_run)
    token.check()
    if bars is not None and not dry_run:
        write_series(target, bars)
    return report


def _about_target(found: Detection, options: ImportOptions, target_dir: Path) -> Sequence[Question]:
    if not found.symbol or not found.timeframe or options.on_conflict is not None:
        return ()
    target = CSVDataSource(target_dir).path(found.symbol, found.timeframe)
    if not target.exists():
        return ()
    return (Question("on_conflict", f"{target.name} is there already.", CONFLICTS, "--on-conflict"),)


def _joined(found: Detection, target: Path, on_conflict: str | None) -> tuple[pd.DataFrame | None, list[Finding]]:
    if not target.exists():
        return found.bars, []
    if on_conflict == "skip":
        return None, [finding("skipped", f"{target.name} is there already and was left alone")]
    if on_conflict == "append":
        bars, told = merged_with(target, found.bars)
        check_bars(bars, target.name)
        return bars, told
    return found.bars, [finding("replaced", f"the {target.name} that was there was replaced")]
