"""A strategy beside a model's: what differs is told by setting, and the rows make both texts again."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import ModelNotFound, StrategyProblem
from ktrdr_app.core.paths import Workspace, shipped
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.strategy_diff import CHANGED, GONE, NEW, SAME, TextRow, compare_strategy, rows_of
from ktrdr_app.workflows.train_run import train
from tests.gui.helpers import QUICK_STRATEGY


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Path]:
    workspace = Workspace(tmp_path_factory.mktemp("trained"))
    workspace.data.mkdir()
    for file in (shipped("resources") / "sample").glob("*_1d.csv"):
        shutil.copy(file, workspace.data / file.name)
    workspace.strategies.mkdir(parents=True)
    (workspace.strategies / "quick.yaml").write_text(QUICK_STRATEGY, encoding="utf-8")
    result = train(TrainRequest(workspace, "quick", ("AAPL", "IBM"), "1d", epochs=1, seed=7))
    return workspace, Path(result.model_path)


def test_a_strategy_that_was_not_touched_does_not_differ(trained: tuple[Workspace, Path]) -> None:
    found = compare_strategy(trained[0], QUICK_STRATEGY, "quick", trained[1])
    # training with --epochs 1 is what the model was trained with; nothing else differs
    assert {entry.name for entry in found.differences} <= {"training.epochs"}
    assert found.equal > 60
    assert found.model == trained[1].name


def test_every_change_is_told_by_its_setting(trained: tuple[Workspace, Path]) -> None:
    text = QUICK_STRATEGY.replace("lookahead: 5", "lookahead: 8").replace("[30, 50, 70]", "[30, 52, 70]")
    text += "decision: {cooldown_bars: 3}  # a comment is no difference\n"
    found = compare_strategy(trained[0], text, "quick", trained[1])
    told = {entry.name: entry.words for entry in found.differences if entry.name != "training.epochs"}
    assert told == {
        "labels.lookahead": ("5", "8"),
        "decision.cooldown_bars": ("0", "3"),
        "rsi.middle": ("triangular (30, 50, 70)", "triangular (30, 52, 70)"),
    }
    changed = [row for row in found.rows if row.mark == CHANGED]
    assert any("lookahead: 5" in row.before and "lookahead: 8" in row.now for row in changed)


def test_a_faulty_text_and_a_model_that_is_not_there_are_said(trained: tuple[Workspace, Path]) -> None:
    with pytest.raises(StrategyProblem):
        compare_strategy(trained[0], "name: a\n", "quick", trained[1])
    with pytest.raises(ModelNotFound):
        compare_strategy(trained[0], QUICK_STRATEGY, "quick", "nosuch")


LINES = st.lists(st.sampled_from("abc"), max_size=8).map("\n".join)


@given(LINES, LINES)
def test_the_rows_hold_every_line_that_changed(before: str, now: str) -> None:
    rows = [row for row in rows_of(before, now) if row.before != "⋯"]
    old = [row.before for row in rows if row.mark != NEW]
    new = [row.now for row in rows if row.mark != GONE]
    assert all(row.before == row.now for row in rows if row.mark == SAME)
    assert (before == now or not before.splitlines() + now.splitlines()) or rows
    rest_old, rest_new = before.splitlines(), now.splitlines()
    assert len(rest_old) - len(old) == len(rest_new) - len(new), "as many lines of each are alike and left out"


TEXTS = st.lists(st.sampled_from(["a: 1", "b: 2", "c:", "  d: 3", "", "⋯"]), max_size=12)


def patched(before: list[str], rows: tuple[TextRow, ...], *, back: bool) -> list[list[str]]:
    """Return each run of rows as the lines to find and the lines that come for them."""
    runs: list[list[str]] = [[], []]
    for row in rows:
        if row.mark != (GONE if back else NEW):
            runs[0].append(row.now if back else row.before)
        if row.mark != (NEW if back else GONE):
            runs[1].append(row.before if back else row.now)
    return runs


@given(TEXTS, TEXTS)
def test_the_rows_lead_from_one_text_to_the_other_and_back(before: list[str], now: list[str]) -> None:
    rows = rows_of("\n".join(before), "\n".join(now))
    there, back = patched(before, rows, back=False), patched(now, rows, back=True)
    assert there == back[::-1]
    gone = Counter("\n".join(before).splitlines()) - Counter("\n".join(now).splitlines())
    came = Counter("\n".join(now).splitlines()) - Counter("\n".join(before).splitlines())
    assert not gone - Counter(row.before for row in rows if row.mark in (CHANGED, GONE))
    assert not came - Counter(row.now for row in rows if row.mark in (CHANGED, NEW))
    assert bool(rows) is (before != now and "\n".join(before).splitlines() != "\n".join(now).splitlines())


def test_a_comparison_read_from_the_other_side_swaps_what_differs(trained: tuple[Workspace, Path]) -> None:
    workspace, folder = trained
    other = QUICK_STRATEGY.replace("lookahead: 5", "lookahead: 8") + "decision: {cooldown_bars: 3}\n"
    (workspace.strategies / "other.yaml").write_text(other.replace("name: quick", "name: other"), encoding="utf-8")
    second = train(TrainRequest(workspace, "other", ("AAPL", "IBM"), "1d", epochs=1, seed=7))
    named = other.replace("name: quick", "name: other")
    there = compare_strategy(workspace, named, "other", folder)
    here = compare_strategy(workspace, QUICK_STRATEGY, "quick", Path(second.model_path))
    told = [
        {e.name: (e.first, e.second) for e in found.differences if e.name != "training.epochs"}
        for found in (there, here)
    ]
    assert told[0] == {name: (second_, first) for name, (first, second_) in told[1].items()}
    assert there.equal == here.equal
    assert "labels.lookahead" in told[0]


def test_words_in_other_scripts_are_shown_as_they_are_written(trained: tuple[Workspace, Path]) -> None:
    text = re.sub(r"(?m)^description:.*\n", "", QUICK_STRATEGY) + 'description: "Für Größe 日本"\n'
    rows = compare_strategy(trained[0], text, "quick", trained[1]).rows
    assert any("Für Größe 日本" in row.now for row in rows)
