"""Date ranges as users write them, turned into nanoseconds; an end without a time of day is that whole day."""

from __future__ import annotations

import re

import pandas as pd

from ktrdr_app.core.errors import InvalidValue

DAY_ONLY = len("2020-01-31")
"""An end of at most this many characters has no time of day."""
_WRITTEN = re.compile(r"\d{4}(-?\d{1,2}(-?\d{1,2}([T ][\d:.]+ ?(Z|[+-][\d:]+)?)?)?)?", re.ASCII | re.IGNORECASE)
"""The form of a date; what the figures mean is pandas' affair. ``today`` would mean another day tomorrow."""


def time_bounds(start: str | None, end: str | None) -> tuple[int | None, int | None]:
    """Return the first and the last stamp of a range, both included.

    Parameters
    ----------
    start, end : str, optional
        ISO, UTC unless an offset is given; an ``end`` without a time of day includes that whole day.

    Returns
    -------
    tuple of int or None
        Nanoseconds UTC; None where the range is open.

    Raises
    ------
    InvalidValue
        If one is no date.
    """
    first = _nanoseconds("start", start) if start else None
    last = _nanoseconds("end", end) if end else None
    if end and last is not None and len(end.strip()) <= DAY_ONLY:
        last = min(last + pd.Timedelta(days=1).value - 1, pd.Timestamp.max.value)
    return first, last


def iso(stamp: int) -> str:
    """Return a stamp as files have it.

    Parameters
    ----------
    stamp : int
        Nanoseconds UTC.

    Returns
    -------
    str
        Such as ``2020-01-31T14:00:00Z``.
    """
    return pd.Timestamp(stamp, unit="ns", tz="UTC").strftime("%Y-%m-%dT%H:%M:%SZ")


def _nanoseconds(field: str, text: str) -> int:
    try:
        if not _WRITTEN.fullmatch(text.strip()):
            raise ValueError(text)
        stamp = pd.Timestamp(text.strip())
        aware = stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")
        return int(aware.as_unit("ns").value)
    except (ValueError, OverflowError) as error:
        raise InvalidValue(field, text, "a date such as 2020-01-31 or 2020-01-31T14:00Z") from error
