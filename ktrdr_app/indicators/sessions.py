"""Where trading sessions begin, for what is anchored to them: VWAP and pivot points."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import MalformedBars
from ktrdr_app.core.kernels import kernel, warms_up
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.data.calendars.forex import ZONE

Times = NDArray[np.int64]
Session = Literal["utc", "new_york"]
"""When a session begins: 00:00 UTC, or 17:00 in New York, where the trading day of forex and futures turns."""

_SEVEN_HOURS = 7 * NANOSECONDS["1h"]
_DAY = NANOSECONDS["1d"]


def session_clock(prices: PriceArrays, session: Session) -> Times:
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
    clock = _clock(_opens(prices), session).view()
    clock.flags.writeable = False
    return clock


def session_starts(prices: PriceArrays, session: Session) -> Times:
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
    opens = _opens(prices)
    first, last = _clock(opens[[0, -1]], session) // _DAY
    midnights = np.arange(first + 1, last + 1) * _DAY
    if session == "new_york":  # 17:00 is an hour that no change of the clock has ever skipped or repeated there
        midnights = pd.DatetimeIndex(midnights - _SEVEN_HOURS).tz_localize(ZONE).asi8
    return _first_bars(opens, midnights)


def _opens(prices: PriceArrays) -> Times:
    if prices.opens is None:
        raise MalformedBars("bars", "an index without times", "a DatetimeIndex: sessions begin by the clock")
    return prices.opens


def _clock(opens: Times, session: Session) -> Times:
    if session == "utc":
        return opens
    return pd.DatetimeIndex(opens, tz="UTC").tz_convert(ZONE).tz_localize(None).asi8 + _SEVEN_HOURS


@kernel
def _first_bars(opens: Times, midnights: Times) -> Times:
    """Return the row of the first bar, and of the first one since a midnight wherever there is one in between."""
    starts = np.zeros(len(midnights) + 1, np.int64)
    count, passed = 1, 0
    for t in range(1, len(opens)):
        if passed < len(midnights) and opens[t] >= midnights[passed]:
            while passed < len(midnights) and opens[t] >= midnights[passed]:
                passed += 1
            starts[count] = t
            count += 1
    return starts[:count].copy()


@warms_up
def _warm_up() -> Times:
    opens = np.arange(4)
    opens.flags.writeable = False
    return _first_bars(opens, np.arange(1, 3))
