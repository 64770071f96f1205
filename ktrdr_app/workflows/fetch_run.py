"""Brings a series of the workspace up to date from a broker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.lazy import load
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, silent

if TYPE_CHECKING:
    from ktrdr_app.data.ib.source import FetchOutcome

SOURCES = ("ib",)
"""Where bars can be fetched from."""


@dataclass(frozen=True)
class FetchRequest:
    """Download bars of one series.

    Attributes
    ----------
    workspace : Workspace
        Whose data folder takes the bars.
    symbol, timeframe : str
        The series.
    source : str
        ``ib``.
    mode : str
        ``local``, ``tail``, ``backfill`` or ``full``.
    start, end : str, optional
        First and last bar open, ISO dates in UTC; ``end`` without a time of day includes that whole day.
    host, port : str, int
        Where TWS or IB Gateway listens.
    client_id : int
        Our number at the gateway.
    asset_class : str, optional
        ``forex``, ``stock``, ``crypto`` or ``metal`` where the symbol alone would be read otherwise; by default what
        ``symbols.yaml`` says.
    """

    workspace: Workspace
    symbol: str
    timeframe: str
    source: str = "ib"
    mode: str = "tail"
    start: str | None = None
    end: str | None = None
    host: str = "127.0.0.1"
    port: int = 7497
    client_id: int = 17
    asset_class: str | None = None


def fetch_data(request: FetchRequest, progress: Progress = silent, cancel: CancelToken | None = None) -> FetchOutcome:
    """Download what is missing; a download that is cut or stopped keeps what came, and goes on when it is run again.

    Parameters
    ----------
    request : FetchRequest
        What to download, and where from.
    progress : Progress
        Told the stages, the share that is done, and waits.
    cancel : CancelToken, optional
        Ends the download at once.

    Raises
    ------
    EnvironmentProblem
        If the broker's library is missing or no gateway lets us in.
    DataProblem
        If the broker refuses, or the connection is cut.
    InvalidValue, UnknownName, UnsafeName
        For a source, mode, date, symbol or time frame that is none, or a wrong ``symbols.yaml``.
    Cancelled
        If the token was raised.
    """
    if request.source not in SOURCES:
        raise InvalidValue("source", request.source, f"one of {', '.join(SOURCES)}")
    workspace = request.workspace
    make = load("ktrdr_app.data.ib.source").IBDataSource
    source = make(workspace.data, workspace.cache / "ib", request.host, request.port, client_id=request.client_id)
    found: FetchOutcome = source.fetch(
        request.symbol,
        request.timeframe,
        request.mode,
        request.start,
        request.end,
        asset_class=request.asset_class or _told_class(request),
        progress=progress,
        cancel=cancel,
    )
    return found


def _told_class(request: FetchRequest) -> str | None:
    """Return the class that ``symbols.yaml`` gives the symbol, if it does."""
    told = (
        load("ktrdr_app.data.symbols")
        .read_symbols(request.workspace)
        .entries.get(request.symbol, {})
        .get("asset_class")
    )
    return None if told is None else str(told)
