"""``features`` and ``labels``: what lies between bars and network."""

from __future__ import annotations

from typing import Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import label_tables, options, render
from ktrdr_app.cli.command import command
from ktrdr_app.cli.session import Session
from ktrdr_app.core.progress import silent
from ktrdr_app.workflows.features_requests import ManyFeaturesRequest
from ktrdr_app.workflows.frames import rows_document
from ktrdr_app.workflows.requests import SeriesRequest


def add_to(app: typer.Typer) -> None:
    """Add the commands.

    Parameters
    ----------
    app : Typer
        The application.
    """
    series = (options.STRATEGY, options.SYMBOL, options.TIMEFRAME, options.TABLE_OUT)
    several = (options.STRATEGY, options.SYMBOLS_BUILT, options.TIMEFRAME, options.TABLES_OUT, options.CLUSTER)
    command(app, "features", *several)(features)
    command(app, "labels", *series)(labels)


def features(session: Session, given: dict[str, Any]) -> None:
    """Compute the features of a series, before scaling; of several symbols side by side, here or on a cluster.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        strategy, symbols, timeframe, out, cluster.
    """
    cluster, symbols, out = given["cluster"], given["symbols"], given["out"]
    one = len(symbols) == 1
    with session.running("the computation") as (progress, cancel):
        if cluster is not None or not one:
            several = ManyFeaturesRequest(
                session.workspace, given["strategy"], symbols, given["timeframe"], None if one else out, cluster
            )
            found = workflows.build_many_features(several, progress, cancel)
        if one:  # a cluster has left them in the cache
            series = SeriesRequest(session.workspace, given["strategy"], symbols[0], given["timeframe"], out)
            result = workflows.features(series, progress if cluster is None else silent, cancel)
    if not one:
        session.show(found.document, lambda: render.built_features(found.document))
        return
    told = given | {"symbol": symbols[0]}
    rows = rows_document(result.frame, out)
    said = {name: told[name] for name in ("strategy", "symbol", "timeframe")}
    said |= {"dropped_rows": result.dropped_rows, "contract_sha256": result.digest}
    session.show(said | rows, lambda: render.feature_list(result.frame, _caption(told), result.dropped_rows))


def labels(session: Session, given: dict[str, Any]) -> None:
    """Compute the labels of a series, their end times, and a report: balance, runs, trivial rules, a better threshold.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        strategy, symbol, timeframe, out.
    """
    with session.running("the computation") as (progress, cancel):
        result = workflows.labels(SeriesRequest(session.workspace, **given), progress, cancel)
    said = {name: given[name] for name in ("strategy", "symbol", "timeframe")} | {
        "balance": result.report.pooled.balance
    }
    said |= {"report": result.report.document()}
    document = said | rows_document(result.frame, given["out"])
    session.show(document, lambda: label_tables.label_list(result, _caption(given)))


def _caption(given: dict[str, Any]) -> str:
    return f"{given['strategy']} on {given['symbol']} {given['timeframe']}"
