"""Lines of the list of models that are remembered for as long as their folders do not change.

A list need not hash every file again that it hashed before. What is remembered only ever fills a list: whoever loads
or verifies a model, or asks which one serves, has its files checked.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import NoneType
from typing import Any

from ktrdr_app import __version__
from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.files import write_json

log = logging.getLogger(__name__)

FORMAT = 1
"""Number of this layout; a file with another one is passed over."""

_LARGEST = 64 << 20
_KINDS: dict[str, tuple[type, ...]] = {
    "kind": (str,),
    "symbol": (str, NoneType),
    "timeframe": (str,),
    "version": (int,),
    "created_at": (str,),
    "test_accuracy": (float, NoneType),
    "skill": (float, NoneType),
    "test_nll": (float, NoneType),
    "rows": (int, NoneType),
    "look_ahead": (bool,),
}
"""Fields of a `ModelInfo` that its folder says, and their types; ``training_symbols`` are names besides."""


@dataclass(frozen=True)
class KnownLine:
    """What a folder said of itself when it was checked.

    Attributes
    ----------
    state : str
        As `state_of` returned it just before.
    fields : mapping
        Fields of `ModelInfo`.
    """

    state: str
    fields: Mapping[str, Any]


def state_of(folder: Path) -> str:
    """Return what tells without reading whether a folder is as it was: names, sizes, times and numbers of its files.

    Parameters
    ----------
    folder : Path
        A model folder.

    Raises
    ------
    OSError
        If it cannot be looked into.
    """
    with os.scandir(folder) as found:
        looked = ((entry.name, entry.stat(follow_symlinks=False)) for entry in found)
        facts = sorted((name, at.st_mode, at.st_size, at.st_mtime_ns, at.st_ctime_ns, at.st_ino) for name, at in looked)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def read_known(file: Path) -> dict[str, KnownLine]:
    """Return what is remembered, by folder below the store; nothing if it is damaged or of another program version.

    Parameters
    ----------
    file : Path
        The JSON file; it need not be there.
    """
    try:
        if file.stat().st_size > _LARGEST:
            raise ValueError("it is too large")
        document = json.loads(file.read_bytes())
        if (document["format"], document["program"]) != (FORMAT, __version__):
            return {}
        return {key: KnownLine(line["state"], _fields(line["fields"])) for key, line in document["lines"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        log.warning("%s is passed over: %s", file, error)
        return {}


def keep_known(file: Path, lines: Mapping[str, KnownLine]) -> None:
    """Remember lines in place of those before; where the disk refuses, folders are checked anew each time.

    Parameters
    ----------
    file : Path
        The JSON file.
    lines : mapping of str to KnownLine
        By folder below the store.
    """
    document = {"format": FORMAT, "program": __version__, "lines": {key: asdict(line) for key, line in lines.items()}}
    try:
        write_json(file, document)
    except StorageProblem as error:
        log.warning("the list of models is not kept: %s (%s)", error.message, error.where)


def _fields(document: Mapping[str, Any]) -> dict[str, Any]:
    symbols = document["training_symbols"]
    if document.keys() != {*_KINDS, "training_symbols"} or not all(isinstance(name, str) for name in symbols):
        raise ValueError("a line has other fields")
    if not all(type(document[name]) in kinds for name, kinds in _KINDS.items()):
        raise ValueError("a line has fields of another type")
    return {**document, "training_symbols": tuple(symbols)}
