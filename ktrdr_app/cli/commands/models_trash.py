"""``models delete`` and ``models restore``: models into the trash, and out of it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import options
from ktrdr_app.cli.command import command
from ktrdr_app.cli.options import Choice
from ktrdr_app.cli.render import Part, words_table
from ktrdr_app.cli.session import Session
from ktrdr_app.core.errors import BadInput, StorageProblem

if TYPE_CHECKING:
    from ktrdr_app.model_store.deletion import Change, TrashedModel

DRY_RUN = Choice("dry_run", "Only say which requests another model would serve.", "--dry-run", bool, False)
MAYBE_PATH = Choice("path", "Deleted model, strategy/folder; the newest deletion by default.")
LIST = Choice("listed", "List the deleted models.", "--list", bool, False)


def add_to(models: typer.Typer) -> None:
    """Add the commands.

    Parameters
    ----------
    models : Typer
        The group ``models``.
    """
    command(models, "delete", options.MODEL_PATH, DRY_RUN)(delete)
    command(models, "restore", MAYBE_PATH, LIST)(restore)


def delete(session: Session, given: dict[str, Any]) -> None:
    """Move a model into the workspace's trash; `models restore` brings it back.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        path, dry_run.
    """
    changes, problem = _preview(session, given)
    document = {"changes": [change.to_document() for change in changes], "problem": problem}
    said = [f"What changes cannot be told: {problem}."] if problem else _changes(changes)
    if given["dry_run"]:
        session.show(document | {"dry_run": True}, lambda: [*said, "Nothing was deleted."])
        return
    entry = workflows.delete_model(session.workspace, given["path"])
    back = f"{entry.model} is in the trash. ktrdr-app models restore {entry.model} brings it back."
    session.show(document | entry.to_document(), lambda: [*said, back])


def restore(session: Session, given: dict[str, Any]) -> None:
    """Bring a deleted model back, or list what the trash holds.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        path, listed.
    """
    if given["listed"]:
        held = workflows.list_trashed_models(session.workspace)
        session.show({"trash": [entry.to_document() for entry in held]}, lambda: _list(held))
        return
    entry = workflows.restore_model(session.workspace, given["path"] or "")
    session.show(entry.to_document(), lambda: [f"{entry.model} is back."])


def _preview(session: Session, given: dict[str, Any]) -> tuple[Sequence[Change], str]:
    """Return what changes, or why that cannot be told: a reason to refuse a dry run, but no deletion."""
    try:
        return workflows.preview_deletion(session.workspace, given["path"]), ""
    except (BadInput, StorageProblem) as error:
        if given["dry_run"]:
            raise
        return (), error.message


def _changes(changes: Sequence[Change]) -> list[Part]:
    if not changes:
        return ["No request of its strategy and time frame would be answered differently."]
    rows = [
        (
            f"{change.strategy_name} {change.timeframe}",
            change.symbol or "none given",
            _served(change.before.chosen),
            _served(change.after.chosen),
            change.to_document()["reason"],
        )
        for change in changes
    ]
    return [words_table("What changes", ("Request", "Symbol", "With it", "Without it", "Because"), rows)]


def _served(chosen: Any) -> str:
    return f"{chosen.path.name} (step {chosen.step})" if chosen else "none"


def _list(held: Sequence[TrashedModel]) -> list[Part]:
    if not held:
        return ["The trash holds no model."]
    rows = [(entry.model, entry.deleted, entry.folder.name) for entry in held]
    return [words_table("Deleted models", ("Model", "Deleted, UTC", "Folder in the trash"), rows)]
