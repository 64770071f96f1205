"""From progress events to a fraction, a sentence, and an honest guess of the time left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from ktrdr_app.core.progress import BarsDone, EpochFinished, FoldDone, ProgressEvent, StageStarted, SymbolDone
from ktrdr_app.gui.ui import numbers


class Estimate:
    """How far a task is, from what it has said so far.

    Parameters
    ----------
    clock : callable
        Seconds from a monotonic clock.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stage = ""
        self._began = clock()
        self._first: tuple[float, float] | None = None
        self.fraction: float | None = None
        self.text = ""
        self.seconds_left: float | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the task began."""
        return self._clock() - self._began

    def take(self, events: Iterable[ProgressEvent]) -> None:
        """Learn from one batch.

        Parameters
        ----------
        events : iterable of ProgressEvent
            Oldest first.
        """
        for event in events:
            if isinstance(event, StageStarted):
                self._begin(event.stage)
            elif isinstance(event, EpochFinished):
                self._count(event.epoch, event.epochs, "epoch {0} of {1}")
            elif isinstance(event, BarsDone):
                self._count(event.done, event.total, "bar {0} of {1}")
            elif isinstance(event, SymbolDone):
                self._count(event.done, event.total, f"{event.symbol} done, {{0}} of {{1}} symbols")
            elif isinstance(event, FoldDone):
                who = f"without {', '.join(event.left_out)}" if event.left_out else "of all symbols"
                self._count(event.done, event.total, f"model {who} fitted, {{0}} of {{1}}")

    def sentence(self) -> str:
        """Say where the task stands and how long it will still take."""
        if self.fraction is None:
            return self.text
        return f"{self.text}, {numbers.remaining(self.seconds_left)}"

    def _begin(self, stage: str) -> None:
        self._stage = stage
        self._first = None
        self.fraction = None
        self.seconds_left = None
        self.text = stage

    def _count(self, done: int, total: int, words: str) -> None:
        now = self._clock()
        if self._first is None:
            self._first = (now, done)
        self.fraction = done / total if total else None
        counted = words.format(numbers.integer(done), numbers.integer(total))
        self.text = f"{self._stage}: {counted}" if self._stage else counted
        since, at = self._first
        if done > at:
            self.seconds_left = (now - since) / (done - at) * (total - done)
