"""``data``: what a workspace holds, what is wrong with it, and how more comes in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import render
from ktrdr_app.cli.command import command, group
from ktrdr_app.cli.commands import data_check, data_fetch, data_import, data_repair
from ktrdr_app.cli.session import Session


def add_to(app: typer.Typer) -> None:
    """Add the commands.

    Parameters
    ----------
    app : Typer
        The application.
    """
    data = group(app, "data", "What the workspace holds.")
    command(data, "list")(list_series)
    data_import.add_to(data)
    data_check.add_to(data)
    data_repair.add_to(data)
    data_fetch.add_to_group(data)


def list_series(session: Session, _given: dict[str, Any]) -> None:
    """List every series: symbol, time frame, first and last bar, number of bars.

    Parameters
    ----------
    session : Session
        Workspace and output.
    _given : dict
        Nothing.
    """
    found = workflows.list_data(session.workspace)
    document = {"workspace": str(session.workspace.root), "series": [asdict(info) for info in found]}
    session.show(document, lambda: render.series_list(found))
