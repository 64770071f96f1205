"""``bundle export``, ``open``, ``replay``: a finished backtest as one file, opened elsewhere, and run again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli.command import command, group
from ktrdr_app.cli.options import REQUIRED, RUN, Choice
from ktrdr_app.cli.render import backtested
from ktrdr_app.cli.session import Session
from ktrdr_app.core.errors import BundleRejected

FILE_OUT = Choice("file", "The bundle to write.", kind=Path, default=REQUIRED)
FILE_IN = Choice("file", "The bundle that `bundle export` wrote.", kind=Path, default=REQUIRED)
NO_REPLAY = Choice("no_replay", "Do not run it again to see that it gives the same here.", "--no-replay", bool, False)


def add_to(app: typer.Typer) -> None:
    """Add the group.

    Parameters
    ----------
    app : Typer
        The application.
    """
    bundles = group(app, "bundle", "A finished backtest as one file that checks itself.")
    command(bundles, "export", RUN, FILE_OUT)(export)
    command(bundles, "open", FILE_IN, NO_REPLAY)(open_file)
    command(bundles, "replay", RUN)(replay)


def export(session: Session, given: dict[str, Any]) -> None:
    """Write a run's settings, model, bars, decisions, trades, equity, figures and report as one file with checksums.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        run, file.
    """
    done = workflows.export_bundle(session.workspace, given["run"], given["file"])
    size = f"{len(done.files)} files, {done.size / 1024:,.0f} KiB"
    session.show(done.to_document(), lambda: [f"{done.run.name} is in {done.file} ({size})."])


def open_file(session: Session, given: dict[str, Any]) -> None:
    """Take a run from a bundle: checked and whole or not at all, and run again; exit code 4 if a number differs.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        file, no_replay.
    """
    with session.running("opening the bundle") as (progress, cancel):
        done = workflows.open_bundle(session.workspace, given["file"], progress, cancel, replay=not given["no_replay"])
    document = done.outcome.document
    session.show(
        done.to_document(), lambda: [*backtested(document), *done.sentences, f"It is in {done.outcome.folder}."]
    )
    if done.replay is not None and not done.replay.same:
        raise typer.Exit(BundleRejected.exit_code)


def replay(session: Session, given: dict[str, Any]) -> None:
    """Run a finished backtest again from what its folder keeps; exit code 4 if a number differs.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        run.
    """
    with session.running("the backtest") as (progress, cancel):
        done = workflows.replay_run(session.workspace, given["run"], progress, cancel)
    session.show(done.to_document(), lambda: [done.sentence])
    if not done.same:
        raise typer.Exit(BundleRejected.exit_code)
