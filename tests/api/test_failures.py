"""Whatever goes wrong, one shape and a fitting status; nothing that was sent can break the answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI

from ktrdr_app.api.answers import json_bytes
from ktrdr_app.api.failures import DESCRIBED, MOST_PROBLEMS, add_handlers, status_of
from ktrdr_app.core.errors import KtrdrError, StorageProblem
from ktrdr_app.core.words import MOST_SHOWN
from tests.api.conftest import Face, fault
from tests.core.test_errors import SAMPLES

REPO = Path(__file__).resolve().parents[2]
BY_CODE = {
    "model_not_found": 404,
    "strategy_not_found": 404,
    "data_not_found": 404,
    "run_not_found": 404,
    "file_missing": 404,
    "nothing_in_trash": 404,
    "model_rejected": 409,
    "storage_problem": 507,
    "workspace_read_only": 507,
    "environment_problem": 503,
    "cluster_problem": 503,
    "operation_not_found": 404,
    "no_rate": 404,
    "lock_held": 507,
    "not_finished": 409,
    "result_missing": 409,
    "queue_full": 429,
    "token_wanted": 401,
    "foreign_request": 403,
    "body_too_large": 413,
}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample[1])
def test_every_error_has_a_status_that_says_whose_fault_it_is(sample: tuple[KtrdrError, str]) -> None:
    error, code = sample[:2]
    assert status_of(error) == BY_CODE.get(code, 422)


def test_the_page_of_errors_tells_the_same_statuses() -> None:
    section = (REPO / "docs/reference/errors.md").read_text(encoding="utf-8").split("### Over HTTP")[1]
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", section.split("\n## ")[0], flags=re.MULTILINE)
    told = {code: int(status) for status, words in rows for code in re.findall(r"`(\w+)`", words)}
    for error, code in (sample[:2] for sample in SAMPLES):
        assert told.get(code, 404 if error.exit_code == 3 else 422) == status_of(error), code
    assert {int(status) for status, _ in rows} == {400, *BY_CODE.values(), 422}


def test_every_status_of_an_error_is_described() -> None:
    assert set(DESCRIBED) == {*BY_CODE.values(), 422}


class TestWhatTheFrameworkRefuses:
    def test_no_such_route(self, face: Face) -> None:
        error = fault(face.get("/nosuch"), 404, "usage")
        assert "GET /api/v1/nosuch" in error["message"]
        assert "/docs" in error["hint"]
        fault(face.get("!/"), 404, "usage")

    def test_another_method(self, face: Face) -> None:
        answer = face.ask("DELETE", "/models")
        fault(answer, 405, "usage")
        assert answer.headers["allow"] == "GET"

    @pytest.mark.parametrize(
        ("path", "allowed"),
        [
            ("/operations/x", "DELETE, GET"),
            ("/operations/x/events", "GET"),
            ("/backtests/", "POST"),
            ("/trainings/start", "POST"),
            ("!/docs", "GET"),
        ],
    )
    def test_all_methods_of_a_path_are_told(self, face: Face, path: str, allowed: str) -> None:
        answer = face.ask("PUT", path)
        fault(answer, 405, "usage")
        assert answer.headers["allow"] == allowed

    @pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b'\x80"}', b"[1, 2]", b'"text"', b"null", b"NaN", b"{}"])
    def test_a_body_that_is_no_request(self, face: Face, body: bytes) -> None:
        headers = {"content-type": "application/json"}
        answer = face.ask("POST", "/trainings/start", content=body, headers=headers)
        fault(answer, 422, "usage")

    def test_of_a_thousand_problems_the_first_are_listed_and_cut(self, face: Face) -> None:
        surprises = {f"{number:03}" + "k" * 900: number for number in range(900)}
        answer = face.post("/backtests/", {"strategy_name": "x", "symbol": "x", "timeframe": "x"} | surprises)
        error = fault(answer, 422, "usage")
        assert "(and 899 more)" in error["message"]
        assert len(error["problems"]) == MOST_PROBLEMS
        assert all(len(problem["where"]) <= MOST_SHOWN for problem in error["problems"])

    @pytest.mark.parametrize("depth", [50, 800, 900, 950, 990])
    def test_a_value_that_is_deep_is_not_sent_back_whole(self, face: Face, depth: int) -> None:
        body = b'{"sizing":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"
        answer = face.ask("POST", "/backtests/", content=body, headers={"content-type": "application/json"})
        fault(answer, 422, "usage")
        assert len(answer.content) < 2000

    def test_a_path_that_is_long_is_not_sent_back_whole(self, face: Face) -> None:
        for path in ("/" + "x" * 50_000, "/operations/" + "x" * 50_000, "/data/" + "x" * 50_000 + "/1d"):
            answer = face.get(path)
            assert answer.status_code in (404, 422)
            assert len(answer.content) < 1500

    def test_a_page_can_send_text_without_asking_and_it_is_not_taken(self, face: Face) -> None:
        body = json.dumps({"strategy_name": "quick", "symbol": "AAPL", "timeframe": "1d"})
        answer = face.ask("POST", "/trainings/start", content=body, headers={"content-type": "text/plain"})
        fault(answer, 422, "usage")

    def test_every_wrong_field_is_named_and_its_value_is_not_repeated(self, face: Face) -> None:
        secret = "s3cret" * 20
        answer = face.post("/trainings/start", {"symbols": [], "epochs": 0, "seed": secret, "surprise": secret})
        error = fault(answer, 422, "usage")
        places = {problem["where"] for problem in error["problems"]}
        assert places == {"body.strategy_name", "body.timeframe", "body.epochs", "body.seed", "body.surprise"}
        assert "(and 4 more)" in error["message"]
        assert secret not in answer.text

    def test_half_a_surrogate_pair(self, face: Face) -> None:
        body = b'{"strategy_name": "x", "symbol": "A", "timeframe": "1d", "odd\\ud800": 1}'
        answer = face.ask("POST", "/trainings/start", content=body, headers={"content-type": "application/json"})
        assert fault(answer, 422, "usage")["where"].startswith("body")


@pytest.fixture
def broken() -> FastAPI:
    """Return an application with routes that go wrong."""
    app = FastAPI()
    add_handlers(app)

    @app.get("/bug")
    def bug() -> None:
        raise ZeroDivisionError("a secret path")

    @app.get("/disk")
    def disk() -> None:
        raise StorageProblem("x.csv", "No space left on device")

    return app


def test_a_bug_is_told_without_what_it_was(broken: FastAPI, face: Face) -> None:
    face.app = broken
    error = fault(face.get("!/bug"), 500, "bug")
    assert error["message"] == "a fault of the program: ZeroDivisionError"
    assert error["where"] == "/bug"


def test_a_full_disk(broken: FastAPI, face: Face) -> None:
    face.app = broken
    error = fault(face.get("!/disk"), 507, "storage_problem")
    assert error["where"] == "x.csv"


def test_lists_of_problems_are_kept(face: Face) -> None:
    answer = face.post("/strategies/validate", {"text": "name: x\nindicatorz: {}\n"})
    error = fault(answer, 422, "strategy_problem")
    assert any(problem["suggestion"] == "indicators" for problem in error["problems"])
    assert all({"path", "line", "column", "found", "expected"} <= set(problem) for problem in error["problems"])


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"a": float("nan"), "b": [float("inf")]}, {"a": None, "b": [None]}),
        ({"text": "\u20ac"}, {"text": "\u20ac"}),
        ({"odd": "\ud800"}, {"odd": "\ud800"}),
    ],
)
def test_any_document_becomes_json(document: object, expected: object) -> None:
    assert json.loads(json_bytes(document)) == expected


def test_routes_describe_their_failures_in_the_one_shape(face: Face) -> None:
    description = face.get("!/openapi.json").json()
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    schema = answer["content"]["application/json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/ErrorDocument"}, (path, method, status)
    assert set(description["components"]["schemas"]["ErrorFacts"]["required"]) == {"code", "message", "hint", "where"}


def test_the_routes_are_those_that_are_promised(face: Face) -> None:
    paths = face.get("!/openapi.json").json()["paths"]
    there = {(method.upper(), path.removeprefix("/api/v1")) for path in paths for method in paths[path]}
    promised = {
        ("POST", "/trainings/start"),
        ("GET", "/trainings/{task_id}"),
        ("GET", "/trainings/{task_id}/performance"),
        ("POST", "/backtests/"),
        *(("GET", f"/backtests/{{backtest_id}}{part}") for part in ("", "/results", "/trades", "/equity_curve")),
        ("GET", "/models"),
        ("GET", "/models/resolve"),
        ("GET", "/strategies/"),
        ("POST", "/strategies/validate"),
        ("GET", "/symbols"),
        ("GET", "/data/{symbol}/{timeframe}"),
        ("GET", "/operations"),
        ("DELETE", "/operations/{operation_id}"),
        ("GET", "/operations/{operation_id}/events"),
    }
    assert promised <= there
    assert all(path.startswith("/api/v1") for path in paths)


@pytest.mark.parametrize("path", ["/trainings/start/", "/backtests", "/models/", "/strategies", "/symbols/"])
def test_a_slash_more_or_less_does_not_matter(face: Face, path: str, face_of: Callable[..., Face]) -> None:
    method = "POST" if path.startswith(("/trainings", "/backtests")) else "GET"
    assert face.ask(method, path, json={}).status_code in (200, 422)
