"""A long run as plain data, so that a thread or another process can do it alike; nothing here needs Qt."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import Any, Self

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import UnknownName
from ktrdr_app.core.lazy import load
from ktrdr_app.core.progress import Progress


@dataclass(frozen=True)
class Errand:
    """Work for a task: a workflow, what it is asked, and what is made of its result before the window gets it.

    Attributes
    ----------
    kind : str
        Name of a function of `ktrdr_app.workflows` that takes request, progress and cancel: ``train``, ``backtest``.
    request : object
        What it is asked; plain data that can be pickled, as its result must be.
    then : str
        ``module:function`` that is given the request and the result where the work was done, and whose answer is the
        task's result instead; empty for none.
    """

    kind: str
    request: Any
    then: str = ""

    def __post_init__(self) -> None:
        """Refuse what names nothing.

        Raises
        ------
        UnknownName
            If there is no such workflow, or ``then`` is no ``module:function``.
        """
        if self.kind not in workflows.__all__:
            raise UnknownName("workflow", self.kind, list(workflows.__all__))
        module, _, name = self.then.partition(":")
        if self.then and not (module and name):
            raise UnknownName("function", self.then, ["module:function"])

    def __call__(self, progress: Progress, cancel: CancelToken) -> object:
        """Do it here and now.

        Parameters
        ----------
        progress : Progress
            Listener.
        cancel : CancelToken
            Stops it.
        """
        result = getattr(workflows, self.kind)(self.request, progress, cancel)
        if not self.then:
            return result
        module, _, name = self.then.partition(":")
        return getattr(load(module), name)(self.request, result)

    def shared_with(self, cluster: str) -> Self:
        """Return the errand with its work shared out by a cluster; itself where there is nothing to share out.

        Parameters
        ----------
        cluster : str
            Address of its scheduler.
        """
        if not hasattr(self.request, "cluster"):
            return self
        return replace(self, request=replace(self.request, cluster=cluster))

    @property
    def data_bytes(self) -> int:
        """Bytes of the series' files that the request names; those that are not there count nothing."""
        each = getattr(self.request, "each", self.request)
        workspace: Any = getattr(each, "workspace", None)
        timeframe = getattr(each, "timeframe", "")
        symbols = getattr(self.request, "symbols", None) or (getattr(each, "symbol", ""),)
        total = 0
        for symbol in symbols if workspace is not None else ():
            with contextlib.suppress(OSError):
                total += (workspace.data / f"{symbol}_{timeframe}.csv").stat().st_size
        return total
