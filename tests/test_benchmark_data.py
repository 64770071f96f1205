"""The benchmark of loading: equality first, figures that can be compared, and refusals."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

REPO = Path(__file__).resolve().parent.parent
SCRIPT = REPO / "benchmarks" / "data.py"
MEASURED = ["first_load", "cached_load", "cached_day", "uncached_load", "pandas"]


@pytest.fixture(scope="module")
def benchmark_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """Run the script once on a short series and return what it printed and wrote."""
    out = tmp_path_factory.mktemp("benchmark") / "new" / "data.json"
    line = [sys.executable, str(SCRIPT), "--rows", "6000", "--runs", "2", "--seed", "3", "--out", str(out)]
    done = subprocess.run(line, cwd=out.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(out.read_text(encoding="utf-8"))


def test_everything_measured_has_a_spread_of_seconds(benchmark_run: tuple[str, dict[str, Any]]) -> None:
    seconds = benchmark_run[1]["seconds"]
    assert list(seconds) == MEASURED
    for name, found in seconds.items():
        assert 0 < found["min"] <= found["median"] <= found["max"], name


def test_the_figures_name_machine_versions_and_run(benchmark_run: tuple[str, dict[str, Any]]) -> None:
    document = benchmark_run[1]
    assert (document["benchmark"], document["rows"], document["runs"], document["seed"]) == ("data", 6000, 2, 3)
    assert set(document["machine"]) == {"platform", "processor", "cores"}
    assert document["versions"]["pandas"] == pd.__version__
    assert datetime.fromisoformat(document["created_at"]).utcoffset() is not None
    ratio = document["seconds"]["pandas"]["median"] / document["seconds"]["cached_load"]["median"]
    assert document["times_faster_than_pandas"] == ratio


def test_the_table_shows_the_figures_that_were_written(benchmark_run: tuple[str, dict[str, Any]]) -> None:
    printed, document = benchmark_run
    rows = {words[0]: words[1:] for words in map(str.split, printed.splitlines()) if len(words) == 4}
    assert rows["seconds"] == ["min", "median", "max"]
    for name, found in document["seconds"].items():
        assert rows[name] == [f"{found[key]:.4f}" for key in ("min", "median", "max")]


@pytest.mark.parametrize("words", [("--runs", "0"), ("--rows", "10")])
def test_too_little_is_refused(words: tuple[str, str], tmp_path: Path) -> None:
    line = [sys.executable, str(SCRIPT), *words, "--out", str(tmp_path / "x.json")]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert words[0] in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_bars_that_differ_are_not_timed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    import data as script

    load = script.CachedCSVSource.load

    def spoilt(self: Any, *words: str) -> pd.DataFrame:
        bars = load(self, *words)
        return bars.assign(close=bars["close"] + 1e-12) if len(words) > 2 else bars

    monkeypatch.setattr(script.CachedCSVSource, "load", spoilt)
    monkeypatch.setattr(sys, "argv", ["data.py", "--rows", "6000", "--out", str(tmp_path / "x.json")])
    assert script.main() == 1
    assert capsys.readouterr().err == "not the same bars: cached day\n"
    assert list(tmp_path.iterdir()) == []
