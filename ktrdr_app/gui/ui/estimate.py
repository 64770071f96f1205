"""From progress events to a fraction, a sentence, and an honest guess of the time left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QCoreApplication

from ktrdr_app.core.progress import BarsDone, EpochFinished, FoldDone, ProgressEvent, StageStarted, SymbolDone
from ktrdr_app.gui.ui import numbers


def _t(text: str) -> str:
    return QCoreApplication.translate("estimate", text)


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
                self._count(event.epoch, event.epochs, _t("epoch {0} of {1}"))
            elif isinstance(event, BarsDone):
                self._count(event.done, event.total, _t("bar {0} of {1}"))
            elif isinstance(event, SymbolDone):
                self._count(event.done, event.total, _t("{2} done, {0} of {1} symbols"), event.symbol)
            elif isinstance(event, FoldDone):
                words = (
                    _t("model without {2} fitted, {0} of {1}")
                    if event.left_out
                    else _t("model of all symbols fitted, {0} of {1}")
                )
                self._count(event.done, event.total, words, ", ".join(event.left_out))

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

    def _count(self, done: int, total: int, words: str, about: str = "") -> None:
        now = self._clock()
        if self._first is None:
            self._first = (now, done)
        self.fraction = done / total if total else None
        counted = words.format(numbers.integer(done), numbers.integer(total), about)
        self.text = f"{self._stage}: {counted}" if self._stage else counted
        since, at = self._first
        if done > at:
            self.seconds_left = (now - since) / (done - at) * (total - done)
