"""Repairs of a series file: lines that no repair touches stay as they are, and what was there before is kept."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ktrdr_app.core.errors import EmptyData, FileMissing, InvalidValue, MalformedBars, StorageProblem
from ktrdr_app.core.files import sha256, write_bytes
from ktrdr_app.data.bars import COLUMNS
from ktrdr_app.data.quality.raw import read_rows
from ktrdr_app.data.quality.repair_log import RepairEntry, read_log, settled, write_log
from ktrdr_app.data.quality.repairs import REPAIRS, repair

ORIGINALS = ".originals"
"""Folder beside the series in which files lie as they were before a repair."""


@dataclass(frozen=True)
class Draft:
    """A repair worked out and not yet done.

    Attributes
    ----------
    path : Path
        The series file.
    content, text : bytes
        What is there, and what will be.
    entry : RepairEntry
        What goes into the record.
    """

    path: Path
    content: bytes
    text: bytes
    entry: RepairEntry

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return self.text != self.content


def draft_repairs(path: Path, names: Sequence[str]) -> Draft:
    """Work out what repairs would do to a series file, and write nothing.

    Parameters
    ----------
    path : Path
        The file.
    names : sequence of str
        Keys of `ktrdr_app.data.quality.repairs.REPAIRS`, done in this order.

    Raises
    ------
    InvalidValue
        If no repair is named.
    UnknownName
        If there is no such repair.
    FileMissing, EmptyData, MalformedBars, StorageProblem
        If the file cannot be read, has cells with line breaks, or would have no row left.
    """
    if not names:
        raise InvalidValue("repair", "nothing", f"one or more of {', '.join(REPAIRS)}")
    content = _content(path)
    before = read_rows(path)
    after, records = repair(before, names)
    if after.empty:
        raise EmptyData(path.name, "these repairs would drop every row; import the series again")
    touched = any(record.dropped or record.changed for record in records)
    text = _rewritten(content, before, after) if touched else content
    digest, when = _digest(content), dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    original = f"{ORIGINALS}/{path.stem}.{digest[:16]}.csv"
    entry = RepairEntry(when, digest, _digest(text), len(before), len(after), original, records)
    return Draft(path, content, text, entry)


def apply_draft(draft: Draft) -> RepairEntry:
    """Do what a draft says, so that file and record agree at every moment, whenever the process is killed.

    First the file is kept as it is, then the record gets an unfinished entry with both fingerprints, then the file
    is replaced, then the entry is finished. The fingerprint tells on which side of the third step a kill came.

    Parameters
    ----------
    draft : Draft
        As `draft_repairs` returns it.

    Returns
    -------
    RepairEntry
        The entry as it stands in the record; that of a draft without changes is not written.

    Raises
    ------
    DataProblem
        If the record that is there cannot be understood; nothing is done then.
    StorageProblem
        If the file has changed since the draft was made, or the disk refuses.
    """
    if not draft.changes:
        return replace(draft.entry, finished=True, state="in_force")
    path, entry = draft.path, draft.entry
    past = settled(read_log(path))
    write_bytes(path.parent / entry.original, draft.content)
    write_log(path, (*past, entry))
    if sha256(path) != entry.before:
        write_log(path, past)
        raise StorageProblem(str(path), "it was changed by another program meanwhile; run the repair again")
    write_bytes(path, draft.text)
    done = replace(entry, finished=True, state="in_force")
    write_log(path, (*past, done))
    return done


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise FileMissing(str(path), "a series of bars") from error
    except OSError as error:
        raise StorageProblem(str(path), error.strerror or str(error)) from error
    if b'"' in content and any(line.count(b'"') % 2 for line in content.splitlines()):
        raise MalformedBars(path.name, "a cell with a line break", "one line per bar")
    return content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _rewritten(content: bytes, before: pd.DataFrame, after: pd.DataFrame) -> bytes:
    """Return the lines of the rows that are left, cells that have other values written anew, blank lines left out."""
    lines = content.splitlines()
    end = b"\r\n" if b"\r\n" in content else b"\n"
    header = [name.strip().strip('"').lower() for name in lines[0].decode("utf-8-sig").split(",")]
    were = before.set_index("line").loc[after["line"], list(COLUMNS)].to_numpy()
    now = after[list(COLUMNS)].to_numpy()
    other = ~((were == now) | (np.isnan(were) & np.isnan(now)))
    body = [lines[line - 1] for line in after["line"].tolist()]
    for row in np.flatnonzero(other.any(axis=1)).tolist():
        cells = {name: float(now[row, place]) for place, name in enumerate(COLUMNS) if other[row, place]}
        body[row] = _with_cells(body[row].decode("utf-8"), header, cells).encode("utf-8")
    return b"".join(line + end for line in [lines[0], *body])


def _with_cells(line: str, header: list[str], cells: dict[str, float]) -> str:
    """Return a line with some of its cells replaced; each number in the fewest digits that give it back."""
    values = next(csv.reader([line]))
    values += [""] * (len(header) - len(values))
    for name, value in cells.items():
        values[header.index(name)] = "" if value != value else repr(value).removesuffix(".0")
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(values)
    return written.getvalue()
