"""``models coverage``: does a symbol look like what a model learnt from?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import options
from ktrdr_app.cli.command import command
from ktrdr_app.cli.coverage_tables import coverage_parts
from ktrdr_app.cli.options import REQUIRED, Choice
from ktrdr_app.cli.session import Session
from ktrdr_app.workflows.model_requests import CoverageRequest

if TYPE_CHECKING:
    from ktrdr_app.workflows.coverage_run import ModelCoverage

COMPARED = Choice("symbols", "Symbols whose bars are compared.", "--symbol", str, REQUIRED, "S[,S2..]", options.names)
BARS = Choice("timeframe", "Bar length; the model's own by default.", "--timeframe", metavar="TF")


def add_to(models: typer.Typer) -> None:
    """Add the command.

    Parameters
    ----------
    models : Typer
        The group ``models``.
    """
    command(models, "coverage", options.MODEL_PATH, COMPARED, BARS, options.START, options.END)(coverage)


def coverage(session: Session, given: dict[str, Any]) -> None:
    """Say whether a symbol is one that a model learnt from, and whether its bars look like what it learnt from.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        path, symbols, timeframe, start, end.
    """
    symbols = given.pop("symbols")
    found: list[ModelCoverage] = []
    with session.running("coverage") as (progress, cancel):
        for symbol in symbols:
            request = CoverageRequest(session.workspace, symbol, **given)
            found.append(workflows.model_coverage(request, progress, cancel))
    documents = [entry.to_document() for entry in found]
    whole = documents[0] if len(documents) == 1 else {"coverage": documents}
    session.show(whole, lambda: [part for document in documents for part in coverage_parts(document)])
