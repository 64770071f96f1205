"""``why``: why a trade of a finished backtest was made, or why a bar was not traded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import options
from ktrdr_app.cli.command import command
from ktrdr_app.cli.session import Session
from ktrdr_app.core.lazy import load

if TYPE_CHECKING:
    from ktrdr_app.workflows.why_facts import Why


def add_to(app: typer.Typer) -> None:
    """Add the command.

    Parameters
    ----------
    app : Typer
        The application.
    """
    command(app, "why", options.RUN, options.TRADE, options.AT)(why)


def why(session: Session, given: dict[str, Any]) -> None:
    """Say why a trade of a finished backtest was made, or why a bar was not traded, from indicators to the fill.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        run, trade, time.
    """
    asked = load("ktrdr_app.workflows.why_run").WhyRequest(session.workspace, **given)
    with session.running("why") as (progress, cancel):
        found: Why = workflows.explain_trade(asked, progress, cancel)
    session.show(found.to_document(), lambda: load("ktrdr_app.cli.why_tables").why_parts(found))
