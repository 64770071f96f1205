"""``/backtests``: the figures, trades and equity of the run's own files, and what is wrong told at once."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ktrdr_app.api.operations import TRAINING
from tests.api.conftest import Face, fault
from tests.api.routes.test_operations import finished
from tests.api.test_jobs import ended
from tests.workflows.quick import NAME

JUDGE = {"strategy_name": NAME, "symbol": "GOOG", "timeframe": "1d"}


def judged(face: Face, **change: Any) -> str:
    answer = face.post("/backtests/", JUDGE | change)
    assert answer.status_code == 202, answer.text
    operation = ended(face.jobs, face.jobs.store.get(answer.json()["backtest_id"]))
    assert operation.status == "completed", operation.error
    return operation.id


def rows_of(path: str) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_what_is_answered_is_what_the_run_wrote(trained_face: Face) -> None:
    name = judged(trained_face, initial_capital=50_000)
    assert trained_face.get(f"/backtests/{name}").json()["status"] == "completed"
    results = trained_face.get(f"/backtests/{name}/results").json()
    assert results.pop("backtest_id") == name
    folder = Path(results["equity_file"]).parent
    assert results == json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert (results["initial_capital"], results["model"]["kind"], results["model"]["step"]) == (50_000, "universal", 1)
    curve = trained_face.get(f"/backtests/{name}/equity_curve").json()
    rows = rows_of(results["equity_file"])
    assert curve["timestamps"] == [row["timestamp"] for row in rows]
    assert curve["values"] == [float(row["equity"]) for row in rows]
    assert curve["values"][-1] == results["final_equity"]
    assert min(curve["drawdowns"]) == pytest.approx(results["metrics"]["max_drawdown"])
    trades = trained_face.get(f"/backtests/{name}/trades").json()["trades"]
    written = rows_of(results["trades_file"])
    assert len(trades) == len(written) == results["metrics"]["total_trades"]
    for trade, row in zip(trades, written, strict=True):
        assert (trade["entry_time"], trade["net_pnl"]) == (row["entry_time"], float(row["net_pnl"]))


def test_a_model_is_named_by_its_place_in_the_store(trained_face: Face) -> None:
    (model,) = trained_face.get("/models").json()["models"]
    for given in (model["path"], f"{NAME}/universal_1d_v1"):
        results = trained_face.get(f"/backtests/{judged(trained_face, model=given)}/results").json()
        assert (results["model"]["path"], results["model"]["step"]) == (model["path"], "path")


def test_a_run_whose_folder_is_gone_keeps_its_figures(trained_face: Face) -> None:
    name = judged(trained_face)
    results = trained_face.get(f"/backtests/{name}/results").json()
    shutil.rmtree(Path(results["trades_file"]).parent)
    assert trained_face.get(f"/backtests/{name}/results").json() == results
    for part in ("trades", "equity_curve"):
        fault(trained_face.get(f"/backtests/{name}/{part}"), 404, "file_missing")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"strategy_name": "nosuch"}, 404, "strategy_not_found"),
        ({"strategy_name": "a/b"}, 422, "unsafe_name"),
        ({"strategy_name": "trend_momentum"}, 404, "model_not_found"),
        ({"symbol": "NOSUCH"}, 404, "data_not_found"),
        ({"timeframe": "9x"}, 422, "unknown_name"),
        ({"symbol": "EURUSD", "timeframe": "1h"}, 404, "model_not_found"),
        ({"model": "../../etc"}, 422, "unsafe_name"),
        ({"model": "/etc"}, 422, "unsafe_name"),
        ({"model": f"{NAME}/universal_1d_v9"}, 404, "model_not_found"),
        ({"model": "legacy"}, 404, "model_not_found"),
        ({"model": NAME}, 409, "model_rejected"),
        ({"start": "0001-01-01"}, 422, "invalid_value"),
        ({"end": "today"}, 422, "invalid_value"),
        ({"capital": -5}, 422, "usage"),
        ({"capital": 1e308}, 422, "usage"),
        ({"sizing": {"kind": "half"}}, 422, "usage"),
        ({"sizing": {"kind": []}}, 422, "usage"),
        ({"sizing": {"kind": "fixed_units", "units": 10**400}}, 422, "usage"),
    ],
)
def test_what_is_wrong_is_told_before_it_is_queued(
    trained_face: Face, change: dict[str, Any], status: int, code: str
) -> None:
    fault(trained_face.post("/backtests/", JUDGE | change), status, code)
    assert trained_face.get("/operations").json()["total"] == 0


def test_what_is_found_later_is_the_operations_error(trained_face: Face) -> None:
    answer = trained_face.post("/backtests/", JUDGE | {"start": "2100-01-01"})
    operation = ended(trained_face.jobs, trained_face.jobs.store.get(answer.json()["backtest_id"]))
    assert operation.error is not None
    assert operation.error["code"] == "empty_data"
    fault(trained_face.get(f"/backtests/{operation.id}/trades"), 409, "result_missing")


@pytest.mark.parametrize("part", ["", "/results", "/trades", "/equity_curve"])
def test_a_training_is_no_backtest(face: Face, part: str) -> None:
    fault(face.get(f"/backtests/{finished(face, TRAINING).id}{part}"), 404, "operation_not_found")
