"""A finished run is run again from what its folder keeps, and what is not the same is said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ktrdr_app.core.errors import BundleRejected, FileMissing
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.bundle.replay import Replay, replay_run
from tests.workflows.bundle.conftest import Made
from tests.workflows.quick import TEXT, files_below


@pytest.fixture
def copied(made: Made, tmp_path: Path) -> Path:
    """Return a copy of the run's folder that a test may change."""
    shutil.copytree(made.outcome.folder, tmp_path / "run")
    return tmp_path / "run"


def test_a_run_replays_where_it_was_made_and_nothing_is_written(made: Made) -> None:
    before = files_below(made.workspace.root)
    replay = replay_run(made.workspace, made.outcome.folder.name)
    assert (replay.run, replay.same) == (made.outcome.folder.name, True)
    assert replay.trades == made.outcome.document["metrics"]["total_trades"]
    assert files_below(made.workspace.root) == before


def test_the_strategy_may_change_since_the_run_keeps_its_own(made: Made) -> None:
    path = made.workspace.strategies / "quick.yaml"
    path.write_text(TEXT.replace("confidence_threshold: 0.3", "confidence_threshold: 0.9"))
    try:
        assert replay_run(made.workspace, made.outcome.folder).same
    finally:
        path.write_text(TEXT)


def test_another_strategy_in_the_run_is_found_out(made: Made, copied: Path) -> None:
    (copied / "strategy.yaml").write_text(TEXT.replace("confidence_threshold: 0.3", "confidence_threshold: 0.9"))
    replay = replay_run(made.workspace, copied)
    assert not replay.same
    assert any(line.startswith("final_equity was") for line in replay.differences)
    assert "were compared" in replay.sentence


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("decisions.csv", "BUY while flat", "BUY while glad", "reason differs in"),
        ("trades.csv", ",long,", ",short,", "side differs in"),
    ],
)
def test_a_changed_cell_is_found(made: Made, copied: Path, file: str, old: str, new: str, told: str) -> None:
    text = (copied / file).read_text()
    assert old in text
    (copied / file).write_text(text.replace(old, new, 1))
    differences = replay_run(made.workspace, copied).differences
    assert [line for line in differences if line.startswith(told)]
    assert f"{told} 1 of" in " ".join(differences)


def test_the_last_digit_of_one_bar_counts(made: Made, copied: Path) -> None:
    lines = (copied / "equity.csv").read_text().splitlines()
    cells = lines[700].split(",")
    cells[1] = repr(float(cells[1]) * (1 + 2.3e-16))
    assert cells[1] != lines[700].split(",")[1]
    lines[700] = ",".join(cells)
    (copied / "equity.csv").write_text("\n".join(lines) + "\n")
    assert replay_run(made.workspace, copied).differences == (
        f"equity differs in 1 of {len(made.outcome.bars):,} bars",
    )


def test_trades_that_were_taken_out_are_counted(made: Made, copied: Path) -> None:
    lines = (copied / "trades.csv").read_text().splitlines()
    (copied / "trades.csv").write_text("\n".join(lines[:-1]) + "\n")
    count = len(lines) - 1
    assert f"there were {count - 1:,} trades, there are {count:,}" in replay_run(made.workspace, copied).differences


def test_a_run_that_does_not_keep_what_decided_is_told(made: Made, copied: Path) -> None:
    (copied / "strategy.yaml").unlink()
    with pytest.raises(BundleRejected, match="does not keep what decided"):
        replay_run(made.workspace, copied)
    with pytest.raises(FileMissing):
        replay_run(Workspace(copied), "nothing")


def test_its_words_count_what_was_compared() -> None:
    same = Replay("r", 19, 1500, 12, ())
    assert same.sentence == "Run again here: 19 figures, 1,500 bars and 12 trades are the same to the last digit."
    other = Replay("r", 19, 1500, 12, ("a was 1, is 2", "b differs in 3 of 4 bars"))
    assert other.sentence.endswith("were compared. a was 1, is 2; b differs in 3 of 4 bars.")
    assert json.loads(json.dumps(other.to_document()))["same"] is False
