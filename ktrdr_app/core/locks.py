"""A lock between processes that ends with its process: nothing is left to clean up after a crash."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ktrdr_app.core.errors import LockHeld, StorageProblem
from ktrdr_app.core.protection import check_writable

log = logging.getLogger(__name__)

PATIENCE = 30.0
"""Seconds that are waited for another process."""

_PAUSE = 0.02
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


@contextlib.contextmanager
def file_lock(path: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold a file against other processes and other threads for the length of the block.

    Parameters
    ----------
    path : Path
        The lock file, empty, which stays; its folder is made if it is not there.
    patience : float
        Seconds to wait for who holds it.

    Raises
    ------
    LockHeld
        If the wait was in vain.
    StorageProblem
        If the disk refuses, or the workspace is open read-only.
    """
    check_writable(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StorageProblem(str(path), error.strerror or str(error)) from error
    try:
        _take(handle, path, time.monotonic() + patience)
        yield
    finally:
        os.close(handle)


def _take(handle: int, path: Path, until: float) -> None:
    while not taken(handle):
        if time.monotonic() > until:
            raise LockHeld(str(path))
        time.sleep(_PAUSE)


def taken(handle: int) -> bool:
    """Take the lock of an open file if it is free, and say whether it was; the system gives it back on closing.

    Parameters
    ----------
    handle : int
        Descriptor of the open file.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            return False
        log.warning("this disk knows no locks (%s): change models from one program at a time", error.strerror)
    return True
