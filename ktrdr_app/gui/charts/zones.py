"""Clocks on the wall: bar opens as they are told in another time zone."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimeZone

from ktrdr_app.gui.charts.figures import chart_words as _t

Stamps = NDArray[np.int64]

_HALF_HOUR = 1800 * 10**9

NAMES = (
    "UTC", "America/New_York", "Europe/London", "Europe/Berlin", "Asia/Tokyo", "Asia/Hong_Kong", "Australia/Sydney",
)  # fmt: skip
"""Zones that are offered; that of the computer comes as well."""


def offered() -> tuple[str, ...]:
    """Return the zones to choose from, that of this computer second if it is none of the others."""
    own = QTimeZone.systemTimeZoneId().toStdString()
    return NAMES if own in NAMES or not _known(own) else (NAMES[0], own, *NAMES[1:])


def _known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def words(name: str) -> str:
    """Return a zone as people call it.

    Parameters
    ----------
    name : str
        Such as ``America/New_York``.
    """
    return _t("UTC") if name == "UTC" else name.rpartition("/")[2].replace("_", " ")


def wall_times(times: Stamps, name: str) -> Stamps:
    """Return moments as a clock in a zone shows them, daylight saving included.

    Parameters
    ----------
    times : ndarray of int64, shape (n,)
        Nanoseconds UTC.
    name : str
        The zone.
    """
    if name == "UTC" or not len(times):
        return times
    zone: tzinfo = ZoneInfo(name)
    halves = times // _HALF_HOUR  # no zone changes its clock within half an hour
    change = np.flatnonzero(np.diff(halves)) + 1
    starts = np.concatenate([[0], change])
    offsets = [_offset(int(halves[start]), zone) for start in starts.tolist()]
    lengths = np.diff(np.concatenate([starts, [len(times)]]))
    return np.asarray(times + np.repeat(np.array(offsets, dtype=np.int64), lengths))


def _offset(half_hour: int, zone: tzinfo) -> int:
    shift = datetime.fromtimestamp(half_hour * 1800, UTC).astimezone(zone).utcoffset()
    return round(shift.total_seconds()) * 10**9 if shift is not None else 0
