"""Edited sets are written over those they were made from, and over no others."""

from __future__ import annotations

import pytest

from ktrdr_app.core.errors import StrategyChanged, StrategyProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.strategy.schema import FuzzySet
from ktrdr_app.workflows.edited_sets import save_edited_sets
from tests.workflows.quick import with_strategy

TWO = """\
name: two
indicators:
  rsi: {name: rsi, period: 14}
  macd: {name: macd}
fuzzy_sets:
  rsi:
    form: raw
    sets:
      low: {type: triangular, parameters: [0, 20, 40]}
      high: {type: triangular, parameters: [60, 80, 100]}
  macd: {form: atr, sets: {flat: {type: gaussian, parameters: [0, 0.5]}}}
"""
Sets = dict[str, dict[str, FuzzySet]]


def sets_on_disk(workspace: Workspace) -> Sets:
    return {name: dict(entry.sets) for name, entry in load_strategy("two", workspace).strategy.fuzzy_sets.items()}


@pytest.fixture
def edited(sample_workspace: Workspace) -> Sets:
    """Return both inputs with other numbers; the strategy is in the workspace."""
    with_strategy(sample_workspace, TWO, "two")
    flat = FuzzySet(type="gaussian", parameters=[0, 0.75])
    low = FuzzySet(type="triangular", parameters=[0, 25, 40])
    opened = sets_on_disk(sample_workspace)
    return {"rsi": opened["rsi"] | {"low": low}, "macd": {"flat": flat}}


def test_sets_are_written_over_those_that_were_opened(sample_workspace: Workspace, edited: Sets) -> None:
    opened = sets_on_disk(sample_workspace)
    path = save_edited_sets(sample_workspace, "two", edited, opened)
    assert path == sample_workspace.strategies / "two.yaml"
    assert sets_on_disk(sample_workspace) == edited
    again = save_edited_sets(sample_workspace, "two", {"macd": opened["macd"]}, edited)
    assert again == path
    assert sets_on_disk(sample_workspace) == edited | {"macd": opened["macd"]}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[0, 0.5]", "[0, 0.25]"),
        ("flat: {type", "level: {type"),
        ("{type: gaussian, parameters: [0, 0.5]}", "{type: triangular, parameters: [-1, 0, 1]}"),
        ("  macd: {form: atr, sets: {flat: {type: gaussian, parameters: [0, 0.5]}}}\n", ""),
        ("parameters: [0, 0.5]", "parameters: [0, 0.5], shoulder: left"),
    ],
    ids=["numbers", "name", "shape", "gone", "shoulder"],
)
def test_other_sets_of_somebody_else_are_left_and_nothing_is_written(
    sample_workspace: Workspace, edited: Sets, old: str, new: str
) -> None:
    """Not even the input that comes first and is as it was."""
    opened = sets_on_disk(sample_workspace)
    assert old in TWO
    with_strategy(sample_workspace, TWO.replace(old, new), "two")
    with pytest.raises(StrategyChanged) as told:
        save_edited_sets(sample_workspace, "two", edited, opened)
    assert told.value.where == "configs/strategies/two.yaml"
    assert "copy your sets, undo your changes, refresh, and paste" in told.value.hint
    assert (sample_workspace.strategies / "two.yaml").read_text(encoding="utf-8") == TWO.replace(old, new)


def test_another_order_is_another_list_of_sets(sample_workspace: Workspace, edited: Sets) -> None:
    opened = sets_on_disk(sample_workspace)
    turned = {"rsi": dict(reversed(opened["rsi"].items())), "macd": opened["macd"]}
    with pytest.raises(StrategyChanged):
        save_edited_sets(sample_workspace, "two", edited, turned)


def test_what_somebody_else_wrote_elsewhere_stays(sample_workspace: Workspace, edited: Sets) -> None:
    opened = sets_on_disk(sample_workspace)
    with_strategy(sample_workspace, TWO.replace("name: two", "name: two  # mine").replace("0.5]", "0.25]"), "two")
    save_edited_sets(sample_workspace, "two", {"rsi": edited["rsi"]}, {"rsi": opened["rsi"]})
    text = (sample_workspace.strategies / "two.yaml").read_text(encoding="utf-8")
    assert text.startswith("name: two  # mine\n")
    assert sets_on_disk(sample_workspace) == {
        "rsi": edited["rsi"],
        "macd": {"flat": FuzzySet(type="gaussian", parameters=[0, 0.25])},
    }


def test_a_file_that_is_faulty_by_now_is_told(sample_workspace: Workspace, edited: Sets) -> None:
    opened = sets_on_disk(sample_workspace)
    with_strategy(sample_workspace, TWO.replace("form: raw", "form: rwa"), "two")
    with pytest.raises(StrategyProblem, match="rwa"):
        save_edited_sets(sample_workspace, "two", edited, opened)


def test_a_refusal_of_one_input_leaves_the_others_as_they_were(sample_workspace: Workspace, edited: Sets) -> None:
    """The first input is right; what the second would become is not."""
    opened = sets_on_disk(sample_workspace)
    before = (sample_workspace.strategies / "two.yaml").read_bytes()
    with pytest.raises(StrategyProblem):
        save_edited_sets(sample_workspace, "two", {"rsi": edited["rsi"], "macd": {}}, opened)
    assert (sample_workspace.strategies / "two.yaml").read_bytes() == before
