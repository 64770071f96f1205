"""The benchmark of the demo: it runs, refuses what it must, and writes figures that can be compared."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

REPO = Path(__file__).resolve().parent.parent
SCRIPT = REPO / "benchmarks" / "demo.py"
STAGES = [
    *("import", "load", "indicators", "fuzzy", "features", "labels", "train", "test", "importance", "save"),
    *("backtest", "report", "total"),
]


@pytest.fixture(scope="module")
def benchmark_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """Run the script once and return what it printed and wrote."""
    out = tmp_path_factory.mktemp("benchmark") / "new" / "demo.json"
    line = [sys.executable, str(SCRIPT), "--runs", "1", "--seed", "3", "--out", str(out)]
    done = subprocess.run(line, cwd=out.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(out.read_text(encoding="utf-8"))


def test_every_stage_has_a_spread_of_seconds(benchmark_run: tuple[str, dict[str, Any]]) -> None:
    seconds = benchmark_run[1]["seconds"]
    assert list(seconds) == STAGES
    for name, found in seconds.items():
        assert list(found) == ["min", "median", "max"], name
        assert 0 < found["min"] <= found["median"] <= found["max"], name
    assert seconds["total"]["median"] > seconds["import"]["median"] + seconds["train"]["median"]


def test_the_figures_name_machine_versions_and_run(benchmark_run: tuple[str, dict[str, Any]]) -> None:
    document = benchmark_run[1]
    assert (document["benchmark"], document["seed"], document["runs"]) == ("demo", 3, 1)
    assert set(document["machine"]) == {"platform", "processor", "cores"}
    assert document["machine"]["cores"] >= 1
    assert document["versions"]["numpy"] == np.__version__
    assert {"ktrdr-app", "python", "torch", "numba"} <= set(document["versions"])
    assert datetime.fromisoformat(document["created_at"]).utcoffset() is not None
    assert document["epochs"] >= 1
    assert len(bytes.fromhex(document["weights_sha256"])) == 32


def test_the_peer_stands_beside_ours(benchmark_run: tuple[str, dict[str, Any]]) -> None:
    speeds = benchmark_run[1]["samples_per_second"]
    assert list(speeds) == ["ours", "peer"]
    assert all(found["min"] > 0 for found in speeds.values())


def test_the_table_shows_the_figures_that_were_written(benchmark_run: tuple[str, dict[str, Any]]) -> None:
    printed, document = benchmark_run
    rows = {words[0]: words[1:] for words in map(str.split, printed.splitlines()) if len(words) == 4}
    assert rows["seconds"] == ["min", "median", "max"]
    for name, found in document["seconds"].items():
        assert rows[name] == [f"{found[key]:.3f}" for key in ("min", "median", "max")]
    assert rows["peer"][0] == f"{document['samples_per_second']['peer']['min']:.0f}"


def test_no_run_at_all_is_refused(tmp_path: Path) -> None:
    line = [sys.executable, str(SCRIPT), "--runs", "0", "--out", str(tmp_path / "x.json")]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--runs takes 1 or more" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_weights_that_differ_are_not_timed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    import demo as script

    made = iter(["aa", "bb"])
    monkeypatch.setattr(script, "_fresh_run", lambda seed: {"weights_sha256": next(made)})
    monkeypatch.setattr(sys, "argv", ["demo.py", "--runs", "5", "--out", str(tmp_path / "x.json")])
    assert script.main() == 1
    assert capsys.readouterr().err == "the same seed gave different weights: aa, bb\n"
    assert list(tmp_path.iterdir()) == []
