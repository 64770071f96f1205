"""The one way to stop a running task, to end it early, or to let it wait: a token that travels with it."""

from __future__ import annotations

import threading
import time
import uuid
import weakref

from ktrdr_app.core.errors import Cancelled


class CancelToken:
    """Three flags that any thread may raise and the task looks at often: stop, wait, and wind up.

    It may be part of what is sent to another process: each process holds one copy of a token, however often it is
    sent there, and `cancel_copy` raises that copy. A copy knows nothing of the other two.

    Parameters
    ----------
    task : str
        Name used in the message of `Cancelled`.
    """

    def __init__(self, task: str = "the task") -> None:
        self.task = task
        self.name = uuid.uuid4().hex
        self._event = threading.Event()
        self._go_on = threading.Event()
        self._go_on.set()
        self._wind_up = threading.Event()
        self._waited = 0.0
        self._since: float | None = None
        _here[self.name] = self

    @property
    def cancelled(self) -> bool:
        """Whether someone asked the task to stop."""
        return self._event.is_set()

    @property
    def paused(self) -> bool:
        """Whether the task is to wait; never once it was asked to stop."""
        return not self._go_on.is_set()

    def cancel(self) -> None:
        """Ask the task to stop, a paused one too; safe from any thread, and from a signal handler."""
        self._event.set()
        self._go_on.set()

    @property
    def winding_up(self) -> bool:
        """Whether someone asked the task to come to an end early and keep what it has."""
        return self._wind_up.is_set()

    def wind_up(self) -> None:
        """Ask the task to end soon and keep what it has, a paused one too; one that cannot goes on to its own end."""
        self._wind_up.set()
        self.resume()

    def pause(self) -> None:
        """Ask the task to wait where it next looks at the token; call it from the thread that resumes."""
        if self.cancelled or self.paused:
            return
        self._since = time.perf_counter()
        self._go_on.clear()
        if self._event.is_set():  # raised between the two lines above, by a thread that has already woken everybody
            self._go_on.set()

    def resume(self) -> None:
        """Let the task go on."""
        if self._since is not None:
            self._waited += time.perf_counter() - self._since
            self._since = None
        self._go_on.set()

    def clock(self) -> float:
        """Return seconds from a clock that stands still while the task is paused."""
        since, now = self._since, time.perf_counter()
        return (now if since is None else since) - self._waited

    def check(self) -> None:
        """Return quietly, wait as long as the task is paused, or end it.

        The main thread never waits: it is the one that draws the window and listens to the keyboard.

        Raises
        ------
        Cancelled
            If `cancel` was called, during a pause too.
        """
        while self.paused and threading.current_thread() is not threading.main_thread():
            self._go_on.wait()
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
