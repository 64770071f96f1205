"""From wall clocks to UTC: offsets, zones with their repeated and missing hours, servers on a moved zone."""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.data.importing.calendar_text import HOUR, read_offset

_MOVED = re.compile(r"([A-Za-z_/]+)([+-]\d{1,2})")
COMMON = ("UTC", "America/New_York", "America/New_York+7", "Europe/Athens", "Europe/London", "Europe/Berlin")
"""Clocks that vendors' files are written in."""


@dataclass(frozen=True)
class Clock:
    """A clock on a wall.

    Attributes
    ----------
    name : str
        As the user wrote it.
    zone : str or None
        IANA name; None for a fixed offset.
    ahead : int
        Nanoseconds that the clock is ahead of the zone, or of UTC.
    """

    name: str
    zone: str | None
    ahead: int = 0


@cache
def zone_names() -> frozenset[str]:
    """Return every IANA name; kept, because the system's list takes tens of milliseconds to read."""
    return frozenset(zoneinfo.available_timezones())


def clock_named(name: str) -> Clock:
    """Return the clock that a name stands for.

    Parameters
    ----------
    name : str
        IANA name, ``+02:00``, or a moved zone such as ``America/New_York+7``.

    Raises
    ------
    UnknownName
        If there is no such zone; the message offers the nearest.
    """
    text = name.strip()
    if text.upper() in ("UTC", "GMT", "Z"):
        return Clock("UTC", None)
    offset = read_offset(text)
    if offset is not None:
        return Clock(text, None, offset)
    known = zone_names()
    if text in known:
        return Clock(text, text)
    if (moved := _MOVED.fullmatch(text)) and moved[1] in known:
        return Clock(text, moved[1], int(moved[2]) * HOUR)
    spelt = {entry.lower(): entry for entry in known}
    if text.lower() in spelt:
        return Clock(text, spelt[text.lower()])
    raise UnknownName("time zone", name, sorted(known), where="timezone")


@dataclass(frozen=True)
class Moments:
    """Stamps in UTC.

    Attributes
    ----------
    utc : ndarray of int64, shape (n,)
        Nanoseconds since 1970.
    missing : ndarray of bool, shape (n,)
        Rows whose wall time the zone leaves out when summer time begins.
    single : ndarray of bool, shape (n,)
        Rows whose wall time comes twice in the zone but once in the file; they were read as the first pass.
    """

    utc: NDArray[np.int64]
    missing: NDArray[np.bool_]
    single: NDArray[np.bool_]


def to_utc(wall: NDArray[np.int64], clock: Clock, newest_first: bool) -> Moments:
    """Return wall times in UTC.

    An hour that comes twice at the end of summer time is told apart by the order of the rows: the first row of a
    stamp is the first pass, the second row the second.

    Parameters
    ----------
    wall : ndarray of int64, shape (n,)
        Nanoseconds since 1970 on the clock, in the file's order.
    clock : Clock
        The clock.
    newest_first : bool
        Whether time runs backwards in the file.
    """
    none = np.zeros(len(wall), dtype=np.bool_)
    if clock.zone is None:
        return Moments(wall - clock.ahead, none, none)
    local = wall - clock.ahead
    if newest_first:
        found = to_utc(wall[::-1], clock, False)
        return Moments(found.utc[::-1], found.missing[::-1], found.single[::-1])
    index = pd.DatetimeIndex(local.view("datetime64[ns]"))
    first = index.tz_localize(clock.zone, ambiguous=np.ones(len(index), dtype=bool), nonexistent="NaT")
    second = index.tz_localize(clock.zone, ambiguous=np.zeros(len(index), dtype=bool), nonexistent="NaT")
    early, late = first.as_unit("ns").asi8, second.as_unit("ns").asi8
    missing = np.asarray(first.isna())
    twice = np.flatnonzero((early != late) & ~missing)
    repeated = pd.Series(local[twice]).groupby(local[twice])
    utc, single = early.copy(), none.copy()
    utc[twice] = np.where(repeated.cumcount().to_numpy() >= 1, late[twice], early[twice])
    single[twice] = repeated.transform("size").to_numpy() == 1
    return Moments(utc, missing, single)
