"""Models of a workspace through the workflows that every face calls."""

from __future__ import annotations

import pytest

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.model_requests import ResolveRequest
from ktrdr_app.workflows.models import list_models, model_folder, resolve_model, show_model
from tests.workflows.quick import NAME, trained


def test_trained_models_are_listed_shown_and_resolved(sample_workspace: Workspace) -> None:
    assert list_models(sample_workspace) == []
    first = trained(sample_workspace)
    second = trained(sample_workspace, seed=1)
    infos = {info.path.name: info for info in list_models(sample_workspace)}
    assert set(infos) == {"universal_1d_v1", "universal_1d_v2"}
    assert infos["universal_1d_v1"].test_accuracy == first.document["metrics"]["test_accuracy"]
    assert list(infos["universal_1d_v2"].training_symbols) == ["AAPL", "IBM", "MSFT"]
    chosen = resolve_model(ResolveRequest(sample_workspace, NAME, "1d")).chosen
    assert chosen is not None
    assert (chosen.path.resolve(), chosen.step) == (second.model_path.resolve(), 1)
    assert resolve_model(ResolveRequest(sample_workspace, NAME, "1h")).chosen is None
    shown = show_model(sample_workspace, f"{NAME}/universal_1d_v1")
    assert shown["training_manifest"]["seed"] == 0
    assert shown["strategy"]["name"] == NAME


@pytest.mark.parametrize("path", [f"models/{NAME}/universal_1d_v1", f"{NAME}/universal_1d_v1"])
def test_a_model_may_be_named_from_the_workspace_or_its_models(path: str, sample_workspace: Workspace) -> None:
    folder = trained(sample_workspace).model_path
    assert model_folder(sample_workspace, path).resolve() == folder.resolve()
    assert model_folder(sample_workspace, folder) == folder


@pytest.mark.parametrize(
    "changes", [{"strategy": "../x"}, {"prefer": "newest"}, {"timeframe": "1x"}, {"symbol": "a/b"}]
)
def test_requests_that_cannot_be_right_are_named(changes: dict[str, str], sample_workspace: Workspace) -> None:
    given = {"strategy": NAME, "timeframe": "1d"} | changes
    with pytest.raises(KtrdrError) as caught:
        resolve_model(ResolveRequest(sample_workspace, **given))
    assert caught.value.exit_code == 2


def test_a_folder_that_is_not_there_is_not_found(sample_workspace: Workspace) -> None:
    with pytest.raises(KtrdrError) as caught:
        show_model(sample_workspace, "nowhere/universal_1d_v9")
    assert caught.value.exit_code == 3
