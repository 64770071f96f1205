"""The user's settings: one versioned file, written whole, with the last good one beside it."""

from __future__ import annotations

import contextlib
import json
import logging
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import InvalidValue, StorageProblem
from ktrdr_app.core.files import write_bytes, write_json

log = logging.getLogger(__name__)

VERSION = 1
FILE = "settings.json"
BACKUP = ".bak"
ASIDE = ".damaged"
MOST_RECENTS = 12
LONG_RUNS = ("auto", "thread", "process", "cluster")
THEMES = ("system", "dark", "light", "contrast")


@dataclass(frozen=True)
class Settings:
    """What the user chose, on this machine, for all workspaces.

    Attributes
    ----------
    theme : str
        ``system``, ``dark``, ``light`` or ``contrast``.
    recents : tuple of str
        Workspaces that were opened, newest first.
    keep_drafts : bool
        Whether unsaved changes are noted while one works, so that a crash does not lose them.
    long_runs : str
        Where trainings and backtests of the window are done: ``thread`` of the window, ``process`` of their own,
        ``auto``: a process where the data are many, or ``cluster``: as ``auto``, but what can be shared out is sent to
        the cluster.
    cluster : str
        Address of the Dask scheduler that was used last; empty for none.
    """

    theme: str = field(default="system", metadata={"check": lambda value: value in THEMES})
    recents: tuple[str, ...] = field(
        default=(),
        metadata={"check": lambda value: isinstance(value, tuple) and all(isinstance(each, str) for each in value)},
    )
    keep_drafts: bool = field(default=True, metadata={"check": lambda value: isinstance(value, bool)})
    long_runs: str = field(default="auto", metadata={"check": lambda value: value in LONG_RUNS})
    cluster: str = field(default="", metadata={"check": lambda value: isinstance(value, str)})

    def __post_init__(self) -> None:
        """Refuse a value that no setting can have.

        Raises
        ------
        InvalidValue
            Naming the first such setting.
        """
        for each in fields(self):
            value = getattr(self, each.name)
            if not each.metadata["check"](value):
                raise InvalidValue(each.name, value, "a value that this setting can have", where=FILE)

    def with_recent(self, workspace: Path) -> Settings:
        """Return the settings with a workspace as the newest of the recent ones.

        Parameters
        ----------
        workspace : Path
            Its folder.
        """
        name = str(workspace.resolve())
        others = (each for each in self.recents if each != name)
        return replace(self, recents=(name, *others)[:MOST_RECENTS])

    def without_recent(self, workspace: str) -> Settings:
        """Return the settings without a workspace among the recent ones.

        Parameters
        ----------
        workspace : str
            As it stands in `recents`.
        """
        return replace(self, recents=tuple(each for each in self.recents if each != workspace))


@dataclass(frozen=True)
class Reading:
    """Settings as they were found.

    Attributes
    ----------
    settings : Settings
        What holds now.
    fault : str
        What was wrong with the file and what was taken instead, in a sentence; empty if all is well.
    """

    settings: Settings
    fault: str = ""


class SettingsFile:
    """The file of the settings.

    Parameters
    ----------
    path : Path
        Where it lies; it need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.backup = path.with_name(path.name + BACKUP)

    def read(self) -> Reading:
        """Return the settings; those of the backup, or the defaults, where the file is damaged.

        A damaged file is moved aside, so that it is told once and can still be looked at.
        """
        settings, fault = _parse(self.path)
        if settings is not None and not fault:
            return Reading(settings)
        before, _fault = _parse(self.backup)
        if before is None and not fault:
            return Reading(Settings())
        fault = fault or f"{self.path.name} is gone"
        if before is not None:
            return self._mended(before, f"{fault}; the settings of the time before were taken")
        if settings is not None:
            return self._mended(settings, f"{fault}; the default was taken for it")
        return self._mended(Settings(), f"{fault}; all settings have their defaults again")

    def _mended(self, settings: Settings, fault: str) -> Reading:
        log.warning("%s", fault)
        with contextlib.suppress(OSError, StorageProblem):  # on a folder that refuses it is told again next time
            if self.path.exists():
                self.path.replace(self.path.with_name(self.path.name + ASIDE))
            self.write(settings)
        return Reading(settings, fault)

    def change(self, **values: Any) -> Settings:
        """Write other values for some settings and return all of them as they are now.

        What another window wrote meanwhile is kept: the file is read again first.

        Parameters
        ----------
        **values : Any
            Settings by name.

        Raises
        ------
        InvalidValue
            For a value that the setting cannot have; nothing is written then.
        StorageProblem
            If the disk refuses.
        """
        return self.write(replace(self.read().settings, **values))

    def write(self, settings: Settings) -> Settings:
        """Write all settings, keep the file before as the backup, and return them.

        Parameters
        ----------
        settings : Settings
            What to write.

        Raises
        ------
        StorageProblem
            If the disk refuses.
        """
        good, fault = _parse(self.path)
        if good is not None and not fault:
            write_bytes(self.backup, self.path.read_bytes())
        write_json(self.path, {"version": VERSION, **asdict(settings)})
        return settings


def _parse(path: Path) -> tuple[Settings | None, str]:
    """Return the settings of a file and what is wrong with it; nothing of both if there is no file."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None, ""
    except OSError as error:
        return None, f"{path.name} cannot be read ({error.strerror})"
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return None, f"{path.name} is damaged"
    if not isinstance(told, dict) or not isinstance(told.get("version"), int):
        return None, f"{path.name} is damaged"
    if told["version"] > VERSION:
        return None, f"{path.name} was written by a newer version of the program"
    return _from(told, path.name)


def _from(told: dict[str, Any], name: str) -> tuple[Settings, str]:
    kept, bad = Settings(), []
    for each in fields(Settings):
        if each.name not in told:
            continue
        value = told[each.name]
        change: dict[str, Any] = {each.name: tuple(value) if isinstance(value, list) else value}
        try:
            kept = replace(kept, **change)
        except (InvalidValue, TypeError):
            bad.append(each.name)
    return kept, f"{name}: no sense in {', '.join(bad)}" if bad else ""
