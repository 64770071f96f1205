"""What errands of tests do with their result, in whichever process that is; no Qt, as in a child."""

from __future__ import annotations

import logging
import os
import signal
import threading
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import EmptyData
from ktrdr_app.core.protection import protected

HERE = __name__


def tell(request: tuple[Path, ...], result: Any) -> dict[str, Any]:
    """Say what is known here: the process, its rules, and what it got; Ctrl-C in the terminal must not end it."""
    signal.raise_signal(signal.SIGINT)
    logging.getLogger("ktrdr_app.test").warning("a line of %d files", len(result))
    return {
        "process": os.getpid(),
        "main": threading.current_thread() is threading.main_thread(),
        "protected": protected(),
        "request": request,
        "result": result,
    }


def count(_request: object, result: Any) -> int:
    """Return how many there are."""
    return len(result)


def die(_request: object, _result: object) -> None:
    """End this process as the system does when it is out of memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def leave(_request: object, _result: object) -> None:
    """End this process as a library does that calls exit()."""
    os._exit(7)


def stumble(_request: object, _result: object) -> None:
    """Have a bug."""
    raise ZeroDivisionError("in the child")


def refuse(_request: object, _result: object) -> None:
    """Fail as our own code does."""
    raise EmptyData("X_1d.csv")


def answer_with_a_lock(_request: object, _result: object) -> object:
    """Return what cannot be sent."""
    return threading.Lock()


def stay(request: tuple[Path, ...], _result: object) -> None:
    """Write down who this is, and never look at a token again."""
    (request[0].parent / "pid").write_text(str(os.getpid()), encoding="utf-8")
    threading.Event().wait()
