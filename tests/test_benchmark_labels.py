"""The benchmark of labels: equality first, figures that can be compared, and refusals."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "labels.py"
PEERS = ("python", "numpy windows", "early exit")
OURS = ("ours", "triple barrier", "fixed horizon", "segment")


def test_the_figures_are_there_and_name_their_run(tmp_path: Path) -> None:
    out = tmp_path / "labels.json"
    line = [sys.executable, str(SCRIPT), "--rows", "3000", "--runs", "2", "--json", "--out", str(out)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    assert json.loads(done.stdout) == document
    assert (document["benchmark"], document["rows"], document["lookahead"]) == ("labels", 3000, 20)
    assert document["versions"]["numpy"] == np.__version__
    times = document["milliseconds"]
    assert set(times) == {*PEERS, *OURS}
    assert min(times.values()) > 0
    assert document["times_faster_than"] == {name: times[name] / times["ours"] for name in PEERS}


@pytest.mark.parametrize("words", [("--runs", "0"), ("--rows", "10"), ("--lookahead", "0")])
def test_too_little_is_refused(words: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    script = imported(monkeypatch)
    monkeypatch.setattr(sys, "argv", ["labels.py", *words])
    with pytest.raises(SystemExit, match="2"):
        script.main()


@pytest.mark.parametrize("peer", ["numpy windows", "early exit"])
def test_labels_that_differ_are_not_timed(
    peer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = imported(monkeypatch)
    label = script.PEERS[peer]
    monkeypatch.setitem(script.PEERS, peer, lambda *given: np.roll(label(*given), 1))
    monkeypatch.setattr(sys, "argv", ["labels.py", "--rows", "1000", "--out", str(tmp_path / "x.json")])
    assert script.main() == 1
    assert f"not the same labels: {peer}" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def imported(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the script as a module."""
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    import labels

    return labels
