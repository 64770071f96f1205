"""Where trading sessions begin, for what is anchored to them: VWAP and pivot points."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import MalformedBars
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.data.calendars.forex import ZONE

Session = Literal["utc", "new_york"]
"""When a session begins: 00:00 UTC, or 17:00 in New York, where the trading day of forex and futures turns."""

_SEVEN_HOURS = 7 * NANOSECONDS["1h"]


def session_clock(prices: PriceArrays, session: Session) -> NDArray[np.int64]:
    """Return the bars' opens on a clock whose midnight is the start of a session.

    Parameters
    ----------
    prices : PriceArrays
        Bars with their opens.
    session : str
        ``utc`` or ``new_york``.

    Returns
    -------
    ndarray of int64, shape (n_bars,)
        Nanoseconds, read-only as the opens are. New York's is its wall clock, summer time and all, seven hours on:
        17:00 is its midnight, and its days carry the date of the day they end on.

    Raises
    ------
    MalformedBars
        If the bars have no times.
    """
    if prices.opens is None:
        raise MalformedBars("bars", "an index without times", "a DatetimeIndex: sessions begin by the clock")
    if session == "utc":
        return prices.opens
    wall = pd.DatetimeIndex(prices.opens, tz="UTC").tz_convert(ZONE).tz_localize(None)
    clock = wall.asi8 + _SEVEN_HOURS
    clock.flags.writeable = False
    return clock


def session_starts(prices: PriceArrays, session: Session) -> NDArray[np.int64]:
    """Return the first bar of every session that has bars.

    Parameters
    ----------
    prices : PriceArrays
        Bars with their opens, in order of time; at least one.
    session : str
        ``utc`` or ``new_york``.

    Returns
    -------
    ndarray of int64, shape (n_sessions,)
        Row numbers, the first 0: a series that begins in the middle of a session begins with a short one. A bar
        belongs to the session in which it opens.

    Raises
    ------
    MalformedBars
        If the bars have no times.
    """
    days = session_clock(prices, session) // NANOSECONDS["1d"]
    return np.concatenate(([0], np.flatnonzero(days[1:] != days[:-1]) + 1))
