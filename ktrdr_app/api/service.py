"""What every route has at hand: the workspace and the jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from ktrdr_app.api.jobs import Jobs
from ktrdr_app.core.paths import Workspace


@dataclass(frozen=True)
class Service:
    """The state of an application.

    Attributes
    ----------
    workspace : Workspace
        Where it reads and writes.
    jobs : Jobs
        Operations that wait, run, or are over.
    """

    workspace: Workspace
    jobs: Jobs


def service_of(request: Request) -> Service:
    """Return the state of the application that a request came to.

    Parameters
    ----------
    request : Request
        The request.
    """
    found = request.app.state.service
    assert isinstance(found, Service)
    return found


Here = Annotated[Service, Depends(service_of)]
"""Parameter of a route that wants the state."""
