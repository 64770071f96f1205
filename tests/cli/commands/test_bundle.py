"""``bundle export, open, replay`` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands.conftest import Run
from tests.workflows.quick import TEXT


@pytest.fixture
def ran(run: Run, workspace: Path) -> str:
    """Return the name of a run of signals, which needs no model."""
    (workspace / "s.csv").write_text("timestamp,signal\n2010-01-04T00:00:00Z,BUY\n2012-03-01T00:00:00Z,SELL\n")
    done = run("backtest", "--signals", "s.csv", "--symbol", "IBM", "--timeframe", "1d", json=True)
    assert done.code == 0
    return Path(done.document["report_file"]).parent.name


def test_out_and_in_again_elsewhere(run: Run, ran: str, tmp_path: Path) -> None:
    assert run("bundle", "export", ran, "b.zip", json=True).document["size"] == Path("b.zip").stat().st_size
    done = run("bundle", "open", "b.zip", "--workspace", str(tmp_path / "other"), json=True)
    assert done.code == 0
    assert done.document["replay"]["same"]
    assert Path(done.document["run"]).parent == tmp_path / "other" / "runs"
    own = json.loads((Path("runs") / ran / "result.json").read_text())
    assert done.document["backtest"]["metrics"] == own["metrics"]


def test_people_are_told_what_was_checked(run: Run, ran: str, tmp_path: Path) -> None:
    said = run("bundle", "export", ran, "b.zip").out
    assert f"{ran} is in b.zip" in " ".join(said.split())
    words = " ".join(run("bundle", "open", "b.zip", "--workspace", str(tmp_path / "other")).out.split())
    assert "have the checksums that the bundle names" in words
    assert "are the same to the last digit" in words
    again = run("bundle", "open", "b.zip", "--no-replay", "--workspace", str(tmp_path / "other"))
    assert "It was opened here before" in " ".join(again.out.split())
    assert "to the last digit" not in again.out


def test_a_figure_that_does_not_come_out_again_ends_with_4(run: Run, ran: str) -> None:
    assert run("bundle", "replay", ran).code == 0
    path = Path("runs") / ran / "result.json"
    document = json.loads(path.read_text())
    document["metrics"]["sharpe_ratio"] = 7.5
    path.write_text(json.dumps(document))
    done = run("bundle", "replay", ran, json=True)
    assert done.code == 4
    assert done.document["differences"][0].startswith("sharpe_ratio was 7.5")
    assert run("bundle", "export", ran, "forged.zip").code == 0
    assert run("bundle", "open", "forged.zip", "--workspace", "victim").code == 4


def test_a_damaged_bundle_is_told_in_one_line(run: Run, workspace: Path) -> None:
    (workspace / "b.zip").write_text(TEXT)
    done = run("bundle", "open", "b.zip", json=True)
    assert done.code == 4
    assert done.document["error"]["code"] == "bundle_rejected"
    assert run("bundle", "open", "nothing.zip").code == 3
    assert run("bundle", "export", "no-run", "c.zip").code == 3
