"""The queue: so many at once, the rest in order, each ends once and in writing, whatever happens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ktrdr_app.api import jobs as jobs_module
from ktrdr_app.api.events import Feed
from ktrdr_app.api.jobs import MOST_WAITING, Jobs
from ktrdr_app.api.operations import FILE, TRAINING, Keeping, Operation, OperationStore, now
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import DataNotFound, OperationNotFound, QueueFull
from ktrdr_app.core.progress import EpochFinished, Note, Progress, StageStarted
from tests.api.test_operations import refusing


class Gate:
    """Work that waits until the test lets it go on, or it is cancelled."""

    def __init__(self, result: Any = "done") -> None:
        self.entered, self.go_on, self.result = threading.Event(), threading.Event(), result

    def __call__(self, _progress: Progress, cancel: CancelToken) -> Any:
        """Wait."""
        self.entered.set()
        while not self.go_on.wait(0.005):
            cancel.check()
        return self.result


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[int], Jobs]]:
    """Return a function that makes the queue; closed after the test."""
    made: list[Jobs] = []

    def queue(at_once: int) -> Jobs:
        made.append(Jobs(OperationStore(tmp_path / FILE), at_once))
        return made[-1]

    yield queue
    for jobs in made:
        jobs.close()


def submit(jobs: Jobs, work: Callable[[Progress, CancelToken], Any]) -> Operation:
    return jobs.submit(TRAINING, "the work", {}, work)


def ended(jobs: Jobs, operation: Operation) -> Operation:
    """Wait for the last event of an operation and return it."""
    feed = jobs.feed(operation.id)

    async def wait() -> None:
        if feed is not None:
            async for _ in feed.follow(0):
                pass

    asyncio.run(wait())
    return jobs.store.get(operation.id)


def heard(feed: Feed | None, gate: Gate) -> list[tuple[str, dict[str, Any]]]:
    """Let the work go on, and return all that is heard of it."""
    assert feed is not None
    gate.go_on.set()

    async def listen() -> list[tuple[str, dict[str, Any]]]:
        return [(event.name, event.facts) async for event in feed.follow(0) if event is not None]

    return asyncio.run(listen())


def test_a_result_is_written_down(make: Callable[[int], Jobs]) -> None:
    jobs = make(1)
    found = ended(jobs, submit(jobs, lambda _progress, _cancel: {"skill": 0.2}))
    assert (found.status, found.result, found.error) == ("completed", {"skill": 0.2}, None)
    assert found.started_at is not None
    assert found.completed_at is not None
    assert found.created_at <= found.started_at <= found.completed_at
    assert jobs.feed(found.id) is None


def test_an_error_of_ours_is_the_operations_error(make: Callable[[int], Jobs]) -> None:
    jobs = make(1)

    def work(_progress: Progress, _cancel: CancelToken) -> None:
        raise DataNotFound("IBN", "1d", "IBN_1d.csv", ["IBM"])

    found = ended(jobs, submit(jobs, work))
    assert (found.status, found.result) == ("failed", None)
    assert found.error is not None
    assert (found.error["code"], found.error["hint"][:16]) == ("data_not_found", "did you mean IBM")


def test_a_bug_is_logged_with_its_traceback_and_told_without(
    make: Callable[[int], Jobs], caplog: pytest.LogCaptureFixture
) -> None:
    jobs = make(1)
    found = ended(jobs, submit(jobs, lambda _progress, _cancel: 1 / 0))
    assert found.error is not None
    assert (found.status, found.error["code"]) == ("failed", "bug")
    assert "ZeroDivisionError" in found.error["message"]
    assert "Traceback" not in str(found.error)
    assert "Traceback" in caplog.text
    assert submit(jobs, Gate()).status == "queued", "the next one is taken"


def test_progress_is_heard_in_order_and_ends_with_how_it_ended(make: Callable[[int], Jobs]) -> None:
    jobs, gate = make(1), Gate()
    epoch = EpochFinished(1, 2, 0.9, 1.0, 0.5, 0.4, 1, 1e6)

    def work(progress: Progress, cancel: CancelToken) -> str:
        for event in (StageStarted("train"), epoch, Note("warning", "odd bars")):
            progress(event)
        return str(gate(progress, cancel))

    operation = submit(jobs, work)
    assert gate.entered.wait(30)
    running = jobs.store.get(operation.id)
    assert (running.status, running.notes, running.progress["stage"]) == ("running", ["odd bars"], "train")
    events = heard(jobs.feed(operation.id), gate)
    assert [name for name, _ in events] == ["stage_started", "epoch_finished", "note", "ended"]
    assert events[-1][1] == jobs.store.get(operation.id).brief()
    assert jobs.store.get(operation.id).progress["epoch"] == 1


class TestQueue:
    def test_so_many_run_and_the_rest_waits_in_order(self, make: Callable[[int], Jobs]) -> None:
        jobs, gates = make(2), [Gate(number) for number in range(5)]
        operations = [submit(jobs, gate) for gate in gates]
        assert gates[0].entered.wait(30)
        assert gates[1].entered.wait(30)
        statuses = [jobs.store.get(operation.id).status for operation in operations]
        assert statuses == ["running", "running", "queued", "queued", "queued"]
        assert not gates[2].entered.is_set()
        gates[1].go_on.set()
        assert gates[2].entered.wait(30)
        assert not gates[3].entered.is_set()
        for gate in gates:
            gate.go_on.set()
        assert [ended(jobs, operation).result for operation in operations] == [0, 1, 2, 3, 4]

    def test_a_full_queue_refuses_and_writes_nothing_down(
        self, make: Callable[[int], Jobs], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jobs_module, "MOST_WAITING", 3)
        jobs, gate = make(1), Gate()
        operations = [submit(jobs, gate) for _ in range(4)]
        with pytest.raises(QueueFull, match="3 operations wait"):
            submit(jobs, gate)
        assert jobs.store.listed(None, None, 100, 0)[1] == 4
        jobs.cancel(operations[-1].id)
        assert submit(jobs, gate).status == "queued"

    def test_it_holds_enough_for_a_hundred(self) -> None:
        assert MOST_WAITING >= 100


class TestCancel:
    def test_one_that_runs(self, make: Callable[[int], Jobs]) -> None:
        jobs, gate = make(1), Gate()
        operation = submit(jobs, gate)
        assert gate.entered.wait(30)
        found = jobs.cancel(operation.id)
        found = ended(jobs, operation) if found.live else found
        assert found.status == "cancelled"
        assert found.error is not None
        assert found.error["code"] == "cancelled"

    def test_one_that_waits_never_begins(self, make: Callable[[int], Jobs]) -> None:
        jobs, first, second = make(1), Gate(), Gate()
        submit(jobs, first)
        waiting = submit(jobs, second)
        found = jobs.cancel(waiting.id)
        assert (found.status, found.started_at) == ("cancelled", None)
        first.go_on.set()
        assert not second.entered.is_set()

    def test_one_that_is_over_stays_as_it_is(self, make: Callable[[int], Jobs]) -> None:
        jobs = make(1)
        operation = ended(jobs, submit(jobs, lambda _progress, _cancel: 1))
        assert jobs.cancel(operation.id) == operation

    def test_work_that_does_not_look_is_not_waited_for(
        self, make: Callable[[int], Jobs], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jobs_module, "CANCEL_SECONDS", 0.01)
        jobs, entered, go_on = make(1), threading.Event(), threading.Event()

        def deaf(_progress: Progress, _cancel: CancelToken) -> str:
            entered.set()
            go_on.wait(30)
            return "all the same"

        operation = submit(jobs, deaf)
        assert entered.wait(30)
        assert jobs.cancel(operation.id).status == "running"
        go_on.set()
        assert ended(jobs, operation).status == "completed"

    def test_one_that_is_just_being_put_into_the_queue(self, tmp_path: Path) -> None:
        """It can be seen in the file before it is one of those that wait here."""
        written, go_on, asked = threading.Event(), threading.Event(), threading.Event()

        class Slow(OperationStore):
            def add(self, kind: str, title: str, request: dict[str, Any]) -> Operation:
                operation = super().add(kind, title, request)
                written.set()
                go_on.wait(30)
                return operation

        class Door:
            def __init__(self) -> None:
                self._lock = threading.Lock()

            def __enter__(self) -> None:
                if written.is_set():
                    asked.set()
                self._lock.acquire()

            def __exit__(self, *_: object) -> None:
                self._lock.release()

        with closing(Jobs(Slow(tmp_path / FILE), 1)) as jobs, ThreadPoolExecutor(2) as clients:
            jobs._lock = Door()  # type: ignore[assignment]
            clients.submit(submit, jobs, Gate())
            assert written.wait(30)
            (operation,) = jobs.store.listed(None, None, 9, 0)[0]
            cancelled = clients.submit(jobs.cancel, operation.id)
            seen = asked.wait(5)
            go_on.set()
            assert seen, "it did not wait for the queue"
            assert ended(jobs, cancelled.result(30)).status == "cancelled"

    def test_none_of_that_name(self, make: Callable[[int], Jobs]) -> None:
        with pytest.raises(OperationNotFound):
            make(1).cancel("0" * 16)


class TestPrepare:
    def test_the_first_operation_waits_meanwhile_and_can_be_cancelled(self, tmp_path: Path) -> None:
        entered, go_on, gate = threading.Event(), threading.Event(), Gate()

        def prepare() -> None:
            entered.set()
            go_on.wait(30)

        jobs = Jobs(OperationStore(tmp_path / FILE), 1, prepare=prepare)
        first, second = submit(jobs, gate), submit(jobs, lambda _progress, _cancel: "done")
        assert entered.wait(30)
        found = jobs.cancel(first.id)
        assert (found.status, found.started_at) == ("cancelled", None)
        assert jobs.store.get(second.id).status == "queued"
        go_on.set()
        assert ended(jobs, second).result == "done"
        assert not gate.entered.is_set()
        jobs.close()

    def test_what_fails_there_is_logged_and_operations_run(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        jobs = Jobs(OperationStore(tmp_path / FILE), 1, prepare=lambda: 1 / 0)
        assert ended(jobs, submit(jobs, lambda _progress, _cancel: "done")).result == "done"
        assert "ZeroDivisionError" in caplog.text
        jobs.close()


def test_the_end_of_the_server_interrupts_what_runs_and_what_waits(tmp_path: Path) -> None:
    jobs, gate = Jobs(OperationStore(tmp_path / FILE), 1), Gate()
    running, waiting = submit(jobs, gate), submit(jobs, Gate())
    assert gate.entered.wait(30)
    jobs.close()
    store = OperationStore(tmp_path / FILE)
    for operation in (running, waiting):
        found = store.get(operation.id)
        assert found.status == "interrupted"
        assert found.error is not None
        assert found.error["code"] == "broken_off"
    store.close()


def test_the_next_server_marks_what_a_killed_one_left(tmp_path: Path) -> None:
    store = OperationStore(tmp_path / FILE)
    left, done = store.add(TRAINING, "left", {}), store.add(TRAINING, "done", {})
    store.change(left.id, status="running")
    store.change(done.id, status="completed", result={"skill": 1.0})
    store.close()
    jobs = Jobs(OperationStore(tmp_path / FILE), 1)
    assert jobs.store.get(left.id).status == "interrupted"
    assert (jobs.store.get(done.id).status, jobs.store.get(done.id).result) == ("completed", {"skill": 1.0})
    jobs.close()


def test_an_end_that_the_disk_refuses_is_told_all_the_same(
    make: Callable[[int], Jobs], caplog: pytest.LogCaptureFixture
) -> None:
    jobs, gate, second = make(1), Gate({"skill": 0.5}), Gate()
    operation = submit(jobs, gate)
    waiting = submit(jobs, second)
    assert gate.entered.wait(30)
    with refusing(jobs.store):
        (told,) = heard(jobs.feed(operation.id), gate)
        assert (told[0], told[1]["status"]) == ("ended", "completed")
        assert jobs.store.get(operation.id).result == {"skill": 0.5}
        assert ended(jobs, waiting).status == "failed", "it could not even be marked as running"
    assert jobs.store.get(waiting.id).error["code"] == "storage_problem"  # type: ignore[index]
    assert not second.entered.is_set()
    assert "locked" in caplog.text
    third = submit(jobs, Gate(3))
    assert jobs.cancel(third.id).status in ("cancelled", "running"), "both have left the queue"
    ended(jobs, third)
    assert jobs._jobs == {}


def test_progress_that_the_disk_refuses_does_not_end_the_work(
    make: Callable[[int], Jobs], caplog: pytest.LogCaptureFixture
) -> None:
    jobs, gate = make(1), Gate()

    def work(progress: Progress, cancel: CancelToken) -> str:
        gate(progress, cancel)
        progress(Note("info", "heard, not written"))
        return "done"

    operation = submit(jobs, work)
    assert gate.entered.wait(30)
    with refusing(jobs.store):
        names = [name for name, _ in heard(jobs.feed(operation.id), gate)]
    assert names == ["note", "ended"]
    found = jobs.store.get(operation.id)
    assert (found.status, found.result, found.notes) == ("completed", "done", ["heard, not written"])
    assert f"the progress of operation {operation.id} is not written down" in caplog.text


class TestKeeping:
    def test_the_oldest_are_forgotten_as_others_end(self, tmp_path: Path) -> None:
        jobs = Jobs(OperationStore(tmp_path / FILE), 1, Keeping(most=3))
        done = [ended(jobs, submit(jobs, lambda _progress, _cancel: 1)).id for _ in range(5)]
        jobs._pool.shutdown()
        assert [operation.id for operation in jobs.store.listed(None, None, 9, 0)[0]] == done[:1:-1]
        with pytest.raises(OperationNotFound):
            jobs.cancel(done[0])
        assert jobs.feed(done[0]) is None
        jobs.close()

    def test_a_server_forgets_when_it_starts(self, tmp_path: Path) -> None:
        store = OperationStore(tmp_path / FILE)
        ids = [store.add(TRAINING, "x", {}).id for _ in range(3)]
        store.change(ids[0], status="completed", completed_at=now(40))
        store.change(ids[1], status="completed", completed_at=now(1))
        store.close()
        jobs = Jobs(OperationStore(tmp_path / FILE), 1, Keeping(days=30))
        left = {operation.id: operation.status for operation in jobs.store.listed(None, None, 9, 0)[0]}
        assert left == {ids[1]: "completed", ids[2]: "interrupted"}
        jobs.close()

    def test_what_runs_is_not_forgotten_however_many_end(self, tmp_path: Path) -> None:
        jobs, gate = Jobs(OperationStore(tmp_path / FILE), 2, Keeping(most=1)), Gate("at last")
        long = submit(jobs, gate)
        for _ in range(4):
            ended(jobs, submit(jobs, lambda _progress, _cancel: 1))
        assert jobs.store.get(long.id).status == "running"
        gate.go_on.set()
        assert ended(jobs, long).result == "at last"
        jobs._pool.shutdown()
        assert [operation.id for operation in jobs.store.listed(None, None, 9, 0)[0]] == [long.id]
        jobs.close()
