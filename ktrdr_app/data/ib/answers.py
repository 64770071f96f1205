"""What the broker sends, in our terms: bars that keep the contract of a series, and errors that say what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ktrdr_app.core.errors import DataProblem, EnvironmentProblem, KtrdrError
from ktrdr_app.data.bars import COLUMNS
from ktrdr_app.data.ib.markets import Market
from ktrdr_app.data.ib.plan import DAY, MONDAY, Span

if TYPE_CHECKING:
    from ib_async import BarData

NO_DEFINITION, HISTORY_PROBLEM = 200, 162
TOO_OFTEN = frozenset({100, 322, 420})
"""Too many messages in a second, too many requests at once, a pacing violation."""
NO_PERMISSION = frozenset({354, 10089, 10090, 10168, 10186, 10187, 10197})
_WEEK = 7 * DAY


class RefusedError(Exception):
    """The broker's answer to one request is an error; never leaves this package.

    Parameters
    ----------
    code : int
        The broker's number.
    text : str
        The broker's own words.
    """

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text

    @property
    def means_pacing(self) -> bool:
        """Whether we asked too often."""
        return self.code in TOO_OFTEN or (self.code == HISTORY_PROBLEM and "pacing" in self.text.lower())

    @property
    def means_no_bars(self) -> bool:
        """Whether there simply was no trade in that span."""
        return self.code == HISTORY_PROBLEM and "no data" in self.text.lower()


@dataclass(frozen=True)
class Answer:
    """The bars of one request.

    Attributes
    ----------
    bars : DataFrame
        As `ktrdr_app.data.bars.check_bars` wants them; may be empty.
    dropped : int
        Bars with a price that is none.
    """

    bars: pd.DataFrame
    dropped: int


def answer_of(found: Iterable[BarData], span: Span, market: Market, timeframe: str) -> Answer:
    """Return what the broker sent as bars of a span.

    Parameters
    ----------
    found : iterable of ib_async.BarData
        As they came; a volume below 0 means that there is none, and a midpoint has none.
    span : Span
        Bars that open outside it are left out.
    market : Market
        What was asked for.
    timeframe : str
        Bar length. The broker dates a week by its last trading day; ours begins on Monday, 0:00 UTC.
    """
    rows = {}
    for bar in found:
        stamp = _stamp(bar.date)
        stamp = (stamp - MONDAY) // _WEEK * _WEEK + MONDAY if timeframe == "1w" else stamp
        if span.start <= stamp < span.end:
            volume = bar.volume if bar.volume >= 0 and market.prices != "MIDPOINT" else np.nan
            rows[stamp] = (bar.open, bar.high, bar.low, bar.close, volume)
    stamps = np.array(sorted(rows), dtype=np.int64)
    values = np.array([rows[stamp] for stamp in stamps.tolist()], dtype=np.float64).reshape(-1, len(COLUMNS))
    good = (np.isfinite(values[:, :4]) & (values[:, :4] > 0)).all(axis=1)
    index = pd.DatetimeIndex(stamps[good].view("M8[ns]"), name="timestamp").tz_localize("UTC")
    return Answer(pd.DataFrame(values[good], index=index, columns=list(COLUMNS)), int((~good).sum()))


def _stamp(date: dt.date | dt.datetime) -> int:
    if isinstance(date, dt.datetime):
        aware = date if date.tzinfo is not None else date.replace(tzinfo=dt.UTC)
    else:
        aware = dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)
    return round(aware.timestamp()) * 1_000_000_000


def nobody_listens(host: str, port: int, reason: str) -> KtrdrError:
    """Return the error for a gateway that is not there.

    Parameters
    ----------
    host, port : str, int
        Where it was looked for.
    reason : str
        The system's own words.
    """
    hint = (
        "start TWS or IB Gateway and log in; under Global Configuration > API > Settings enable socket clients and "
        "compare the socket port (TWS 7496 live, 7497 paper; Gateway 4001 live, 4002 paper)"
    )
    return EnvironmentProblem("Interactive Brokers", f"nobody listens at {host}:{port} ({reason})", hint)


def no_handshake(host: str, port: int, client_id: int, reason: str) -> KtrdrError:
    """Return the error for a port that answers, but not as a gateway that lets us in.

    Parameters
    ----------
    host, port : str, int
        Where it was looked for.
    client_id : int
        Our number there.
    reason : str
        What happened.
    """
    hint = (
        f"accept the connection in TWS or IB Gateway, add {host} to its trusted addresses, and close other programs "
        f"that use client id {client_id}"
    )
    return EnvironmentProblem("Interactive Brokers", f"{host}:{port} does not let us in ({reason})", hint)


def refusal(error: RefusedError, market: Market) -> KtrdrError:
    """Return the error for a request that the broker refused.

    Parameters
    ----------
    error : RefusedError
        The broker's answer.
    market : Market
        What was asked for.
    """
    where = f"Interactive Brokers {error.code}"
    permission = error.code in NO_PERMISSION or "permission" in error.text.lower()
    if error.code == NO_DEFINITION:
        return DataProblem(f"there is no {market}", hint="check the symbol, or name its asset class", where=where)
    if error.means_pacing:
        hint = "wait ten minutes and run the same command again: it goes on where it stopped"
        return DataProblem("too many requests, even after waiting", hint=hint, where=where)
    if permission:
        hint = "subscribe to its market data in the broker's Client Portal; a paper account must share it"
        return DataProblem(f"this account may not see {market}", hint=hint, where=where)
    return DataProblem(f"{market}: {error.text}", hint="see the message codes of the TWS API", where=where)


def broken_line(reason: str) -> KtrdrError:
    """Return the error for a connection that ended in the middle.

    Parameters
    ----------
    reason : str
        What happened.
    """
    hint = "all that had come is saved; run the same command again: it goes on where it stopped"
    return DataProblem(f"the connection was cut ({reason})", hint=hint, where="Interactive Brokers")
