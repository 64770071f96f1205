"""``serve``: the HTTP API, whose libraries are imported when it starts."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

import typer

from ktrdr_app.cli.command import command
from ktrdr_app.cli.options import Choice
from ktrdr_app.cli.session import Session
from ktrdr_app.core.errors import EnvironmentProblem
from ktrdr_app.core.lazy import load

HOST = Choice("host", "Address to listen on; others than this machine's own demand a token.", "--host", str,
              "127.0.0.1", "HOST")  # fmt: skip
PORT = Choice("port", "Port to listen on; 0 for any that is free.", "--port", int, 8732, "N")
JOBS = Choice("jobs", "Most trainings and backtests at once; others wait.", "--jobs", int, 2, "N")
KEEP = Choice("keep", "Most operations that are over and still listed; models and runs stay in any case.",
              "--keep", int, 1000, "N")  # fmt: skip
KEEP_DAYS = Choice("keep_days", "Days for which an operation that is over is listed.", "--keep-days", int, 90, "N")
TOKEN_VARIABLE = "KTRDR_API_TOKEN"
PARTS = ("fastapi", "fastapi_offline", "starlette", "uvicorn")


def add_to(app: typer.Typer) -> None:
    """Add the command.

    Parameters
    ----------
    app : Typer
        The application.
    """
    command(app, "serve", HOST, PORT, JOBS, KEEP, KEEP_DAYS)(serve)


def serve(session: Session, given: dict[str, Any]) -> None:
    """Serve the workspace over HTTP until Ctrl-C; from elsewhere, a token in KTRDR_API_TOKEN or a new one is demanded.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        host, port, jobs, keep, keep_days.
    """
    serving = _module()
    token = os.environ.get(TOKEN_VARIABLE, "")
    serving.serve(serving.ServeRequest(session.workspace, **given, token=token), lambda told: _announce(session, told))


def _announce(session: Session, told: Any) -> None:
    document = {"url": told.url, "docs": f"{told.url}/docs", "token": told.token}
    secret = [f"Token: {told.token} (send it as `Authorization: Bearer TOKEN`)"] if told.token else []
    said = f"Serving {session.workspace.root} on {told.url} ({document['docs']}). Ctrl-C ends it."
    session.show(document, lambda: [said, *secret])


def _module() -> ModuleType:
    """Import the API.

    Raises
    ------
    EnvironmentProblem
        If the extra ``api`` is not installed.
    """
    try:
        return load("ktrdr_app.api.serving")
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in PARTS:
            raise
        hint = "pip install 'ktrdr-app[api]'"
        raise EnvironmentProblem("HTTP API", f"the library {error.name} is not installed", hint) from error
