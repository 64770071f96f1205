"""What the station's pages ask of the station: to do one run at a time, and to say how it went."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.gui.tasks.task import Task, TaskError


class RunPlace(Protocol):
    """Where a page's run is done."""

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        ...

    def submit_run(self, task: Task, succeeded: Callable[..., None]) -> None:
        """Start a run; there is one at a time.

        Parameters
        ----------
        task : Task
            The work.
        succeeded : callable
            A slot that takes what comes of it.
        """
        ...

    def say_ready(self) -> None:
        """Say that what was asked for is shown."""
        ...

    def show_error(self, error: KtrdrError | TaskError) -> None:
        """Show why there was no run.

        Parameters
        ----------
        error : KtrdrError or TaskError
            What went wrong.
        """
        ...
