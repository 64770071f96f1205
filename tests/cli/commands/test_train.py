"""``train --cluster``: the address reaches the training, and what is wrong with the cluster is told in one line."""

from __future__ import annotations

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
