"""Who works on a workspace: one window writes, others look; the lock ends with its process, whatever ends that.

The lock itself is the system's (`flock`, `msvcrt.locking`), so a killed process leaves none. Beside it lies a note with
host, process and start: it tells others who holds the lock, and if it is still there when the lock is free, the window
before did not end well. On a disk that several machines share the system's lock may not reach the other machine; then
the note of another host counts as held, and only the user can say that it is out of date.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ktrdr_app.core.errors import StorageProblem, WorkspaceBusy
from ktrdr_app.core.files import write_json
from ktrdr_app.core.locks import taken
from ktrdr_app.core.paths import Workspace

LOCK_FILE = "window.lock"
NOTE_FILE = "window.json"


@dataclass(frozen=True)
class Holder:
    """Who has a workspace open.

    Attributes
    ----------
    host : str
        Name of the machine; empty if the note cannot be read.
    pid : int
        Process there.
    since : str
        ISO 8601 in UTC.
    """

    host: str = ""
    pid: int = 0
    since: str = ""

    def words(self) -> str:
        """Return who it is, in words."""
        if not self.host:
            return "a window that left no note"
        since = self.since.replace("T", " ").replace("Z", " UTC")
        return f"process {self.pid} on {self.host}, since {since}"


class WorkspaceLock:
    """The right to write into a workspace, from `acquire` to `release` or the end of the process.

    Parameters
    ----------
    workspace : Workspace
        Which.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.abandoned: Holder | None = None
        """The window before, if it did not end well."""
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Whether the workspace is ours."""
        return self._handle is not None

    def acquire(self, *, take_over: bool = False) -> None:
        """Take the workspace.

        Parameters
        ----------
        take_over : bool
            Pass over the note of another machine; never a lock that the system still holds.

        Raises
        ------
        WorkspaceBusy
            If another window works on it.
        StorageProblem
            If the disk refuses.
        """
        if self.held:
            return
        place = self.workspace.hidden / LOCK_FILE
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StorageProblem(str(place), error.strerror or str(error)) from error
        try:
            self._claim(handle, take_over=take_over)
        except BaseException:
            os.close(handle)
            raise
        self._handle = handle

    def _claim(self, handle: int, *, take_over: bool) -> None:
        note = holder_noted(self.workspace)
        if not taken(handle):
            raise WorkspaceBusy(str(self.workspace.root), (note or Holder()).words(), stale=False)
        if note is not None and note.host != socket.gethostname() and not take_over:
            raise WorkspaceBusy(str(self.workspace.root), note.words(), stale=True)
        self.abandoned = note
        ours = Holder(socket.gethostname(), os.getpid(), f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
        write_json(self.workspace.hidden / NOTE_FILE, asdict(ours))

    def release(self) -> None:
        """Give the workspace back; nothing happens if it is not ours."""
        if self._handle is None:
            return
        with contextlib.suppress(OSError):  # the next window then only takes this one for a crash
            (self.workspace.hidden / NOTE_FILE).unlink(missing_ok=True)
        os.close(self._handle)
        self._handle = None


def holder_noted(workspace: Workspace) -> Holder | None:
    """Return who noted that they have the workspace open, or None if nobody did.

    Parameters
    ----------
    workspace : Workspace
        Which.
    """
    note: Path = workspace.hidden / NOTE_FILE
    try:
        told = json.loads(note.read_text(encoding="utf-8"))
        return Holder(str(told["host"]), int(told["pid"]), str(told["since"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return Holder()
