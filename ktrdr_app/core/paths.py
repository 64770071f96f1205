"""Where things lie: the workspace's folders, the shipped files, the user's cache and settings."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from ktrdr_app.core.errors import UnsafeName

_PACKAGE = Path(__file__).resolve().parent.parent
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_RESERVED = {"con", "prn", "aux", "nul", *(f"com{i}" for i in range(1, 10)), *(f"lpt{i}" for i in range(1, 10))}


@dataclass(frozen=True)
class Workspace:
    """A folder with the user's data, models, strategies and runs.

    Attributes
    ----------
    root : Path
        The folder itself.
    """

    root: Path

    @property
    def data(self) -> Path:
        """Folder of ``{SYMBOL}_{timeframe}.csv`` files."""
        return self.root / "data"

    @property
    def models(self) -> Path:
        """Folder of ``{strategy}/{model}`` folders."""
        return self.root / "models"

    @property
    def strategies(self) -> Path:
        """Folder of the workspace's own strategy files."""
        return self.root / "configs" / "strategies"

    @property
    def runs(self) -> Path:
        """Folder of finished runs."""
        return self.root / "runs"

    @property
    def cache(self) -> Path:
        """Folder of what can be computed again."""
        return self.root / ".cache"

    @property
    def trash(self) -> Path:
        """Folder of what was deleted and can be brought back."""
        return self.root / ".trash"

    @property
    def hidden(self) -> Path:
        """Folder of the window's own notes: who has the workspace open, and what is not saved yet."""
        return self.root / ".ktrdr"

    def relative(self, path: Path) -> str:
        """Return a path as the user should read it: below the workspace if it lies there.

        Parameters
        ----------
        path : Path
            Any path.
        """
        try:
            return path.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError:
            return str(path)


def shipped(folder: str) -> Path:
    """Return a folder of files that come with the program.

    Parameters
    ----------
    folder : str
        ``resources`` or ``configs``: inside the installed package, or beside it in a checkout.
    """
    inside = _PACKAGE / f"_{folder}"
    return inside if inside.is_dir() else _PACKAGE.parent / folder


def shipped_strategies() -> Path:
    """Return the folder of the strategies that come with the program."""
    return shipped("configs") / "strategies"


def is_folder(path: Path) -> bool:
    """Say whether a folder is there; not so of one that may not be looked at, or that no disk could hold.

    Parameters
    ----------
    path : Path
        Any path.
    """
    try:
        return path.is_dir()
    except OSError:
        return False


def user_cache() -> Path:
    """Return the user's cache folder for this program (compiled kernels, crash logs)."""
    return _user_folder("XDG_CACHE_HOME", ".cache", "LOCALAPPDATA", "Local", "Caches")


def user_config() -> Path:
    """Return the user's folder for this program's settings."""
    return _user_folder("XDG_CONFIG_HOME", ".config", "APPDATA", "Roaming", "Preferences")


def _user_folder(xdg: str, plain: str, windows: str, below: str, mac: str) -> Path:
    """Return one of the user's folders; an empty or relative one in the environment is passed over, as XDG wants it."""
    if sys.platform == "win32":
        base, default = Path(os.environ.get(windows, "")), Path.home() / "AppData" / below
    elif sys.platform == "darwin":
        base = default = Path.home() / "Library" / mac
    else:
        base, default = Path(os.environ.get(xdg, "")), Path.home() / plain
    return (base if base.is_absolute() else default) / "ktrdr-app"


def safe_name(name: str, kind: str) -> str:
    """Return the name if it can be a file name on every system, and cannot leave its folder.

    Parameters
    ----------
    name : str
        Symbol, strategy or run name, as the user or a file gave it.
    kind : str
        What it names, for the message.

    Raises
    ------
    UnsafeName
        If it holds separators, begins with a dot, is reserved or too long.
    """
    if not _SAFE.fullmatch(name) or name.lower().split(".")[0] in _RESERVED or name.endswith("."):
        raise UnsafeName(kind, name)
    return name
