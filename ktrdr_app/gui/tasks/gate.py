"""Thins what a worker says to what a window can draw: at most 20 batches a second, nothing final lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ktrdr_app.core.progress import BarsDone, PartialEquity, ProgressEvent, SymbolDone

INTERVAL_MS = 50
"""Least time between two batches that reach the window."""

_LATEST_ONLY = (BarsDone, PartialEquity, SymbolDone)


class ProgressGate:
    """A buffer between a worker that talks and a window that listens at its own pace.

    Of events that only count up (bars, symbols, partial equity) the last one before a drain wins;
    epochs, stages and notes are all kept, in order.

    Parameters
    ----------
    wake : callable
        Called in the worker's thread when the buffer stops being empty.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._events: list[ProgressEvent] = []

    def __call__(self, event: ProgressEvent) -> None:
        """Take an event; safe from any thread.

        Parameters
        ----------
        event : ProgressEvent
            What the worker said.
        """
        with self._lock:
            was_empty = not self._events
            if isinstance(event, _LATEST_ONLY):
                self._events = [held for held in self._events if type(held) is not type(event)]
            self._events.append(event)
        if was_empty:
            self._wake()

    def drain(self) -> tuple[ProgressEvent, ...]:
        """Return what gathered since the last drain, oldest first, and forget it."""
        with self._lock:
            batch, self._events = tuple(self._events), []
        return batch
