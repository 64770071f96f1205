"""Shows a file before it is imported: rows as written and as bars, settings with their evidence, what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import EmptyData, KtrdrError, MalformedBars, StorageProblem
from ktrdr_app.data.csv_source import CSVDataSource, read_bars
from ktrdr_app.data.importing.columns import role_of
from ktrdr_app.data.importing.evidence import Evidence, evidence_of
from ktrdr_app.data.importing.findings import Finding, Question
from ktrdr_app.data.importing.options import CONFLICTS, ROLES, ImportOptions
from ktrdr_app.data.importing.plan import Detection, detect_in, open_source
from ktrdr_app.data.importing.save import overlap
from ktrdr_app.data.importing.sources import Source

EDGE = 5
"""First and last rows that are shown."""

EXAMPLES = 5
"""Rows of a finding that are shown as the file has them."""

CURVE_POINTS = 480
"""Most closes that the small curve draws."""


@dataclass(frozen=True)
class RawTable:
    """A file as it is written.

    Attributes
    ----------
    names : tuple of str
        Headings, as many as the table has columns; empty strings where there are none.
    first, last : tuple of (int, tuple of str)
        The first and last rows: line number in the file, and the cells. No row is in both.
    rows : int
        Rows of the table, the unusable ones counted.
    delimiter, encoding, packed : str
        How the text is written.
    preface : tuple of str
        Lines before the table.
    """

    names: tuple[str, ...]
    first: tuple[tuple[int, tuple[str, ...]], ...]
    last: tuple[tuple[int, tuple[str, ...]], ...]
    rows: int
    delimiter: str
    encoding: str
    packed: str
    preface: tuple[str, ...]


@dataclass(frozen=True)
class Span:
    """The bars of a file, in brief.

    Attributes
    ----------
    bars : int
        How many.
    first, last : DataFrame
        The first and last bars; no bar is in both.
    closes : ndarray of float64
        At most `CURVE_POINTS` closes with their highs and lows kept, in order of time.
    """

    bars: int
    first: pd.DataFrame
    last: pd.DataFrame
    closes: NDArray[np.float64]


@dataclass(frozen=True)
class Conflict:
    """A series that is there already under the same name.

    Attributes
    ----------
    path : Path
        Its file.
    rows : int
        Bars that it holds.
    first, last : Timestamp or None
        Its first and last bar; None if it cannot be read.
    new, same, other : int
        Bars of the vendor's file: those that the series lacks, those that it has with the same numbers, and those
        that it has with other numbers.
    problem : str
        Why the series that is there cannot be read; empty if it can.
    """

    path: Path
    rows: int = 0
    first: pd.Timestamp | None = None
    last: pd.Timestamp | None = None
    new: int = 0
    same: int = 0
    other: int = 0
    problem: str = ""


@dataclass(frozen=True)
class ImportPreview:
    """All that can be told of a file before anything is written.

    Attributes
    ----------
    raw : RawTable
        The file as it is written.
    symbol, timeframe : str
        Name of the series; empty where it is asked for.
    settings : dict of str to Evidence
        What is known of each setting, by its field of `ImportOptions`.
    columns : dict of str to int
        Role to the place of the column that is read.
    span : Span
        The bars; provisional while a question is open.
    findings : tuple of Finding
        All that the user is told.
    examples : dict of int to str
        Lines of the file that findings mean, by line number.
    questions : tuple of Question
        What the user must answer first.
    conflict : Conflict or None
        The series that is there already.
    problem : KtrdrError or None
        Why the rows cannot be read with these settings; other settings may cure it.
    """

    raw: RawTable
    symbol: str = ""
    timeframe: str = ""
    settings: Mapping[str, Evidence] = field(default_factory=dict)
    columns: Mapping[str, int] = field(default_factory=dict)
    span: Span | None = None
    findings: tuple[Finding, ...] = ()
    examples: Mapping[int, str] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    conflict: Conflict | None = None
    problem: KtrdrError | None = None

    @property
    def ready(self) -> bool:
        """Whether the file can be imported as it stands."""
        return self.problem is None and not self.questions


def look_at_file(path: Path, options: ImportOptions, target_dir: Path) -> ImportPreview:
    """Read a file and what is in its place, and write nothing.

    Parameters
    ----------
    path : Path
        The vendor's file.
    options : ImportOptions
        What the user says of it.
    target_dir : Path
        Folder of ``{SYMBOL}_{timeframe}.csv`` files.

    Raises
    ------
    FileMissing, StorageProblem, EmptyData, MalformedBars, EnvironmentProblem
        If it holds no table, whatever the settings.
    """
    source = open_source(path)
    raw = _raw(source)
    try:
        options.check()
        found = detect_in(source, path, options)
        conflict = _conflict(found, target_dir)
    except KtrdrError as error:
        known = places_by_heading(source.names)
        named = (options.symbol or "", options.timeframe or "")
        return ImportPreview(raw, *named, columns=known, problem=error.with_traceback(None))
    return ImportPreview(
        raw,
        found.symbol,
        found.timeframe,
        evidence_of(found, options),
        places_of(found.detected["columns"], source.names),
        _span(found.bars),
        found.findings,
        _examples(source, found.findings),
        (*found.questions, *_about(conflict, options)),
        conflict,
    )


def _raw(source: Source) -> RawTable:
    names = tuple(name.strip() for name in source.names)
    first, last = source.edges(EDGE)
    return RawTable(names, tuple(first), tuple(last), source.rows, *source.written_as, tuple(source.preface))


def _span(bars: pd.DataFrame) -> Span:
    head = bars.head(EDGE)
    return Span(len(bars), head, bars.iloc[max(len(bars) - EDGE, len(head)) :], thinned(bars["close"].to_numpy()))


def thinned(closes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return few closes that draw the same curve: of each stretch the lowest and the highest, in their order.

    Parameters
    ----------
    closes : ndarray of float64, shape (n,)
        All closes.
    """
    if len(closes) <= CURVE_POINTS:
        return closes.copy()
    edges = np.linspace(0, len(closes), CURVE_POINTS // 2 + 1).astype(np.int64)
    kept = []
    for start, end in pairwise(edges.tolist()):
        part = closes[start:end]
        kept += sorted((start + int(part.argmin()), start + int(part.argmax())))
    return closes[kept]


def _examples(source: Source, findings: tuple[Finding, ...]) -> dict[int, str]:
    return source.written_lines(sorted({row for entry in findings for row in entry.rows[:EXAMPLES]}))


def _conflict(found: Detection, target_dir: Path) -> Conflict | None:
    if not found.symbol or not found.timeframe:
        return None
    target = CSVDataSource(target_dir).path(found.symbol, found.timeframe)
    if not target.exists():
        return None
    try:
        old = read_bars(target)
    except (EmptyData, MalformedBars, StorageProblem) as error:
        return Conflict(target, problem=error.message)
    met = overlap(old, found.bars)
    return Conflict(target, len(old), old.index[0], old.index[-1], int(met.new.sum()), met.same, met.other)


def _about(conflict: Conflict | None, options: ImportOptions) -> tuple[Question, ...]:
    if conflict is None or options.on_conflict is not None:
        return ()
    return (Question("on_conflict", f"{conflict.path.name} is there already.", CONFLICTS, "--on-conflict"),)


def places_of(columns: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, int]:
    """Return the places of the columns that a detection names; ``date`` and ``time`` where the stamp is in two.

    Parameters
    ----------
    columns : mapping of str to str
        Role to heading, or to its 1-based number where there is none.
    names : tuple of str
        The headings.
    """
    by_name = {(name.strip() or str(place + 1)): place for place, name in reversed(list(enumerate(names)))}
    found = {role: by_name[name] for role, name in columns.items() if name in by_name}
    date, _, time = columns.get("timestamp", "").partition(" + ")
    if "timestamp" not in found and date in by_name and time in by_name:
        found |= {"date": by_name[date], "time": by_name[time]}
    elif "timestamp" in found:
        found["date"] = found.pop("timestamp")
    return found


def places_by_heading(names: Sequence[str]) -> dict[str, int]:
    """Return the places of the columns whose headings are known, where a table has not all that a series needs.

    Parameters
    ----------
    names : sequence of str
        The headings.
    """
    as_stamp = {"epoch": "date", "timestamp": "date", "last": "close", "ticks": "volume"}
    found: dict[str, int] = {}
    for place, name in enumerate(names):
        role = role_of(name)
        role = as_stamp.get(role, role)
        if role in ROLES:
            found.setdefault(role, place)
    return found


def whole_mapping(raw: RawTable, detected: Mapping[str, int], chosen: Mapping[str, int]) -> dict[str, str]:
    """Return the columns to read once the user has chosen some: the others stay as they were detected.

    A file without headings needs them all, a time of day needs its date.

    Parameters
    ----------
    raw : RawTable
        The file.
    detected, chosen : mapping of str to int
        Role to place of the column.

    Returns
    -------
    dict of str to str
        As `ImportOptions.columns` takes it.
    """
    if not chosen:
        return {}
    stamp = {role: detected[role] for role in ("date", "time") if role in detected}
    kept = detected if not any(raw.names) else stamp if "date" in chosen or "time" in chosen else {}
    return {role: str(place + 1) for role, place in {**kept, **chosen}.items()}


def places_in(text: str) -> dict[str, int]:
    """Return the columns of an answer such as ``timestamp=1,open=2``.

    Parameters
    ----------
    text : str
        An option of the question about columns.
    """
    pairs = (part.partition("=") for part in text.split(","))
    return {role.replace("timestamp", "date"): int(number) - 1 for role, _, number in pairs}
