"""``models note``, ``tag``, ``pin`` and ``unpin``: what a user says of models, kept beside their folders."""

from __future__ import annotations

from typing import Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import options
from ktrdr_app.cli.command import command
from ktrdr_app.cli.options import REQUIRED, Choice
from ktrdr_app.cli.session import Session

TEXT = Choice("text", 'The note; "" takes it away.', default=REQUIRED)
ADDED = Choice("add", "Tags, single words.", "--add", read=options.names, metavar="A,B")
REMOVED = Choice("remove", "Tags to take away.", "--remove", read=options.names, metavar="A,B")


def add_to(models: typer.Typer) -> None:
    """Add the commands.

    Parameters
    ----------
    models : Typer
        The group ``models``.
    """
    command(models, "note", options.MODEL_PATH, TEXT)(note)
    command(models, "tag", options.MODEL_PATH, ADDED, REMOVED)(tag)
    command(models, "pin", options.MODEL_PATH)(pin)
    command(models, "unpin", options.MODEL_PATH)(unpin)


def note(session: Session, given: dict[str, Any]) -> None:
    """Write a note to a model; it replaces the one before.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        path, text.
    """
    done = workflows.annotate_model(session.workspace, given["path"], given["text"])
    session.show(done.to_document(), lambda: [f"{done.path.name}: {done.note or 'no note'}"])


def tag(session: Session, given: dict[str, Any]) -> None:
    """Give a model tags, take some away, or say which it has.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        path, add, remove.
    """
    done = workflows.tag_model(session.workspace, given["path"], given["add"] or (), given["remove"] or ())
    session.show(done.to_document(), lambda: [f"{done.path.name}: {', '.join(done.tags) or 'no tags'}"])


def pin(session: Session, given: dict[str, Any]) -> None:
    """Let a model serve every request for its strategy and time frame, before the resolver's own steps.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        path.
    """
    done = workflows.pin_model(session.workspace, given["path"])
    before = f" instead of {done.before}" if done.before not in ("", done.after) else ""
    undo = f"{done.strategy_name}/{done.after}"
    said = f"{done.after} serves {done.strategy_name} {done.timeframe} from now on{before}."
    session.show(done.to_document(), lambda: [f"{said} ktrdr-app models unpin {undo} undoes it."])


def unpin(session: Session, given: dict[str, Any]) -> None:
    """Take a pin away, so that the resolver's own steps decide again.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        path.
    """
    done = workflows.unpin_model(session.workspace, given["path"])
    said = f"{done.before} is not pinned any more: the resolver's steps decide for"
    session.show(done.to_document(), lambda: [f"{said} {done.strategy_name} {done.timeframe}."])
