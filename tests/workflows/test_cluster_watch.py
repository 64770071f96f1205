"""Watching a cluster: what is said of workers, from facts by hand and of a real one whose workers and scheduler die."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.cluster import executor_for
from ktrdr_app.core.compute import ordered_map
from ktrdr_app.core.errors import Cancelled, ClusterProblem, EnvironmentProblem, InvalidValue
from ktrdr_app.workflows import cluster_watch as module
from ktrdr_app.workflows.cluster_seen import ALIVE, LOST, PAUSED, SILENT, ClusterSeen
from ktrdr_app.workflows.cluster_watch import MOST_LOST, SILENT_SECONDS, Watch, watch_cluster, words_of
from tests.core import cluster_work
from tests.dask_cluster import DaskCluster, dask_cluster_in, until

A, B = "tcp://10.0.0.6:8790", "tcp://10.0.0.6:8791"


def said(**changes: Any) -> dict[str, Any]:
    """Return what a scheduler says of a worker, as the version here does."""
    metrics = {"cpu": 98.5, "memory": 300_000_000, "task_counts": {"executing": 1}} | changes.pop("metrics", {})
    plain = {"name": A, "nthreads": 2, "memory_limit": 8_000_000_000, "last_seen": 1000.0, "status": "running"}
    return plain | changes | {"metrics": metrics}


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(clock: Clock) -> Watch:
    return Watch("tcp://10.0.0.5:8786", clock)


class TestFacts:
    def test_what_the_scheduler_says_is_shown(self, watch: Watch) -> None:
        seen = watch.take({A: said(name="north-1")}, {A: ("Train quick: IBM-" + "0f" * 16, ("inc-4", 0))})
        [worker] = seen.workers
        assert (worker.address, worker.name, worker.threads) == (A, "north-1", 2)
        assert (worker.memory, worker.memory_limit, worker.cpu) == (300_000_000, 8_000_000_000, 98.5)
        assert worker.work == ("Train quick: IBM", "inc-4")
        assert (worker.state, worker.fault) == (ALIVE, "")
        assert seen.problem is None

    def test_a_worker_that_says_little_is_shown_with_what_is_known(self, watch: Watch) -> None:
        bare = {"name": 3, "nthreads": 1, "memory_limit": None, "last_seen": 1.0, "status": "init", "metrics": {}}
        [worker] = watch.take({A: bare}, {}).workers
        assert (worker.name, worker.memory, worker.memory_limit, worker.cpu) == ("3", 0, 0, 0.0)
        assert (worker.work, worker.state) == ((), ALIVE)

    def test_one_that_stops_speaking_is_silent_and_speaks_again(self, watch: Watch, clock: Clock) -> None:
        def state(last_seen: float) -> str:
            return watch.take({A: said(last_seen=last_seen)}, {}).workers[0].state

        assert state(5.0) == ALIVE
        clock.now = SILENT_SECONDS - 0.1
        assert state(5.0) == ALIVE
        clock.now = SILENT_SECONDS
        assert state(5.0) == SILENT
        assert state(4.0) == ALIVE, "its scheduler's clock may go backwards"

    def test_one_whose_memory_is_full_is_paused(self, watch: Watch) -> None:
        assert watch.take({A: said(status="paused")}, {}).workers[0].state == PAUSED

    def test_one_that_is_gone_stays_as_lost_and_does_nothing(self, watch: Watch) -> None:
        watch.take({A: said(), B: said(name="b")}, {A: ("x",)})
        seen = watch.take({B: said(name="b")}, {})
        assert [(worker.address, worker.state) for worker in seen.workers] == [(A, LOST), (B, ALIVE)]
        lost = seen.workers[0]
        assert (lost.work, lost.cpu, lost.memory) == ((), 0.0, 0)
        assert [worker.address for worker in seen.present] == [B]
        assert watch.take({A: said(), B: said()}, {}).workers[0].state == ALIVE, "it came back"

    def test_only_the_last_lost_ones_are_remembered(self, watch: Watch) -> None:
        names = [f"tcp://10.0.0.6:{port}" for port in range(9000, 9000 + MOST_LOST + 3)]
        watch.take({name: said(name=name) for name in names}, {})
        assert [worker.address for worker in watch.take({}, {}).workers] == names[3:]
        assert set(watch._heard) == set(names[3:]), "those of a cluster that comes and goes do not pile up"

    def test_without_its_scheduler_nobody_is_there(self, watch: Watch) -> None:
        watch.take({A: said()}, {A: ("x",)})
        seen = watch.lost()
        assert (seen.present, seen.workers[0].state) == ((), LOST)
        assert isinstance(seen.problem, ClusterProblem)
        assert (seen.problem.where, "start it again" in seen.problem.hint) == ("tcp://10.0.0.5:8786", True)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("the certificate: EURUSD-" + "a1" * 16, "the certificate: EURUSD"),
        ("a-b: X-" + "00" * 16, "a-b: X"),
        ("inc-0123456789", "inc-0123456789"),
        (("load", 3, 4), "load"),
        ((), "()"),
        (7, "7"),
        ("x" * 100, "x" * 79 + "…"),
    ],
)
def test_a_key_says_what_it_is_about(key: object, words: str) -> None:
    assert words_of(key) == words


class Watching:
    """A watch that runs in a thread of the test."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.token = CancelToken("the cluster")
        self.seen: list[ClusterSeen] = []
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            watch_cluster(self.address, self.seen.append, self.token)
        except BaseException as error:
            self.error = error

    def wait(self, accept: Callable[[ClusterSeen], bool], what: str) -> ClusterSeen:
        """Return the newest sight once it is as wanted."""
        until(lambda: self.error is not None or (self.seen and accept(self.seen[-1])), what)
        assert self.error is None, self.error
        return self.seen[-1]


@contextmanager
def watching(address: str) -> Iterator[Watching]:
    made = Watching(address)
    made.thread.start()
    try:
        yield made
    finally:
        made.token.cancel()
        made.thread.join(20)
        assert not made.thread.is_alive()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(module, "AGAIN_SECONDS", 2.0)


class TestARealOne:
    def test_workers_are_seen_with_what_they_work_on(self, dask: DaskCluster, tmp_path: Path) -> None:
        token = CancelToken("the folds")

        def work() -> None:
            with contextlib.suppress(Cancelled), executor_for(dask.address, cancel=token) as executor:
                orders = [(tmp_path / str(number), token) for number in range(2)]
                ordered_map(cluster_work.works_until_stopped, orders, cancel=token, executor=executor)

        with watching(dask.address) as view:
            seen = view.wait(lambda seen: len(seen.present) == 2, "two workers")
            assert {worker.threads for worker in seen.present} == {1}
            assert {worker.fault for worker in seen.present} == {""}
            assert min(worker.memory for worker in seen.present) > 10_000_000
            worker = threading.Thread(target=work)
            worker.start()
            busy = view.wait(lambda seen: all(each.work for each in seen.present), "work on both")
            token.cancel()
            worker.join()
            assert {each.work for each in busy.present} == {("the folds",)}, "the key's other signs are left out"
            view.wait(lambda seen: not any(each.work for each in seen.present), "the end of the work")

    @pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: Windows has no such signal")
    def test_a_killed_worker_is_lost_and_another_comes(self, dask: DaskCluster) -> None:
        with dask.client() as client, watching(dask.address) as view:
            before = view.wait(lambda seen: len(seen.present) == 2, "two workers")
            victim = before.present[0].address
            os.kill(client.run(os.getpid, workers=[victim])[victim], signal.SIGKILL)
            view.wait(lambda seen: any(each.state == LOST for each in seen.workers), "the loss")
            after = view.wait(lambda seen: len(seen.present) == 2, "another worker")
        assert victim in [each.address for each in after.workers if each.state == LOST]
        assert victim not in [each.address for each in after.present]

    @pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: Windows has no such signal")
    def test_a_worker_that_stands_still_is_silent_and_the_scheduler_is_not_blamed(
        self, dask: DaskCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It cannot say which versions it has; once it goes on it is asked again."""
        monkeypatch.setattr(module, "COMPARE_SECONDS", 0.2)
        monkeypatch.setattr(module, "SILENT_SECONDS", 1.0)
        with dask_cluster_in(tmp_path, workers=1) as own:
            with own.client() as client:
                [pid] = client.run(os.getpid).values()
            os.kill(pid, signal.SIGSTOP)
            with watching(own.address) as view:
                seen = view.wait(lambda seen: [each.state for each in seen.workers] == [SILENT], "a silent worker")
                os.kill(pid, signal.SIGCONT)
                view.wait(lambda seen: [each.state for each in seen.workers] == [ALIVE], "its voice")
            assert {each.problem for each in view.seen} == {None}
        assert not seen.unreachable

    @pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: Windows has no such signal")
    def test_a_scheduler_that_goes_is_told_and_found_again(self, dask: DaskCluster, tmp_path: Path) -> None:
        (tmp_path / "first").mkdir()
        (tmp_path / "second").mkdir()
        with dask_cluster_in(tmp_path / "first", workers=0) as first, watching(first.address) as view:
            seen = view.wait(lambda seen: seen.problem is None, "the scheduler")
            assert seen.workers == ()
            first.stop()
            gone = view.wait(lambda seen: seen.problem is not None, "its end")
            assert isinstance(gone.problem, ClusterProblem)
            assert "does not answer any more" in gone.problem.message
            again = DaskCluster(tmp_path / "second", port=int(first.address.rpartition(":")[2]))
            try:
                view.wait(lambda seen: seen.problem is None, "another scheduler at the same place")
            finally:
                again.stop()

    def test_other_versions_are_told_by_worker(self, dask: DaskCluster, tmp_path: Path) -> None:
        """Its metadata come first on the worker's path, as those of a wrong installation would."""
        lying = tmp_path / "site" / "torch-0.0.1.dist-info"
        lying.mkdir(parents=True)
        (lying / "METADATA").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 0.0.1\n")
        path = os.pathsep.join([str(lying.parent), os.environ.get("PYTHONPATH", ""), str(Path.cwd())])
        (tmp_path / "logs").mkdir()
        with dask_cluster_in(tmp_path / "logs", workers=0) as cluster:
            cluster.add_workers(1, PYTHONPATH=path)
            with watching(cluster.address) as view:
                seen = view.wait(lambda seen: bool(seen.workers), "the worker")
        assert seen.workers[0].fault.startswith("torch 0.0.1, here is ")
        assert isinstance(seen.problem, EnvironmentProblem)
        assert f"worker {seen.workers[0].name} has torch 0.0.1" in seen.problem.message
        assert "same versions" in seen.problem.hint

    def test_it_ends_within_a_moment_though_nobody_answers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pytest.importorskip("distributed", reason="NOT TESTED: the extra cluster is not installed")
        monkeypatch.setattr(module, "CONNECT_SECONDS", 60.0)
        with watching("tcp://127.0.0.1:9") as view:
            until(lambda: "distributed.core" in sys.modules, "the library")
        assert isinstance(view.error, Cancelled)


@pytest.mark.usefixtures("dask")
@pytest.mark.parametrize(
    ("address", "error", "words"),
    [
        ("north", InvalidValue, "cluster is 'north'"),
        ("tls://127.0.0.1:9", EnvironmentProblem, "no certificate"),
        ("tcp://127.0.0.1:9", ClusterProblem, "no scheduler answers"),
    ],
)
def test_what_cannot_be_watched_is_told(
    address: str, error: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CONNECT_SECONDS", 0.5)
    heard: list[ClusterSeen] = []
    with pytest.raises(error, match=words):
        watch_cluster(address, heard.append, CancelToken())
    assert heard == []
