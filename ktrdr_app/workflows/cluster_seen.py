"""What is seen of a cluster: its workers, what they do, and what is wrong, as plain records."""

from __future__ import annotations

from dataclasses import dataclass

from ktrdr_app.core.errors import EnvironmentProblem

ALIVE, SILENT, PAUSED, LOST = STATES = ("alive", "silent", "paused", "lost")
"""How a worker can be: it speaks, it has not spoken for a while, it waits for memory, the scheduler has given it up."""


@dataclass(frozen=True)
class WorkerSeen:
    """One worker.

    Attributes
    ----------
    address : str
        Where it listens, such as ``tcp://10.0.0.6:8790``.
    name : str
        The name it was started with; its address if none was given.
    threads : int
        Pieces of work that it does at a time.
    memory, memory_limit : int
        Bytes that it holds, and that it may hold; 0 for a limit that it has not.
    cpu : float
        Percent of one core, as it last said.
    work : tuple of str
        What it works on, or has been given to begin with next.
    state : str
        One of `STATES`.
    fault : str
        In what it differs from this machine, so that its results could, too; empty if in nothing.
    """

    address: str
    name: str
    threads: int
    memory: int
    memory_limit: int
    cpu: float
    work: tuple[str, ...]
    state: str
    fault: str = ""


@dataclass(frozen=True)
class ClusterSeen:
    """A cluster at one moment.

    Attributes
    ----------
    address : str
        Of its scheduler.
    workers : tuple of WorkerSeen
        Those that are there, in the order in which they came, and those that were lost since one looks.
    problem : EnvironmentProblem, optional
        What is wrong: the scheduler is gone and is called again and again, or a machine has other versions.
    unreachable : bool
        Whether it is the former.
    """

    address: str
    workers: tuple[WorkerSeen, ...]
    problem: EnvironmentProblem | None = None
    unreachable: bool = False

    @property
    def present(self) -> tuple[WorkerSeen, ...]:
        """The workers that the scheduler has not given up."""
        return tuple(worker for worker in self.workers if worker.state != LOST)
