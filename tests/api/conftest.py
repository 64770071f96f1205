"""The application in this process, asked without a network, and real servers on loopback."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

pytest.importorskip("fastapi", reason="NOT TESTED: the extra api is not installed")

import httpx

from ktrdr_app.api.app import create_app
from ktrdr_app.api.jobs import Jobs
from ktrdr_app.api.operations import FILE, OperationStore
from ktrdr_app.api.security import Access
from ktrdr_app.api.service import Service
from ktrdr_app.core.paths import Workspace, shipped
from tests.cli.conftest import environment
from tests.workflows.quick import NAME, trained, with_strategy

PREFIX = "/api/v1"
HOME = "http://127.0.0.1:8732"


class Face:
    """The application over one workspace, in this process: a call is a request, answered before it returns."""

    def __init__(self, workspace: Workspace, access: Access | None = None, at_once: int = 1) -> None:
        self.workspace = workspace
        self.jobs = Jobs(OperationStore(workspace.runs / FILE), at_once)
        self.app = create_app(Service(workspace, self.jobs), access or Access())

    def ask(self, method: str, path: str, /, **options: Any) -> httpx.Response:
        """Send a request; a path that begins with ``!`` is taken as it is, others get the prefix."""
        return asyncio.run(self._ask(method, path, **options))

    async def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        url = HOME + (path[1:] if path.startswith("!") else PREFIX + path)
        async with httpx.AsyncClient(transport=transport, follow_redirects=True) as client:
            return await client.request(method, url, **options)

    def get(self, path: str, /, **options: Any) -> httpx.Response:
        """Send a GET."""
        return self.ask("GET", path, **options)

    def post(self, path: str, document: Any, /, **options: Any) -> httpx.Response:
        """Send a POST with a JSON body."""
        return self.ask("POST", path, json=document, **options)


@pytest.fixture
def face_of() -> Iterator[Callable[..., Face]]:
    """Return a function that makes the application over a workspace; all are closed after the test."""
    made: list[Face] = []

    def make(workspace: Workspace, access: Access | None = None, at_once: int = 1) -> Face:
        made.append(Face(workspace, access, at_once))
        return made[-1]

    yield make
    for face in made:
        face.jobs.close()


@pytest.fixture
def face(face_of: Callable[..., Face], sample_workspace: Workspace) -> Face:
    """Return the application over the sample data and a strategy that trains fast."""
    return face_of(with_strategy(sample_workspace))


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace folder with the sample data and one trained model; copy it, do not change it."""
    root = tmp_path_factory.mktemp("api")
    shutil.copytree(shipped("resources") / "sample", root / "data")
    trained(Workspace(root), epochs=2)
    return root


@pytest.fixture
def trained_workspace(trained_once: Path, tmp_path: Path) -> Workspace:
    """Return a copy of the trained workspace that a test may change."""
    shutil.copytree(trained_once, tmp_path / "trained", symlinks=True)
    return Workspace(tmp_path / "trained")


@pytest.fixture
def trained_face(face_of: Callable[..., Face], trained_workspace: Workspace) -> Face:
    """Return the application over a workspace with a model."""
    return face_of(trained_workspace)


def fault(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Return the one error of an answer, and fail unless it has its status, its code and the one shape."""
    document = answer.json()
    assert list(document) == ["error"], document
    error = document["error"]
    assert (answer.status_code, error["code"]) == (status, code), error
    assert {"code", "message", "hint", "where"} <= set(error)
    assert error["message"]
    assert answer.headers["content-type"] == "application/json"
    return dict(error)


def parsed_events(lines: str) -> list[dict[str, Any]]:
    """Return events as the HTML standard's rules for ``text/event-stream`` read them (one line of data each)."""
    events = []
    for block in lines.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if "data" in fields:
            name, number = fields.get("event", "message"), int(fields.get("id", 0))
            events.append({"id": number, "event": name, "data": json.loads(fields["data"])})
    return events


@dataclass
class RealServer:
    """A process of ``ktrdr-app serve``."""

    process: subprocess.Popen[str]
    url: str
    token: str | None

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)

    def client(self, **options: Any) -> httpx.Client:
        """Return a client of its own connections."""
        return httpx.Client(base_url=self.url + PREFIX, timeout=60.0, **options)


def first_document(stream: IO[str]) -> dict[str, Any]:
    """Read lines until they are one JSON document."""
    text = ""
    for line in stream:
        text += line
        if line.startswith("}"):
            break
    return dict(json.loads(text))


@contextmanager
def serving(workspace: Workspace, *words: str) -> Iterator[RealServer]:
    """Start a server on a free port, wait until it says where, and kill it after the block if it still runs."""
    line = [sys.executable, "-m", "ktrdr_app", "--workspace", str(workspace.root), "serve", "--port", "0", *words]
    with subprocess.Popen(
        [*line, "--json"], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            told = first_document(process.stdout)
            yield RealServer(process, told["url"], told["token"])
        finally:
            process.kill()


def ended(client: httpx.Client, operation_id: str) -> dict[str, Any]:
    """Follow an operation's events to the last one, and return what that says."""
    with client.stream("GET", f"/operations/{operation_id}/events") as stream:
        events = parsed_events("".join(stream.iter_text()))
    assert events[-1]["event"] == "ended"
    return dict(events[-1]["data"])


QUICK = {"strategy_name": NAME, "symbols": ["AAPL", "IBM"], "timeframe": "1d", "epochs": 2}
