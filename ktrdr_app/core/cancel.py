"""The one way to stop a running task: a token that travels with it."""

from __future__ import annotations

import threading
import uuid
import weakref

from ktrdr_app.core.errors import Cancelled


class CancelToken:
    """A flag that any thread may raise and the task looks at often.

    It may be part of what is sent to another process: each process holds one copy of a token, however often it is
    sent there, and `cancel_copy` raises that copy.

    Parameters
    ----------
    task : str
        Name used in the message of `Cancelled`.
    """

    def __init__(self, task: str = "the task") -> None:
        self.task = task
        self.name = uuid.uuid4().hex
        self._event = threading.Event()
        _here[self.name] = self

    @property
    def cancelled(self) -> bool:
        """Whether someone asked the task to stop."""
        return self._event.is_set()

    def cancel(self) -> None:
        """Ask the task to stop; safe from any thread, and from a signal handler."""
        self._event.set()

    def check(self) -> None:
        """Return quietly, or end the task.

        Raises
        ------
        Cancelled
            If `cancel` was called.
        """
        if self._event.is_set():
            raise Cancelled(self.task)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as a name, so that a process that gets it twice looks at one flag."""
        return _copy, (self.name, self.task, self.cancelled)


_here: weakref.WeakValueDictionary[str, CancelToken] = weakref.WeakValueDictionary()
_stopped: set[str] = set()
_one_at_a_time = threading.Lock()


def cancel_copy(name: str) -> None:
    """Raise this process's copy of a token, the one that is still to come included.

    Parameters
    ----------
    name : str
        The token's ``name``.
    """
    with _one_at_a_time:
        _stopped.add(name)
        token = _here.get(name)
    if token is not None:
        token.cancel()


def _copy(name: str, task: str, cancelled: bool) -> CancelToken:
    """Return this process's copy of a token that was sent."""
    with _one_at_a_time:
        token = _here.get(name)
        if token is None:
            token = CancelToken(task)
            del _here[token.name]
            token.name = name
            _here[name] = token
        if cancelled or name in _stopped:
            token.cancel()
    return token
