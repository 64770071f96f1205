"""The files of a model folder: plain, of bounded size, and each JSON file read once."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.core.files import sha256
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.legacy import LARGEST_SCALER
from ktrdr_app.model_store.weights import LARGEST

_LARGEST_JSON = 16 << 20
_HALF_A_SIGN = re.compile(rb"\\u[dD][89a-fA-F]")
"""A surrogate: a pair of them is a sign, one alone can be written to no file and no terminal."""


class FolderFiles:
    """The files of a folder, each JSON file read once: what was compared with its checksum is what is used.

    Parameters
    ----------
    folder : Path
        The folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sizes: dict[str, int] = {}
        self._read: dict[str, bytes] = {}

    def require(self, names: tuple[str, ...]) -> None:
        """Refuse to go on unless all are plain files of bounded size.

        Parameters
        ----------
        names : tuple of str
            Names of files.

        Raises
        ------
        ModelRejected
            If one is missing, a link or too large.
        """
        looked = {name: _lstat(f"{self.folder}{os.sep}{name}") for name in names}
        found = {name: status for name, status in looked.items() if status and not stat.S_ISDIR(status.st_mode)}
        missing = [name for name in names if name not in found]
        if missing:
            reason = f"incomplete: {', '.join(missing)} missing"
            raise ModelRejected(str(self.folder), reason, fault=layout.INCOMPLETE)
        for name, status in found.items():
            most = largest_of(name)
            if not stat.S_ISREG(status.st_mode):
                what = "a link" if stat.S_ISLNK(status.st_mode) else "a device"
                raise ModelRejected(str(self.folder / name), f"it is {what}, not a file", fault=layout.UNSAFE)
            if status.st_size > most:
                raise ModelRejected(str(self.folder / name), f"it is larger than {most >> 20} MiB", fault=layout.UNSAFE)
            self._sizes[name] = status.st_size

    def document(self, name: str) -> dict[str, Any]:
        """Return a JSON file that was required before.

        Parameters
        ----------
        name : str
            The file's name.

        Raises
        ------
        ModelRejected
            If it is no JSON object.
        """
        path, content = self.folder / name, self._content(name)
        try:
            document = json.loads(content)
            if _HALF_A_SIGN.search(content):
                json.dumps(document, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise ModelRejected(str(path), f"damaged: not valid JSON ({error})") from error
        if not isinstance(document, dict):
            raise ModelRejected(str(path), f"damaged: it holds a {type(document).__name__}, not an object")
        return document

    def sha256(self, name: str) -> str:
        """Return the SHA-256, in hex, of a file that was required before.

        Parameters
        ----------
        name : str
            The file's name.
        """
        if name.endswith(".json"):
            return hashlib.sha256(self._content(name)).hexdigest()
        return sha256(self.folder / name)

    def _content(self, name: str) -> bytes:
        if name not in self._read:
            with open(f"{self.folder}{os.sep}{name}", "rb") as stream:
                self._read[name] = stream.read(self._sizes[name])
        return self._read[name]


def largest_of(name: str) -> int:
    """Return how many bytes a file of a model may have.

    Parameters
    ----------
    name : str
        The file's name.
    """
    return {layout.WEIGHTS: LARGEST, layout.SCALER_PICKLE: LARGEST_SCALER}.get(name, _LARGEST_JSON)


def listed_checksums(folder: Path) -> dict[str, Any]:
    """Return the SHA-256 of each file as the folder lists them; nothing for a folder of the original's.

    Parameters
    ----------
    folder : Path
        The folder.

    Raises
    ------
    ModelRejected
        If the list is a link, too large or damaged.
    """
    if not (folder / layout.CHECKSUMS).exists():
        return {}
    return checked_document(folder, layout.CHECKSUMS)


def checked_document(folder: Path, name: str) -> dict[str, Any]:
    """Return a JSON file of a folder, once it is a file of bounded size.

    Parameters
    ----------
    folder : Path
        The folder.
    name : str
        The file's name.

    Raises
    ------
    ModelRejected
        If it is missing, a link, too large or damaged.
    """
    files = FolderFiles(folder)
    files.require((name,))
    return files.document(name)


def _lstat(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
