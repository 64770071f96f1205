"""The benchmark of the start: one start names every phase, in order, with its wall-clock and CPU seconds."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from ktrdr_app.core.paths import shipped

pytestmark = pytest.mark.gui

SCRIPT = Path(__file__).resolve().parents[1] / "benchmarks" / "start.py"
PHASES = [
    *("python is up", "entry point imported", "Qt imported", "shell imported", "window made and shown"),
    *("first paint", "all stations stand"),
]


def test_a_start_tells_its_phases_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = importlib.util.spec_from_file_location("benchmark_start", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    shutil.copytree(shipped("resources") / "sample", tmp_path / "workspace" / "data")
    told = script.one_start(tmp_path / "workspace", tmp_path)
    assert [*told] == [*PHASES, "longest freeze after the paint"]
    for clock in (0, 1):
        times = [told[phase][clock] for phase in PHASES]
        assert times == sorted(times)
        assert times[0] > 0
    assert script.show("A workspace", [told, told]) == told["first paint"][0]
    assert "first paint" in capsys.readouterr().out
