"""Work for the tests of the cluster, in a module that its workers can import."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, TooFewRows
from ktrdr_app.core.memory import keep_freed_memory


def squared(item: int) -> int:
    """Return the square."""
    return item * item


def process_id(item: int) -> int:
    """Return the process that does the work."""
    return os.getpid()


def keeps_memory(item: int) -> bool:
    """Return whether this process was told to keep what it frees."""
    return keep_freed_memory.cache_info().currsize == 1


def fails_from_two(item: int) -> int:
    """Raise an error of ours from item 2 on."""
    if item >= 2:
        raise TooFewRows(f"S{item} 1h", item, 100, "a reason")
    return item


def dies(item: int) -> None:
    """End the worker as a full memory would."""
    os.kill(os.getpid(), signal.SIGKILL)


def dies_once(mark: Path) -> int:
    """End the first worker that comes here; the second one finds the mark."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return os.getpid()
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def works_until_stopped(order: tuple[Path, CancelToken]) -> None:
    """Leave a mark when the work begins, and another one when it has seen the token."""
    mark, token = order
    mark.with_suffix(".begun").touch()
    try:
        while True:
            token.check()
    except Cancelled:
        mark.with_suffix(".stopped").touch()
        raise


def fails_when_all_run(order: tuple[Path, CancelToken]) -> None:
    """Fail in the first work of several, while the others go on until they are stopped."""
    mark, _ = order
    if mark.name == "0":
        while not mark.with_name("1.begun").exists():
            pass
        raise ZeroDivisionError(mark.name)
    works_until_stopped(order)


def has_prepared() -> bool:
    """Return whether this worker has imported what prepares a symbol."""
    return "ktrdr_app.workflows.train_symbols" in sys.modules
