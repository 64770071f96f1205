"""Real servers, real requests: what was begun goes on without its client, and nothing finished is lost.

One workspace lives through two servers, the first of which is killed; its tests run in their order.
"""

from __future__ import annotations

import json
import shutil
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from ktrdr_app.api.events import LAST
from ktrdr_app.api.operations import COMPLETED, FILE, TRAINING, OperationStore, now
from ktrdr_app.core.paths import Workspace
from tests.api.conftest import QUICK, RealServer, ended, fault, parsed_events, serving
from tests.cli.conftest import run_process
from tests.workflows.quick import NAME, TEXT, with_strategy

LONG = TEXT.replace(f"name: {NAME}", "name: endless").replace("epochs: 4", "epochs: 10000, patience: 10000")
LONG = LONG.replace("hidden_layers: [8]", "hidden_layers: [128, 128]")
ENDLESS = {"strategy_name": "endless", "symbols": ["AAPL", "IBM"], "timeframe": "1d"}
"""A training that nobody waits for."""


def started(client: httpx.Client, body: dict[str, Any]) -> str:
    answer = client.post("/trainings/start", json=body)
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] in ("queued", "running")
    return str(answer.json()["task_id"])


def in_training(client: httpx.Client, operation_id: str) -> None:
    """Return once an operation has fitted an epoch."""
    with client.stream("GET", f"/operations/{operation_id}/events") as stream:
        for line in stream.iter_lines():
            if line == "event: epoch_finished":
                return
    pytest.fail("it ended before its first epoch")


@pytest.fixture(scope="module")
def home(trained_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with a model of version 1."""
    root = tmp_path_factory.mktemp("life") / "home"
    shutil.copytree(trained_once, root, symlinks=True)
    return with_strategy(Workspace(root), LONG, "endless")


@pytest.fixture(scope="module")
def before(home: Workspace) -> dict[str, Any]:
    """Return what the first server said until it was killed in the middle of a training."""
    with serving(home, "--jobs", "1") as server:
        with server.client() as client:
            done = started(client, QUICK | {"seed": 3, "epochs": 3})
        with server.client() as client:
            assert ended(client, done)["status"] == "completed"
            told = {"training": client.get(f"/trainings/{done}").json()}
            told["performance"] = client.get(f"/trainings/{done}/performance").json()
            told["running"], told["waiting"] = started(client, ENDLESS), started(client, ENDLESS)
            in_training(client, told["running"])
        server.end(signal.SIGKILL)
    return told


@pytest.fixture(scope="module")
def server(home: Workspace, before: dict[str, Any]) -> Iterator[RealServer]:
    """Return the second server."""
    with serving(home, "--jobs", "1") as server:
        yield server


def test_a_training_outlives_its_client(before: dict[str, Any]) -> None:
    result, performance = before["training"]["result"], before["performance"]
    assert (result["seed"], result["training_symbols"], result["version"]) == (3, ["AAPL", "IBM"], 2)
    assert Path(result["model_path"], "model.pt").is_file()
    assert [epoch["epoch"] for epoch in performance["history"]] == [1, 2, 3]
    assert performance["metrics"] == result["metrics"]
    assert set(performance["per_symbol_validation"]) == {"AAPL", "IBM"}


def test_what_was_finished_is_not_lost(server: RealServer, before: dict[str, Any]) -> None:
    operation = before["training"]["task_id"]
    with server.client() as client:
        assert client.get(f"/trainings/{operation}").json() == before["training"]
        assert client.get(f"/trainings/{operation}/performance").json() == before["performance"]


def test_what_was_broken_off_says_so(server: RealServer, before: dict[str, Any]) -> None:
    with server.client() as client:
        for operation in (before["running"], before["waiting"]):
            found = client.get(f"/trainings/{operation}").json()
            assert (found["status"], found["error"]["code"]) == ("interrupted", "broken_off")
            fault(client.get(f"/trainings/{operation}/performance"), 409, "result_missing")
            (event,) = parsed_events(client.get(f"/operations/{operation}/events", headers={"last-event-id": "2"}).text)
            assert (event["id"], event["data"]["status"]) == (LAST, "interrupted"), "who was away hears how it ended"
        assert client.get("/operations", params={"status": "interrupted"}).json()["total"] == 2
        assert sorted(model["version"] for model in client.get("/models").json()["models"]) == [1, 2]


def test_a_second_server_is_told_who_has_the_workspace(server: RealServer, home: Workspace) -> None:
    second = run_process(["-m", "ktrdr_app", "serve", "--port", "0", "--json"], home.root)
    error = second.document["error"]
    assert (second.code, error["code"], error["where"]) == (2, "lock_held", str(home.root))
    assert "another server" in error["message"]
    with server.client() as client:
        assert client.get("/operations").status_code == 200


def test_nothing_is_begun_for_a_client_that_goes_while_it_sends(server: RealServer) -> None:
    body = json.dumps(QUICK).encode()
    host, port = server.url.removeprefix("http://").split(":")
    with server.client() as client, socket.create_connection((host, int(port)), timeout=30) as line:
        before = client.get("/operations").json()["total"]
        head = "POST /api/v1/trainings/start HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        whole = f"{len(body):x}\r\n".encode() + body + b"\r\n"
        line.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + whole)
        line.shutdown(socket.SHUT_WR)
        assert b"202" not in line.recv(1000), "the last chunk never came"
        assert client.get("/operations").json()["total"] == before


def test_what_is_no_http_is_told_in_the_one_shape(server: RealServer) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line, line.makefile("rb") as answer:
        line.sendall(b"hello\r\n\r\n")
        head, _, body = answer.read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["error"]["code"] == "usage"


def test_a_hundred_at_once(server: RealServer) -> None:
    asked = {"strategy_name": NAME, "timeframe": "1d", "symbol": "GOOG"}
    requests = (
        ("POST", "/backtests/", {"json": asked | {"start": "2012-01-01"}}),
        ("GET", "/models/resolve", {"params": asked}),
        ("GET", "/data/IBM/1d", {"params": {"limit": 100}}),
        ("GET", "/operations", {}),
        ("GET", "/models/resolve", {"params": asked | {"timeframe": "9x"}}),
        ("GET", "/symbols", {}),
        ("GET", "/models/resolve", {"params": asked}),
        ("GET", "/data/IBM/1d", {"params": {"limit": 100}}),
        ("GET", "/operations", {}),
        ("DELETE", "/operations/nosuch", {}),
    )

    def one(number: int) -> tuple[int, Any]:
        method, path, options = requests[number % len(requests)]
        answer = client.request(method, path, **options)
        return answer.status_code, answer.json()

    with server.client(limits=httpx.Limits(max_connections=100)) as client:
        alone = [one(1), one(2)]
        with ThreadPoolExecutor(100) as crowd:
            answers = list(crowd.map(one, range(100)))
        assert [status for status, _ in answers] == [202, 200, 200, 200, 422, 200, 200, 200, 200, 404] * 10
        assert all(answer == alone[0] for answer in answers[1::5])
        assert all(answer == alone[1] for answer in answers[2::5])
        names = {document["backtest_id"] for _, document in answers[::10]}
        assert len(names) == 10
        assert {ended(client, name)["status"] for name in names} == {"completed"}
        finals = {client.get(f"/backtests/{name}/results").json()["final_equity"] for name in names}
    assert len(finals) == 1, "the same question has one answer"


def test_one_that_is_cancelled_gives_way_to_the_next(server: RealServer) -> None:
    with server.client() as client:
        running, waiting = started(client, ENDLESS), started(client, QUICK)
        in_training(client, running)
        assert client.delete(f"/operations/{running}").status_code == 200
        assert ended(client, running)["status"] == "cancelled"
        assert ended(client, waiting)["status"] == "completed"
        assert sorted(model["version"] for model in client.get("/models").json()["models"]) == [1, 2, 3]


def test_streams_end_with_the_server(server: RealServer, home: Workspace) -> None:
    with server.client() as client:
        operation = started(client, ENDLESS)
        in_training(client, operation)
        with client.stream("GET", f"/operations/{operation}/events") as stream:
            lines = stream.iter_text()
            text = next(lines)
            server.process.send_signal(signal.SIGINT)
            text += "".join(lines)
    last = parsed_events(text)[-1]
    assert (last["event"], last["data"]["status"]) == ("ended", "interrupted")
    assert server.process.wait(60) == 0
    store = OperationStore(home.runs / FILE)
    assert store.get(operation).status == "interrupted"
    store.close()


@pytest.mark.parametrize(("words", "kept"), [(("--keep", "1"), 1), (("--keep-days", "10"), 2), ((), 3)])
def test_a_server_forgets_as_it_is_told(sample_workspace: Workspace, words: tuple[str, ...], kept: int) -> None:
    store = OperationStore(sample_workspace.runs / FILE)
    ids = [store.add(TRAINING, "one that is over", {}).id for _ in range(3)]
    for days_ago, operation in zip((20, 5, 1), ids, strict=True):
        store.end(operation, status=COMPLETED, completed_at=now(days_ago))
    store.close()
    with serving(sample_workspace, *words) as server, server.client() as client:
        listed = [entry["operation_id"] for entry in client.get("/operations").json()["operations"]]
    assert listed == ids[::-1][:kept]


def test_the_first_training_is_cancelled_before_a_server_has_imported_what_it_runs(sample_workspace: Workspace) -> None:
    with serving(with_strategy(sample_workspace)) as server, server.client() as client:
        found = client.delete(f"/operations/{started(client, QUICK)}").json()
        assert (found["status"], found["started_at"]) == ("cancelled", None)
        assert client.get("/models").json() == {"models": []}


def test_from_elsewhere_a_token_is_demanded(sample_workspace: Workspace) -> None:
    before = set(sample_workspace.root.rglob("*"))
    with serving(sample_workspace, "--host", "0.0.0.0") as server:
        assert server.token is not None
        assert len(server.token) >= 32
        with server.client() as client:
            fault(client.get("/models"), 401, "token_wanted")
            headers = {"authorization": f"Bearer {server.token}"}
            assert client.get("/models", headers=headers).json() == {"models": []}
            page = httpx.get(f"{server.url}/docs", headers=headers)
            assert "swagger" in page.text.lower()
            assert "http" not in page.text, "the page loads something from elsewhere"
        assert server.end() == 0
        assert server.process.stdout is not None
        assert server.process.stdout.read() == "", "stdout is one document"
    new = {path.name for path in set(sample_workspace.root.rglob("*")) - before}
    assert new == {"runs", FILE, ".server.lock"}
