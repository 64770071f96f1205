"""The benchmark of memberships: equality first, figures that can be compared, and refusals."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "fuzzy.py"
CASES = ["triangular", "trapezoidal", "gaussian", "mixed"]
MEASURED = {"columns", "block", "one set", "scikit-fuzzy", "numpy"}


@pytest.fixture(scope="module")
def benchmark_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run the script once on short series and return what it printed and wrote."""
    out = tmp_path_factory.mktemp("benchmark") / "fuzzy.json"
    line = [sys.executable, str(SCRIPT), "--rows", "1000,5000", "--runs", "2", "--json", "--out", str(out)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), json.loads(out.read_text(encoding="utf-8"))


def test_what_is_printed_is_what_is_written(benchmark_run: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert benchmark_run[0] == benchmark_run[1]


def test_every_shape_and_length_has_all_figures(benchmark_run: tuple[dict[str, Any], dict[str, Any]]) -> None:
    document = benchmark_run[1]
    assert (document["benchmark"], document["rows"], document["runs"]) == ("fuzzy", [1000, 5000], 2)
    assert set(document["machine"]) == {"platform", "processor", "cores"}
    figures = document["nanoseconds_per_membership"]
    assert list(figures) == CASES
    for case, by_rows in figures.items():
        assert list(by_rows) == ["1000", "5000"]
        for rows, row in by_rows.items():
            assert set(row) == MEASURED
            assert min(row.values()) > 0
            ratio = document["times_faster_than_scikit_fuzzy"][case][rows]["columns"]
            assert ratio == row["scikit-fuzzy"] / row["columns"]


@pytest.mark.parametrize("words", [("--runs", "0"), ("--rows", "10")])
def test_too_little_is_refused(words: tuple[str, str], tmp_path: Path) -> None:
    line = [sys.executable, str(SCRIPT), *words, "--out", str(tmp_path / "x.json")]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert words[0] in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_memberships_that_differ_are_not_timed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    import fuzzy as script

    grades = script.membership

    def spoilt(kind: str, *rest: Any) -> np.ndarray:
        return grades(kind, *rest) + (1e-11 if kind == "gaussian" else 0.0)

    monkeypatch.setattr(script, "membership", spoilt)
    monkeypatch.setattr(sys, "argv", ["fuzzy.py", "--rows", "1000", "--out", str(tmp_path / "x.json")])
    assert script.main() == 1
    assert "not the same memberships: gaussian" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
