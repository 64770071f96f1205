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
from ktrdr_app.core.lazy import load
from ktrdr_app.workflows.many_requests import GridRequest, PortfolioRequest
from ktrdr_app.workflows.requests import BacktestRequest, MoneyOptions, SignalsRequest

TOGETHER = (options.PORTFOLIO, options.MAX_EXPOSURE, options.MAX_POSITIONS, options.ACCOUNT_CURRENCY)
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
    *TOGETHER,
    options.CLUSTER,
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
    """Judge a model, or signals from a file, beside buy and hold, on one symbol or several.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        The options.
    """
    limits, own = options.split(given, TOGETHER)
    cluster = own.pop("cluster")
    each, symbols = _request(session, own)
    together = limits.pop("portfolio")
    for name, value in limits.items():
        if value is not None and not together:
            raise InvalidValue(name, value, "no such limit without --portfolio", where="backtest")
    if cluster is not None and (together or len(symbols) < 2):
        raise InvalidValue("cluster", cluster, "several symbols with an account each: one run has nothing to share out")
    with session.running("the backtest") as (progress, cancel):
        if together:
            request = PortfolioRequest(each, symbols, out=each.out, **limits)
            whole = workflows.backtest_portfolio(request, progress, cancel).document
            session.show(whole, lambda: _tables().held_together(whole))
            return
        if len(symbols) > 1:
            grid = workflows.backtest_grid(GridRequest(each, symbols, each.out, cluster=cluster), progress, cancel)
            session.show(grid.document, lambda: _tables().gridded(grid.document))
            raise typer.Exit(grid.exit_code)
        if isinstance(each, SignalsRequest):
            document = workflows.backtest_signals(each, progress, cancel).document
        else:
            document = workflows.backtest(each, progress, cancel).document
    session.show(document, lambda: render.backtested(document))


def _request(session: Session, given: dict[str, Any]) -> tuple[BacktestRequest | SignalsRequest, tuple[str, ...]]:
    """Return the backtest of the first symbol, and all symbols."""
    if (given["strategy"] is None) == (given["signals"] is None):
        raise InvalidValue("STRATEGY", given["strategy"], "either a strategy or --signals FILE", where="backtest")
    money, rest = options.split(given, MONEY)
    symbols = rest.pop("symbols")
    strategy, signals = rest.pop("strategy"), rest.pop("signals")
    chosen = {"model": rest.pop("model"), "allow_any": not rest.pop("no_any")}
    chosen["calibrate"] = not rest.pop("no_calibration")
    shared = {**rest, "money": MoneyOptions(**money)}
    if signals is not None:
        return SignalsRequest(session.workspace, signals, symbols[0], **shared), symbols
    return BacktestRequest(session.workspace, strategy, symbols[0], **chosen, **shared), symbols


def _tables() -> Any:
    """Return the tables of runs over several symbols, whose pictures need what the help does without."""
    return load("ktrdr_app.cli.many_tables")
