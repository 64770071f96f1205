"""Bar lengths: their names, nanoseconds and order."""

from __future__ import annotations

from ktrdr_app.core.errors import UnknownName

NANOSECONDS: dict[str, int] = {
    "1m": 60_000_000_000,
    "5m": 300_000_000_000,
    "15m": 900_000_000_000,
    "30m": 1_800_000_000_000,
    "1h": 3_600_000_000_000,
    "4h": 14_400_000_000_000,
    "1d": 86_400_000_000_000,
    "1w": 604_800_000_000_000,
}
"""Length of a bar by the name of its time frame, shortest first."""


def bar_length(timeframe: str) -> int:
    """Return the length of one bar in nanoseconds.

    Parameters
    ----------
    timeframe : str
        One of `NANOSECONDS`.

    Raises
    ------
    UnknownName
        For any other name.
    """
    if timeframe not in NANOSECONDS:
        raise UnknownName("timeframe", timeframe, list(NANOSECONDS))
    return NANOSECONDS[timeframe]
