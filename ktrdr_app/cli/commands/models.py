"""``models``: the registry, and which model would be loaded."""

from __future__ import annotations

from typing import Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import options, render
from ktrdr_app.cli.command import command, group
from ktrdr_app.cli.commands import (
    models_compare,
    models_coverage,
    models_migrate,
    models_notes,
    models_store,
    models_trash,
)
from ktrdr_app.cli.session import Session
from ktrdr_app.core.errors import ModelNotFound
from ktrdr_app.workflows.model_requests import ResolveRequest


def add_to(app: typer.Typer) -> None:
    """Add the commands.

    Parameters
    ----------
    app : Typer
        The application.
    """
    models = group(app, "models", "The workspace's models.")
    command(models, "list")(list_models)
    command(models, "show", options.MODEL_PATH)(show)
    asked = (options.STRATEGY, options.TIMEFRAME_OPTION, options.SYMBOL_OPTION, options.PREFER, options.NO_ANY)
    command(models, "resolve", *asked)(resolve)
    for more in (models_coverage, models_store, models_trash, models_notes, models_migrate, models_compare):
        more.add_to(models)


def list_models(session: Session, _given: dict[str, Any]) -> None:
    """List every model, the unusable ones with the reason.

    Parameters
    ----------
    session : Session
        Workspace and output.
    _given : dict
        Nothing.
    """
    found = workflows.list_models(session.workspace)
    session.show({"models": [info.to_document() for info in found]}, lambda: render.model_list(found))


def show(session: Session, given: dict[str, Any]) -> None:
    """Show what a model folder says of itself.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        path.
    """
    document = workflows.show_model(session.workspace, given["path"])
    session.show(document, lambda: render.model_facts(document))


def resolve(session: Session, given: dict[str, Any]) -> None:
    """Say which model would be loaded, and all that was looked at; exit code 3 if none.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        strategy, timeframe, symbol, prefer, no_any.
    """
    allow_any = not given.pop("no_any")
    resolution = workflows.resolve_model(ResolveRequest(session.workspace, allow_any=allow_any, **given))
    document = resolution.to_document()
    session.show(document, lambda: render.resolution(document))
    if resolution.chosen is None:
        raise typer.Exit(ModelNotFound.exit_code)
