"""``models verify``, ``rollback``, ``export``, ``import``: is it whole, which version serves, in and out as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import options
from ktrdr_app.cli.command import command
from ktrdr_app.cli.options import REQUIRED, Choice
from ktrdr_app.cli.render import words_table
from ktrdr_app.cli.session import Session
from ktrdr_app.core.errors import ModelRejected

TO = Choice("to", "Version that `_latest` names from now on.", "--to", int, REQUIRED, "N")
OWN_SYMBOL = Choice("symbol", "Symbol of a legacy model; the universal one without it.", "--symbol", metavar="S")
FILE_OUT = Choice("file", "The zip file to write.", kind=Path, default=REQUIRED)
FILE_IN = Choice("file", "The zip file that `models export` wrote.", kind=Path, default=REQUIRED)


def add_to(models: typer.Typer) -> None:
    """Add the commands.

    Parameters
    ----------
    models : Typer
        The group ``models``.
    """
    command(models, "verify", options.MODEL_PATH)(verify)
    command(models, "rollback", options.STRATEGY, options.TIMEFRAME_OPTION, TO, OWN_SYMBOL)(rollback)
    command(models, "export", options.MODEL_PATH, FILE_OUT)(export)
    command(models, "import", FILE_IN)(import_file)


def verify(session: Session, given: dict[str, Any]) -> None:
    """Check every file, the checksums, the loading and the stored predictions; exit code 4 if anything fails.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        path.
    """
    found = workflows.verify_model(session.workspace, given["path"])
    rows = [(check.name, check.result, check.detail) for check in found.checks]
    answer = "Nothing is wrong with it." if found.passed else "It must not be used: restore it, or train again."
    session.show(
        found.to_document(), lambda: [words_table(str(found.path), ("Check", "Result", "Found"), rows), answer]
    )
    if not found.passed:
        raise typer.Exit(ModelRejected.exit_code)


def rollback(session: Session, given: dict[str, Any]) -> None:
    """Let `_latest` name another version; the version before is told, and rolling back to it undoes this.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        strategy, timeframe, to, symbol.
    """
    done = workflows.roll_back(session.workspace, **given)
    before = f"before: {done.before}" if done.before else "it named nothing before"
    session.show(done.to_document(), lambda: [f"{done.pointer.name} names {done.after} now ({before})."])


def export(session: Session, given: dict[str, Any]) -> None:
    """Write a model as one zip file with checksums.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        path, file.
    """
    done = workflows.export_model(session.workspace, given["path"], given["file"])
    left = f" Left out, as they are never read: {', '.join(done.left_out)}." if done.left_out else ""
    session.show(done.to_document(), lambda: [f"{done.path} is in {done.file} ({len(done.files)} files).{left}"])


def import_file(session: Session, given: dict[str, Any]) -> None:
    """Take a model from a zip file into the workspace: checked and whole, or not at all.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        file.
    """
    done = workflows.import_model(session.workspace, given["file"])
    number = f" It was {done.was} where it came from; a number is never used twice." if done.renumbered else ""
    session.show(
        done.to_document(), lambda: [f"{done.path} is there.{number} _latest names {done.latest or 'no model'}."]
    )
