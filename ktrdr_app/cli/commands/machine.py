"""``doctor``: whether this machine can run the program."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import options, render
from ktrdr_app.cli.command import command
from ktrdr_app.cli.session import Session
from ktrdr_app.core.errors import EnvironmentProblem


def add_to(app: typer.Typer) -> None:
    """Add the command.

    Parameters
    ----------
    app : Typer
        The application.
    """
    command(app, "doctor", options.WARM)(doctor)


def doctor(session: Session, given: dict[str, Any]) -> None:
    """Check Python, Qt, libraries, fonts and write access; exit code 2 if a line fails.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        warm.
    """
    checks = workflows.doctor(session.workspace, given["warm"])
    well = all(check.ok for check in checks)
    session.show({"ok": well, "checks": [asdict(check) for check in checks]}, lambda: render.check_list(checks))
    if not well:
        raise typer.Exit(EnvironmentProblem.exit_code)
