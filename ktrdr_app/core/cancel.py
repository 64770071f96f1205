"""The one way to stop a running task: a token that travels with it."""

from __future__ import annotations

import threading

from ktrdr_app.core.errors import Cancelled


class CancelToken:
    """A flag that any thread may raise and the task looks at often.

    Parameters
    ----------
    task : str
        Name used in the message of `Cancelled`.
    """

    def __init__(self, task: str = "the task") -> None:
        self.task = task
        self._event = threading.Event()

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
