"""What is said of a cluster and its workers in the user's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ktrdr_app.gui.ui import numbers
from ktrdr_app.workflows.cluster_seen import ALIVE, LOST, PAUSED, SILENT, ClusterSeen, WorkerSeen

GIGA, MEGA = 1_000_000_000, 1_000_000
TOKENS = {ALIVE: "success", SILENT: "warning", PAUSED: "warning", LOST: "danger"}
"""Colours of the states."""


def say(text: str) -> str:
    """Return words of the cluster in the user's language.

    Parameters
    ----------
    text : str
        The words.
    """
    return QCoreApplication.translate("Cluster", text)


def state_words(worker: WorkerSeen) -> str:
    """Return how a worker is, with a sign of its own, so that nobody has to tell colours apart.

    Parameters
    ----------
    worker : WorkerSeen
        Which one.
    """
    if worker.fault and worker.state != LOST:
        return say("▲ other versions")
    words = {
        ALIVE: say("● alive"),
        SILENT: say("▲ silent"),
        PAUSED: say("▲ memory full"),
        LOST: say("✖ lost"),
    }
    return words[worker.state]


def state_token(worker: WorkerSeen) -> str:
    """Return the colour of a worker's state.

    Parameters
    ----------
    worker : WorkerSeen
        Which one.
    """
    return "danger" if worker.fault else TOKENS[worker.state]


def state_tip(worker: WorkerSeen) -> str:
    """Return what a worker's state means.

    Parameters
    ----------
    worker : WorkerSeen
        Which one.
    """
    if worker.fault and worker.state != LOST:
        return say("It has {0}; its results could be others, so no work is sent there").format(worker.fault)
    tips = {
        ALIVE: say("It speaks to the scheduler"),
        SILENT: say("The scheduler has not heard of it for a while: it may be stopped, or out of reach"),
        PAUSED: say("It holds as much as it may, and begins nothing until there is room"),
        LOST: say("The scheduler has given it up; others do its work again"),
    }
    return tips[worker.state]


def memory_words(worker: WorkerSeen) -> str:
    """Return what a worker holds, and may hold.

    Parameters
    ----------
    worker : WorkerSeen
        Which one.
    """
    if worker.state == LOST:
        return "–"
    if not worker.memory_limit:
        return _bytes(worker.memory)
    return say("{0} of {1}").format(_bytes(worker.memory), _bytes(worker.memory_limit))


def _bytes(count: int) -> str:
    if count < GIGA:
        return say("{0} MB").format(numbers.integer(round(count / MEGA)))
    return say("{0} GB").format(numbers.decimal(count / GIGA, 1))


def work_words(worker: WorkerSeen) -> str:
    """Return what a worker works on, and how much waits there.

    Parameters
    ----------
    worker : WorkerSeen
        Which one.
    """
    if not worker.work:
        return "" if worker.state == LOST else say("nothing")
    at_once, waiting = worker.work[: worker.threads], len(worker.work) - worker.threads
    words = " · ".join(at_once)
    return say("{0} (+{1} waiting)").format(words, waiting) if waiting > 0 else words


def cluster_words(seen: ClusterSeen) -> str:
    """Return a cluster in one line.

    Parameters
    ----------
    seen : ClusterSeen
        What was seen.
    """
    there = seen.present
    if not there:
        return say("Connected; the scheduler has no worker")
    threads, busy = sum(worker.threads for worker in there), sum(bool(worker.work) for worker in there)
    count = say("1 worker") if len(there) == 1 else say("{0} workers").format(len(there))
    runs = say("1 thread") if threads == 1 else say("{0} threads").format(threads)
    works = say("none works") if not busy else say("1 works") if busy == 1 else say("{0} work").format(busy)
    return say("Connected: {0} with {1}, {2}").format(count, runs, works)


def first_steps(seen: ClusterSeen | None) -> str:
    """Return what to start, where no worker is to be shown.

    Parameters
    ----------
    seen : ClusterSeen or None
        What was seen; None while nobody looks.
    """
    if seen is not None:
        words = say("Start workers on machines that see this workspace under the same path, one for each core:")
        return "\n".join((words, "", _command("worker", seen.address, "--nthreads", "1")))
    words = say("Start a scheduler, and a worker per core on machines that see this workspace under the same path:")
    commands = (_command("scheduler", "--port", "8786"), _command("worker", "tcp://HOST:8786", "--nthreads", "1"))
    return "\n".join((words, "", *commands))


def _command(*words: str) -> str:
    return " ".join(("    dask", *words))
