"""``strategies``: list them, check them, upgrade the original's, and export the grammar for editors."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import options, render
from ktrdr_app.cli.command import command, group
from ktrdr_app.cli.options import Choice
from ktrdr_app.cli.session import Session
from ktrdr_app.core.files import json_text, write_text

FILE = Choice("file", "Strategy YAML of the original, or a model's config.json.", kind=Path, default=options.REQUIRED)
UPGRADE_OUT = Choice("out", "File to write; by default into the workspace.", "--out", Path, None, "FILE")
SCHEMA_OUT = Choice("out", "File to write; by default it is printed.", "--out", Path, None, "FILE")


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
    command(strategies, "upgrade", FILE, UPGRADE_OUT)(upgrade)
    command(strategies, "schema", SCHEMA_OUT)(schema)


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


def upgrade(session: Session, given: dict[str, Any]) -> None:
    """Turn a strategy of the original KTRDR into the current grammar; every change of meaning is told.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        file, out.
    """
    result = workflows.upgrade(session.workspace, given["file"], given["out"])
    places = {"name": result.name, "source": str(result.source), "path": str(result.path)}
    document = {**places, "notes": [asdict(note) for note in result.notes]}
    session.show(document, lambda: render.upgraded(result))


def schema(session: Session, given: dict[str, Any]) -> None:
    """Export the grammar of strategies as JSON Schema, for editors.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        out.
    """
    document = workflows.strategy_schema()
    if given["out"] is None:
        session.show(document, lambda: [json_text(document).rstrip()])
    else:
        write_text(given["out"], json_text(document))
        session.show({"path": str(given["out"])}, lambda: [f"Schema: {given['out']}"])
