"""The benchmark of training: our trainers agree first, all peers have figures, and refusals."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "training.py"
PEERS = ["dataloader", "sliced", "scikit-learn", "ours torch", "ours fused"]
MEASURED = {"seconds_per_epoch", "samples_per_second", "accuracy", "times_slower_than_ours"}


@pytest.fixture(scope="module")
def benchmark_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run the script once on few rows and return what it printed and wrote."""
    out = tmp_path_factory.mktemp("benchmark") / "training.json"
    line = [sys.executable, str(SCRIPT), "--rows", "3000", "--batches", "32,500", "--epochs", "3", "--json"]
    done = subprocess.run([*line, "--out", str(out)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), json.loads(out.read_text(encoding="utf-8"))


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Return the script as a module, torch's threads as they were afterwards."""
    threads = torch.get_num_threads()
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    import training as module

    yield module
    torch.set_num_threads(threads)


def test_what_is_printed_is_what_is_written(benchmark_run: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert benchmark_run[0] == benchmark_run[1]


def test_every_peer_and_batch_has_all_figures(benchmark_run: tuple[dict[str, Any], dict[str, Any]]) -> None:
    document = benchmark_run[1]
    assert (document["benchmark"], document["rows"], document["epochs"]) == ("training", 3000, 3)
    assert set(document["machine"]) == {"platform", "processor", "cores"}
    assert list(document["by_batch"]) == ["32", "500"]
    for rows in document["by_batch"].values():
        assert list(rows) == PEERS
        assert rows["ours fused"]["times_slower_than_ours"] == 1
        for row in rows.values():
            assert set(row) == MEASURED
            assert row["samples_per_second"] == pytest.approx(3000 / row["seconds_per_epoch"])
            assert 0 < row["accuracy"] < 1


def test_equal_epochs_teach_all_the_same(benchmark_run: tuple[dict[str, Any], dict[str, Any]]) -> None:
    accuracies = [row["accuracy"] for row in benchmark_run[1]["by_batch"]["32"].values()]
    assert min(accuracies) > 0.45
    assert max(accuracies) - min(accuracies) < 0.15
    ours = [benchmark_run[1]["by_batch"]["32"][name]["accuracy"] for name in PEERS[3:]]
    assert ours[0] == pytest.approx(ours[1], abs=0.01)


def test_the_rule_is_hidden_but_there(script: ModuleType) -> None:
    data = script.planted(20_000, 3)
    shares = np.bincount(data.y, minlength=3) / len(data.y)
    assert shares.min() > 0.1
    clean = np.tanh(2 * data.x[:, 0]) + data.x[:, 1] * data.x[:, 2] - np.abs(data.x[:, 3]) + 0.8
    best = np.where(clean > 0.5, 0, np.where(clean < -0.5, 2, 1))
    assert shares.max() + 0.1 < (best == data.y).mean() < 0.95


@pytest.mark.parametrize("words", [("--epochs", "1"), ("--rounds", "0"), ("--rows", "10"), ("--batches", "0")])
def test_too_little_is_refused(words: tuple[str, str], tmp_path: Path) -> None:
    line = [sys.executable, str(SCRIPT), *words, "--out", str(tmp_path / "x.json")]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert words[0] in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_trainers_that_differ_are_not_timed(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real = script.FusedEngine.weights
    monkeypatch.setattr(script.FusedEngine, "weights", lambda engine: real(engine) + np.float32(0.01))
    monkeypatch.setattr(sys, "argv", ["training.py", "--rows", "1000", "--out", str(tmp_path / "x.json")])
    assert script.main() == 1
    assert "the two trainers differ by 1.0e-02" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
