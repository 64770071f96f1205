"""``/operations``: listed, followed, stopped; what is over is told at once and only once."""

from __future__ import annotations

from typing import Any

import pytest

from ktrdr_app.api.events import LAST
from ktrdr_app.api.operations import BACKTEST, TRAINING, Keeping, Operation
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Note, Progress
from tests.api.conftest import Face, fault, parsed_events
from tests.api.test_jobs import Gate, ended


def finished(face: Face, kind: str = TRAINING, result: Any = None) -> Operation:
    operation = face.jobs.submit(kind, f"a {kind}", {"symbol": "IBM"}, lambda _progress, _cancel: result)
    return ended(face.jobs, operation)


def test_the_list_is_newest_first_and_by_pages(face: Face) -> None:
    first, second = finished(face), finished(face, BACKTEST)
    document = face.get("/operations").json()
    assert [entry["operation_id"] for entry in document["operations"]] == [second.id, first.id]
    assert document["total"] == 2
    assert "result" not in document["operations"][0]
    page = face.get("/operations", params={"limit": 1, "offset": 1}).json()
    assert ([entry["operation_id"] for entry in page["operations"]], page["total"]) == ([first.id], 2)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"operation_type": "backtest"}, 1),
        ({"status": "completed"}, 2),
        ({"status": "running"}, 0),
        ({"status": "completed", "operation_type": "training"}, 1),
    ],
)
def test_the_list_by_kind_and_status(face: Face, asked: dict[str, str], expected: int) -> None:
    finished(face)
    finished(face, BACKTEST)
    assert face.get("/operations", params=asked).json()["total"] == expected


@pytest.mark.parametrize(
    "asked",
    [{"status": "odd"}, {"limit": 0}, {"limit": 1001}, {"offset": -1}, {"offset": 2**63}, {"operation_type": "x"}],
)
def test_what_cannot_be_listed(face: Face, asked: dict[str, Any]) -> None:
    fault(face.get("/operations", params=asked), 422, "usage")


def test_one_that_is_forgotten_is_one_that_is_not_there(face: Face) -> None:
    old, new = finished(face), finished(face)
    face.jobs.store.prune(Keeping(most=1))
    for path in ("", "/events"):
        fault(face.get(f"/operations/{old.id}{path}"), 404, "operation_not_found")
    fault(face.get(f"/trainings/{old.id}/performance"), 404, "operation_not_found")
    fault(face.ask("DELETE", f"/operations/{old.id}"), 404, "operation_not_found")
    listed = face.get("/operations").json()
    assert ([entry["operation_id"] for entry in listed["operations"]], listed["total"]) == ([new.id], 1)


def test_one_with_its_result(face: Face) -> None:
    operation = finished(face, result={"skill": 0.25})
    assert face.get(f"/operations/{operation.id}").json()["result"] == {"skill": 0.25}


@pytest.mark.parametrize("name", ["nosuch", "0" * 16, "%00", "..", "'; DROP TABLE operations; --", "x" * 5000])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_one_that_is_not_there(face: Face, name: str, method: str) -> None:
    answer = face.ask(method, f"/operations/{name}")
    assert answer.status_code in (404, 405)
    if name != "..":
        fault(answer, 404, "operation_not_found")
        fault(face.get(f"/operations/{name}/events"), 404, "operation_not_found")


class TestCancel:
    def test_one_that_runs(self, face: Face) -> None:
        gate = Gate()
        operation = face.jobs.submit(TRAINING, "a training", {}, gate)
        assert gate.entered.wait(30)
        answer = face.ask("DELETE", f"/operations/{operation.id}")
        assert (answer.status_code, answer.json()["operation_id"]) == (200, operation.id)
        assert ended(face.jobs, operation).status == "cancelled"

    def test_again_and_after_its_end(self, face: Face) -> None:
        operation = finished(face)
        for _ in range(2):
            answer = face.ask("DELETE", f"/operations/{operation.id}")
            assert (answer.status_code, answer.json()["status"]) == (200, "completed")


class TestEvents:
    def test_of_one_that_is_over(self, face: Face) -> None:
        operation = finished(face)
        answer = face.get(f"/operations/{operation.id}/events")
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        (event,) = parsed_events(answer.text)
        assert (event["event"], event["data"]["status"]) == ("ended", "completed")

    def test_who_has_heard_the_end_is_told_not_to_come_again(self, face: Face) -> None:
        operation = finished(face)
        path = f"/operations/{operation.id}/events"
        (event,) = parsed_events(face.get(path).text)
        answer = face.get(path, headers={"last-event-id": str(event["id"])})
        assert (answer.status_code, answer.text) == (204, "")

    @pytest.mark.parametrize("heard", ["0", "1", "9", str(LAST - 1)])
    def test_who_was_away_at_the_end_still_hears_it(self, face: Face, heard: str) -> None:
        operation = finished(face)
        answer = face.get(f"/operations/{operation.id}/events", headers={"last-event-id": heard})
        assert answer.status_code == 200
        (event,) = parsed_events(answer.text)
        assert (event["id"], event["event"], event["data"]["status"]) == (LAST, "ended", "completed")

    @pytest.mark.parametrize("number", ["x", "-1", "1.5", "9" * 40])
    def test_what_is_no_number_of_an_event(self, face: Face, number: str) -> None:
        operation = finished(face)
        answer = face.get(f"/operations/{operation.id}/events", headers={"last-event-id": number})
        fault(answer, 422, "usage")

    def test_of_one_that_runs_all_is_told_to_the_end(self, face: Face) -> None:
        gate = Gate()

        def work(progress: Progress, cancel: CancelToken) -> Any:
            for number in range(3):
                progress(Note("info", f"note {number}"))
            gate.entered.set()
            feed = face.jobs.feed(operation.id)
            while feed is None or not feed._listeners:
                cancel.check()
            return "done"

        operation = face.jobs.submit(TRAINING, "a training", {}, work)
        assert gate.entered.wait(30)
        headers = {"last-event-id": "1"}
        events = parsed_events(face.get(f"/operations/{operation.id}/events", headers=headers).text)
        assert [event["id"] for event in events] == [2, 3, LAST]
        assert [event["data"].get("text") for event in events[:2]] == ["note 1", "note 2"]
        assert events[-1]["data"]["status"] == "completed"
