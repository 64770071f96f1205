"""``fuzzy``: the sets of a strategy, how symbols use them, and their values."""

from __future__ import annotations

from typing import Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import options, render
from ktrdr_app.cli.command import command, group
from ktrdr_app.cli.fuzzy_tables import fuzzy_check
from ktrdr_app.cli.session import Session
from ktrdr_app.workflows.frames import rows_document
from ktrdr_app.workflows.requests import FuzzyCheckRequest, SeriesRequest


def add_to(app: typer.Typer) -> None:
    """Add the commands.

    Parameters
    ----------
    app : Typer
        The application.
    """
    fuzzy = group(app, "fuzzy", "Fuzzy sets: gaps, dead sets, how symbols use them, memberships.")
    command(fuzzy, "check", options.STRATEGY, options.SYMBOLS_LOOKED_AT, options.MAYBE_TIMEFRAME)(check)
    command(fuzzy, "evaluate", options.STRATEGY, options.SYMBOL, options.TIMEFRAME, options.TABLE_OUT)(evaluate)


def check(session: Session, given: dict[str, Any]) -> None:
    """Say what is doubtful about the sets of a strategy, and how much each symbol uses them.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        strategy, symbols, timeframe.
    """
    with session.running("the check") as (progress, cancel):
        found = workflows.check_fuzzy(FuzzyCheckRequest(session.workspace, **given), progress, cancel)
    document = {name: given[name] for name in ("strategy", "timeframe")}
    session.show(document | {"inputs": [entry.to_document() for entry in found]}, lambda: fuzzy_check(found))


def evaluate(session: Session, given: dict[str, Any]) -> None:
    """Compute the memberships of a series in every set of a strategy.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        strategy, symbol, timeframe, out.
    """
    with session.running("the computation") as (progress, cancel):
        frame = workflows.evaluate_fuzzy(SeriesRequest(session.workspace, **given), progress, cancel)
    said = {name: given[name] for name in ("strategy", "symbol", "timeframe")}
    caption = f"{given['strategy']} on {given['symbol']} {given['timeframe']}"
    session.show(
        said | rows_document(frame, given["out"]), lambda: render.last_rows(frame.astype(float).round(4), caption)
    )
