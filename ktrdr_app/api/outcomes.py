"""The result of an operation that is over, or the error that says why there is none."""

from __future__ import annotations

from typing import Any

from ktrdr_app.api.operations import COMPLETED, Operation
from ktrdr_app.core.errors import NotFinished, ResultMissing


def result_of(operation: Operation) -> dict[str, Any]:
    """Return the result of an operation.

    Parameters
    ----------
    operation : Operation
        As it stands.

    Raises
    ------
    NotFinished
        If it waits or runs.
    ResultMissing
        If it failed, was cancelled or broken off.
    """
    if operation.live:
        raise NotFinished(operation.id, operation.status)
    if operation.status != COMPLETED:
        raise ResultMissing(operation.id, operation.status, (operation.error or {}).get("message", ""))
    return dict(operation.result)
