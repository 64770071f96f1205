"""Strategies of a workspace: listed with their problems, and edited sets saved without touching what is shipped."""

from __future__ import annotations

import pytest
import yaml

from ktrdr_app.core.errors import StrategyNotFound, StrategyProblem, UnknownName
from ktrdr_app.core.paths import Workspace, shipped
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.strategy.schema import FuzzySet
from ktrdr_app.workflows.strategies import list_strategies, save_fuzzy_sets, validate_strategy
from tests.workflows.quick import NAME, TEXT, with_strategy

SETS = {
    "low": FuzzySet(type="trapezoidal", parameters=[0, 10, 20, 40], shoulder="left"),
    "middle": FuzzySet(type="gaussian", parameters=[50, 8.5]),
    "high": FuzzySet(type="triangular", parameters=[60, 80, 100]),
}


def test_shipped_and_own_strategies_are_listed(sample_workspace: Workspace) -> None:
    found = {info.name: info for info in list_strategies(with_strategy(sample_workspace))}
    assert {"neuro_mean_reversion", "trend_momentum", NAME} <= set(found)
    assert found["trend_momentum"].shipped
    assert not found[NAME].shipped
    assert found[NAME].description == "Trains in a second."
    assert all(info.problem == "" for info in found.values())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("epochs: 4", "epoch: 4", ["quick.yaml:18", "epoch"]),
        ("{name: sma", "{name: smma", ["quick.yaml:5", "smma"]),
        ("indicators:", "indicators: [", ["quick.yaml", "YAML"]),
    ],
)
def test_a_broken_strategy_is_listed_with_its_problem(
    old: str, new: str, words: list[str], sample_workspace: Workspace
) -> None:
    workspace = with_strategy(sample_workspace, TEXT.replace(old, new))
    problem = next(info.problem for info in list_strategies(workspace) if info.name == NAME)
    for word in words:
        assert word in problem
    with pytest.raises(StrategyProblem):
        validate_strategy(workspace, NAME)


def test_an_unknown_strategy_is_named(sample_workspace: Workspace) -> None:
    with pytest.raises(StrategyNotFound, match="trend_momentun") as caught:
        validate_strategy(sample_workspace, "trend_momentun")
    assert "trend_momentum" in caught.value.hint


def test_saved_sets_are_read_back_and_the_rest_stays(sample_workspace: Workspace) -> None:
    workspace = with_strategy(sample_workspace)
    before = load_strategy(NAME, workspace).strategy
    path = save_fuzzy_sets(workspace, NAME, {"rsi": SETS})
    after = load_strategy(NAME, workspace).strategy
    assert path == workspace.strategies / "quick.yaml"
    assert dict(after.fuzzy_sets["rsi"].sets) == SETS
    assert list(after.fuzzy_sets["rsi"].sets) == ["low", "middle", "high"]
    unchanged = {"fuzzy_sets": {"mean": before.fuzzy_sets["mean"], "rsi": after.fuzzy_sets["rsi"]}}
    assert after.model_copy(update=unchanged) == before.model_copy(update=unchanged)


def test_a_shipped_strategy_is_copied_not_changed(sample_workspace: Workspace) -> None:
    original = shipped("configs") / "strategies" / "trend_momentum.yaml"
    text = original.read_text()
    path = save_fuzzy_sets(sample_workspace, "trend_momentum", {"rsi": SETS})
    assert original.read_text() == text
    assert path.parent == sample_workspace.strategies
    assert list(load_strategy("trend_momentum", sample_workspace).strategy.fuzzy_sets["rsi"].sets) == list(SETS)
    assert yaml.safe_load(path.read_text())["name"] == "trend_momentum"


def test_saving_changes_only_the_numbers_that_were_edited(sample_workspace: Workspace) -> None:
    text = TEXT.replace("[0, 10, 30, 50], shoulder: left}", "[0, 10, 30, 50],  shoulder: left} # mine")
    workspace = with_strategy(sample_workspace)
    (workspace.strategies / "quick.yaml").write_bytes(text.replace("\n", "\r\n").encode())
    sets = dict(load_strategy(NAME, workspace).strategy.fuzzy_sets["rsi"].sets)
    sets["low"] = sets["low"].model_copy(update={"parameters": [0, 12.5, 30, 50]})
    path = save_fuzzy_sets(workspace, NAME, {"rsi": sets})
    assert path.read_bytes().decode() == text.replace("[0, 10, 30, 50],  ", "[0, 12.5, 30, 50],  ").replace(
        "\n", "\r\n"
    )


def test_an_unknown_input_writes_nothing(sample_workspace: Workspace) -> None:
    with pytest.raises(UnknownName, match="rsj"):
        save_fuzzy_sets(sample_workspace, "trend_momentum", {"rsj": SETS})
    assert not sample_workspace.strategies.exists()


def test_no_sets_at_all_would_be_no_strategy(sample_workspace: Workspace) -> None:
    workspace = with_strategy(sample_workspace)
    with pytest.raises(StrategyProblem):
        save_fuzzy_sets(workspace, NAME, {"rsi": {}})
    assert (workspace.strategies / "quick.yaml").read_text() == TEXT
