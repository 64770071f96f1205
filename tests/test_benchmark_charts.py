"""The benchmark of charts: every chart is panned and zoomed, really painted, and told with figures to compare."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.chart_frames import spans, timed

pytestmark = pytest.mark.gui

REPO = Path(__file__).resolve().parent.parent
SMALL = ["--bars", "500", "3000", "--visible", "100", "--frames", "6", "--size", "600x400"]


def run(*more: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, str(REPO / "benchmarks" / "charts.py"), *SMALL, *more]
    return subprocess.run(line, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """Run the script once and return what it printed and wrote."""
    out = tmp_path_factory.mktemp("charts") / "new" / "charts.json"
    done = run("--out", str(out))
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(out.read_text(encoding="utf-8"))


def test_every_chart_is_told_at_every_size_and_zoom(small: tuple[str, dict[str, Any]]) -> None:
    cases = {(row["chart"], row["bars"], row["visible"]) for row in small[1]["rows"]}
    views = ((500, 100), (500, 475), (3000, 100), (3000, 2850))
    assert cases == {(chart, *view) for chart in ("ours", "linked", "example") for view in views}


def test_the_figures_are_spreads_of_frames_that_were_painted(small: tuple[str, dict[str, Any]]) -> None:
    for row in small[1]["rows"]:
        for move in ("pan", "zoom"):
            figures = row[move]
            assert 0 < figures["cpu_p50"] <= figures["cpu_p95"]
            assert 0 < figures["wall_p50"] <= figures["wall_p95"]
            assert figures["frames"] == 4


def test_without_its_python_finplot_is_skipped_and_that_is_said(small: tuple[str, dict[str, Any]]) -> None:
    assert "finplot is skipped" in small[0]


def test_an_environment_without_finplot_is_told() -> None:
    done = run("--only", "finplot", "--finplot", sys.executable)
    assert done.returncode != 0
    assert "finplot failed" in done.stderr


def test_panning_goes_to_and_fro_and_keeps_the_width() -> None:
    moved = np.array(list(spans("pan", 10_000, 200, 80)))
    np.testing.assert_allclose(moved[:, 1] - moved[:, 0], 200)
    assert np.all(np.abs(np.diff(moved[:40, 0])) == pytest.approx(2.0))
    assert moved.min() >= 4800


def test_panning_nearly_all_bars_stays_within_them() -> None:
    moved = np.array(list(spans("pan", 10_000, 9500, 80)))
    assert moved[:, 0].min() >= 0
    assert moved[:, 1].max() <= 10_000
    assert len(np.unique(moved[:, 0])) == 40, "a frame that shows what the last one showed is no frame"


def test_zooming_keeps_the_middle() -> None:
    moved = np.array(list(spans("zoom", 10_000, 2000, 40)))
    np.testing.assert_allclose(moved.mean(axis=1), 5000)
    width = moved[:, 1] - moved[:, 0]
    assert width.max() == pytest.approx(2000)
    assert width.min() < 1600


def test_the_first_frames_do_not_count() -> None:
    shown: list[tuple[float, float]] = []

    def show(left: float, right: float) -> None:
        shown.append((left, right))

    found = timed(show, lambda: None, spans("pan", 100, 10, 12))
    assert len(shown) == 12
    assert found["frames"] == 10
