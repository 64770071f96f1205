"""``models migrate``: folders of the original into the archive, with a preview before and an undo after."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli.command import command
from ktrdr_app.cli.options import Choice
from ktrdr_app.cli.render import Part, words_table
from ktrdr_app.cli.session import Session
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.workflows.model_requests import MigrateRequest, UndoMigrationRequest

STRATEGY = Choice("strategy", "One strategy's name; all by default.")
DRY_RUN = Choice("dry_run", "Show what would be done, and write nothing.", "--dry-run", bool, False)
UNDO = Choice("undo", "Move the copies of migrations into the trash again.", "--undo", bool, False)

_WORDS = {
    "copy": "would be copied",
    "migrated": "copied and verified",
    "already": "skipped",
    "own": "skipped",
    "damaged": "cannot be used",
    "conflict": "name is taken",
}


def add_to(models: typer.Typer) -> None:
    """Add the command.

    Parameters
    ----------
    models : Typer
        The group ``models``.
    """
    command(models, "migrate", STRATEGY, DRY_RUN, UNDO)(migrate)


def migrate(session: Session, given: dict[str, Any]) -> None:
    """Copy the original's models into the archive, and verify that they predict alike; originals are never touched.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        strategy, dry_run, undo.

    Raises
    ------
    InvalidValue
        For an undo that is a dry run too.
    """
    if given["undo"]:
        if given["dry_run"]:
            raise InvalidValue("--undo", "with --dry-run", "one of the two")
        with session.running("the undoing") as (progress, cancel):
            asked = UndoMigrationRequest(session.workspace, given["strategy"])
            undone = workflows.undo_migration(asked, progress, cancel)
        session.show(undone, lambda: _undone(undone, session))
        return
    with session.running("the migration") as (progress, cancel):
        request = MigrateRequest(session.workspace, given["strategy"], given["dry_run"])
        report = workflows.migrate_models(request, progress, cancel)
    session.show(report, lambda: _migrated(report, session))


def _migrated(report: Mapping[str, Any], session: Session) -> list[Part]:
    steps = report["steps"]
    if not steps:
        return ["There is no model of the original here."]
    rows = [
        (
            f"{step['strategy_name']}/{Path(step['source']).name}",
            _WORDS[step["action"]],
            step["reason"] or session.workspace.relative(Path(step["target"])),
            f"{step['largest_difference']:.1e}" if step["rows"] else "",
        )
        for step in steps
    ]
    table = words_table("Models of the original", ("Folder", "Result", "Where or why", "Differs by"), rows, figures=1)
    if report["dry_run"]:
        return [table, "Nothing was written; without --dry-run it is done."]
    where = session.workspace.relative(Path(report["report_file"]))
    return [table, f"Report: {where}", "ktrdr-app models migrate --undo takes the copies out again."]


def _undone(document: Mapping[str, Any], session: Session) -> list[Part]:
    if not document["undone"]:
        return ["There is no migrated copy here."]
    relative = session.workspace.relative
    rows = [
        (relative(Path(entry["folder"])), relative(Path(entry["moved_to"])) if entry["moved_to"] else entry["reason"])
        for entry in document["undone"]
    ]
    return [words_table("Migrated copies", ("Copy", "Moved to, or why it stays"), rows)]
