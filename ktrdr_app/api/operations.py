"""Operations of a workspace in a SQLite file: what was asked, how it went, what came of it, through any restart."""

from __future__ import annotations

import json
import logging
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ktrdr_app.api.failures import facts_of
from ktrdr_app.core.errors import BrokenOff, OperationNotFound, StorageProblem
from ktrdr_app.core.files import plain

QUEUED, RUNNING, COMPLETED, FAILED, CANCELLED, INTERRUPTED = STATUSES = (
    "queued",
    "running",
    "completed",
    "failed",
    "cancelled",
    "interrupted",
)
LIVE = (QUEUED, RUNNING)
TRAINING, BACKTEST = KINDS = ("training", "backtest")
FILE = "operations.sqlite3"

log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS operations (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL,
    started_at TEXT,
    completed_at TEXT,
    request TEXT NOT NULL,
    progress TEXT NOT NULL DEFAULT '{}',
    notes TEXT NOT NULL DEFAULT '[]',
    error TEXT NOT NULL DEFAULT 'null',
    result TEXT NOT NULL DEFAULT 'null'
)
"""
_IN_JSON = ("request", "progress", "notes", "error", "result")
_COLUMNS = ("id", "kind", "title", "status", "created_at", "started_at", "completed_at", *_IN_JSON)
_BRIEF = tuple(name for name in _COLUMNS if name != "result")


@dataclass(frozen=True)
class Keeping:
    """How much is remembered of operations that are over; their models and runs stay, whatever is forgotten here.

    Attributes
    ----------
    most : int
        So many, those that ended last.
    days : int
        Since their end.
    """

    most: int = 1000
    days: int = 90


KEEPING = Keeping()


@dataclass(frozen=True)
class Operation:
    """One operation as it stands.

    Attributes
    ----------
    id : str
        16 hexadecimal digits.
    kind : str
        ``training`` or ``backtest``.
    title : str
        What it does, in words.
    status : str
        ``queued``, ``running``, ``completed``, ``failed``, ``cancelled``, or ``interrupted``: its server ended.
    created_at : str
        ISO UTC.
    started_at, completed_at : str or None
        ISO UTC; None until then.
    request : dict
        What was asked for.
    progress : dict
        How far it is.
    notes : list of str
        What it had to say.
    error : dict or None
        Why it failed: code, message, hint, where.
    result : Any
        What came of it; None until then, and in lists.
    """

    id: str
    kind: str
    title: str
    status: str
    created_at: str
    request: dict[str, Any]
    started_at: str | None = None
    completed_at: str | None = None
    progress: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    error: dict[str, Any] | None = None
    result: Any = None

    @property
    def live(self) -> bool:
        """Whether it waits or runs."""
        return self.status in LIVE

    def brief(self) -> dict[str, Any]:
        """Return the JSON form of lists and events, without the result."""
        return {
            "operation_id": self.id,
            "operation_type": self.kind,
            "title": self.title,
            "status": self.status,
            "created_at": self.created_at,
            "started_at": self.started_at,
            "completed_at": self.completed_at,
            "request": self.request,
            "progress": self.progress,
            "notes": self.notes,
            "error": self.error,
        }

    def to_document(self) -> dict[str, Any]:
        """Return the whole JSON form."""
        return self.brief() | {"result": self.result}


def now(days_ago: int = 0) -> str:
    """Return the moment, or that of some days ago, as ISO text in UTC; such texts are in the order of time.

    Parameters
    ----------
    days_ago : int
        How many.
    """
    return (datetime.now(UTC) - timedelta(days=days_ago)).isoformat(timespec="milliseconds")


class OperationStore:
    """The file; one server holds it at a time, its threads take turns.

    Parameters
    ----------
    path : Path
        The SQLite file; its folder is made. Every change is on the disk before the call returns.

    Raises
    ------
    StorageProblem
        If the disk refuses, or the file is no such database. All methods raise it for a disk that refuses.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.RLock()
        self._unwritten: dict[str, dict[str, Any]] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise StorageProblem(str(path), str(error)) from error
        with self._changing() as connection:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(_SCHEMA)

    def close(self) -> None:
        """Let the file go."""
        with self._turn:
            try:
                self._write_unwritten()
            except StorageProblem as error:
                log.error("the ends of operations %s are not written down: %s", ", ".join(self._unwritten), error)
            self._connection.close()

    def add(self, kind: str, title: str, request: dict[str, Any]) -> Operation:
        """Write down a new operation, queued.

        Parameters
        ----------
        kind : str
            One of `KINDS`.
        title : str
            What it does, in words.
        request : dict
            What was asked for.
        """
        operation = Operation(secrets.token_hex(8), kind, title, QUEUED, now(), dict(plain(request)))
        with self._changing() as connection:
            connection.execute(
                "INSERT INTO operations (id, kind, title, status, created_at, request) VALUES (?, ?, ?, ?, ?, ?)",
                (operation.id, kind, title, QUEUED, operation.created_at, _json(operation.request)),
            )
        return operation

    def change(self, operation_id: str, **columns: Any) -> None:
        """Write new values of an operation, all or none.

        Parameters
        ----------
        operation_id : str
            Which.
        **columns : Any
            Fields of `Operation`.
        """
        self._write_unwritten()
        self._write(operation_id, _encoded(columns))

    def end(self, operation_id: str, **columns: Any) -> None:
        """Write down how an operation ended; where the disk refuses, that is told from memory and written later.

        Parameters
        ----------
        operation_id : str
            Which.
        **columns : Any
            Fields of `Operation`.
        """
        encoded = _encoded(columns)
        with self._turn:
            self._unwritten[operation_id] = encoded
            try:
                self._write_unwritten()
            except StorageProblem as error:
                log.error("the end of operation %s is not written down yet: %s", operation_id, error)

    def prune(self, keeping: Keeping) -> int:
        """Forget operations that have been over for long, and return how many.

        Parameters
        ----------
        keeping : Keeping
            What is kept.
        """
        over = f"status NOT IN ('{QUEUED}', '{RUNNING}')"
        newest = f"SELECT number FROM operations WHERE {over} ORDER BY completed_at DESC, number DESC LIMIT ?"
        old = f"{over} AND (completed_at < ? OR number NOT IN ({newest}))"
        with self._changing() as connection:
            values = (now(keeping.days), keeping.most)
            return connection.execute(f"DELETE FROM operations WHERE {old}", values).rowcount

    def _write_unwritten(self) -> None:
        """Write down what the disk refused before."""
        with self._turn:
            for operation_id, encoded in list(self._unwritten.items()):
                self._write(operation_id, encoded)
                del self._unwritten[operation_id]

    def _write(self, operation_id: str, encoded: dict[str, Any]) -> None:
        assigned = ", ".join(f"{_COLUMNS[_COLUMNS.index(name)]} = ?" for name in encoded)
        with self._changing() as connection:
            connection.execute(f"UPDATE operations SET {assigned} WHERE id = ?", (*encoded.values(), operation_id))

    def get(self, operation_id: str, kind: str | None = None) -> Operation:
        """Return an operation with its result.

        Parameters
        ----------
        operation_id : str
            Which.
        kind : str, optional
            Of which kind it must be.

        Raises
        ------
        OperationNotFound
            If there is none.
        """
        found = self._read(_COLUMNS, "WHERE id = ?", (operation_id,))
        if not found or (kind is not None and found[0].kind != kind):
            raise OperationNotFound(operation_id, kind or "operation")
        return found[0]

    def listed(self, status: str | None, kind: str | None, limit: int, offset: int) -> tuple[list[Operation], int]:
        """Return some operations, newest first, without results, and how many there are.

        Parameters
        ----------
        status, kind : str, optional
            Only these.
        limit, offset : int
            How many, after how many.
        """
        given = {"status": status, "kind": kind}
        wanted = {name: value for name, value in given.items() if value is not None}
        where = "WHERE " + " AND ".join(f"{name} = ?" for name in wanted) if wanted else ""
        values = tuple(wanted.values())
        found = self._read(_BRIEF, f"{where} ORDER BY number DESC LIMIT ? OFFSET ?", (*values, limit, offset))
        with self._changing() as connection:
            (total,) = connection.execute(f"SELECT count(*) FROM operations {where}", values).fetchone()
        return found, int(total)

    def break_off(self) -> int:
        """Mark what an earlier server left waiting or running as interrupted, and return how many."""
        left = self._read(_BRIEF, "WHERE status IN (?, ?)", LIVE)
        for operation in left:
            facts = facts_of(BrokenOff(operation.id))
            self.change(operation.id, status=INTERRUPTED, completed_at=now(), error=facts)
        return len(left)

    def _read(self, names: tuple[str, ...], rest: str, values: tuple[Any, ...]) -> list[Operation]:
        with self._changing() as connection:
            rows = connection.execute(f"SELECT {', '.join(names)} FROM operations {rest}", values).fetchall()
        found = []
        for row in rows:
            encoded = dict(zip(names, row, strict=True))
            ended = self._unwritten.get(encoded["id"], {})
            encoded |= {name: ended[name] for name in names if name in ended}
            found.append(
                Operation(**{name: json.loads(value) if name in _IN_JSON else value for name, value in encoded.items()})
            )
        return found

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for one transaction."""
        try:
            with self._turn, self._connection as connection:
                yield connection
        except sqlite3.Error as error:
            raise StorageProblem(str(self._path), str(error)) from error


def _encoded(columns: dict[str, Any]) -> dict[str, Any]:
    """Return values as the file keeps them; what cannot be kept is a fault of who gives it, and of nobody later."""
    return {name: _json(value) if name in _IN_JSON else value for name, value in columns.items()}


def _json(value: Any) -> str:
    return json.dumps(plain(value), allow_nan=False)
