"""Where windows stood and how they were laid out: Qt's own INI file, with the last good one beside it."""

from __future__ import annotations

import contextlib
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSettings

from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.files import write_bytes

FILE = "window.ini"
BACKUP = ".bak"
ASIDE = ".damaged"


def open_store(folder: Path) -> tuple[QSettings, str]:
    """Return the store, and what was wrong with its file in a sentence; empty if all is well.

    Parameters
    ----------
    folder : Path
        The user's folder of settings.
    """
    path, backup = folder / FILE, folder / (FILE + BACKUP)
    if _is_good(path):
        return _store(path), ""
    with contextlib.suppress(OSError):  # it may be gone, or the folder may refuse: the layout then starts afresh
        if path.exists():
            path.replace(folder / (FILE + ASIDE))
        if backup.exists() and _is_good(backup):
            write_bytes(path, backup.read_bytes())
            return _store(path), say("{0} was damaged; the layout of the time before was taken").format(FILE)
    return _store(path), say("{0} was damaged; the window has its first layout again").format(FILE)


def keep_backup(store: QSettings) -> None:
    """Copy a store that has just been written well, so that the next start can fall back on it.

    Parameters
    ----------
    store : QSettings
        As `open_store` returned it.
    """
    store.sync()
    path = Path(store.fileName())
    with contextlib.suppress(OSError, StorageProblem):  # a layout is not worth a word when one quits
        if store.status() is QSettings.Status.NoError and path.exists() and _is_good(path):
            write_bytes(path.with_name(path.name + BACKUP), path.read_bytes())


def say(text: str) -> str:
    return QCoreApplication.translate("WindowStore", text)


def _store(path: Path) -> QSettings:
    return QSettings(str(path), QSettings.Format.IniFormat)


def _is_good(path: Path) -> bool:
    """Whether a file is a store of ours, or not there; Qt itself takes a torn file without a word."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    whole = content.startswith(b"[") and content.endswith(b"\n") and b"\0" not in content
    return (whole or not content) and _store(path).status() is QSettings.Status.NoError
