"""One piece of work and what is heard of it; it runs elsewhere, its signals arrive in the GUI thread."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.gui.tasks.gate import INTERVAL_MS, ProgressGate
from ktrdr_app.gui.tasks.outcome import Outcome, TaskError, TaskState, Work

__all__ = ["Outcome", "Task", "TaskError", "TaskState", "Work"]


class Task(QObject):
    """Work to be done off the GUI thread; give it to `TaskManager.submit`.

    Connect its signals to ``@Slot`` methods. All of them are emitted in the GUI thread; after the
    last batch of progress comes exactly one of ``succeeded``, ``failed``, ``cancelled``, then ``finished``.

    Parameters
    ----------
    title : str
        What the task list shows.
    work : callable
        Takes a progress listener and a cancel token, returns plain data; it must touch no QObject. An `Errand` may
        be done in another process.
    quiet : bool
        Short or unasked-for work (reading a list, warming up): not in the task list, and no reason
        to ask before the window closes.
    """

    started = Signal()
    progressed = Signal(object)
    """tuple of ProgressEvent, at most 20 batches a second; see `ProgressGate`."""
    succeeded = Signal(object)
    failed = Signal(object)
    """KtrdrError or TaskError; both have ``message``, ``hint`` and ``where``."""
    cancelled = Signal()
    finished = Signal()
    paused_changed = Signal(bool)
    """Whether the task is to wait; False too when a paused task is stopped, or ends all the same."""
    keeps_changed = Signal(bool)
    """Whether there is something by now that is worth keeping when the work is stopped."""
    asked = Signal()
    """It was asked to wait, to go on, or to stop: its token says which."""
    _woken = Signal()

    def __init__(self, title: str, work: Work, *, quiet: bool = False) -> None:
        super().__init__()
        self.title = title
        self.work = work
        self.quiet = quiet
        self.token = CancelToken(title)
        self.state = TaskState.WAITING
        self.outcome: Outcome | None = None
        self._paused = self._keeps = False
        self.gate = ProgressGate(self._woken.emit)
        self._flushed = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._flush)
        self._woken.connect(self._schedule, Qt.ConnectionType.QueuedConnection)

    @property
    def paused(self) -> bool:
        """Whether the work waits, or will at its next look at the token."""
        return self._paused

    def clock(self) -> float:
        """Return seconds from a clock that stands still while the task is paused, for an honest guess of the rest."""
        return self.token.clock()

    @Slot()
    def pause(self) -> None:
        """Let the work wait where it next looks at its token; nothing happens once it was asked to end, or is over."""
        if not self.over and not self.ending:
            self.token.pause()
            self._tell_pause()

    @Slot()
    def resume(self) -> None:
        """Let the work go on."""
        self.token.resume()
        self._tell_pause()

    @Slot()
    def toggle_pause(self) -> None:
        """Let the work wait, or go on if it waits."""
        if self.paused:
            self.resume()
        else:
            self.pause()

    @Slot()
    def cancel(self) -> None:
        """Ask the work to stop, paused or not; ``cancelled`` follows when it has."""
        self.token.cancel()
        self._tell_pause()

    @Slot()
    def wind_up(self) -> None:
        """Ask the work to end early and keep what it has; ``succeeded`` follows when it has."""
        self.token.wind_up()
        self._tell_pause()

    @property
    def keeps(self) -> bool:
        """Whether there is something that is worth keeping when the work is stopped; who owns the task says so."""
        return self._keeps

    @keeps.setter
    def keeps(self, keeps: bool) -> None:
        if keeps != self._keeps:
            self._keeps = keeps
            self.keeps_changed.emit(keeps)

    @property
    def ending(self) -> bool:
        """Whether the work was asked to stop, or to end early."""
        return self.token.cancelled or self.token.winding_up

    @Slot()
    def stop(self) -> None:
        """End the work early with what it has where that is worth keeping; where it is not, or again, at once."""
        if self._keeps and not self.token.winding_up:
            self.wind_up()
        else:
            self.cancel()

    @property
    def over(self) -> bool:
        """Whether the work has ended."""
        return self.state not in (TaskState.WAITING, TaskState.RUNNING)

    def _tell_pause(self) -> None:
        self.asked.emit()
        if self._paused != self.token.paused:
            self._paused = self.token.paused
            self.paused_changed.emit(self._paused)

    def begin(self) -> None:
        """Tell listeners that the work has been given to a thread."""
        self.state = TaskState.RUNNING
        self.started.emit()

    def silence(self) -> None:
        """Tell nothing more, not even the progress that is on its way; the manager gives the task up."""
        self.state = TaskState.CANCELLED
        self._timer.stop()

    def settle(self, outcome: Outcome) -> None:
        """Flush the last progress, then tell how the work ended.

        Parameters
        ----------
        outcome : Outcome
            What the worker reported.
        """
        self._timer.stop()
        self._flush()
        self.outcome = outcome
        self.state = outcome.state
        self.resume()
        if outcome.state is TaskState.SUCCEEDED:
            self.succeeded.emit(outcome.value)
        elif outcome.state is TaskState.CANCELLED:
            self.cancelled.emit()
        else:
            self.failed.emit(outcome.error)
        self.finished.emit()

    @Slot()
    def _schedule(self) -> None:
        if self.state is not TaskState.RUNNING or self._timer.isActive():
            return
        waited = (time.monotonic() - self._flushed) * 1000
        self._timer.start(max(0, round(INTERVAL_MS - waited)))

    @Slot()
    def _flush(self) -> None:
        batch = self.gate.drain()
        if batch:
            self._flushed = time.monotonic()
            self.progressed.emit(batch)
