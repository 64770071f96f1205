"""One queue for everything that is said: log records of any thread, drained by the window at its own pace."""

from __future__ import annotations

import logging
import queue
from dataclasses import dataclass
from datetime import UTC, datetime

LOGGER = "ktrdr_app"


@dataclass(frozen=True)
class Entry:
    """One line of the log.

    Attributes
    ----------
    time : datetime
        When, in UTC.
    level : int
        As `logging` counts.
    text : str
        One line.
    details : str
        Traceback or hint; may be empty.
    alert : bool
        Whether the window shows it as a notice as well.
    """

    time: datetime
    level: int
    text: str
    details: str = ""
    alert: bool = False


class LogQueue(logging.Handler):
    """A logging handler that only queues, so that any thread may log while the window sleeps."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._entries: queue.SimpleQueue[Entry] = queue.SimpleQueue()

    def emit(self, record: logging.LogRecord) -> None:
        """Queue a record; called by `logging` in any thread.

        Parameters
        ----------
        record : LogRecord
            What was logged; its ``details`` and ``alert`` come through ``extra``.
        """
        self._entries.put(
            Entry(
                datetime.fromtimestamp(record.created, UTC),
                record.levelno,
                record.getMessage(),
                getattr(record, "details", ""),
                getattr(record, "alert", False),
            )
        )

    def drain(self) -> list[Entry]:
        """Return what gathered since the last drain, oldest first."""
        found = []
        while not self._entries.empty():
            found.append(self._entries.get_nowait())
        return found
