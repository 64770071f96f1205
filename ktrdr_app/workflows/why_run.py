"""Asks a finished run why it traded, or did not, whatever it was made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, silent, stage
from ktrdr_app.workflows.portfolio_files import PORTFOLIO_FILE
from ktrdr_app.workflows.run_folders import RESULT_FILE, run_folder
from ktrdr_app.workflows.why_facts import Why
from ktrdr_app.workflows.why_model import open_model
from ktrdr_app.workflows.why_portfolio import PortfolioRun, is_portfolio, open_portfolio
from ktrdr_app.workflows.why_record import read_record
from ktrdr_app.workflows.why_signals import SignalsRun, is_of_signals, open_signals
from ktrdr_app.workflows.why_single import WhyRun


@dataclass(frozen=True)
class WhyRequest:
    """Ask a finished backtest about a trade or a bar.

    Attributes
    ----------
    workspace : Workspace
        Whose bars and models.
    run : Path or str
        The run's folder, its name below ``runs``, or ``latest`` for the newest one.
    trade : int, optional
        Number of the trade, from 1; one more than there are closed trades for the position still open.
    time : str, optional
        Any instant within a bar, ISO in UTC, to ask about that bar instead.
    """

    workspace: Workspace
    run: Path | str
    trade: int | None = None
    time: str | None = None


def open_why(
    workspace: Workspace, run: Path | str, progress: Progress = silent, cancel: CancelToken | None = None
) -> WhyRun | SignalsRun | PortfolioRun:
    """Open a finished run to ask it about its trades and bars.

    Parameters
    ----------
    workspace : Workspace
        Whose bars and models.
    run : Path or str
        The run's folder, its name below ``runs``, or ``latest`` for the newest one.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it.

    Raises
    ------
    FileMissing
        If there is no such run.
    BadInput
        If no decisions are there.
    SignalsMismatch
        If it is of signals, and the file that it kept is damaged.
    KtrdrError
        Of another kind that fits: data, model, cancelled.
    """
    token = cancel or CancelToken("the question")
    folder = run_folder(workspace, run, RESULT_FILE, PORTFOLIO_FILE)
    if is_of_signals(folder):
        return open_signals(folder)
    if is_portfolio(folder):
        return open_portfolio(workspace, folder)
    with stage("load", progress):
        record = read_record(workspace, folder)
    token.check()
    with stage("features", progress):
        model = open_model(workspace, record)
    token.check()
    return WhyRun(record, model)


def explain_trade(request: WhyRequest, progress: Progress = silent, cancel: CancelToken | None = None) -> Why:
    """Say why a trade of a finished backtest was made, or why a bar was decided as it was.

    Parameters
    ----------
    request : WhyRequest
        Which trade, or which bar.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it.

    Raises
    ------
    InvalidValue
        If neither or both are asked for, or there is no such trade or bar.
    KtrdrError
        As `open_why` raises it.
    """
    if (request.trade is None) == (request.time is None):
        raise InvalidValue("trade", request.trade, "either the number of a trade or the time of a bar", where="why")
    run = open_why(request.workspace, request.run, progress, cancel)
    return run.bar_at(request.time, cancel) if request.time is not None else run.trade(int(request.trade or 0), cancel)
