"""The trainings that wait in a window, kept in its workspace, so that they can be offered again after its end.

``runs/training-queue.json`` holds the one at hand and those that wait for it. Nothing here begins a training.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import StorageProblem, WorkspaceReadOnly
from ktrdr_app.core.files import write_json
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.protection import check_writable
from ktrdr_app.workflows.interrupted_runs import InterruptedRun, list_interrupted
from ktrdr_app.workflows.request_papers import request_document, request_of
from ktrdr_app.workflows.requests import TrainRequest

FILE = "training-queue.json"
FORMAT = 1


def keep_queue(workspace: Workspace, at_hand: TrainRequest | None, waiting: Sequence[TrainRequest]) -> None:
    """Write down which training is at hand and which wait for it; with none of them the file goes.

    Parameters
    ----------
    workspace : Workspace
        Where they are trained.
    at_hand : TrainRequest or None
        The one under way.
    waiting : sequence of TrainRequest
        The next one first.

    Raises
    ------
    StorageProblem
        If the disk refuses; what was written before is left as it was.
    WorkspaceReadOnly
        If the workspace is only to be looked at.
    """
    path = workspace.runs / FILE
    if at_hand is None and not waiting:
        _remove(path)
        return
    write_json(
        path,
        {
            "format": FORMAT,
            "since": _since(path, at_hand),
            "at_hand": None if at_hand is None else _entry(at_hand),
            "waiting": [_entry(request) for request in waiting],
        },
    )


def left_queue(workspace: Workspace) -> tuple[TrainRequest, ...]:
    """Return the trainings that a window left behind, in the order in which they waited.

    The one that was at hand comes first. What can go on from a kept state is left out, as `list_interrupted` has it. In
    a workspace that is only looked at there are none: the queue is that of who writes there.

    Parameters
    ----------
    workspace : Workspace
        Whose queue.

    Raises
    ------
    StorageProblem
        If the file is there and cannot be read.
    """
    path = workspace.runs / FILE
    try:
        check_writable(path)
        document = json.loads(path.read_bytes())
        since = datetime.fromisoformat(document["since"])
        waiting = [_request(workspace, entry) for entry in document["waiting"]]
        at_hand = document["at_hand"] and _request(workspace, document["at_hand"])
    except (FileNotFoundError, WorkspaceReadOnly):
        return ()
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise StorageProblem(str(path), f"it cannot be read ({error}); the trainings that waited are lost") from error
    anew = [request for request in waiting if request.resume is None]
    if at_hand is None or at_hand.resume is not None or _interrupted(at_hand, since, list_interrupted(workspace)):
        return tuple(anew)
    return (at_hand, *anew)


def _interrupted(request: TrainRequest, since: datetime, kept: Sequence[InterruptedRun]) -> bool:
    return any(run.saved >= since and replace(run.request, resume=None) == request for run in kept)


def _since(path: Path, at_hand: TrainRequest | None) -> str:
    """Return when the training at hand was first written down, ISO UTC: what is kept of it is newer."""
    try:
        before = json.loads(path.read_bytes())
        if at_hand is not None and before["at_hand"] == _entry(at_hand):
            return datetime.fromisoformat(before["since"]).isoformat()
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        pass  # there is none yet, or it is told by `left_queue`
    return datetime.now(UTC).isoformat()


def _entry(request: TrainRequest) -> dict[str, Any]:
    return {"request": request_document(request), "resume": request.resume}


def _request(workspace: Workspace, entry: Mapping[str, Any]) -> TrainRequest:
    resume = entry["resume"]
    return request_of(workspace, entry["request"], None if resume is None else str(resume))


def _remove(path: Path) -> None:
    check_writable(path)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StorageProblem(str(path), error.strerror or str(error)) from error
