"""What was repaired in a series, kept beside its file: ``EURUSD_1h.csv`` has ``EURUSD_1h.repairs.json``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import DataProblem, StorageProblem
from ktrdr_app.core.files import sha256, write_json
from ktrdr_app.data.quality.repairs import Repair

FORMAT = 1
"""Number of the record's layout."""
STATES = {
    "in_force": "the file is what came out, or was repaired further since",
    "changed_since": "the file has other content since, such as newer bars",
    "undone": "the file is again as it was before",
    "not_done": "interrupted before the file was touched",
    "unknown": "interrupted, and the file has other content since",
}
"""What the file says to an entry, by its fingerprint."""


@dataclass(frozen=True)
class RepairEntry:
    """One call for repairs.

    Attributes
    ----------
    when : str
        ISO UTC.
    before, after : str
        SHA-256 of the file before and after, in hex.
    rows_before, rows_after : int
        Rows of the file.
    original : str
        File that holds what was there before, relative to the data folder.
    repairs : tuple of Repair
        What each did, in the order in which they were done.
    finished : bool
        Whether the file is known to have been written.
    state : str
        A key of `STATES`; empty until the file was looked at.
    """

    when: str
    before: str
    after: str
    rows_before: int
    rows_after: int
    original: str
    repairs: tuple[Repair, ...]
    finished: bool = False
    state: str = ""

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form that ``data check --json`` prints."""
        return asdict(self)


def log_path(path: Path) -> Path:
    """Return the record of a series file.

    Parameters
    ----------
    path : Path
        The series file.
    """
    return path.with_name(f"{path.stem}.repairs.json")


def read_log(path: Path) -> tuple[RepairEntry, ...]:
    """Return what was repaired in a series, oldest first, each entry held against the file as it is now.

    Parameters
    ----------
    path : Path
        The series file.

    Raises
    ------
    DataProblem
        If the record is there but cannot be understood.
    StorageProblem
        If the disk refuses.
    """
    record = log_path(path)
    try:
        text = record.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise StorageProblem(str(record), error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise _damaged(record, str(error)) from error
    return _with_states(_entries(text, record), sha256(path) if path.is_file() else "")


def write_log(path: Path, entries: tuple[RepairEntry, ...]) -> None:
    """Write the record of a series file.

    Parameters
    ----------
    path : Path
        The series file.
    entries : tuple of RepairEntry
        Oldest first.

    Raises
    ------
    StorageProblem
        If the disk refuses.
    """
    documents = [{name: value for name, value in asdict(entry).items() if name != "state"} for entry in entries]
    write_json(log_path(path), {"format": FORMAT, "series": path.name, "entries": documents})


def settled(entries: tuple[RepairEntry, ...]) -> tuple[RepairEntry, ...]:
    """Return the entries with what the file says to interrupted ones: done ones finished, others left out.

    Parameters
    ----------
    entries : tuple of RepairEntry
        As `read_log` returns them.
    """
    kept = (entry for entry in entries if entry.state != "not_done")
    return tuple(replace(entry, finished=entry.finished or entry.state == "in_force") for entry in kept)


def _entries(text: str, record: Path) -> tuple[RepairEntry, ...]:
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise _damaged(record, f"its layout is number {document['format']}, not {FORMAT}")
        return tuple(
            RepairEntry(**{**entry, "repairs": tuple(_repair(done) for done in entry["repairs"])})
            for entry in document["entries"]
        )
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(record, str(error)) from error


def _repair(document: dict[str, Any]) -> Repair:
    return Repair(**{**document, "examples": tuple(document["examples"])})


def _damaged(record: Path, reason: str) -> DataProblem:
    hint = "move it elsewhere; it tells what was repaired, the series does not need it"
    return DataProblem(f"the record of repairs cannot be understood ({reason})", hint=hint, where=str(record))


def _with_states(entries: tuple[RepairEntry, ...], now: str) -> tuple[RepairEntry, ...]:
    """Follow the file back from what it is now, repair by repair."""
    found: list[RepairEntry] = []
    at = now
    for entry in reversed(entries):
        if entry.after == at:
            state, at = "in_force", entry.before
        elif entry.before == at:
            state = "undone" if entry.finished else "not_done"
        else:
            state = "changed_since" if entry.finished else "unknown"
        found.append(replace(entry, state=state))
    return tuple(reversed(found))
