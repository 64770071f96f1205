"""Writing that is whole or not there: a temporary name in the same folder, fsync, rename."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import math
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.lazy import load
from ktrdr_app.core.protection import check_writable

_PLAIN = (str, int, bool, type(None))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file atomically.

    Parameters
    ----------
    path : Path
        Where it goes; its folder is made if it is not there.
    content : bytes
        The whole content.

    Raises
    ------
    StorageProblem
        If the disk is full, read-only or not a folder; the old file is then untouched.
    """
    write_parts(path, [content])


def write_parts(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Write a file atomically, piece after piece, so that large arrays need not be copied together first.

    Parameters
    ----------
    path : Path
        Where it goes; its folder is made if it is not there.
    parts : iterable of bytes or memoryview
        The content in order.

    Raises
    ------
    StorageProblem
        As `write_bytes` raises it.
    """
    check_writable(path)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as stream:
            for part in parts:
                stream.write(part)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise StorageProblem(str(path), error.strerror or str(error)) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def write_text(path: Path, content: str) -> None:
    """Write a UTF-8 text file atomically, with LF line ends.

    Parameters
    ----------
    path : Path
        Where it goes.
    content : str
        The whole text.

    Raises
    ------
    StorageProblem
        As `write_bytes` raises it, and for half a sign (a lone surrogate), which UTF-8 cannot hold.
    """
    try:
        encoded = content.encode("utf-8")
    except UnicodeEncodeError as error:
        raise StorageProblem(str(path), f"letter {error.start + 1} of the text is half a sign") from error
    write_bytes(path, encoded)


def json_text(document: Any) -> str:
    """Return indented JSON with floats at full precision; NumPy scalars become plain numbers.

    Parameters
    ----------
    document : Any
        Dicts, lists, strings, numbers, paths; NaN and infinities become null, as JSON has none.
    """
    return json.dumps(plain(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """Return the value in the types that JSON knows.

    Parameters
    ----------
    value : Any
        Anything made of mappings, sequences, NumPy scalars and arrays, paths and numbers.
    """
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Path):
        return str(value)
    return value if type(value) in _PLAIN else _plain_numbers(value)


def _plain_numbers(value: Any) -> Any:
    np = load("numpy")  # only here: the window writes its settings long before anything needs NumPy
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.floating):
        return plain(float(value))
    return value.item() if isinstance(value, np.generic) else value


def write_json(path: Path, document: Any) -> None:
    """Write a JSON file atomically.

    Parameters
    ----------
    path : Path
        Where it goes.
    document : Any
        As `json_text` takes it.
    """
    write_text(path, json_text(document))


def sync_folder(folder: Path) -> None:
    """Make a rename in the folder durable, where the system can.

    Parameters
    ----------
    folder : Path
        Folder whose entries changed.
    """
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def new_folder(final: Path) -> Iterator[Path]:
    """Build a folder under a hidden name and rename it when the block ends well.

    Parameters
    ----------
    final : Path
        Name that the folder gets; it must not exist.

    Yields
    ------
    Path
        The hidden folder to fill. If the block raises, it is removed and ``final`` never appears.

    Raises
    ------
    StorageProblem
        If the disk refuses.
    FileExistsError
        If ``final`` came into being meanwhile.
    """
    check_writable(final)
    hidden = final.with_name(f".{final.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        hidden.mkdir(parents=True)
        yield hidden
        for path in hidden.rglob("*"):
            if path.is_file():
                with open(path, "rb+") as stream:
                    os.fsync(stream.fileno())
        sync_folder(hidden)
        if final.exists():
            raise FileExistsError(str(final))
        hidden.rename(final)
        sync_folder(final.parent)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno == errno.ENOTEMPTY and final.exists():
            raise FileExistsError(str(final)) from error
        raise StorageProblem(str(final), error.strerror or str(error)) from error
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hex.

    Parameters
    ----------
    path : Path
        The file.
    """
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest(document: Any) -> str:
    """Return the SHA-256, in hex, of a document's canonical JSON (sorted keys, no spaces).

    Parameters
    ----------
    document : Any
        As `json_text` takes it.
    """
    canonical = json.dumps(plain(document), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
