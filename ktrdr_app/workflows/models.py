"""Models of a workspace: list them, look into one, ask which one would be loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store import registry, resolver
from ktrdr_app.model_store.registry import ModelInfo
from ktrdr_app.model_store.resolver import Resolution
from ktrdr_app.workflows.model_requests import ResolveRequest


def list_models(workspace: Workspace) -> list[ModelInfo]:
    """Return every model folder, unusable ones with the reason; unchanged ones are not read again.

    Parameters
    ----------
    workspace : Workspace
        Whose models are listed.
    """
    return registry.list_models(workspace.models, workspace.cache / "models" / "list.json")


def show_model(workspace: Workspace, path: Path | str) -> dict[str, Any]:
    """Return what a model folder says about itself.

    Parameters
    ----------
    workspace : Workspace
        Relative paths are looked up in it, then in its models folder.
    path : Path or str
        The folder.

    Raises
    ------
    ModelNotFound
        If there is no such folder.
    ModelRejected
        If it is damaged.
    """
    return registry.show_model(model_folder(workspace, path))


def model_folder(workspace: Workspace, path: Path | str) -> Path:
    """Return the folder that a path given by the user means.

    Parameters
    ----------
    workspace : Workspace
        Relative paths are looked up in it, then in its models folder, then in the current folder.
    path : Path or str
        As given.
    """
    given = Path(path)
    places = (workspace.root / given, workspace.models / given)
    for candidate in places:
        if candidate.is_dir():
            return candidate
    if given.is_dir():
        return given
    # What lies beside a folder that is missing is what the error can offer instead of it.
    return next((place for place in reversed(places) if place.parent.is_dir()), given)


def resolve_model(request: ResolveRequest) -> Resolution:
    """Return which model would be loaded, with every step that was tried.

    Parameters
    ----------
    request : ResolveRequest
        Strategy, time frame, symbol and preferences.
    """
    return resolver.resolve(
        request.workspace.models,
        request.strategy,
        request.timeframe,
        symbol=request.symbol,
        prefer=request.prefer,
        allow_any=request.allow_any,
        pins=request.pins,
    )
