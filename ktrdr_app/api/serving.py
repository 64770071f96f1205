"""Serves a workspace until it is told to end: one server per workspace, its operations written down."""

from __future__ import annotations

import secrets
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from ktrdr_app import workflows
from ktrdr_app.api.app import create_app
from ktrdr_app.api.jobs import Jobs
from ktrdr_app.api.operations import FILE, KEEPING, Keeping, OperationStore
from ktrdr_app.api.security import LOOPBACK_NAMES, Access, is_loopback
from ktrdr_app.api.service import Service
from ktrdr_app.api.wire import Wire
from ktrdr_app.core.errors import InvalidValue, LockHeld
from ktrdr_app.core.locks import file_lock
from ktrdr_app.core.paths import Workspace

SHORTEST_TOKEN = 16
GRACE_SECONDS = 5
MOST = 100_000
"""Largest number of jobs, and of operations and days that are kept."""
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
    keep, keep_days : int
        How many operations that are over are kept, and for how many days.
    """

    workspace: Workspace
    host: str
    port: int
    jobs: int
    token: str = ""
    keep: int = KEEPING.most
    keep_days: int = KEEPING.days


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
        If address, port, jobs, token or what is kept cannot be.
    LockHeld
        If another server has the workspace.
    StorageProblem
        If the disk refuses.
    """
    access, made = _access(request)
    runs = request.workspace.runs
    with _listening(request) as listener, _alone(runs / LOCK_FILE):
        keeping = Keeping(request.keep, request.keep_days)
        jobs = Jobs(OperationStore(runs / FILE), request.jobs, keeping, _import_use_cases)
        try:
            app = create_app(Service(request.workspace, jobs), access)
            port = listener.getsockname()[1]
            shown = f"[{request.host}]" if ":" in request.host else request.host
            server = _server(app, jobs)
            announce(Serving(f"http://{shown}:{port}", made))
            server.run(sockets=[listener])
        finally:
            jobs.close()


def _import_use_cases() -> tuple[object, ...]:
    """Import what operations run; that takes seconds in which none of them could look whether it is cancelled."""
    return workflows.train, workflows.backtest


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the workspace against other servers."""
    with ExitStack() as held:
        try:
            held.enter_context(file_lock(path, patience=0.0))
        except LockHeld as error:
            raise LockHeld(str(path.parent.parent), "another server") from error
        yield


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
        app,
        http=Wire,
        ws="none",
        timeout_graceful_shutdown=GRACE_SECONDS,
        log_config=None,
        access_log=False,
        server_header=False,
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
    for name, value in (("jobs", request.jobs), ("keep", request.keep), ("keep-days", request.keep_days)):
        if not 1 <= value <= MOST:
            raise InvalidValue(name, value, f"1 to {MOST}")
    if not 0 <= request.port <= 65535:
        raise InvalidValue("port", request.port, "0 to 65535")
    family = socket.AF_INET6 if ":" in request.host else socket.AF_INET
    try:
        return socket.create_server((request.host, request.port), family=family)
    except OSError as error:
        found, expected = f"{request.host}:{request.port}", "an address of this machine and a port that is free"
        raise InvalidValue("address", found, f"{expected} ({error.strerror or error})") from error
