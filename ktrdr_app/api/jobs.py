"""Runs operations one after the other or a few at once, tells how they go, and stops them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from ktrdr_app.api.events import Feed, described, standing
from ktrdr_app.api.failures import bug_facts, facts_of
from ktrdr_app.api.operations import (
    CANCELLED,
    COMPLETED,
    FAILED,
    INTERRUPTED,
    KEEPING,
    RUNNING,
    Keeping,
    Operation,
    OperationStore,
    now,
)
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BrokenOff, Cancelled, KtrdrError, QueueFull, StorageProblem
from ktrdr_app.core.progress import Note, Progress, ProgressEvent

Work = Callable[[Progress, CancelToken], Any]
"""What an operation does; it returns its result, made of plain JSON types."""

MOST_WAITING = 100
CANCEL_SECONDS = 0.3
"""How long a cancel waits for the end of the work before it answers."""
STANDING_SECONDS = 1.0
"""How often the standing of an operation is written down, at most."""

log = logging.getLogger(__name__)


@dataclass
class _Job:
    """An operation that waits or runs in this process."""

    id: str
    work: Work
    token: CancelToken
    feed: Feed = field(default_factory=Feed)
    future: Future[None] | None = None
    standing: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    written: float = 0.0


class Jobs:
    """The queue and the threads that work it off.

    Parameters
    ----------
    store : OperationStore
        Where operations are kept; what an earlier server left is marked as interrupted.
    at_once : int
        Most operations that run together.
    keeping : Keeping
        How many of those that are over are kept, and how long.
    prepare : callable
        What a thread does before its first operation, which waits in the queue meanwhile and can be taken out of it.
    """

    def __init__(
        self,
        store: OperationStore,
        at_once: int,
        keeping: Keeping = KEEPING,
        prepare: Callable[[], object] = lambda: None,
    ) -> None:
        self.store = store
        self._at_once = at_once
        self._keeping = keeping
        self._lock = threading.Lock()
        self._jobs: dict[str, _Job] = {}
        self._closing = False
        self._prepare = prepare
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="ktrdr-operation", initializer=self._prepared)
        store.break_off()
        store.prune(keeping)

    def submit(self, kind: str, title: str, request: dict[str, Any], work: Work) -> Operation:
        """Put an operation into the queue.

        Parameters
        ----------
        kind, title, request
            As `OperationStore.add` takes them.
        work : callable
            What it does.

        Raises
        ------
        QueueFull
            If `MOST_WAITING` wait already.
        """
        with self._lock:
            waiting = len(self._jobs) - self._at_once
            if waiting >= MOST_WAITING or self._closing:
                raise QueueFull(max(waiting, 0))
            operation = self.store.add(kind, title, request)
            job = _Job(operation.id, work, CancelToken(title))
            self._jobs[operation.id] = job
            job.future = self._pool.submit(self._run, job)
            job.future.add_done_callback(_noticed)
        return operation

    def cancel(self, operation_id: str) -> Operation:
        """Stop an operation and return it as it then stands; one that is over stays as it is.

        Parameters
        ----------
        operation_id : str
            Which.

        Raises
        ------
        OperationNotFound
            If there is none.
        """
        job = self._live(operation_id)
        if job is not None:
            job.token.cancel()
            if job.future is not None and job.future.cancel():
                self._end(job, CANCELLED, error=facts_of(Cancelled(job.token.task)))
            elif job.future is not None:
                wait([job.future], CANCEL_SECONDS)
        return self.store.get(operation_id)

    def feed(self, operation_id: str) -> Feed | None:
        """Return the events of an operation that waits or runs; None for one that is over.

        Parameters
        ----------
        operation_id : str
            Which.
        """
        job = self._live(operation_id)
        return None if job is None else job.feed

    def _live(self, operation_id: str) -> _Job | None:
        """Return what waits or runs under an id; one that is being put into the queue is waited for."""
        with self._lock:
            return self._jobs.get(operation_id)

    def stop(self) -> None:
        """Ask all operations to stop and end all streams of events, without waiting; safe from a signal handler."""
        self._closing = True
        for job in list(self._jobs.values()):
            job.token.cancel()

    def close(self) -> None:
        """Stop all operations, wait for their end, and let the file go."""
        self.stop()
        for job in list(self._jobs.values()):
            if job.future is not None and job.future.cancel():
                self._end(job, INTERRUPTED, error=facts_of(BrokenOff(job.id)))
        self._pool.shutdown()
        self.store.close()

    def _prepared(self) -> None:
        """Prepare a thread; what fails here fails again in the operation that needs it, which tells it."""
        try:
            self._prepare()
        except Exception:
            log.exception("a thread for operations could not be prepared")

    def _run(self, job: _Job) -> None:
        try:
            self.store.change(job.id, status=RUNNING, started_at=now())
            job.token.check()
            result = job.work(lambda event: self._listen(job, event), job.token)
        except Cancelled as error:
            if self._closing:
                self._end(job, INTERRUPTED, error=facts_of(BrokenOff(job.id)))
            else:
                self._end(job, CANCELLED, error=facts_of(error))
        except KtrdrError as error:
            self._end(job, FAILED, error=facts_of(error))
        except Exception as error:
            log.exception("operation %s failed", job.id)
            self._end(job, FAILED, error=bug_facts(error, job.id))
        else:
            self._end(job, COMPLETED, result=result)

    def _listen(self, job: _Job, event: ProgressEvent) -> None:
        """Pass an event on; the standing is written down now and then, and notes at once."""
        told = described(event)
        if told is None:
            return
        job.standing = standing(job.standing, event)
        noted = isinstance(event, Note)
        if isinstance(event, Note):
            job.notes.append(event.text)
        if noted or time.monotonic() - job.written > STANDING_SECONDS:
            job.written = time.monotonic()
            self._write_standing(job)
        job.feed.add(*told)

    def _write_standing(self, job: _Job) -> None:
        """Write down how far an operation is; hours of work are not given up because a moment's disk refuses that."""
        try:
            self.store.change(job.id, progress=job.standing, notes=job.notes)
        except StorageProblem as error:
            log.warning("the progress of operation %s is not written down: %s", job.id, error)

    def _end(self, job: _Job, status: str, **columns: Any) -> None:
        """Write down how an operation ended, then tell it."""
        facts = {"status": status, "completed_at": now(), "progress": job.standing, "notes": job.notes}
        told: dict[str, Any] = {"operation_id": job.id, "status": status}
        try:
            self.store.end(job.id, **facts, **columns)
            told = self.store.get(job.id).brief()
            self.store.prune(self._keeping)
        finally:
            self._jobs.pop(job.id, None)
            job.feed.end(told)


def _noticed(future: Future[None]) -> None:
    """Log what went wrong after the end of an operation, which has no other place to be told."""
    if not future.cancelled() and (error := future.exception()) is not None:
        log.error("the end of an operation could not be looked after: %s", error)
