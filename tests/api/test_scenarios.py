"""The table of situations, asked over HTTP: the same document that the command line prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.model_requests import ResolveRequest
from tests.api.conftest import Face
from tests.model_store.scenarios import SCENARIOS, TIMEFRAME, Scenario, check_answer


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_route(face_of: Callable[..., Face], tmp_path: Path, scenario: Scenario) -> None:
    workspace = Workspace(tmp_path)
    scenario.fill(workspace.models)
    asked = {"strategy_name": scenario.strategy, "timeframe": TIMEFRAME, "allow_any": scenario.allow_any}
    asked |= {"symbol": scenario.symbol} if scenario.symbol else {}
    answer = face_of(workspace).get("/models/resolve", params=asked)
    assert answer.status_code == 200
    check_answer(scenario, answer.json(), workspace.models)
    request = ResolveRequest(workspace, scenario.strategy, TIMEFRAME, scenario.symbol, allow_any=scenario.allow_any)
    assert answer.json() == workflows.resolve_model(request).to_document()
