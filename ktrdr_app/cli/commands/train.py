"""``train``: one model from one or many symbols."""

from __future__ import annotations

from typing import Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import options, render
from ktrdr_app.cli.command import command
from ktrdr_app.cli.session import Session
from ktrdr_app.workflows.requests import TrainRequest

CHOICES = (*options.TRAINING, options.KIND, options.RESUME)


def add_to(app: typer.Typer) -> None:
    """Add the command.

    Parameters
    ----------
    app : Typer
        The application.
    """
    command(app, "train", *CHOICES)(train)


def train(session: Session, given: dict[str, Any]) -> None:
    """Train a model and save it; its worth is told beside what needs no model.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        The fields of `TrainRequest`.
    """
    with session.running("training") as (progress, cancel):
        result = workflows.train(TrainRequest(session.workspace, **given), progress, cancel)
    session.show(result.document, lambda: render.trained(result.document))
