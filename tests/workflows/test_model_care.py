"""Looking after models as use cases: paths as users give them; the rules are tested with `ktrdr_app.model_store`."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.model_requests import ResolveRequest
from tests.model_store.builders import STRATEGY, save

SHORT = f"{STRATEGY}/universal_1h_v1"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path)
    save(made.models)
    return made


@pytest.mark.parametrize("path", [SHORT, f"models/{SHORT}", f"{STRATEGY}/universal_1h_latest"])
def test_a_model_is_meant_by_any_path(workspace: Workspace, path: str) -> None:
    folder = workspace.models / SHORT
    assert workflows.verify_model(workspace, path).path == folder
    assert workflows.annotate_model(workspace, path, "x").path == folder
    assert workflows.tag_model(workspace, path, ("a",)).to_document() == {
        "path": str(folder), "note": "x", "tags": ["a"],
    }  # fmt: skip
    assert workflows.pin_model(workspace, path).after == folder.name
    assert workflows.export_model(workspace, path, workspace.root / "m.zip").path == folder
    assert {change.symbol for change in workflows.preview_deletion(workspace, path)} == {None, "AAPL", "MSFT"}
    assert workflows.delete_model(workspace, path).model == SHORT
    assert [entry.model for entry in workflows.list_trashed_models(workspace)] == [SHORT]
    assert workflows.restore_model(workspace, SHORT).model == SHORT


def test_a_pin_of_a_deleted_model_can_be_taken_away(workspace: Workspace) -> None:
    workflows.pin_model(workspace, SHORT)
    workflows.delete_model(workspace, SHORT)
    done = workflows.unpin_model(workspace, SHORT)
    assert (done.strategy_name, done.timeframe, done.before, done.after) == (STRATEGY, "1h", "universal_1h_v1", "")
    with pytest.raises(InvalidValue):
        workflows.unpin_model(workspace, SHORT)


def test_a_request_may_pass_over_pins(workspace: Workspace) -> None:
    came = workflows.import_model(workspace, workflows.export_model(workspace, SHORT, workspace.root / "m.zip").file)
    workflows.pin_model(workspace, came.path)
    steps = []
    for pins in (True, False):
        chosen = workflows.resolve_model(ResolveRequest(workspace, STRATEGY, "1h", pins=pins)).chosen
        assert chosen is not None
        steps.append((chosen.step, chosen.version))
    assert steps == [(0, 2), (1, 1)]
    assert workflows.roll_back(workspace, STRATEGY, "1h", 2).before == "universal_1h_v1"
