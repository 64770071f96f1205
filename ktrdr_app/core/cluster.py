"""Work on a Dask cluster, as an executor like any other; everything that goes wrong there has a name."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import pickle
import threading
import uuid
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from ktrdr_app.core.cancel import CancelToken, cancel_copy
from ktrdr_app.core.cluster_checks import ALIKE, SPOKEN, VERSIONS, demand_certificate, difference, library, unreached
from ktrdr_app.core.compute import local_pool
from ktrdr_app.core.errors import ClusterProblem, EnvironmentProblem
from ktrdr_app.core.lazy import load, unpickled
from ktrdr_app.core.memory import keep_freed_memory

P = ParamSpec("P")
T = TypeVar("T")

CONNECT_SECONDS = 10.0
"""How long a scheduler, and then its first worker, is waited for."""

logger = logging.getLogger(__name__)


@contextlib.contextmanager
def executor_for(address: str | None, *, cancel: CancelToken, shared: Path | None = None) -> Iterator[Executor]:
    """Give an executor for `ktrdr_app.core.compute.ordered_map`: this machine's cores, or a cluster's.

    Dask lets running work finish even if nobody wants it any more. So when the block ends with an error or a cancel,
    every worker is told to raise its copy of the token, and work that carries the token ends at its next check.

    Parameters
    ----------
    address : str, optional
        Scheduler, such as ``tcp://10.0.0.5:8786``; None for a pool of threads.
    cancel : CancelToken
        The token that the work looks at.
    shared : Path, optional
        A folder just made, which every worker must see under the same path.

    Yields
    ------
    Executor
        To be used inside the block only.

    Raises
    ------
    InvalidValue
        If the address is none.
    EnvironmentProblem
        If the extra ``cluster`` is not installed, a worker has other versions, or a certificate is wanted and there is
        none.
    ClusterProblem
        If nobody answers, no worker is there, a worker does not see the folder, workers die again and again over the
        same work, or the scheduler is lost.
    """
    if address is None:
        with local_pool() as pool:
            yield pool
        return
    distributed = library(address)
    demand_certificate(distributed, address)
    with _event_loop() as loop:
        client = _connected(distributed, address, loop)
        try:
            _demand_workers(client, address)
            _demand_versions(client)
            if shared is not None:
                _demand_folder(client, address, shared)
            yield _Pickling(client.get_executor())
        except BaseException as error:
            _stop_work(client, cancel)
            if isinstance(error, distributed.KilledWorker):
                raise _killed(address, error) from error
            if isinstance(error, (CancelledError, load("distributed.comm").CommClosedError)):
                raise _lost(address) from error
            raise
        finally:
            client.close(timeout=CONNECT_SECONDS)


class _Pickling(Executor):
    """Sends work as bytes: Dask's scheduler and a worker's event loop would unpickle it, and stand still meanwhile."""

    def __init__(self, inner: Executor) -> None:
        self._inner = inner

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Send a call to the cluster.

        Parameters
        ----------
        function : callable
            A function of a module.
        *args, **kwargs : object
            What it is called with.
        """
        content = pickle.dumps((function, args, kwargs))
        return self._inner.submit(_call, content, key=f"{_about(args)}-{uuid.uuid4().hex}")  # type: ignore[call-arg]


def _call(content: bytes) -> Any:
    keep_freed_memory()
    function, args, kwargs = unpickled(content)
    return function(*args, **kwargs)


def _about(args: tuple[Any, ...]) -> str:
    """Return what a call is about, for whoever looks at what the workers do: the task, and its item's subject."""
    task, subject = "", ""
    for each in args:
        if isinstance(each, CancelToken):
            task = each.task
        elif isinstance(each, tuple) and all(isinstance(name, str) for name in each):  # what a fold leaves out
            subject = ", ".join(each)
        else:
            subject = getattr(each, "subject", subject)
    return ": ".join(filter(None, (task, subject))) or "work"


@contextlib.contextmanager
def _event_loop() -> Iterator[Any]:
    """Run a loop for a client: one that finds no scheduler, or loses it, would leave the thread of its own behind."""
    ready: Future[tuple[Any, asyncio.Event]] = Future()

    async def run() -> None:
        end = asyncio.Event()
        ready.set_result((load("tornado.ioloop").IOLoop.current(), end))
        await end.wait()

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="ktrdr-cluster", daemon=True)
    thread.start()
    loop, end = ready.result()
    try:
        yield loop
    finally:
        loop.add_callback(end.set)
        thread.join()


def _connected(distributed: Any, address: str, loop: Any) -> Any:
    """Return a client; a difference of versions is told by `_demand_versions`, not by Dask's own warning."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", load("distributed.versions").VersionMismatchWarning)
            return distributed.Client(address, loop=loop, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise unreached(address, error) from error


def _demand_workers(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError as error:
        raise ClusterProblem(address, "the scheduler has no worker", f"start one: `dask worker {address}`") from error


def _demand_versions(client: Any) -> None:
    found = client.get_versions(packages=ALIKE)
    ours = found["client"]["packages"]
    places: list[tuple[str, tuple[str, ...], Any]] = [("the scheduler", SPOKEN, found["scheduler"])]
    places += [(f"worker {name}", ALIKE, entry) for name, entry in sorted(found["workers"].items())]
    for place, packages, entry in places:
        other = difference(ours, entry["packages"], packages)
        if other:
            raise EnvironmentProblem("cluster", f"{place} has {other}", VERSIONS)


def _demand_folder(client: Any, address: str, shared: Path) -> None:
    for worker, seen in sorted(client.run(os.path.isdir, str(shared), on_error="return").items()):
        if seen is not True:
            found = f"worker {worker} does not see {shared}"
            hint = "put the workspace on storage that all machines see under the same path"
            raise ClusterProblem(address, found, hint)


def _stop_work(client: Any, cancel: CancelToken) -> None:
    """Raise the token's copies on the workers; who cannot be reached has lost its scheduler and is dropped anyway."""
    if client.status == "running":
        try:
            client.run(cancel_copy, cancel.name, on_error="ignore")
        except OSError as error:
            logger.info("the workers were not told to stop: %s", error)


def _killed(address: str, error: Any) -> ClusterProblem:
    found = f"{error.allowed_failures + 1} workers died over the same work, the last was {error.last_worker.address}"
    hint = "look at that worker's log; give workers more memory, or fewer threads each (--nthreads 1)"
    return ClusterProblem(address, found, hint)


def _lost(address: str) -> ClusterProblem:
    return ClusterProblem(address, "the connection to the scheduler was lost", "see whether it runs, and start again")
