"""Operations on disk: read back as they were written, listed newest first, marked where a server left them."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
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
    Keeping,
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

    def test_an_end_that_the_disk_refuses_is_told_from_memory_and_written_later(
        self, store: OperationStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        one, other = store.add(TRAINING, "one", {}), store.add(TRAINING, "other", {})
        with refusing(store):
            store.end(one.id, status=COMPLETED, completed_at=now(), result={"path": Path("m"), "odd": float("nan")})
            store.end(other.id, status=FAILED, error={"code": "bug"})
            assert (store.get(one.id).status, store.get(one.id).result) == (COMPLETED, {"path": "m", "odd": None})
            assert [found.status for found in store.listed(None, None, 9, 0)[0]] == [FAILED, COMPLETED]
            with pytest.raises(StorageProblem):
                store.add(TRAINING, "a third", {})
        assert one.id in caplog.text
        assert "locked" in caplog.text
        third = store.add(TRAINING, "a third", {})
        store.change(third.id, status=RUNNING)
        with sqlite3.connect(tmp_path / "runs" / FILE) as reader:
            rows = dict(reader.execute("SELECT id, status FROM operations").fetchall())
        reader.close()
        assert rows == {one.id: COMPLETED, other.id: FAILED, third.id: RUNNING}

    def test_a_result_that_cannot_be_kept_stands_in_nobodys_way(self, store: OperationStore) -> None:
        odd, other = store.add(TRAINING, "odd", {}), store.add(TRAINING, "other", {})
        with pytest.raises(TypeError):
            store.end(odd.id, status=COMPLETED, result=object())
        store.end(other.id, status=COMPLETED, result=1)
        assert (store.get(odd.id).status, store.get(other.id).result) == (QUEUED, 1)

    def test_what_is_not_written_until_the_end_of_the_server_is_logged(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        store = OperationStore(tmp_path / "runs" / FILE)
        operation = store.add(TRAINING, "x", {})
        with refusing(store):
            store.end(operation.id, status=COMPLETED)
            caplog.clear()
            store.close()
        assert operation.id in caplog.text

    def test_a_disk_that_is_full(self, store: OperationStore) -> None:
        operation = store.add(TRAINING, "x", {})
        (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
        store.end(operation.id, status=COMPLETED, result="r" * 100_000)
        with pytest.raises(StorageProblem, match="full"):
            store.change(operation.id, notes=["n"])
        assert store.get(operation.id).result == "r" * 100_000
        store._connection.execute("PRAGMA max_page_count = 1000000")
        store.change(operation.id, notes=["n"])
        assert (store.get(operation.id).status, store.get(operation.id).notes) == (COMPLETED, ["n"])


@contextmanager
def refusing(store: OperationStore) -> Iterator[None]:
    """Let another program hold the file against writers for the length of the block."""
    store._connection.execute("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(store._path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


class TestPrune:
    @staticmethod
    def over(store: OperationStore, days_ago: int, status: str = COMPLETED) -> str:
        operation = store.add(TRAINING, "x", {})
        store.end(operation.id, status=status, completed_at=now(days_ago))
        return operation.id

    @staticmethod
    def left(store: OperationStore) -> set[str]:
        return {operation.id for operation in store.listed(None, None, 1000, 0)[0]}

    def test_the_newest_are_kept(self, store: OperationStore) -> None:
        ids = [self.over(store, 0, status) for status in (COMPLETED, FAILED, CANCELLED, INTERRUPTED, COMPLETED)]
        assert store.prune(Keeping(most=5)) == 0
        assert store.prune(Keeping(most=3)) == 2
        assert self.left(store) == set(ids[2:])

    def test_what_ended_long_ago_goes(self, store: OperationStore) -> None:
        ids = [self.over(store, days) for days in (100, 31, 29, 0)]
        assert store.prune(Keeping(days=30)) == 2
        assert self.left(store) == set(ids[2:])

    def test_newest_is_what_ended_last_not_what_began_last(self, store: OperationStore) -> None:
        long = store.add(TRAINING, "took a month", {})
        short = [self.over(store, 1) for _ in range(3)]
        store.end(long.id, status=COMPLETED, completed_at=now())
        store.prune(Keeping(most=2))
        assert self.left(store) == {long.id, short[-1]}

    @pytest.mark.parametrize("status", [QUEUED, RUNNING])
    def test_what_waits_or_runs_is_never_touched(self, store: OperationStore, status: str) -> None:
        live = [store.add(TRAINING, "x", {}).id for _ in range(5)]
        for operation in live:
            store.change(operation, status=status, started_at=now(1000))
        gone = self.over(store, 1)
        kept = self.over(store, 0)
        assert store.prune(Keeping(most=1)) == 1
        assert self.left(store) == {*live, kept}
        assert gone not in self.left(store)

    def test_one_whose_end_is_not_written_yet_stays(self, store: OperationStore) -> None:
        operation = store.add(TRAINING, "x", {})
        with refusing(store):
            store.end(operation.id, status=COMPLETED, completed_at=now(1000))
        assert store.prune(Keeping(most=1)) == 0
        assert store.get(operation.id).status == COMPLETED

    def test_only_so_many_are_ever_there(self, store: OperationStore) -> None:
        for _ in range(30):
            self.over(store, 0)
            store.prune(Keeping(most=7))
            assert len(self.left(store)) <= 7
        assert len(self.left(store)) == 7

    def test_numbers_of_days_are_in_order(self) -> None:
        moments = [now(days) for days in (0, 1, 2, 30, 365, 100_000)]
        assert moments == sorted(moments, reverse=True)
