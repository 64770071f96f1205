"""A real Dask cluster on this machine: scheduler and workers are processes of their own, started as a user would."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.core.children import REPO, environment

WAIT = 60.0
"""Seconds after which something awaited is given up; reached only by a failure."""

SETTINGS = {
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
    "DASK_DISTRIBUTED__DASHBOARD__ENABLED": "False",
}


class DaskCluster:
    """A scheduler on loopback, and the workers that were asked for.

    Parameters
    ----------
    folder : Path
        For logs and scratch files.
    *options : str
        Further options of the scheduler.
    port : int
        Where it listens; any that is free by default.
    **variables : str
        Environment variables for it.
    """

    def __init__(self, folder: Path, *options: str, port: int = 0, **variables: str) -> None:
        self.folder = folder
        self._running: list[subprocess.Popen[bytes]] = []
        note = folder / "scheduler.json"
        place = ("--host", "127.0.0.1", "--port", str(port), "--scheduler-file", str(note))
        self.scheduler = self._start("scheduler", *place, *options, **variables)
        until(lambda: note.is_file() and note.read_text().rstrip().endswith("}"), "the scheduler")
        self.address: str = json.loads(note.read_text())["address"]

    def add_workers(self, count: int, *options: str, **variables: str) -> None:
        """Start workers, each a process of one thread that a nanny starts again when it dies.

        Parameters
        ----------
        count : int
            How many.
        *options : str
            Further options of theirs.
        **variables : str
            Environment variables for them.
        """
        place = ("--host", "127.0.0.1", "--local-directory", str(self.folder), "--no-dashboard")
        words = (*place, "--nworkers", str(count), "--nthreads", "1", *options)
        self._start("worker", self.address, *words, **variables)
        with self.client() as client:
            client.wait_for_workers(count, timeout=WAIT)

    def client(self) -> Any:
        """Return a client of the test's own, to look into the cluster."""
        import distributed

        return distributed.Client(self.address, set_as_default=False, timeout=WAIT)

    def stop(self) -> None:
        """End every process, those that a nanny has started included."""
        for process in self._running:
            if hasattr(os, "killpg"):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            else:
                process.terminate()
            process.wait(WAIT)

    def _start(self, *words: str, **variables: str) -> subprocess.Popen[bytes]:
        log = self.folder / f"{len(self._running)}-{words[0]}.log"
        with open(log, "wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *words],
                cwd=REPO,
                env=environment(**SETTINGS, **variables),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.append(process)
        return process


@contextlib.contextmanager
def dask_cluster_in(folder: Path, workers: int) -> Iterator[DaskCluster]:
    """Run a cluster for the length of a block.

    Parameters
    ----------
    folder : Path
        For logs and scratch files.
    workers : int
        How many workers it begins with.
    """
    cluster = DaskCluster(folder)
    try:
        if workers:
            cluster.add_workers(workers)
        yield cluster
    finally:
        cluster.stop()


def until(happened: Any, what: str) -> None:
    """Look at something in another process until it has happened.

    Parameters
    ----------
    happened : callable
        Whether it has.
    what : str
        Its name, for the failure.
    """
    end = time.monotonic() + WAIT
    while not happened():
        assert time.monotonic() < end, f"{what}: nothing after {WAIT:g} s"
        time.sleep(0.02)


class WorkerKiller:
    """Kills, without a warning, the first worker of a cluster that is found at work.

    Parameters
    ----------
    client : Client
        Of the test's own.
    hold : bool
        Whether all workers stand still until one is killed, where work is over too soon to be caught otherwise.
    """

    def __init__(self, client: Any, *, hold: bool = False) -> None:
        self._client, self._hold = client, hold
        self._pids: dict[str, int] = client.run(os.getpid)
        self._killed = ""
        self._thread = threading.Thread(target=self._kill)

    def start(self) -> None:
        """Begin to look for one."""
        if self._hold:
            self._send(signal.SIGSTOP, *self._pids)
        self._thread.start()

    def check(self) -> None:
        """Wait until one was killed, and make sure that it is gone."""
        self._thread.join()
        assert self._killed
        assert self._killed not in self._client.run(os.getpid), "the worker was not killed"

    def _kill(self) -> None:
        until(lambda: any(self._client.processing().values()), "work on a worker")
        worker = next(name for name, tasks in self._client.processing().items() if tasks)
        self._send(signal.SIGKILL, worker)
        self._killed = worker
        if self._hold:
            self._send(signal.SIGCONT, *(self._pids.keys() - {worker}))

    def _send(self, number: signal.Signals, *workers: str) -> None:
        for name in workers:
            os.kill(self._pids[name], number)
