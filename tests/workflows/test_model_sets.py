"""The sets in models: read from the folders, told apart from what the strategy has now."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.errors import StrategyNotFound
from ktrdr_app.core.paths import Workspace
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet
from ktrdr_app.workflows.requests import TrainRequest
from tests.gui.helpers import QUICK_STRATEGY
from tests.model_store.builders import STRATEGY, edit, save
from tests.shared_data import shared_path


@pytest.fixture
def trained(sample_workspace: Workspace) -> Workspace:
    """Return a workspace with one model of a small strategy."""
    sample_workspace.strategies.mkdir(parents=True)
    (sample_workspace.strategies / "quick.yaml").write_text(QUICK_STRATEGY, encoding="utf-8")
    workflows.train(TrainRequest(sample_workspace, "quick", ("IBM",), "1d", epochs=1, seed=7))
    return sample_workspace


def test_the_sets_of_a_model_are_those_in_its_folder(trained: Workspace) -> None:
    (found,) = workflows.list_model_sets(trained, "quick")
    assert found.label == "universal_1d_v1"
    stored = json.loads((found.path / "config.json").read_text(encoding="utf-8"))["fuzzy_sets"]
    assert {name: entry.model_dump() for name, entry in found.inputs.items()} == stored
    now = workflows.validate_strategy(trained, "quick").strategy.fuzzy_sets
    assert not found.differs(now)
    sets = {**now["rsi"].sets, "middle": FuzzySet(type="triangular", parameters=[31, 50, 70])}
    workflows.save_fuzzy_sets(trained, "quick", {"rsi": sets})
    edited = workflows.validate_strategy(trained, "quick").strategy.fuzzy_sets
    assert workflows.list_model_sets(trained, "quick")[0].differs(edited)
    reordered = now["rsi"].model_copy(update={"sets": dict(reversed(now["rsi"].sets.items()))})
    assert found.differs({"rsi": reordered})
    assert found.differs({**now, "more": FuzzyInput(sets=now["rsi"].sets)})


def test_damaged_folders_and_other_strategies_are_left_out(trained: Workspace) -> None:
    (found,) = workflows.list_model_sets(trained, "quick")
    copy = found.path.parent / "universal_1d_v2"
    shutil.copytree(found.path, copy)
    (copy / "scaler.json").unlink()
    assert [model.label for model in workflows.list_model_sets(trained, "quick")] == ["universal_1d_v1"]
    assert workflows.list_model_sets(trained, "trend_momentum") == []
    with pytest.raises(StrategyNotFound):
        workflows.list_model_sets(trained, "nothing")


@pytest.mark.parametrize("stored", [{"rsi": {"sets": {"low": {"type": "octagon", "parameters": [1]}}}}, [1], None])
def test_sets_of_another_grammar_are_left_out_and_logged(
    sample_workspace: Workspace, caplog: pytest.LogCaptureFixture, stored: object
) -> None:
    sample_workspace.strategies.mkdir(parents=True)
    (sample_workspace.strategies / "own.yaml").write_text(QUICK_STRATEGY.replace("quick", STRATEGY), encoding="utf-8")
    kept = save(sample_workspace.models)
    strange = save(sample_workspace.models)
    edit(strange / "config.json", lambda document: document.update(fuzzy_sets=stored))
    with caplog.at_level("WARNING", logger="ktrdr_app"):
        found = workflows.list_model_sets(sample_workspace, "own")
    assert [model.path for model in found] == [kept]
    (told,) = [record.getMessage() for record in caplog.records if "another grammar" in record.getMessage()]
    assert told.startswith(strange.name)


@pytest.mark.shared
def test_models_of_the_original_are_read_in_our_grammar(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    shutil.copytree(shared_path("legacy_models/models"), workspace.models)
    strategies = {info.strategy_name for info in workflows.list_models(workspace) if info.complete}
    workspace.strategies.mkdir(parents=True)
    found = 0
    for name in strategies:
        (workspace.strategies / "own.yaml").write_text(QUICK_STRATEGY.replace("quick", name), encoding="utf-8")
        models = workflows.list_model_sets(workspace, "own")
        found += len(models)
        assert all(model.inputs for model in models)
    assert found > 0
