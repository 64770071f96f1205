"""``demo``: the main job on real data, from bars to a judged model."""

from __future__ import annotations

import os
import sys
from typing import Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import options, render
from ktrdr_app.cli.command import command
from ktrdr_app.cli.commands.window import open_window
from ktrdr_app.cli.screen import has_display
from ktrdr_app.cli.session import Session
from ktrdr_app.workflows.requests import DemoRequest


def add_to(app: typer.Typer) -> None:
    """Add the command.

    Parameters
    ----------
    app : Typer
        The application.
    """
    command(app, "demo", options.NO_WINDOW, options.SEED)(demo)


def demo(session: Session, given: dict[str, Any]) -> None:
    """Train on three symbols of the sample data, judge on a fourth that was never seen, then open the window.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        no_window, seed.
    """
    with session.running("the demo") as (progress, cancel):
        result = workflows.demo(DemoRequest(session.workspace, given["seed"]), progress, cancel)
    trained, judged = result.train.document, result.backtest.document
    document = {"workspace": str(session.workspace.root), "train": trained, "backtest": judged}
    document |= {"report": str(result.report), "run_folder": str(result.backtest.folder)}
    session.show(document, lambda: [*render.trained(trained), *render.backtested(judged)])
    if not given["no_window"] and has_display(sys.platform, os.environ):
        open_window(session)
