"""How a task's work ended, in plain data that may cross threads and processes; nothing here needs Qt."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, KtrdrError
from ktrdr_app.core.progress import Progress

STACK_BYTES = 16 * 1024 * 1024
"""Secondary threads get 512 KB on macOS, and OpenBLAS overflows that."""

Work = Callable[[Progress, CancelToken], object]


class TaskState(Enum):
    """Where a task stands."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class TaskError:
    """A failure that no code of ours expected: a bug, told with its trace.

    Attributes
    ----------
    message : str
        One line.
    hint : str
        What to do.
    where : str
        The task that failed.
    details : str
        The traceback.
    """

    message: str
    hint: str
    where: str
    details: str


@dataclass(frozen=True)
class Outcome:
    """How the work ended.

    Attributes
    ----------
    state : TaskState
        ``SUCCEEDED``, ``FAILED`` or ``CANCELLED``.
    value : object
        The work's result.
    error : KtrdrError or TaskError, optional
        Why it failed.
    """

    state: TaskState
    value: object = None
    error: KtrdrError | TaskError | None = None


def outcome_of(work: Work, progress: Progress, cancel: CancelToken, title: str) -> Outcome:
    """Do work here and now, and return how it ended; nothing is raised.

    Parameters
    ----------
    work : callable
        What is done.
    progress : Progress
        Its listener.
    cancel : CancelToken
        Its token.
    title : str
        What it is called.
    """
    try:
        return Outcome(TaskState.SUCCEEDED, work(progress, cancel))
    except Exception as error:  # the outermost frame of a worker: nothing may escape into Qt
        return outcome_after(error, title)


def outcome_after(error: Exception, title: str) -> Outcome:
    """Return what an exception that ended the work means.

    Parameters
    ----------
    error : Exception
        As it was caught.
    title : str
        What the work is called.
    """
    if isinstance(error, Cancelled):
        return Outcome(TaskState.CANCELLED)
    if isinstance(error, KtrdrError):
        return Outcome(TaskState.FAILED, error=error.with_traceback(None))
    text = "".join(traceback.format_exception(error))
    message = f"{type(error).__name__}: {error}".splitlines()[0]
    return Outcome(TaskState.FAILED, error=TaskError(message, "", title, text))
