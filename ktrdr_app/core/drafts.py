"""Unsaved work, noted while it is done: what a crash would lose can be offered at the next start."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.files import write_json
from ktrdr_app.core.paths import Workspace, safe_name
from ktrdr_app.core.protection import check_writable

VERSION = 1
FOLDER = "drafts"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Draft:
    """Something that was changed and not saved.

    Attributes
    ----------
    kind : str
        What it is, such as ``fuzzy``; the part of the program that wrote it knows its payload.
    name : str
        Which one, such as the name of a strategy.
    payload : dict
        The unsaved state, of what JSON knows.
    noted : str
        When it was noted, ISO 8601 in UTC.
    """

    kind: str
    name: str
    payload: dict[str, Any]
    noted: str


class Drafts:
    """The drafts of a workspace, each a file of its own below its hidden folder.

    Parameters
    ----------
    workspace : Workspace
        Whose.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.folder = workspace.hidden / FOLDER

    def save(self, kind: str, name: str, payload: dict[str, Any]) -> None:
        """Note the unsaved state of something, in place of what was noted of it before.

        Parameters
        ----------
        kind : str
            What it is; letters, digits, ``-`` and ``_``.
        name : str
            Which one; any text.
        payload : dict
            Its unsaved state.

        Raises
        ------
        UnsafeName
            If ``kind`` cannot be a folder.
        StorageProblem
            If the disk refuses.
        """
        noted = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        document = {"version": VERSION, "kind": kind, "name": name, "noted": noted, "payload": payload}
        write_json(self._file(kind, name), document)

    def load(self, kind: str, name: str) -> Draft | None:
        """Return what was noted of something, or None.

        Parameters
        ----------
        kind, name : str
            As `save` took them.
        """
        return _read(self._file(kind, name))

    def all(self) -> tuple[Draft, ...]:
        """Return every draft, newest first; a file that is no draft is passed over with a warning in the log."""
        found = (_read(path) for path in sorted(self.folder.glob("*/*.json")))
        return tuple(sorted((draft for draft in found if draft), key=lambda draft: draft.noted, reverse=True))

    def discard(self, kind: str, name: str) -> None:
        """Forget what was noted of something; nothing happens if nothing was.

        Parameters
        ----------
        kind, name : str
            As `save` took them.

        Raises
        ------
        StorageProblem
            If the disk refuses, or the workspace is open read-only.
        """
        path = self._file(kind, name)
        check_writable(path)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageProblem(str(path), error.strerror or str(error)) from error
        with contextlib.suppress(OSError):  # others may be in there
            path.parent.rmdir()
            self.folder.rmdir()

    def _file(self, kind: str, name: str) -> Path:
        """Return where a draft lies; names of any length and script are told apart by their hash."""
        stem = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24]
        return self.folder / safe_name(kind, "kind of draft") / f"{stem}.json"


def _read(path: Path) -> Draft | None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["version"] == VERSION and isinstance(told["payload"], dict):
            return Draft(str(told["kind"]), str(told["name"]), told["payload"], str(told["noted"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        _LOG.warning("%s is no draft: %s", path, error)
        return None
    _LOG.warning("%s is a draft of another version; it is left alone", path)
    return None
