"""The benchmark of a live step: equality first, then figures that can be compared; too little is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import live_edit
from ktrdr_app.workflows.quick_training import QUICK_EPOCHS


def run(monkeypatch: pytest.MonkeyPatch, out: Path, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["live_edit.py", "--bars", "2000", "--out", str(out), *words])
    return live_edit.main()


def test_a_step_and_its_peer_have_figures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "live_edit.json"
    assert run(monkeypatch, out, "--steps", "3") == 0
    document: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    assert (document["benchmark"], document["bars"], document["steps"]) == ("live_edit", 2000, 3)
    assert 1900 < document["traded_bars"] < 2000
    assert set(document["machine"]) == {"platform", "processor", "cores"}
    for figures in (document["milliseconds"]["step"], document["milliseconds"]["rebuilt"]):
        assert 0 < figures["p50"] <= figures["p95"] <= figures["max"]
    retrain = document["retrain"]
    assert retrain["seconds"] > 0
    assert 1 <= retrain["epochs"] <= QUICK_EPOCHS
    assert 0 < retrain["rows"] < document["traded_bars"], "it learns from the training part alone"
    printed = capsys.readouterr().out
    assert "step" in printed
    assert f"one quick try: {retrain['seconds']:.1f} s ({retrain['epochs']} epochs, {retrain['rows']} rows)" in printed


def test_what_differs_is_not_timed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(live_edit, "from_nothing", lambda *_given, **_named: np.zeros(1))
    assert run(monkeypatch, tmp_path / "x.json") == 1
    assert "not the same" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("--steps", "1"), ("--bars", "100")])
def test_too_little_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, tmp_path / "x.json", *words)
    assert words[0] in capsys.readouterr().err
