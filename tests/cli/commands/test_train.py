"""``train``: cluster, device and resume reach the training, and what is wrong with them is told in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands.conftest import Run, error_of, files_of
from tests.cli.conftest import STRATEGY

WORDS = ("train", STRATEGY, "--symbols", "AAPL,IBM", "--timeframe", "1d", "--cluster")


def test_what_is_no_address_is_refused(run: Run, workspace: Path) -> None:
    before = files_of(workspace / "data")
    error = error_of(run(*WORDS, "nowhere", json=True), 2, "invalid_value")
    assert "tcp://" in error["hint"]
    assert files_of(workspace / "data") == before
    assert not (workspace / "models").exists()


def test_a_scheduler_that_is_not_there_is_told(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="NOT TESTED: the extra cluster is not installed")
    monkeypatch.setattr("ktrdr_app.core.cluster.CONNECT_SECONDS", 0.5)
    error = error_of(run(*WORDS, "tcp://127.0.0.1:9", json=True), 2, "cluster_problem")
    assert error["where"] == "tcp://127.0.0.1:9"
    assert "dask scheduler" in error["hint"]
    assert not (workspace / "models").exists()


def test_an_unknown_device_is_refused(run: Run, workspace: Path) -> None:
    error = error_of(run(*WORDS[:-1], "--device", "gpu", json=True), 2, "invalid_value")
    assert "auto or cpu or cuda or mps" in error["hint"]
    assert not (workspace / "models").exists()


def test_a_run_that_is_not_there_cannot_be_resumed(run: Run, workspace: Path) -> None:
    error = error_of(run(*WORDS[:-1], "--resume", "last-week", json=True), 3, "run_not_found")
    assert error["where"] == "--resume"
    assert error["hint"] == "no training of this workspace was interrupted"
    assert not (workspace / "models").exists()


def test_a_training_on_the_processor_says_so_and_leaves_no_run(run: Run, workspace: Path) -> None:
    done = run(*WORDS[:-1], "--device", "cpu", "--epochs", "12", json=True)
    assert done.code == 0
    manifest = json.loads((Path(done.document["model_path"]) / "training_manifest.json").read_text(encoding="utf-8"))
    assert (manifest["trainer"], manifest["device"]) == ("fused", "cpu")
    assert manifest["command"].endswith("--epochs 12 --device cpu")
    assert not list((workspace / "runs").glob("*/checkpoint.bin"))
