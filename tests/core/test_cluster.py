"""The cluster's executor against a real scheduler and real workers: order, errors, deaths, and being stopped."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ktrdr_app.core import cluster as module
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.cluster import executor_for
from ktrdr_app.core.cluster_checks import difference
from ktrdr_app.core.compute import ordered_map, ordered_results
from ktrdr_app.core.errors import Cancelled, ClusterProblem, EnvironmentProblem, InvalidValue, TooFewRows
from tests.core import cluster_work as work
from tests.core.children import printed
from tests.dask_cluster import DaskCluster, dask_cluster_in, until

needs_distributed = pytest.mark.usefixtures("dask")


@pytest.fixture(scope="module")
def own(dask: DaskCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """Return a cluster of this module's own, without a worker, to be spoilt."""
    with dask_cluster_in(tmp_path_factory.mktemp("own"), workers=0) as cluster:
        yield cluster


def mapped(address: str, function: Any, items: Iterable[Any], token: CancelToken | None = None) -> list[Any]:
    """Return what the cluster makes of the items."""
    token = token or CancelToken()
    with executor_for(address, cancel=token) as executor:
        return ordered_map(function, items, cancel=token, executor=executor)


def connected(address: str, shared: Path | None = None) -> None:
    """Connect to a cluster and leave it."""
    with executor_for(address, cancel=CancelToken(), shared=shared):
        pass


def test_without_an_address_the_work_is_done_here() -> None:
    token = CancelToken()
    with executor_for(None, cancel=token) as executor:
        assert ordered_map(lambda item: (item, os.getpid()), [3], cancel=token, executor=executor) == [(3, os.getpid())]


@pytest.mark.parametrize("address", ["", "host:8786", "tcp://host", "tcp://", "http://host:1", "tcp://a b:1", "8786"])
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(InvalidValue, match="cluster is"), executor_for(address, cancel=CancelToken()):
        pass


def test_without_the_library_the_command_to_install_it_is_told() -> None:
    code = """
import sys
sys.modules["distributed"] = sys.modules["dask"] = None
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.cluster import executor_for
from ktrdr_app.core.errors import EnvironmentProblem
with executor_for(None, cancel=CancelToken()) as pool:
    assert pool.submit(abs, -2).result() == 2
try:
    with executor_for("tcp://127.0.0.1:1", cancel=CancelToken()):
        pass
except EnvironmentProblem as error:
    print(error.code, error.message, error.hint, sep="|")
"""
    expected = "environment_problem|cluster: the library distributed is not installed|pip install 'ktrdr-app[cluster]'"
    assert printed(code) == expected


@needs_distributed
def test_nobody_at_the_address_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECT_SECONDS", 0.5)
    with pytest.raises(ClusterProblem, match="no scheduler answers") as raised:
        connected("tcp://127.0.0.1:9")
    assert raised.value.where == "tcp://127.0.0.1:9"
    assert "dask scheduler" in raised.value.hint


class TestOnACluster:
    def test_results_are_those_of_the_map_here_in_their_order(self, dask: DaskCluster) -> None:
        token = CancelToken()
        with executor_for(dask.address, cancel=token) as executor:
            assert ordered_map(work.squared, range(40), cancel=token, executor=executor) == [n * n for n in range(40)]
            results = ordered_results(work.squared, iter(range(9)), cancel=token, executor=executor, at_once=2)
            assert list(results) == [n * n for n in range(9)]
            places = set(ordered_map(work.process_id, range(40), cancel=token, executor=executor))
        assert len(places) == 2
        assert os.getpid() not in places

    def test_workers_keep_the_memory_that_work_frees(self, dask: DaskCluster) -> None:
        assert mapped(dask.address, work.keeps_memory, range(4)) == [True] * 4

    def test_the_first_error_in_order_comes_back_as_what_it_was(self, dask: DaskCluster) -> None:
        with pytest.raises(TooFewRows, match="S2 1h") as raised:
            mapped(dask.address, work.fails_from_two, range(6))
        assert raised.value.to_dict() == TooFewRows("S2 1h", 2, 100, "a reason").to_dict()

    def test_a_closure_is_refused_here_and_nothing_is_sent(self, dask: DaskCluster) -> None:
        token = CancelToken()
        with executor_for(dask.address, cancel=token) as executor, pytest.raises((AttributeError, TypeError)):
            ordered_map(lambda item: item, [1], cancel=token, executor=executor)

    def test_a_raised_token_ends_work_that_runs(self, dask: DaskCluster, tmp_path: Path) -> None:
        token = CancelToken("the folds")
        marks = [tmp_path / str(number) for number in range(6)]

        def stop() -> None:
            until(lambda: len(list(tmp_path.glob("*.begun"))) == 2, "work on both workers")
            token.cancel()

        stopper = threading.Thread(target=stop)
        stopper.start()
        with pytest.raises(Cancelled, match="the folds was stopped"):
            mapped(dask.address, work.works_until_stopped, [(mark, token) for mark in marks], token)
        stopper.join()
        until(lambda: len(list(tmp_path.glob("*.stopped"))) == 2, "the end of the work")
        assert mapped(dask.address, work.squared, range(4)) == [0, 1, 4, 9]
        assert len(list(tmp_path.glob("*.begun"))) == 2, "work that had not begun was dropped"

    def test_an_error_ends_the_other_work_too(self, dask: DaskCluster, tmp_path: Path) -> None:
        token = CancelToken()
        orders = [(tmp_path / str(number), token) for number in range(2)]
        with pytest.raises(ZeroDivisionError):
            mapped(dask.address, work.fails_when_all_run, orders, token)
        assert not token.cancelled
        until((tmp_path / "1.stopped").exists, "the end of the other work")

    def test_a_folder_that_workers_do_not_see_is_told(self, dask: DaskCluster, tmp_path: Path) -> None:
        connected(dask.address, tmp_path)
        with pytest.raises(ClusterProblem, match=r"worker tcp://127\.0\.0\.1:\d+ does not see .*elsewhere") as raised:
            connected(dask.address, tmp_path / "elsewhere")
        assert "same path" in raised.value.hint

    @pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: Windows has no such signal")
    def test_work_of_a_killed_worker_is_done_by_another(self, dask: DaskCluster, tmp_path: Path) -> None:
        [found] = mapped(dask.address, work.dies_once, [tmp_path / "mark"])
        assert (tmp_path / "mark").exists(), "the first worker came as far as its end"
        assert found not in (0, os.getpid())

    @pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: Windows has no such signal")
    def test_work_that_kills_every_worker_is_told(self, dask: DaskCluster) -> None:
        with pytest.raises(ClusterProblem, match="2 workers died over the same work") as raised:
            mapped(dask.address, work.dies, [1])
        assert "memory" in raised.value.hint


class TestOnASpoiltCluster:
    def test_it_goes_from_no_worker_to_other_versions_to_a_lost_scheduler(
        self, own: DaskCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(module, "CONNECT_SECONDS", 1.0)
            with pytest.raises(ClusterProblem, match="has no worker") as raised:
                connected(own.address)
        assert f"dask worker {own.address}" in raised.value.hint

        own.add_workers(1)
        token = CancelToken()

        def lose() -> None:
            until((tmp_path / "0.begun").exists, "the work")
            own.scheduler.kill()

        killer = threading.Thread(target=lose)
        killer.start()
        with pytest.raises(ClusterProblem, match="connection to the scheduler was lost"):
            mapped(own.address, work.works_until_stopped, [(tmp_path / "0", token)], token)
        killer.join()

    def test_a_worker_with_another_version_is_named(self, dask: DaskCluster, tmp_path: Path) -> None:
        """Its metadata come first on the worker's path, as those of a wrong installation would."""
        lying = tmp_path / "site" / "ta_lib-0.0.1.dist-info"
        lying.mkdir(parents=True)
        (lying / "METADATA").write_text("Metadata-Version: 2.1\nName: TA-Lib\nVersion: 0.0.1\n")
        path = os.pathsep.join([str(lying.parent), os.environ.get("PYTHONPATH", ""), str(Path.cwd())])
        (tmp_path / "logs").mkdir()
        with dask_cluster_in(tmp_path / "logs", workers=0) as cluster:
            cluster.add_workers(1, PYTHONPATH=path)
            with pytest.raises(EnvironmentProblem, match=r"worker tcp://\S+ has ta-lib 0\.0\.1, here is") as raised:
                connected(cluster.address)
        assert "same versions" in raised.value.hint


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        ({}, ""),
        ({"python": "3.11.99.final.0"}, ""),
        ({"torch": "2.1+cu126"}, ""),
        ({"python": "3.99.1.final.0"}, "Python 3.99, here is 3.11"),
        ({"torch": "2.2+cpu"}, "torch 2.2, here is 2.1"),
        ({"numba": None}, "no numba, here is 1"),
    ],
)
def test_which_differences_count(theirs: dict[str, str | None], expected: str) -> None:
    ours: dict[str, str | None] = {"python": "3.11.5.final.0", "torch": "2.1+cpu", "numba": "1"}
    assert difference(ours, ours | theirs, ("numba", "torch")) == expected


class Order:
    """Work that says what it is about."""

    subject = "IBM"


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (Order(), "training: IBM"),
        (("EURUSD", "USDJPY"), "training: EURUSD, USDJPY"),
        ((), "training"),
        ((Path("x"), 3), "training"),
    ],
)
def test_a_call_says_what_it_is_about_to_who_watches(item: object, words: str) -> None:
    assert module._about((len, item, CancelToken("training"))) == words
    assert module._about((len, 3)) == "work"
