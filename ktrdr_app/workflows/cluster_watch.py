"""Watches a Dask cluster: who is there, what each works on, and who was lost; nothing is run there for it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.cluster import CONNECT_SECONDS
from ktrdr_app.core.cluster_checks import (
    ALIKE,
    SPOKEN,
    VERSIONS,
    demand_certificate,
    difference,
    library,
    unreached,
)
from ktrdr_app.core.errors import ClusterProblem, EnvironmentProblem
from ktrdr_app.core.lazy import load
from ktrdr_app.workflows.cluster_seen import ALIVE, LOST, PAUSED, SILENT, ClusterSeen, WorkerSeen

T = TypeVar("T")

AGAIN_SECONDS = 5.0
"""How long one that has answered before is waited for, until it is said that it does not any more."""
COMPARE_SECONDS = 1.0
"""How long new workers are waited for to tell their versions; those that are too busy are asked again."""
LOOK_SECONDS = 1.0
"""Time from one look to the next."""
SILENT_SECONDS = 5.0
"""A worker speaks to the scheduler about twice a second; one that has not for so long is called silent."""
MOST_LOST = 20
"""Lost workers that are remembered."""
_STEP = 0.1
_OURS = re.compile(r"(.+)-[0-9a-f]{32}")
_LONGEST = 80


def watch_cluster(address: str, told: Callable[[ClusterSeen], object], cancel: CancelToken) -> None:
    """Tell what a cluster looks like about once a second, until the token is raised.

    A scheduler that is lost later is told, too, and called again: it may come back.

    Parameters
    ----------
    address : str
        Of the scheduler.
    told : callable
        Takes a `ClusterSeen`; called in this thread.
    cancel : CancelToken
        Ends it within a moment.

    Raises
    ------
    InvalidValue
        If the address is none.
    EnvironmentProblem
        If the library or a certificate is missing, or refused.
    ClusterProblem
        If no scheduler answers at first.
    Cancelled
        When the token is raised.
    """
    distributed = library(address)
    arguments = demand_certificate(distributed, address)
    asyncio.run(_watch(Watch(address), arguments, told, cancel))


async def _watch(
    watch: Watch, arguments: dict[str, Any], told: Callable[[ClusterSeen], object], cancel: CancelToken
) -> None:
    rpc = load("distributed.core").rpc
    scheduler = rpc(watch.address, timeout=CONNECT_SECONDS, connection_args=arguments)
    reached = False
    try:
        while True:
            try:
                look = asyncio.wait_for(watch.look(scheduler), AGAIN_SECONDS if reached else CONNECT_SECONDS)
                told(await _unless_cancelled(look, cancel))
                reached, scheduler.timeout = True, AGAIN_SECONDS
            except (OSError, TimeoutError) as error:
                if not reached:
                    raise unreached(watch.address, error) from error
                told(watch.lost())
            await _unless_cancelled(asyncio.sleep(LOOK_SECONDS), cancel)
    finally:
        with contextlib.suppress(OSError):  # a scheduler that is gone is not there to be taken leave of
            await scheduler.close_rpc()


async def _unless_cancelled(work: Coroutine[Any, Any, T], cancel: CancelToken) -> T:
    """Return what comes of some work, looking at the token meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait([task], timeout=_STEP))[0]:
            cancel.check()
    finally:
        task.cancel()
        await asyncio.wait([task])
    cancel.check()
    return task.result()


class Watch:
    """What is known of a cluster from look to look.

    Parameters
    ----------
    address : str
        Of the scheduler.
    clock : callable
        Returns seconds; the machine's own by default, as the scheduler's may go wrong.
    """

    def __init__(self, address: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.address = address
        self._clock = clock
        self._seen: dict[str, WorkerSeen] = {}
        self._heard: dict[str, tuple[Any, float]] = {}
        self._faults: dict[str, str] = {}
        self._scheduler: Any = None
        self._scheduler_fault = ""

    async def look(self, scheduler: Any) -> ClusterSeen:
        """Ask the scheduler, and return what is known by now.

        Parameters
        ----------
        scheduler : rpc
            The line to it.
        """
        found, work = await scheduler.identity(), await scheduler.processing()
        workers: Mapping[str, Any] = found["workers"]
        if found["id"] != self._scheduler:  # another one at the same place
            self._scheduler, self._scheduler_fault = found["id"], await self._compare_scheduler(scheduler)
        new = sorted(set(workers) - set(self._faults))
        if new:
            await self._compare(scheduler, new)
        return self.take(workers, work)

    def take(self, workers: Mapping[str, Any], work: Mapping[str, Any]) -> ClusterSeen:
        """Return what is known, given what the scheduler says.

        Parameters
        ----------
        workers : mapping of str to mapping
            What it says of each worker, by address.
        work : mapping of str to sequence
            Keys of what each was given.
        """
        for address, said in workers.items():
            self._seen[address] = self._worker(address, said, tuple(map(words_of, work.get(address, ()))))
        for address in [each for each in self._seen if each not in workers]:
            self._seen[address] = replace(self._seen[address], state=LOST, work=(), cpu=0.0, memory=0)
            self._faults.pop(address, None)
        lost = [address for address, worker in self._seen.items() if worker.state == LOST]
        for address in lost[:-MOST_LOST]:
            del self._seen[address], self._heard[address]
        return ClusterSeen(self.address, tuple(self._seen.values()), self._problem())

    def lost(self) -> ClusterSeen:
        """Return what is known when the scheduler does not answer: nobody can be reached through it."""
        seen = self.take({}, {})
        hint = "it is called again every second; start it again, with its workers, or give another address"
        problem = ClusterProblem(self.address, "the scheduler does not answer any more", hint)
        return replace(seen, problem=problem, unreachable=True)

    def _worker(self, address: str, said: Mapping[str, Any], work: tuple[str, ...]) -> WorkerSeen:
        metrics, now = said["metrics"], self._clock()
        spoke, since = self._heard.get(address, (None, now))
        if spoke != said["last_seen"]:
            since = now
        self._heard[address] = (said["last_seen"], since)
        state = PAUSED if said["status"] == "paused" else ALIVE
        return WorkerSeen(
            address=address,
            name=str(said["name"]),
            threads=int(said["nthreads"]),
            memory=int(metrics.get("memory") or 0),
            memory_limit=int(said["memory_limit"] or 0),
            cpu=float(metrics.get("cpu") or 0.0),
            work=work,
            state=SILENT if now - since >= SILENT_SECONDS else state,
            fault=self._faults.get(address, ""),
        )

    async def _compare_scheduler(self, scheduler: Any) -> str:
        theirs = await scheduler.versions(packages=SPOKEN)
        return difference(_ours(), theirs["packages"], SPOKEN)

    async def _compare(self, scheduler: Any, new: list[str]) -> None:
        """Hold the versions of workers that were not there before against this machine's."""
        message = {"op": "versions", "packages": ALIKE}
        asked = scheduler.broadcast(msg=message, workers=new, on_error="ignore")
        with contextlib.suppress(TimeoutError):  # they are asked again at the next look
            for address, found in (await asyncio.wait_for(asked, COMPARE_SECONDS)).items():
                self._faults[address] = difference(_ours(), found["packages"], ALIKE)

    def _problem(self) -> EnvironmentProblem | None:
        """Return the first difference of versions, which would end every run at its beginning."""
        if self._scheduler_fault:
            return EnvironmentProblem("cluster", f"the scheduler has {self._scheduler_fault}", VERSIONS)
        for worker in self._seen.values():
            if worker.fault and worker.state != LOST:
                return EnvironmentProblem("cluster", f"worker {worker.name} has {worker.fault}", VERSIONS)
        return None


def _ours() -> dict[str, str | None]:
    packages: dict[str, str | None] = load("distributed.versions").get_versions(packages=ALIKE)["packages"]
    return packages


def words_of(key: object) -> str:
    """Return what a piece of work is about, from its key: our own words, or the name of somebody else's work.

    Parameters
    ----------
    key : object
        A text, a number, or a tuple that begins with one.
    """
    first = key[0] if isinstance(key, tuple) and key else key
    ours = _OURS.fullmatch(str(first))
    text = ours[1] if ours else str(first)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
