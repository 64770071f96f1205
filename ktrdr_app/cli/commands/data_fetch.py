"""``data fetch``: bars from a broker."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from ktrdr_app.cli import options
from ktrdr_app.cli.command import command
from ktrdr_app.cli.options import Choice
from ktrdr_app.cli.session import Session
from ktrdr_app.workflows.fetch_run import FetchRequest, fetch_data

if TYPE_CHECKING:
    from ktrdr_app.cli.render import Part
    from ktrdr_app.data.ib.source import FetchOutcome

SOURCE = Choice("source", "Where the bars come from.", "--source", str, "ib", "ib")
MODE = Choice(
    "mode",
    "From the last bar on, from the first bar back, or the whole range with its holes.",
    "--mode",
    str,
    "tail",
    "tail|backfill|full|local",
)
HOST = Choice("host", "Host of TWS or IB Gateway.", "--host", str, "127.0.0.1", "HOST")
PORT = Choice("port", "Port of its API: TWS 7496 live, 7497 paper; Gateway 4001, 4002.", "--port", int, 7497, "N")
CLIENT_ID = Choice("client_id", "Our number at the gateway.", "--client-id", int, 17, "N")
ASSET_CLASS = Choice(
    "asset_class", "What the symbol is, where its letters mislead.", "--asset-class", metavar="forex|stock|crypto|metal"
)
CHOICES = (options.SYMBOL, options.TIMEFRAME, SOURCE, MODE, options.START, options.END)


def add_to_group(data: typer.Typer) -> None:
    """Add the command.

    Parameters
    ----------
    data : Typer
        The group ``data``.
    """
    command(data, "fetch", *CHOICES, HOST, PORT, CLIENT_ID, ASSET_CLASS)(fetch)


def fetch(session: Session, given: dict[str, Any]) -> None:
    """Download bars that are missing; stopped or cut, it goes on where it was when it is run again.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        symbol, timeframe, source, mode, start, end, host, port, client_id, asset_class.
    """
    with session.running("the download") as (progress, cancel):
        outcome = fetch_data(FetchRequest(session.workspace, **given), progress, cancel)
    session.show(asdict(outcome), lambda: _sentences(outcome, session))


def _sentences(outcome: FetchOutcome, session: Session) -> list[Part]:
    said = f"{outcome.added:,} new bars" if outcome.added else "Nothing new"
    there = f"{outcome.rows:,} bars from {outcome.first} to {outcome.last}"
    return [f"{said} of {outcome.symbol} {outcome.timeframe}: {there}, in {session.workspace.relative(outcome.path)}."]
