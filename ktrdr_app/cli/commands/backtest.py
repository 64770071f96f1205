"""``backtest``: a model, or signals from a file, judged on one or several symbols."""

from __future__ import annotations

from typing import Any

import typer

from ktrdr_app import workflows
from ktrdr_app.cli import options, render
from ktrdr_app.cli.command import command
from ktrdr_app.cli.money_options import MONEY
from ktrdr_app.cli.session import Session
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.workflows.requests import BacktestRequest, MoneyOptions, SignalsRequest

CHOICES = (
    options.MAYBE_STRATEGY,
    options.SYMBOLS_TRADED,
    options.TIMEFRAME_OPTION,
    options.SIGNALS,
    options.MODEL,
    options.NO_ANY,
    options.NO_CALIBRATION,
    options.START,
    options.END,
    *MONEY,
    options.RUN_OUT,
)


def add_to(app: typer.Typer) -> None:
    """Add the command.

    Parameters
    ----------
    app : Typer
        The application.
    """
    command(app, "backtest", *CHOICES)(backtest)


def backtest(session: Session, given: dict[str, Any]) -> None:
    """Judge a model, or signals from a file, beside buy and hold.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        The options.
    """
    requests = _requests(session, given)
    documents = []
    with session.running("the backtest") as (progress, cancel):
        for request in requests:
            if isinstance(request, SignalsRequest):
                outcome = workflows.backtest_signals(request, progress, cancel)
            else:
                outcome = workflows.backtest(request, progress, cancel)
            documents.append(outcome.document)
    whole = documents[0] if len(documents) == 1 else {"backtests": documents}
    session.show(whole, lambda: [part for document in documents for part in render.backtested(document)])


def _requests(session: Session, given: dict[str, Any]) -> list[BacktestRequest | SignalsRequest]:
    """Return one request per symbol; several share the folder ``--out``, each in a folder of its own."""
    if (given["strategy"] is None) == (given["signals"] is None):
        raise InvalidValue("STRATEGY", given["strategy"], "either a strategy or --signals FILE", where="backtest")
    money, rest = options.split(given, MONEY)
    symbols, out = rest.pop("symbols"), rest.pop("out")
    strategy, signals = rest.pop("strategy"), rest.pop("signals")
    chosen = {"model": rest.pop("model"), "allow_any": not rest.pop("no_any")}
    chosen["calibrate"] = not rest.pop("no_calibration")
    shared = {**rest, "money": MoneyOptions(**money)}
    made: list[BacktestRequest | SignalsRequest] = []
    for symbol in symbols:
        place = out if out is None or len(symbols) == 1 else out / symbol
        if signals is not None:
            made.append(SignalsRequest(session.workspace, signals, symbol, out=place, **shared))
        else:
            made.append(BacktestRequest(session.workspace, strategy, symbol, out=place, **chosen, **shared))
    return made
