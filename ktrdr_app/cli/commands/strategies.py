"""``strategies``: list them and check them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import options, render
from ktrdr_app.cli.command import command, group
from ktrdr_app.cli.session import Session


def add_to(app: typer.Typer) -> None:
    """Add the commands.

    Parameters
    ----------
    app : Typer
        The application.
    """
    strategies = group(app, "strategies", "Strategy files.")
    command(strategies, "list")(list_strategies)
    command(strategies, "validate", options.STRATEGY)(validate)


def list_strategies(session: Session, _given: dict[str, Any]) -> None:
    """List the workspace's own and the shipped strategies.

    Parameters
    ----------
    session : Session
        Workspace and output.
    _given : dict
        Nothing.
    """
    found = workflows.list_strategies(session.workspace)
    session.show({"strategies": [asdict(info) for info in found]}, lambda: render.strategy_list(found))


def validate(session: Session, given: dict[str, Any]) -> None:
    """Check a strategy; every problem is told with line and column.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        strategy.
    """
    loaded = workflows.validate_strategy(session.workspace, given["strategy"])
    document = {"valid": True, "name": loaded.strategy.name, "where": loaded.where}
    session.show(document, lambda: [f"{loaded.where}: strategy {loaded.strategy.name} is valid."])
