"""The benchmark of frames: it drags a real handle, and writes figures that can be compared."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.gui

REPO = Path(__file__).resolve().parent.parent


def test_a_small_run_tells_gaps_and_costs(tmp_path: Path) -> None:
    out = tmp_path / "new" / "frames.json"
    size = ["--symbols", "2", "--bars", "600", "--moves", "40"]
    line = [sys.executable, str(REPO / "benchmarks" / "frames.py"), *size, "--out", str(out)]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["symbols"] == 2
    assert "SYM1" in document["heading"]
    assert 4 <= document["paintings"] <= 200
    for name in ("gap_ms", "paint_ms"):
        figures = document[name]
        assert 0 < figures["p50"] <= figures["p95"] <= figures["max"]
    assert "between two paintings" in done.stdout
