"""What a training was asked for, as plain JSON types and back; the workspace is left out, as it may be moved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from ktrdr_app.core.files import json_text, plain
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.requests import TrainRequest

_LEFT_OUT = ("workspace", "resume", "cluster")


def request_document(request: TrainRequest) -> dict[str, Any]:
    """Return what was asked for as plain JSON types, without the workspace and the run that it goes on from.

    Parameters
    ----------
    request : TrainRequest
        What is trained.
    """
    names = [entry.name for entry in fields(request) if entry.name not in _LEFT_OUT]
    return dict(json.loads(json_text(plain({name: getattr(request, name) for name in names}))))


def request_of(workspace: Workspace, document: Mapping[str, Any], resume: str | None = None) -> TrainRequest:
    """Return what a document asks for.

    Parameters
    ----------
    workspace : Workspace
        Where it is asked.
    document : mapping
        As `request_document` made it.
    resume : str, optional
        Run to go on from.

    Raises
    ------
    LookupError, TypeError
        If it is no such document.
    """
    given = dict(document) | {"symbols": tuple(document["symbols"])}
    return TrainRequest(workspace=workspace, resume=resume, **given)
