"""What the window and a process that works for it say to each other over their pipe; nothing here needs Qt."""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import pickle
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from ktrdr_app.core.lazy import unpickled
from ktrdr_app.core.progress import ProgressEvent
from ktrdr_app.gui.tasks.errand import Errand
from ktrdr_app.gui.tasks.outcome import Outcome

LOGGER = "ktrdr_app"


@dataclass(frozen=True)
class Order:
    """The window's first word: what is to be done, and how.

    Attributes
    ----------
    title : str
        What the task is called.
    errand : Errand
        What is to be done.
    protected : tuple of Path
        Workspaces that must not be written.
    log_level : int
        Least level of log lines that the window wants.
    """

    title: str
    errand: Errand
    protected: tuple[Path, ...]
    log_level: int


@dataclass(frozen=True)
class Wish:
    """What the window wants by now.

    Attributes
    ----------
    cancelled : bool
        The work is to stop.
    paused : bool
        The work is to wait.
    winding_up : bool
        The work is to end early and keep what it has.
    """

    cancelled: bool
    paused: bool
    winding_up: bool = False


Message = Order | Wish | tuple[ProgressEvent, ...] | logging.LogRecord | Outcome


class Mouth:
    """One end of the pipe, as several threads speak into it.

    Parameters
    ----------
    line : Connection
        The pipe's end.
    """

    def __init__(self, line: Connection) -> None:
        self._line = line
        self._one_at_a_time = threading.Lock()

    def say(self, message: Message) -> None:
        """Send a message; who has gone hears nothing, which whoever listens to that end is told by the pipe itself.

        Parameters
        ----------
        message : Message
            What to send.
        """
        content = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
        with self._one_at_a_time, contextlib.suppress(OSError):
            self._line.send_bytes(content)


def heard(line: Connection) -> Message | None:
    """Wait for the next message and return it; None if the other end is gone.

    Parameters
    ----------
    line : Connection
        The pipe's end.
    """
    try:
        content = line.recv_bytes()
    except (EOFError, OSError):
        return None
    message: Message = unpickled(content)
    return message


class LogForward(logging.handlers.QueueHandler):
    """Sends every line of this process's log to the window.

    Parameters
    ----------
    mouth : Mouth
        Through which they go.
    """

    def __init__(self, mouth: Mouth) -> None:
        super().__init__(None)  # type: ignore[arg-type] # there is no queue: `enqueue` sends
        self._mouth = mouth

    def enqueue(self, record: logging.LogRecord) -> None:
        """Send a record whose text has been put together.

        Parameters
        ----------
        record : LogRecord
            The line.
        """
        self._mouth.say(record)
