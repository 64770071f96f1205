"""Serves a workspace until it is told to end: one server per workspace, its operations written down."""

from __future__ import annotations

import secrets
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

import uvicorn
from fastapi import FastAPI

from ktrdr_app.api.app import create_app
from ktrdr_app.api.jobs import Jobs
from ktrdr_app.api.operations import FILE, OperationStore
from ktrdr_app.api.security import LOOPBACK_NAMES, Access, is_loopback
from ktrdr_app.api.service import Service
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.locks import file_lock
from ktrdr_app.core.paths import Workspace

SHORTEST_TOKEN = 16
GRACE_SECONDS = 5
LOCK_FILE = ".server.lock"
ENDINGS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class ServeRequest:
    """Serve a workspace.

    Attributes
    ----------
    workspace : Workspace
        What is served.
    host : str
        Address to listen on.
    port : int
        Port; 0 for any that is free.
    jobs : int
        Most operations that run together.
    token : str
        Secret of the user's own; empty to have one made where one is needed.
    """

    workspace: Workspace
    host: str
    port: int
    jobs: int
    token: str = ""


@dataclass(frozen=True)
class Serving:
    """A server that takes requests.

    Attributes
    ----------
    url : str
        Where.
    token : str or None
        The secret that it made up; None where it demands none, or the user's own.
    """

    url: str
    token: str | None


def serve(request: ServeRequest, announce: Callable[[Serving], None]) -> None:
    """Serve until Ctrl-C or the system's word to end; what runs then is marked as interrupted.

    Parameters
    ----------
    request : ServeRequest
        What, where, for whom.
    announce : callable
        Called once the server takes requests.

    Raises
    ------
    InvalidValue
        If address, port, jobs or token cannot be.
    StorageProblem
        If another server has the workspace, or the disk refuses.
    """
    access, made = _access(request)
    runs = request.workspace.runs
    with _listening(request) as listener, file_lock(runs / LOCK_FILE, patience=0.0):
        jobs = Jobs(OperationStore(runs / FILE), request.jobs)
        try:
            app = create_app(Service(request.workspace, jobs), access)
            port = listener.getsockname()[1]
            shown = f"[{request.host}]" if ":" in request.host else request.host
            server = _server(app, jobs)
            announce(Serving(f"http://{shown}:{port}", made))
            server.run(sockets=[listener])
        finally:
            jobs.close()


class _Server(uvicorn.Server):
    """Lets streams of events end when it is told to end, as it waits for open connections."""

    def __init__(self, config: uvicorn.Config, jobs: Jobs) -> None:
        super().__init__(config)
        self._jobs = jobs

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End in good order; the same signal again ends at once.

        Parameters
        ----------
        sig : int
            The signal.
        frame : FrameType or None
            Where it came.
        """
        self._jobs.stop()
        super().handle_exit(sig, frame)


def _server(app: FastAPI, jobs: Jobs) -> _Server:
    """Return a server that ends in good order from now on: uvicorn hears signals only once it runs.

    After its end uvicorn raises the signals again for whoever heard them before, which is the server itself.
    """
    config = uvicorn.Config(
        app, timeout_graceful_shutdown=GRACE_SECONDS, log_config=None, access_log=False, server_header=False
    )
    server = _Server(config, jobs)
    for number in ENDINGS:
        signal.signal(number, server.handle_exit)
    return server


def _access(request: ServeRequest) -> tuple[Access, str | None]:
    """Return who may ask, and the token if one was made up for it."""
    if request.token:
        if len(request.token) < SHORTEST_TOKEN or not request.token.isascii() or not request.token.isprintable():
            raise InvalidValue("token", "***", f"at least {SHORTEST_TOKEN} printable ASCII signs")
        return Access(request.token), None
    if is_loopback(request.host):
        own = f"[{request.host}]" if ":" in request.host else request.host
        return Access(hosts=(*LOOPBACK_NAMES, own)), None
    made = secrets.token_urlsafe(32)
    return Access(made), made


def _listening(request: ServeRequest) -> socket.socket:
    if request.jobs < 1:
        raise InvalidValue("jobs", request.jobs, "1 or more")
    if not 0 <= request.port <= 65535:
        raise InvalidValue("port", request.port, "0 to 65535")
    family = socket.AF_INET6 if ":" in request.host else socket.AF_INET
    try:
        return socket.create_server((request.host, request.port), family=family)
    except OSError as error:
        found, expected = f"{request.host}:{request.port}", "an address of this machine and a port that is free"
        raise InvalidValue("address", found, f"{expected} ({error.strerror or error})") from error
