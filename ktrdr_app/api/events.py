"""Progress of operations: as documents, as a standing, and as server-sent events for whoever listens.

The form on the wire is that of the HTML standard, section "Server-sent events".
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any

from ktrdr_app.api.answers import json_bytes
from ktrdr_app.core.progress import (
    BarsDone,
    EpochFinished,
    FoldDone,
    LearningStarted,
    Note,
    PartialEquity,
    ProgressEvent,
    StageFinished,
    StageStarted,
    SymbolDone,
    TrialDone,
)

MOST_KEPT = 10_000
"""Events of one operation that can still be replayed."""
ENDED = "ended"
LAST = 2**53 - 1
"""Number of the event that tells the end, of whatever operation: who comes back with it has heard all there is.
It is the largest whole number that every reader of JSON keeps."""
HEARTBEAT_SECONDS = 15.0
"""A line without meaning after so long, so that nobody between here and there takes the connection for dead."""

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True)
class Event:
    """One thing that happened to an operation.

    Attributes
    ----------
    number : int
        From 1; that of the end is `LAST`.
    name : str
        Such as ``epoch_finished``; the last one is ``ended``.
    facts : dict
        What it says.
    """

    number: int
    name: str
    facts: dict[str, Any]

    def wire(self) -> bytes:
        """Return its lines."""
        return f"id: {self.number}\nevent: {self.name}\ndata: ".encode() + json_bytes(self.facts) + b"\n\n"


def described(event: ProgressEvent) -> tuple[str, dict[str, Any]] | None:
    """Return name and facts of a progress event; None for one that is only for pictures.

    Parameters
    ----------
    event : ProgressEvent
        As a use case gives it.
    """
    if isinstance(event, PartialEquity):
        return None
    return _CAPITAL.sub("_", type(event).__name__).lower(), asdict(event)


def standing(before: dict[str, Any], event: ProgressEvent) -> dict[str, Any]:
    """Return how far an operation is after an event.

    Parameters
    ----------
    before : dict
        How far it was.
    event : ProgressEvent
        What happened.
    """
    match event:
        case StageStarted(stage):
            return {"stage": stage}
        case SymbolDone(symbol, done, total):
            return before | {"symbol": symbol, "symbols_done": done, "symbols_total": total}
        case EpochFinished():
            return before | asdict(event)
        case BarsDone(done, total):
            return before | {"bars_done": done, "bars_total": total}
        case TrialDone(done, total):
            return before | {"trials_done": done, "trials_total": total}
        case StageFinished() | FoldDone() | LearningStarted() | Note() | PartialEquity():
            return before


class Feed:
    """The events of one live operation; any thread adds to it, any number of listeners follow it.

    Events before the last `MOST_KEPT` are forgotten.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: deque[Event] = deque(maxlen=MOST_KEPT)
        self._listeners: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._numbers = 0
        self._closed = False

    def add(self, name: str, facts: dict[str, Any]) -> None:
        """Tell everyone who follows.

        Parameters
        ----------
        name : str
            Kind of event.
        facts : dict
            What it says.
        """
        with self._lock:
            self._numbers += 1
            self._events.append(Event(self._numbers, name, facts))
            self._wake()

    def end(self, facts: dict[str, Any]) -> None:
        """Tell the end, and end every listener's stream after it.

        Parameters
        ----------
        facts : dict
            How the operation stands at its end.
        """
        with self._lock:
            self._events.append(Event(LAST, ENDED, facts))
            self._closed = True
            self._wake()

    async def follow(self, after: int) -> AsyncIterator[Event | None]:
        """Yield the events after a number, those to come included, until the feed is closed; None as a heartbeat.

        Parameters
        ----------
        after : int
            Number of the last event that the listener has; one that was never given counts as none.
        """
        listener = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._listeners.add(listener)
            after = after if after <= self._numbers else 0
        try:
            while True:
                listener[1].clear()
                with self._lock:
                    fresh, closed = [event for event in self._events if event.number > after], self._closed
                for event in fresh:
                    yield event
                    after = event.number
                if closed:
                    return
                try:
                    await asyncio.wait_for(listener[1].wait(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield None
        finally:
            with self._lock:
                self._listeners.discard(listener)

    def _wake(self) -> None:
        for loop, event in self._listeners:
            loop.call_soon_threadsafe(event.set)
