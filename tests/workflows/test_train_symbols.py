"""Symbols prepared on a real cluster of two workers: the bytes of a training here, whatever happens to the workers."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import sys
import time
from pathlib import Path

import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import (
    Cancelled,
    ClusterProblem,
    EmptyData,
    EnvironmentProblem,
    InvalidValue,
    StorageProblem,
    TooFewRows,
)
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import SymbolDone
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.training.row_files import read_rows
from ktrdr_app.workflows import train_symbols as module
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.train_run import train
from ktrdr_app.workflows.train_symbols import SymbolOrder, prepare_in_file, prepare_symbol
from tests.core.cluster_work import has_prepared
from tests.dask_cluster import DaskCluster, WorkerKiller
from tests.workflows.quick import SYMBOLS, files_below, request, trained, with_strategy


def weights(folder: Path) -> bytes:
    """Return the bytes of a model's weights."""
    return (folder / "model.pt").read_bytes()


def fresh(workspace: Workspace, cluster: str | None) -> TrainRequest:
    """Return a request for a training that finds nothing in the caches."""
    return request(with_strategy(workspace), cluster=cluster, epochs=2)


def left_rows(workspace: Workspace) -> list[Path]:
    """Return what a training has left of its rows."""
    return list((workspace.cache / "rows").rglob("*"))


def order(workspace: Workspace, symbol: str = "IBM", **changes: object) -> SymbolOrder:
    """Return what a worker would be sent."""
    document = load_strategy("quick", with_strategy(workspace)).strategy.document()
    plain = {"start": None, "end": None, "where": "quick.yaml", "cancel": CancelToken("training")} | changes
    return SymbolOrder(workspace=workspace, symbol=symbol, timeframe="1d", strategy=document, **plain)


class TestTheWorkOfOneSymbol:
    def test_it_survives_pickling_and_its_rows_the_file(self, sample_workspace: Workspace, tmp_path: Path) -> None:
        here = order(sample_workspace, file=tmp_path / "0.rows")
        assert here.subject == "IBM", "who watches the cluster is told so"
        there = pickle.loads(pickle.dumps(here))
        assert there == here
        expected, filed = prepare_symbol(here), prepare_in_file(there)
        assert filed.facts.fingerprint == expected.fingerprint
        assert filed.contract == FeaturePlan.of(load_strategy("quick", sample_workspace)).contract
        found = read_rows(filed.rows, filed.contract, "IBM")
        for name in ("values", "label", "symbol_id", "close_time", "label_end"):
            assert getattr(found, name).tobytes() == getattr(expected.block, name).tobytes()
        assert len(pickle.dumps(filed)) < 5_000, "rows are not sent back"

    def test_nothing_is_written_once_nobody_waits(self, sample_workspace: Workspace, tmp_path: Path) -> None:
        gone = tmp_path / "gone" / "0.rows"
        with pytest.raises(StorageProblem, match="is over"):
            prepare_in_file(order(sample_workspace, file=gone))
        stopped = order(sample_workspace, file=tmp_path / "0.rows")
        stopped.cancel.cancel()
        with pytest.raises(Cancelled, match="training was stopped"):
            prepare_in_file(stopped)
        assert not gone.parent.exists()
        assert not (tmp_path / "0.rows").exists()

    def test_a_file_must_be_named(self, sample_workspace: Workspace) -> None:
        with pytest.raises(ValueError, match="IBM"):
            prepare_in_file(order(sample_workspace))


class TestOnACluster:
    @pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: Windows has no such signal")
    def test_a_worker_killed_in_the_middle_changes_no_byte(
        self, dask: DaskCluster, sample_workspace: Workspace
    ) -> None:
        with dask.client() as client:
            if any(client.run(has_prepared).values()):
                client.restart(timeout=60)  # only workers that have imported nothing yet are seconds at a symbol
            killer = WorkerKiller(client)
            killer.start()
            found = train(fresh(sample_workspace, dask.address))
            killer.check()
        assert weights(found.model_path) == weights(trained(sample_workspace, epochs=2).model_path)
        assert left_rows(sample_workspace) == []

    def test_the_model_is_that_of_a_training_here(self, dask: DaskCluster, sample_workspace: Workspace) -> None:
        seen: list[object] = []
        there = train(fresh(sample_workspace, dask.address), seen.append)
        here = trained(sample_workspace, epochs=2)
        assert weights(there.model_path) == weights(here.model_path)
        manifests = [json.loads((found.model_path / "training_manifest.json").read_text()) for found in (here, there)]
        for key in ("command", "data_fingerprints", "feature_contract", "samples_per_symbol"):
            assert manifests[0][key] == manifests[1][key]
        assert "cluster" not in json.dumps(manifests)
        done = [(event.symbol, event.done) for event in seen if isinstance(event, SymbolDone)]
        assert done == [(symbol, number) for number, symbol in enumerate(SYMBOLS, start=1)]
        assert left_rows(sample_workspace) == []

    def test_cancelling_ends_it_and_leaves_nothing(self, dask: DaskCluster, sample_workspace: Workspace) -> None:
        token = CancelToken("training")

        def stop(event: object) -> None:
            if isinstance(event, SymbolDone):
                token.cancel()

        with pytest.raises(Cancelled, match="training was stopped"):
            train(fresh(sample_workspace, dask.address), stop, token)
        assert files_below(sample_workspace.models) == []
        assert left_rows(sample_workspace) == []

    @pytest.mark.parametrize(
        ("changes", "kind", "word"),
        [({"end": "2005-06-30"}, TooFewRows, "AAPL"), ({"start": "2031-01-01"}, EmptyData, "2013-03-01")],
    )
    def test_what_a_worker_meets_is_told_as_here(
        self, changes: dict[str, str], kind: type[Exception], word: str, dask: DaskCluster, sample_workspace: Workspace
    ) -> None:
        with pytest.raises(kind) as there:
            train(request(with_strategy(sample_workspace), cluster=dask.address, **changes))
        with pytest.raises(kind) as here:
            trained(sample_workspace, **changes)
        assert there.value.to_dict() == here.value.to_dict()
        assert word in json.dumps(there.value.to_dict())
        assert left_rows(sample_workspace) == []

    def test_rows_of_another_program_are_refused(
        self, dask: DaskCluster, sample_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The formulas of this process get another version than those of the workers."""
        monkeypatch.setattr("ktrdr_app.features.plan.FORMULA_VERSION", 99)
        with pytest.raises(ClusterProblem, match="features of AAPL are not those of this machine"):
            train(fresh(sample_workspace, dask.address))
        assert left_rows(sample_workspace) == []


@pytest.mark.usefixtures("dask")
def test_a_training_without_its_scheduler_is_told_and_leaves_nothing(
    sample_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ktrdr_app.core.cluster.CONNECT_SECONDS", 0.5)
    with pytest.raises(ClusterProblem, match="no scheduler answers"):
        train(fresh(sample_workspace, "tcp://127.0.0.1:9"))
    assert files_below(sample_workspace.models) == []
    assert left_rows(sample_workspace) == []


def test_a_training_without_the_extra_is_told(sample_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EnvironmentProblem, match="distributed is not installed"):
        train(fresh(sample_workspace, "tcp://127.0.0.1:9"))
    with pytest.raises(InvalidValue, match="cluster is 'nowhere'"):
        train(fresh(sample_workspace, "nowhere"))
    assert left_rows(sample_workspace) == []


def test_rows_that_a_killed_training_left_go_after_a_day(sample_workspace: Workspace) -> None:
    place = sample_workspace.cache / "rows"
    for name, age in (("old", module.LEFTOVER_SECONDS + 60), ("new", 60)):
        folder = place / f"{name}.shared"
        folder.mkdir(parents=True)
        (folder / "0.rows").write_bytes(b"rows")
        os.utime(folder, (time.time() - age,) * 2)
    with contextlib.suppress(InvalidValue):
        train(fresh(sample_workspace, "nowhere"))
    assert [path.name for path in place.iterdir()] == ["new.shared"]
