"""One run of a command: its workspace, its way of printing, its progress and its way of being stopped."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from ktrdr_app.cli.progress import listener
from ktrdr_app.cli.render import Part, print_parts
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.files import json_text
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress


@dataclass(frozen=True)
class Session:
    """What a command has beside its own options.

    Attributes
    ----------
    workspace : Workspace
        Where it reads and writes.
    as_json : bool
        Whether stdout takes one JSON document instead of tables.
    """

    workspace: Workspace
    as_json: bool

    @classmethod
    def of(cls, outer: dict[str, Any], inner: dict[str, Any]) -> Session:
        """Return the session of a command; what stands after the command counts more than what stands before.

        Parameters
        ----------
        outer : dict
            ``workspace`` and ``as_json`` as given before the command.
        inner : dict
            The same as given after it.
        """
        root = inner["workspace"] or outer["workspace"] or Path.cwd()
        return cls(Workspace(root), bool(inner["as_json"] or outer["as_json"]))

    def show(self, document: Any, parts: Callable[[], list[Part]]) -> None:
        """Print the result: the document, or tables and sentences for people.

        Parameters
        ----------
        document : object
            What ``--json`` prints.
        parts : callable
            Returns what is printed otherwise; not called with ``--json``.
        """
        if self.as_json:
            sys.stdout.write(json_text(document))
            sys.stdout.flush()
        else:
            print_parts(parts())

    @contextmanager
    def running(self, task: str) -> Iterator[tuple[Progress, CancelToken]]:
        """Show progress on stderr, and turn the first Ctrl-C into a request to stop; the second one kills.

        Parameters
        ----------
        task : str
            What runs, for the message.
        """
        token = CancelToken(task)

        def on_interrupt(_number: int, _frame: FrameType | None) -> None:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            token.cancel()

        before = signal.signal(signal.SIGINT, on_interrupt)
        try:
            with listener() as progress:
                yield progress, token
        finally:
            signal.signal(signal.SIGINT, before)
