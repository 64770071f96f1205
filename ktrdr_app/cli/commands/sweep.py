"""``sweep``: many settings of a strategy tried, the best of them saved."""

from __future__ import annotations

from typing import Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import options
from ktrdr_app.cli.command import command
from ktrdr_app.cli.session import Session
from ktrdr_app.core.lazy import load
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.sweep_requests import SweepRequest

OWN = (
    options.SPACE,
    options.TRIALS,
    options.OBJECTIVE,
    options.PRUNER,
    options.TRIAL_WORKERS,
    options.RESUME_SWEEP,
    options.SAVE_BEST,
)


def add_to(app: typer.Typer) -> None:
    """Add the command.

    Parameters
    ----------
    app : Typer
        The application.
    """
    command(app, "sweep", *options.TRAINING, *OWN)(sweep)


def sweep(session: Session, given: dict[str, Any]) -> None:
    """Try many settings of a strategy on validation rows, keep all on record, and save the best.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        The fields of `SweepRequest` and of `TrainRequest`.
    """
    own, training = options.split(given, OWN)
    with session.running("the sweep") as (progress, cancel):
        request = SweepRequest(TrainRequest(session.workspace, **training), **own)
        result = workflows.sweep(request, progress, cancel)
    session.show(result.document, lambda: load("ktrdr_app.cli.sweep_tables").swept(result.document))
