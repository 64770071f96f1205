"""Certifying end to end from files: the document, what reproduces it, and every way to fail with nothing written."""

from __future__ import annotations

import hashlib
import json
import shlex
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, DataNotFound, InvalidValue, WorkspaceReadOnly
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import FoldDone, ProgressEvent, StageFinished, StageStarted
from ktrdr_app.workflows.certify_run import certify
from ktrdr_app.workflows.requests import CertifyResult
from ktrdr_app.workflows.run_folders import newest_run
from ktrdr_app.workflows.train_run import train
from tests.core.protected import only_looked_at
from tests.dask_cluster import DaskCluster, WorkerKiller
from tests.training.planted_market import MARKETS
from tests.workflows.planted import planted_workspace, request
from tests.workflows.quick import files_below


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return the planted markets as files."""
    return planted_workspace(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def found(workspace: Workspace) -> CertifyResult:
    """Return the certificate of all markets."""
    return certify(request(workspace, seed=3))


def test_the_document_is_the_file_and_has_every_promised_field(found: CertifyResult, workspace: Workspace) -> None:
    document = dict(found.document)
    assert document.pop("certificate_file") == str(found.path)
    assert json.loads(found.path.read_text(encoding="utf-8")) == document
    assert found.path.name == "certificate.json"
    assert found.path.parent.parent == workspace.runs
    assert document["verdict"] == "pass"
    assert (document["required"], document["floor"], document["seed"]) == (0.8, -0.01, 3)
    assert document["retention"]["low"] >= 0.8
    assert document["symbols"] == list(document["per_symbol"]) == list(MARKETS)
    assert sum(entry["weight"] for entry in document["per_symbol"].values()) == pytest.approx(1)
    assert document["retention"]["value"] == pytest.approx(
        document["unseen_skill"]["value"] / document["skill"]["value"]
    )
    assert set(document["data_fingerprints"]) == set(MARKETS)
    assert document["strategy"]["name"] == "planted"
    assert document["report"][0].startswith("Pass: ")


def test_retention_follows_from_the_figures_by_symbol(found: CertifyResult) -> None:
    rows = found.document["per_symbol"].values()
    skill = sum(row["weight"] * row["skill"]["value"] for row in rows)
    unseen = sum(row["weight"] * row["unseen_skill"]["value"] for row in rows)
    assert found.document["skill"]["value"] == pytest.approx(skill)
    assert found.document["retention"]["value"] == pytest.approx(unseen / skill)


def test_money_after_costs_stands_beside_and_decides_nothing(found: CertifyResult) -> None:
    money = found.document["after_costs"]
    assert set(money["trades"]) == set(MARKETS)
    gap = money["unseen_sharpe"]["value"] - money["sharpe"]["value"]
    assert money["difference"]["value"] == pytest.approx(gap)
    assert money["difference"]["low"] <= gap <= money["difference"]["high"]
    assert sum("After costs" in sentence for sentence in found.document["report"]) == 1


def test_groups_are_those_of_names_and_each_has_a_verdict(found: CertifyResult) -> None:
    groups = {(entry["kind"], entry["name"]): entry for entry in found.document["groups"]}
    assert {name for kind, name in groups if kind == "asset class"} == {"crypto", "forex", "metal"}
    assert groups["currency", "USD"]["symbols"] == list(MARKETS)
    assert groups["currency", "USD"]["verdict"] == "not evaluable"
    assert groups["currency", "USD"]["retention"] is None
    forex = groups["asset class", "forex"]
    assert forex["verdict"] == "pass"
    assert set(forex["per_symbol"]) == {"AUDUSD", "EURUSD", "USDJPY"}
    left_out = [tuple(fold["left_out"]) for fold in found.document["folds"]]
    assert left_out == [(), *((symbol,) for symbol in MARKETS), ("AUDUSD", "EURUSD", "USDJPY")]


def test_the_model_of_all_is_the_one_that_train_saves(found: CertifyResult, workspace: Workspace) -> None:
    trained = train(request(workspace, seed=3)).document
    for symbol, entry in found.document["per_symbol"].items():
        assert entry["skill"]["value"] == pytest.approx(trained["per_symbol_test"][symbol]["skill"], rel=1e-5)
        assert entry["rows"] == trained["per_symbol_test"][symbol]["support"]
    assert found.document["folds"][0]["best_epoch"] == trained["best_epoch"]
    assert found.document["folds"][0]["training_rows"] == trained["total_samples"]
    for name in ("train_end", "validation_end", "test_start"):
        assert found.document["split"][name] == trained["split"][name]


@pytest.mark.parametrize("workers", [1, 4])
def test_the_document_does_not_depend_on_workers(found: CertifyResult, workspace: Workspace, workers: int) -> None:
    with ThreadPoolExecutor(workers) as pool:
        again = certify(request(workspace, seed=3), executor=pool)
    assert again.path != found.path
    assert again.path.read_bytes() == found.path.read_bytes()


def test_nor_on_a_cluster(found: CertifyResult, workspace: Workspace, dask: DaskCluster) -> None:
    again = certify(request(workspace, seed=3, cluster=dask.address))
    assert again.path.read_bytes() == found.path.read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: Windows has no such signal")
def test_nor_on_a_worker_that_is_killed_over_a_fold(
    found: CertifyResult, workspace: Workspace, dask: DaskCluster
) -> None:
    """The hash of the file is what users hold certificates against each other by."""
    with dask.client() as client:
        client.restart(timeout=60)  # only workers that have imported nothing yet are a second or more at a fold
        killer = WorkerKiller(client)

        def listen(event: ProgressEvent) -> None:
            if isinstance(event, StageStarted) and event.stage == "folds":
                killer.start()

        again = certify(request(workspace, seed=3, cluster=dask.address), listen)
        killer.check()
    hashes = {hashlib.sha256(made.path.read_bytes()).hexdigest() for made in (found, again)}
    assert len(hashes) == 1


def test_the_command_reproduces_it(workspace: Workspace) -> None:
    some = ("AUDUSD", "XAUUSD", "BTCUSD")
    document = certify(
        request(workspace, symbols=some, seed=5, epochs=3, batch_size=128, combination="balanced", end="2020-02-20")
    ).document
    words = shlex.split(document["command"])
    assert words[:3] == ["ktrdr-app", "certify", "planted"]
    assert dict(zip(words[3::2], words[4::2], strict=True)) == {
        "--symbols": "AUDUSD,XAUUSD,BTCUSD",
        "--timeframe": "1h",
        "--seed": "5",
        "--combination": "balanced",
        "--end": "2020-02-20",
        "--epochs": "3",
        "--batch-size": "128",
    }
    assert all(fold["epochs_trained"] <= 3 for fold in document["folds"])
    assert document["strategy"]["training"]["combination"] == "balanced"


def test_weights_are_given_to_those_that_take_part(workspace: Workspace) -> None:
    weights = dict(zip(MARKETS, (1.0, 1.0, 1.0, 1.0, 2.0), strict=True))
    document = certify(request(workspace, combination="weighted", weights=weights, epochs=2)).document
    rows = {tuple(fold["left_out"]): fold["training_rows"] for fold in document["folds"]}
    of_one = rows[()] // 6  # the weight of a symbol with 1 of 1 + 1 + 1 + 1 + 2
    assert rows["BTCUSD",] == pytest.approx(4 * 2 * of_one, abs=4)
    assert rows["AUDUSD",] == pytest.approx(5 * of_one, abs=4)


def test_stages_folds_and_files_are_told_in_order(workspace: Workspace) -> None:
    said: list[ProgressEvent] = []
    certify(request(workspace, epochs=1), said.append)
    stages = [event.stage for event in said if isinstance(event, StageFinished)]
    assert stages == ["load", "indicators", "fuzzy", "features", "labels", "folds", "simulate", "save"]
    folds = [event for event in said if isinstance(event, FoldDone)]
    assert [event.done for event in folds] == list(range(1, 8))
    assert {event.total for event in folds} == {7}


def test_it_is_no_backtest_to_reopen(found: CertifyResult, workspace: Workspace) -> None:
    assert found.path.is_file()
    assert newest_run(workspace) is None


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"symbols": ("EURUSD", "USDJPY")}, InvalidValue, "EURUSD,USDJPY"),
        ({"kind": "legacy"}, InvalidValue, "legacy"),
        ({"resume": "some-run"}, InvalidValue, "some-run"),
        ({"symbols": ("EURUSD", "USDJPY", "NOWHERE")}, DataNotFound, "NOWHERE"),
        ({"epochs": 0}, InvalidValue, "epochs"),
    ],
)
def test_what_cannot_be_certified_is_refused_with_nothing_written(
    tmp_path: Path, changes: dict[str, object], error: type[Exception], words: str
) -> None:
    workspace = planted_workspace(tmp_path)
    before = files_below(workspace.root)
    with pytest.raises(error, match=words):
        certify(request(workspace, **changes))
    assert files_below(workspace.root) == before


def test_stopping_it_leaves_nothing(tmp_path: Path) -> None:
    workspace, token = planted_workspace(tmp_path), CancelToken("the certificate")
    before = files_below(workspace.root)

    def listen(event: ProgressEvent) -> None:
        if isinstance(event, FoldDone):
            token.cancel()

    with pytest.raises(Cancelled):
        certify(request(workspace), listen, token)
    assert files_below(workspace.root) == before


def test_a_strategy_in_prices_fails_from_files_too(tmp_path: Path) -> None:
    document = certify(request(planted_workspace(tmp_path, "raw"))).document
    assert document["verdict"] == "fail"
    assert document["below_floor"] == ["BTCUSD"]
    assert document["per_symbol"]["BTCUSD"]["unseen_skill"]["value"] < -1
    assert any("BTCUSD" in sentence for sentence in document["report"][1:3])
    assert np.isfinite(document["retention"]["low"])


def test_nothing_is_certified_for_a_workspace_that_is_only_looked_at(workspace: Workspace) -> None:
    told = list[ProgressEvent]()
    with only_looked_at(workspace), pytest.raises(WorkspaceReadOnly):
        certify(request(workspace), told.append)
    assert told == []
