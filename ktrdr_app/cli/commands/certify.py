"""``certify``: whether what is learnt from some symbols holds on symbols that were left out."""

from __future__ import annotations

from typing import Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import options
from ktrdr_app.cli.certificate_tables import certificate_list
from ktrdr_app.cli.command import command
from ktrdr_app.cli.session import Session
from ktrdr_app.workflows.requests import TrainRequest


def add_to(app: typer.Typer) -> None:
    """Add the command.

    Parameters
    ----------
    app : Typer
        The application.
    """
    command(app, "certify", *options.TRAINING)(certify)


def certify(session: Session, given: dict[str, Any]) -> None:
    """Train without each symbol and each group in turn; say how much skill is left on what was not seen.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        The fields of `TrainRequest`.
    """
    with session.running("the certificate") as (progress, cancel):
        result = workflows.certify(TrainRequest(session.workspace, **given), progress, cancel)
    session.show(result.document, lambda: certificate_list(result.document))
