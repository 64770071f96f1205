"""Operations on disk: read back as they were written, listed newest first, marked where a server left them."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ktrdr_app.api.operations import (
    BACKTEST,
    CANCELLED,
    COMPLETED,
    FAILED,
    FILE,
    INTERRUPTED,
    KINDS,
    QUEUED,
    RUNNING,
    STATUSES,
    TRAINING,
    OperationStore,
    now,
)
from ktrdr_app.core.errors import OperationNotFound, StorageProblem


@pytest.fixture
def store(tmp_path: Path) -> Iterator[OperationStore]:
    made = OperationStore(tmp_path / "runs" / FILE)
    yield made
    made.close()


def test_a_new_operation_waits(store: OperationStore) -> None:
    before = datetime.now(UTC)
    operation = store.add(TRAINING, "a training", {"symbols": ("AAPL",), "seed": np.int64(7)})
    assert (operation.status, operation.live, operation.result) == (QUEUED, True, None)
    assert operation.request == {"symbols": ["AAPL"], "seed": 7}
    assert len(operation.id) == 16
    assert int(operation.id, 16) >= 0
    created = datetime.fromisoformat(operation.created_at)
    assert abs((created - before).total_seconds()) < 60
    assert store.get(operation.id) == operation


def test_no_two_have_one_id(store: OperationStore) -> None:
    assert len({store.add(BACKTEST, "x", {}).id for _ in range(50)}) == 50


def test_what_is_changed_is_read_back_by_another_program(store: OperationStore, tmp_path: Path) -> None:
    operation = store.add(TRAINING, "a training", {})
    result = {"metrics": {"skill": 0.1, "odd": float("nan")}, "path": Path("models")}
    store.change(operation.id, status=COMPLETED, completed_at=now(), result=result, notes=["one", "two"])
    with sqlite3.connect(tmp_path / "runs" / FILE) as other:
        ((status, written),) = other.execute("SELECT status, result FROM operations").fetchall()
    other.close()
    assert status == COMPLETED
    assert json.loads(written) == {"metrics": {"skill": 0.1, "odd": None}, "path": "models"}
    found = store.get(operation.id)
    assert (found.live, found.notes, found.result) == (False, ["one", "two"], json.loads(written))


def test_it_is_there_after_the_file_was_closed(tmp_path: Path) -> None:
    first = OperationStore(tmp_path / FILE)
    operation = first.add(BACKTEST, "a backtest", {"symbol": "IBM"})
    first.change(operation.id, status=COMPLETED, result={"bars": 5})
    first.close()
    second = OperationStore(tmp_path / FILE)
    assert second.get(operation.id).result == {"bars": 5}
    assert second.break_off() == 0
    second.close()


def test_one_of_another_kind_is_not_found(store: OperationStore) -> None:
    operation = store.add(BACKTEST, "a backtest", {})
    assert store.get(operation.id, BACKTEST) == operation
    with pytest.raises(OperationNotFound, match="no training"):
        store.get(operation.id, TRAINING)
    for odd in ("", "0" * 16, "' OR 1=1 --", "../x", operation.id.upper() + "x"):
        with pytest.raises(OperationNotFound):
            store.get(odd)


class TestLists:
    @pytest.fixture
    def filled(self, store: OperationStore) -> OperationStore:
        for number, status in enumerate(STATUSES):
            operation = store.add(KINDS[number % 2], f"number {number}", {})
            store.change(operation.id, status=status, result={"large": "x" * 100})
        return store

    def test_newest_first_and_without_results(self, filled: OperationStore) -> None:
        found, total = filled.listed(None, None, 100, 0)
        assert [operation.title for operation in found] == [f"number {number}" for number in (5, 4, 3, 2, 1, 0)]
        assert total == 6
        assert all(operation.result is None and "result" not in operation.brief() for operation in found)

    def test_by_pages(self, filled: OperationStore) -> None:
        found, total = filled.listed(None, None, 2, 3)
        assert ([operation.title for operation in found], total) == (["number 2", "number 1"], 6)
        assert filled.listed(None, None, 5, 99) == ([], 6)

    @pytest.mark.parametrize("status", STATUSES)
    def test_by_status(self, filled: OperationStore, status: str) -> None:
        found, total = filled.listed(status, None, 100, 0)
        assert ([operation.status for operation in found], total) == ([status], 1)

    def test_by_kind_and_status(self, filled: OperationStore) -> None:
        assert {operation.kind for operation in filled.listed(None, TRAINING, 9, 0)[0]} == {TRAINING}
        assert filled.listed(QUEUED, BACKTEST, 9, 0) == ([], 0)


def test_what_was_waiting_or_running_is_marked_and_the_rest_is_left(store: OperationStore) -> None:
    kept = {}
    for status in STATUSES:
        operation = store.add(TRAINING, status, {})
        store.change(operation.id, status=status)
        kept[status] = store.get(operation.id)
    assert store.break_off() == 2
    for status, before in kept.items():
        after = store.get(before.id)
        if status in (QUEUED, RUNNING):
            assert after.status == INTERRUPTED
            assert after.error is not None
            assert after.error["code"] == "broken_off"
            assert after.completed_at is not None
        else:
            assert after == before
    assert store.break_off() == 0


def test_documents(store: OperationStore) -> None:
    operation = store.add(TRAINING, "a training", {"seed": 1})
    store.change(operation.id, status=FAILED, error={"code": "data_not_found"}, progress={"stage": "load"})
    document = store.get(operation.id).to_document()
    assert json.loads(json.dumps(document)) == document
    assert (document["operation_id"], document["operation_type"]) == (operation.id, "training")
    assert (document["error"], document["progress"]) == ({"code": "data_not_found"}, {"stage": "load"})
    assert set(document) - set(store.get(operation.id).brief()) == {"result"}


def test_threads_take_turns(store: OperationStore) -> None:
    def work() -> None:
        for _ in range(20):
            operation = store.add(TRAINING, "x", {})
            store.change(operation.id, status=RUNNING)
            store.change(operation.id, status=CANCELLED)

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.listed(CANCELLED, None, 1, 0)[1] == 100


class TestDisk:
    def test_a_file_that_is_no_database_is_named_and_left(self, tmp_path: Path) -> None:
        (tmp_path / FILE).write_text("words, " * 1000, encoding="utf-8")
        with pytest.raises(StorageProblem) as caught:
            OperationStore(tmp_path / FILE)
        assert caught.value.where == str(tmp_path / FILE)
        assert (tmp_path / FILE).read_text(encoding="utf-8") == "words, " * 1000

    def test_a_folder_in_its_place(self, tmp_path: Path) -> None:
        (tmp_path / FILE).mkdir()
        with pytest.raises(StorageProblem):
            OperationStore(tmp_path / FILE)

    def test_a_file_in_place_of_its_folder(self, tmp_path: Path) -> None:
        (tmp_path / "runs").write_text("", encoding="utf-8")
        with pytest.raises(StorageProblem):
            OperationStore(tmp_path / "runs" / FILE)

    def test_a_change_that_the_disk_refuses_is_told_and_changes_nothing(
        self, store: OperationStore, tmp_path: Path
    ) -> None:
        operation = store.add(TRAINING, "x", {})
        with sqlite3.connect(tmp_path / "runs" / FILE, isolation_level=None) as other:
            other.execute("BEGIN EXCLUSIVE")
            store._connection.execute("PRAGMA busy_timeout = 10")
            with pytest.raises(StorageProblem, match="locked"):
                store.change(operation.id, status=COMPLETED)
            other.execute("ROLLBACK")
        other.close()
        assert store.get(operation.id).status == QUEUED
