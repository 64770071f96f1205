"""A real server is asked all that its own description allows, and much that it does not; schemathesis judges it.

Judged: no 5xx, no status, content type, header or body that the description does not know, no bad data taken for good,
no method that is not there. Not judged: whether what fits the description is accepted, as names need not exist.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("schemathesis", reason="NOT TESTED: schemathesis is not installed; it comes with the extra dev")

import httpx
from starlette.types import Receive, Scope, Send

from ktrdr_app.api.operations import KINDS, STATUSES
from ktrdr_app.core.paths import Workspace
from tests.api.conftest import QUICK, Face, ended, serving
from tests.api.threads import served
from tests.workflows.quick import NAME

SEED = 7
LEAST_CASES = 400
"""So few cases were not made: that the server was hardly asked is no success."""


@dataclass(frozen=True)
class Judgement:
    """What schemathesis found."""

    passed: bool
    cases: int
    operations: int
    text: str


def judged(url: str, folder: Path, parameters: dict[str, str], *words: str) -> Judgement:
    """Let schemathesis ask a server; the parameters have values that exist, so that more is reached than 404."""
    settings = folder / "schemathesis.toml"
    lines = [f"{name} = {json.dumps(value)}" for name, value in parameters.items()]
    settings.write_text("\n".join(["[parameters]", *lines]), encoding="utf-8")
    line = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings), "run", f"{url}/openapi.json"]
    options = ["--seed", str(SEED), "--workers", "2", "--no-color", "--warnings", "off", "--max-examples", "3"]
    options += ["--exclude-checks", "positive_data_acceptance", *words]
    done = subprocess.run([*line, *options], cwd=folder, capture_output=True, text=True, check=False)
    cases = re.search(r"(\d+) generated", done.stdout)
    tested = re.search(r"Tested: (\d+)", done.stdout)
    assert cases is not None, done.stdout + done.stderr
    assert tested is not None, done.stdout
    return Judgement(done.returncode == 0, int(cases.group(1)), int(tested.group(1)), done.stdout)


def test_no_answer_is_a_fault_or_unlike_its_description(trained_workspace: Workspace, tmp_path: Path) -> None:
    with serving(trained_workspace) as server, server.client() as client:
        asked = {"strategy_name": NAME, "symbol": "GOOG", "timeframe": "1d"}
        training = client.post("/trainings/start", json=QUICK | {"epochs": 1}).json()["task_id"]
        backtest = client.post("/backtests/", json=asked).json()["backtest_id"]
        assert {ended(client, training)["status"], ended(client, backtest)["status"]} == {"completed"}
        known = {"task_id": training, "backtest_id": backtest, "symbol": "GOOG"}
        found = judged(server.url, tmp_path, known, "--phases", "examples,coverage,fuzzing")
        routes = httpx.get(f"{server.url}/openapi.json").json()["paths"].values()
        assert client.get(f"/trainings/{training}").json()["status"] == "completed", "it still answers"
    assert found.passed, found.text
    assert found.cases >= LEAST_CASES
    assert found.operations == sum(len(methods) for methods in routes)


class Faulty:
    """An application whose answers to one path are spoiled."""

    def __init__(self, app: Callable[..., Any], path: str, status: int, body: bytes) -> None:
        self._app, self._path = app, path
        self._status, self._body = status, body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http" or scope["path"] != self._path:
            await self._app(scope, receive, send)
            return
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(self._body)).encode())]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": self._body})


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (500, b'{"error": {"code": "bug", "message": "m", "hint": "", "where": ""}}', "Server error"),
        (200, b'{"operations": "none", "total": 0}', "Response violates schema"),
        (418, b"{}", "Undocumented status code"),
    ],
)
def test_the_judge_would_notice(face: Face, tmp_path: Path, status: int, body: bytes, said: str) -> None:
    only = ("--include-path", "/api/v1/operations", "--phases", "fuzzing")
    with served(Faulty(face.app, "/api/v1/operations", status, body)) as (host, port):
        found = judged(f"http://{host}:{port}", tmp_path, {}, *only)
    assert not found.passed
    assert said in found.text


def test_words_of_the_description_are_those_of_the_operations(face: Face) -> None:
    schemas = face.get("!/openapi.json").json()["components"]["schemas"]
    fields = schemas["OperationBrief"]["properties"]
    assert fields["status"]["enum"] == list(STATUSES)
    assert fields["operation_type"]["enum"] == list(KINDS)
