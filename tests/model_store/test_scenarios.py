"""The table of situations, asked from Python: the loader that scripts call, and the use case behind every face."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.errors import ModelNotFound
from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store import UniversalModelLoader
from ktrdr_app.neural.model import MLPTradingModel
from ktrdr_app.workflows.model_requests import ResolveRequest
from tests.model_store.builders import raw_rows
from tests.model_store.scenarios import SCENARIOS, TIMEFRAME, Scenario, check_answer


def test_the_table_is_of_at_least_twenty_different_situations_with_whole_traces() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS) >= 20
    assert all(scenario.trace for scenario in SCENARIOS)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_use_case_and_loader(tmp_path: Path, scenario: Scenario) -> None:
    workspace = Workspace(tmp_path)
    scenario.fill(workspace.models)
    request = ResolveRequest(
        workspace, scenario.strategy, TIMEFRAME, scenario.symbol, scenario.prefer, scenario.allow_any
    )
    check_answer(scenario, workflows.resolve_model(request).to_document(), workspace.models)
    loader = UniversalModelLoader(workspace.models)
    asked = (scenario.strategy, TIMEFRAME, scenario.symbol, scenario.allow_any)
    if scenario.chosen is None:
        with pytest.raises(ModelNotFound) as found:
            loader.load_model_for_strategy(*asked)
        absent = {name for step, name, result in scenario.trace if step == 1 and result == "absent"}
        assert absent <= set(found.value.looked_for)
        return
    model, info = loader.load_model_for_strategy(*asked)
    check_answer(scenario, info, workspace.models)
    assert isinstance(model, MLPTradingModel)
    assert Path(info["model_path"]) == workspace.models / scenario.strategy / scenario.chosen
    assert model.predict_proba(raw_rows(5)).sum(axis=1) == pytest.approx(1.0, abs=1e-6)
