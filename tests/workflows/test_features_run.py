"""Features of many symbols: the values that building each from nothing gives, here, on a cluster, and with a death."""

from __future__ import annotations

import hashlib
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, ClusterProblem, DataNotFound, InvalidValue, StorageProblem, UnknownName
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import ProgressEvent, SymbolDone
from ktrdr_app.features.build import build_features
from ktrdr_app.features.contract import FeatureFrame
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.workflows.features_requests import ManyFeatures, ManyFeaturesRequest
from ktrdr_app.workflows.features_run import build_many_features, build_symbol
from ktrdr_app.workflows.inspect_series import features
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.requests import SeriesRequest
from ktrdr_app.workflows.train_symbols import SymbolOrder
from tests.core.cluster_work import has_prepared
from tests.dask_cluster import DaskCluster, WorkerKiller
from tests.workflows.quick import NAME, SYMBOLS, files_below, with_strategy


@pytest.fixture
def shop(sample_workspace: Workspace) -> Workspace:
    """Return a workspace with data, a quick strategy, and nothing in its caches."""
    return with_strategy(sample_workspace)


def request(workspace: Workspace, *symbols: str, **changes: object) -> ManyFeaturesRequest:
    given = {"out": None, "cluster": None} | changes
    return ManyFeaturesRequest(workspace, NAME, symbols or SYMBOLS, "1d", **given)  # type: ignore[arg-type]


def from_nothing(workspace: Workspace, symbol: str) -> FeatureFrame:
    """Build a symbol's features without any cache."""
    plan = FeaturePlan.of(load_strategy(NAME, workspace))
    return build_features(source_of(workspace).load(symbol, "1d"), plan, timeframe="1d")


def kept(workspace: Workspace) -> dict[str, bytes]:
    """Return the files of the features' cache by their place in it."""
    folder = workspace.cache / "features"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.features")}


def forget(workspace: Workspace) -> None:
    for path in (workspace.cache / "features").rglob("*.features"):
        path.unlink()


def test_the_values_are_those_of_building_each_from_nothing(shop: Workspace) -> None:
    found = build_many_features(request(shop))
    assert [built.symbol for built in found.symbols] == list(SYMBOLS)
    for built in found.symbols:
        alone = from_nothing(shop, built.symbol)
        rows = alone.values[alone.valid]
        assert built.values == hashlib.sha256(np.ascontiguousarray(rows, "<f4").tobytes()).hexdigest()
        assert (built.rows, built.dropped_rows) == (len(rows), len(alone.values) - len(rows))
        opens = alone.index[alone.valid]
        assert (built.first, built.last) == tuple(f"{opens[place]:%Y-%m-%dT%H:%M:%SZ}" for place in (0, -1))
        entry = found.document["symbols"][built.symbol]
        assert (entry["values_sha256"], entry["rows"], entry["file"]) == (built.values, built.rows, None)
    assert found.document["columns"] == list(from_nothing(shop, "IBM").contract.names)


def test_they_are_built_once_and_the_document_does_not_tell(shop: Workspace) -> None:
    first, second = build_many_features(request(shop)), build_many_features(request(shop))
    assert {built.source for built in first.symbols} == {"built"}
    assert {built.source for built in second.symbols} == {"disk"}
    assert first.document == second.document
    assert len(kept(shop)) == len(SYMBOLS)


def test_the_features_of_one_come_from_where_those_of_many_were_left(shop: Workspace) -> None:
    [built] = build_many_features(request(shop, "IBM")).symbols
    before = kept(shop)
    alone = features(SeriesRequest(shop, NAME, "IBM", "1d"))
    assert kept(shop) == before
    assert hashlib.sha256(np.ascontiguousarray(alone.frame.to_numpy(), "<f4").tobytes()).hexdigest() == built.values
    pd.testing.assert_frame_equal(alone.frame, from_nothing(shop, "IBM").table(), check_exact=True)
    assert (alone.digest, alone.dropped_rows) == (built.contract, built.dropped_rows)


def test_tables_go_into_a_folder_of_their_own(shop: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "tables"
    found = build_many_features(request(shop, out=out))
    assert sorted(path.name for path in out.iterdir()) == [f"{symbol}_1d.csv" for symbol in SYMBOLS]
    for symbol in SYMBOLS:
        assert found.document["symbols"][symbol]["file"] == str(out / f"{symbol}_1d.csv")
        table = pd.read_csv(out / f"{symbol}_1d.csv", index_col="timestamp")
        alone = from_nothing(shop, symbol).table()
        assert list(table.columns) == list(alone.columns)
        assert np.array_equal(table.to_numpy(np.float32), alone.to_numpy())
    with pytest.raises(StorageProblem, match="there already"):
        build_many_features(request(shop, out=out))


def test_symbols_are_told_in_their_order(shop: Workspace) -> None:
    heard: list[ProgressEvent] = []
    build_many_features(request(shop, "MSFT", "AAPL"), heard.append)
    assert heard == [SymbolDone("MSFT", 1, 2), SymbolDone("AAPL", 2, 2)]


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"symbols": ()}, InvalidValue, "symbols is .nothing"),
        ({"symbols": ("IBM", "IBM")}, InvalidValue, "IBM,IBM"),
        ({"symbols": ("IBM", "NOWHERE")}, DataNotFound, "NOWHERE"),
        ({"timeframe": "2d"}, UnknownName, "2d"),
        ({"cluster": "nowhere"}, InvalidValue, "cluster"),
    ],
)
def test_what_cannot_be_built_is_refused_with_nothing_written(
    shop: Workspace, tmp_path: Path, changes: dict[str, object], error: type[Exception], words: str
) -> None:
    before = files_below(shop.root)
    given = {"symbols": SYMBOLS, "timeframe": "1d", "out": tmp_path / "tables"} | changes
    with pytest.raises(error, match=words):
        build_many_features(ManyFeaturesRequest(shop, NAME, **given))  # type: ignore[arg-type]
    assert files_below(shop.root) == before
    assert kept(shop) == {}
    assert not (tmp_path / "tables").exists()


def test_stopping_it_writes_no_table(shop: Workspace, tmp_path: Path) -> None:
    token = CancelToken("the features")

    def listen(_event: ProgressEvent) -> None:
        token.cancel()

    with pytest.raises(Cancelled, match="the features was stopped"):
        build_many_features(request(shop, out=tmp_path / "tables"), listen, token)
    assert list(tmp_path.glob("*tables*")) == []


def test_an_order_survives_pickling_and_heeds_its_token(shop: Workspace) -> None:
    loaded = load_strategy(NAME, shop)
    given = (loaded.strategy.document(), loaded.where, CancelToken("the features"))
    order = SymbolOrder(shop, "IBM", "1d", None, None, *given)
    there = build_symbol(pickle.loads(pickle.dumps(order)))
    assert there.source == "built"
    assert build_symbol(order) == replace(there, source="disk")
    order.cancel.cancel()
    with pytest.raises(Cancelled):
        build_symbol(order)


class TestOnACluster:
    def test_values_caches_and_tables_are_those_of_this_machine(
        self, dask: DaskCluster, shop: Workspace, tmp_path: Path
    ) -> None:
        here = build_many_features(request(shop, out=tmp_path / "here"))
        before = kept(shop)
        forget(shop)
        there = build_many_features(request(shop, out=tmp_path / "there", cluster=dask.address))
        self.same(here, there)
        assert kept(shop) == before
        for symbol in SYMBOLS:
            name = f"{symbol}_1d.csv"
            assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()

    def test_without_tables_nothing_but_the_cache_is_written(self, dask: DaskCluster, shop: Workspace) -> None:
        before = files_below(shop.root)
        found = build_many_features(request(shop, cluster=dask.address))
        assert files_below(shop.root) == before
        assert list((shop.cache / "rows").iterdir()) == []
        self.same(build_many_features(request(shop)), found)

    @pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: Windows has no such signal")
    def test_a_worker_killed_in_the_middle_changes_nothing(
        self, dask: DaskCluster, shop: Workspace, tmp_path: Path
    ) -> None:
        with dask.client() as client:
            if any(client.run(has_prepared).values()):
                client.restart(timeout=60)  # only workers that have imported nothing yet are seconds at a symbol
            killer = WorkerKiller(client)
            killer.start()
            there = build_many_features(request(shop, out=tmp_path / "there", cluster=dask.address))
            killer.check()
        written = kept(shop)
        forget(shop)
        self.same(build_many_features(request(shop, out=tmp_path / "here")), there)
        assert kept(shop) == written
        assert sorted(path.name for path in (tmp_path / "there").iterdir()) == [f"{name}_1d.csv" for name in SYMBOLS]

    def test_features_of_another_program_are_refused(
        self, dask: DaskCluster, shop: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The formulas of this process get another version than those of the workers."""
        monkeypatch.setattr("ktrdr_app.features.plan.FORMULA_VERSION", 99)
        with pytest.raises(ClusterProblem, match="features of AAPL are not those of this machine"):
            build_many_features(request(shop, out=tmp_path / "there", cluster=dask.address))
        assert not (tmp_path / "there").exists()

    @staticmethod
    def same(here: ManyFeatures, there: ManyFeatures) -> None:
        def facts(found: ManyFeatures) -> dict[str, object]:
            return {name: {**entry, "file": None} for name, entry in found.document["symbols"].items()}

        assert facts(here) == facts(there)
        assert here.document["contract_sha256"] == there.document["contract_sha256"]


def test_the_number_of_threads_changes_nothing(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def pool(workers: int) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(workers)

    documents = []
    for workers in (1, 3):
        forget(shop)
        monkeypatch.setattr("ktrdr_app.core.cluster.local_pool", lambda workers=workers: pool(workers))
        documents.append(build_many_features(request(shop)).document)
    assert documents[0] == documents[1]


def test_what_a_dead_worker_left_in_the_folder_goes(shop: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "tables"

    def listen(event: ProgressEvent) -> None:
        if isinstance(event, SymbolDone) and event.done == 1:
            [building] = tmp_path.glob(".tables.*.part")
            (building / ".MSFT_1d.csv.12345678.tmp").write_bytes(b"half")

    build_many_features(request(shop, out=out), listen)
    assert sorted(path.name for path in out.iterdir()) == [f"{symbol}_1d.csv" for symbol in SYMBOLS]
