"""``indicators``: the catalogue and its values."""

from __future__ import annotations

from typing import Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import options, render
from ktrdr_app.cli.command import command, group
from ktrdr_app.cli.documents import indicator_document
from ktrdr_app.cli.session import Session
from ktrdr_app.workflows.frames import rows_document
from ktrdr_app.workflows.requests import IndicatorRequest


def add_to(app: typer.Typer) -> None:
    """Add the commands.

    Parameters
    ----------
    app : Typer
        The application.
    """
    indicators = group(app, "indicators", "The catalogue of indicators, and their values.")
    command(indicators, "list")(list_indicators)
    series = (options.INDICATOR, options.SYMBOL, options.TIMEFRAME)
    command(indicators, "compute", *series, options.PARAMETERS, options.TABLE_OUT)(compute)


def list_indicators(session: Session, _given: dict[str, Any]) -> None:
    """List the indicators with parameters, bounds, outputs and category.

    Parameters
    ----------
    session : Session
        Output.
    _given : dict
        Nothing.
    """
    found = workflows.list_indicators()
    document = {"indicators": [indicator_document(info) for info in found]}
    session.show(document, lambda: render.indicator_list(found))


def compute(session: Session, given: dict[str, Any]) -> None:
    """Compute an indicator on a series.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        name, symbol, timeframe, params, out.
    """
    with session.running("the computation") as (progress, cancel):
        frame = workflows.compute_indicator(IndicatorRequest(session.workspace, **given), progress, cancel)
    said = {name: given[name] for name in ("name", "symbol", "timeframe", "params")}
    caption = f"{given['name']} on {given['symbol']} {given['timeframe']}"
    session.show(said | rows_document(frame, given["out"]), lambda: render.last_rows(frame, caption))
