"""Runs one task's errand in a process of its own; the same signals, progress, pause and cancel as in a thread.

A thread of the window holds the other end of the pipe. So everything that `ThreadRunner` promises holds here too, and
a process that dies ends that thread with an error, while the window goes on.
"""

from __future__ import annotations

import logging
import multiprocessing
import threading
import time
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from ktrdr_app.core import protection
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import InvalidValue, WorkerDied
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.tasks.child import serve
from ktrdr_app.gui.tasks.errand import Errand
from ktrdr_app.gui.tasks.messages import LOGGER, Message, Mouth, Order, Wish, heard
from ktrdr_app.gui.tasks.outcome import Outcome, TaskState, outcome_after
from ktrdr_app.gui.tasks.runner import ThreadRunner
from ktrdr_app.gui.tasks.task import Task

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

KILL_MS = 5000
"""How long a process that was killed may take to be gone."""

_LOOKS, _PAUSE = 500, 0.002
"""How often, and with how many seconds between, the end of a process is looked for that another thread was told of."""


class Deputy:
    """The process that does an errand, as the window sees it.

    Parameters
    ----------
    title : str
        What the task is called.
    errand : Errand
        What is to be done.
    progress : Progress
        Told what the process tells.
    token : CancelToken
        The window's token, whose state is handed on by `tell`.
    """

    def __init__(self, title: str, errand: Errand, progress: Progress, token: CancelToken) -> None:
        self._title, self._errand, self._progress, self._token = title, errand, progress, token
        self._turn = threading.Lock()
        self._mouth: Mouth | None = None
        self._process: SpawnProcess | None = None
        self._killed = False

    def tell(self) -> None:
        """Hand on what is wished of the work; what was wished before the process began, it is told then."""
        with self._turn:
            if self._mouth is not None:
                token = self._token
                self._mouth.say(Wish(token.cancelled, token.paused, token.winding_up))

    def kill(self) -> None:
        """End the process whatever it does, one that has not begun yet too."""
        with self._turn:
            self._killed = True
            if self._process is not None:
                self._process.kill()

    def carry_out(self) -> Outcome:
        """Start the process, hand on what it says, and return how it ended; nothing is raised."""
        try:
            return self._conduct()
        except Exception as error:  # the outermost frame of a worker thread: nothing may escape into Qt
            return outcome_after(error, self._title)

    def _conduct(self) -> Outcome:
        if self._token.cancelled:
            return Outcome(TaskState.CANCELLED)
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs,), name=self._title, daemon=True)
        with ours:
            with theirs:
                process.start()
            try:
                self._introduce(process, Mouth(ours))
                outcome = self._hear(ours)
            except BaseException:
                process.kill()
                raise
            finally:
                with self._turn:
                    self._mouth = None
        code = exit_code(process)
        with self._turn:
            self._process = None
        if outcome is None and not self._token.cancelled:
            raise WorkerDied(self._title, code or 0)
        if code is not None:
            process.close()
        return outcome or Outcome(TaskState.CANCELLED)

    def _introduce(self, process: SpawnProcess, mouth: Mouth) -> None:
        """Give the order, and from now on what is wished."""
        level = logging.getLogger(LOGGER).getEffectiveLevel()
        with self._turn:
            self._process = process
            if self._killed:
                process.kill()
            mouth.say(Order(self._title, self._errand, protection.protected(), level))
            self._mouth = mouth
        self.tell()

    def _hear(self, line: Connection) -> Outcome | None:
        """Hand on what the process says until it tells how the work ended; None if it died before."""
        while (message := heard(line)) is not None:
            if isinstance(message, Outcome):
                return message
            self._hand_on(message)
        return None

    def _hand_on(self, message: Message) -> None:
        if isinstance(message, tuple):
            for event in message:
                self._progress(event)
        elif isinstance(message, logging.LogRecord):
            logging.getLogger(message.name).handle(message)


def exit_code(process: SpawnProcess) -> int | None:
    """Wait for a process to end, and return its exit code; None if the system told it to nobody.

    `multiprocessing` looks after all processes whenever it starts one. A thread that does so may be told of this one's
    end in our place, and needs a moment to write it down: until then even `join` does not know it, and `close` refuses.

    Parameters
    ----------
    process : SpawnProcess
        The process.
    """
    wait([process.sentinel])
    process.join()
    for _ in range(_LOOKS):
        if process.exitcode is not None:
            break
        time.sleep(_PAUSE)
    return process.exitcode


class ProcessRunner(ThreadRunner):
    """The GUI thread's hold on one process.

    Parameters
    ----------
    task : Task
        What to run; its work is an `Errand`.

    Raises
    ------
    InvalidValue
        If its work is anything else, which could not be sent.
    """

    def __init__(self, task: Task) -> None:
        if not isinstance(task.work, Errand):
            raise InvalidValue("work", task.work, "an errand", where=task.title)
        deputy = Deputy(task.title, task.work, task.gate, task.token)
        super().__init__(task, deputy.carry_out)
        self._deputy = deputy
        task.asked.connect(self._tell)

    def wait(self, timeout_ms: int) -> bool:
        """Wait for the process to end; kill it when the time is over, and say whether it is gone.

        Parameters
        ----------
        timeout_ms : int
            Longest wait for it to end by itself.
        """
        if super().wait(timeout_ms):
            return True
        self._deputy.kill()
        return super().wait(KILL_MS)

    @Slot()
    def _tell(self) -> None:
        self._deputy.tell()
