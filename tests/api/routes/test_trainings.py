"""``/trainings``: what is wrong is told at once, and what cannot have a result says so."""

from __future__ import annotations

from typing import Any

import pytest

from ktrdr_app.api.operations import BACKTEST, TRAINING
from tests.api.conftest import QUICK, Face, fault
from tests.api.routes.test_operations import finished
from tests.api.test_jobs import Gate, ended


def refused(face: Face, change: dict[str, Any], status: int, code: str) -> dict[str, Any]:
    error = fault(face.post("/trainings/start", QUICK | change), status, code)
    assert face.get("/operations").json()["total"] == 0, "nothing is queued that cannot be"
    return error


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"strategy_name": "nosuch"}, 404, "strategy_not_found"),
        ({"strategy_name": "../quick"}, 422, "unsafe_name"),
        ({"strategy_name": "quick.yaml"}, 422, "invalid_value"),
        ({"symbols": ["AAPL", "NOSUCH"]}, 404, "data_not_found"),
        ({"symbols": ["AAPL", "../IBM"]}, 422, "unsafe_name"),
        ({"timeframe": "1h"}, 404, "data_not_found"),
        ({"timeframe": "9x"}, 422, "unknown_name"),
        ({"epochs": 100_000}, 422, "invalid_value"),
        ({"kind": "legacy"}, 422, "invalid_value"),
        ({"resume": "../x"}, 422, "unsafe_name"),
        ({"symbol": "AAPL"}, 422, "usage"),
    ],
)
def test_what_is_wrong_is_told_before_it_is_queued(face: Face, change: dict[str, Any], status: int, code: str) -> None:
    refused(face, change, status, code)


def test_what_is_found_later_is_the_operations_error(face: Face) -> None:
    answer = face.post("/trainings/start", QUICK | {"start": "2100-01-01"})
    assert answer.status_code == 202
    operation = ended(face.jobs, face.jobs.store.get(answer.json()["task_id"]))
    document = face.get(f"/trainings/{operation.id}").json()
    assert (document["status"], document["error"]["code"]) == ("failed", "empty_data")
    error = fault(face.get(f"/trainings/{operation.id}/performance"), 409, "result_missing")
    assert document["error"]["message"] in error["message"]


def test_a_run_that_cannot_be_gone_on_with_is_told_at_once(face: Face) -> None:
    fault(face.post("/trainings/start", QUICK | {"resume": "last-week"}), 404, "run_not_found")
    assert face.get("/operations").json()["total"] == 0


def test_one_that_runs_has_no_performance_yet(face: Face) -> None:
    gate = Gate()
    operation = face.jobs.submit(TRAINING, "a training", {}, gate)
    assert gate.entered.wait(30)
    fault(face.get(f"/trainings/{operation.id}/performance"), 409, "not_finished")


@pytest.mark.parametrize("path", ["/trainings/{}", "/trainings/{}/performance"])
def test_a_backtest_is_no_training(face: Face, path: str) -> None:
    fault(face.get(path.format(finished(face, BACKTEST).id)), 404, "operation_not_found")
    fault(face.get(path.format("nosuch")), 404, "operation_not_found")
