"""The contract of a series of bars, and the few ways to look at one without copying it."""

from __future__ import annotations

import hashlib
import logging
import sys
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import EmptyData, MalformedBars
from ktrdr_app.core.lazy import load
from ktrdr_app.core.timeframes import bar_length

logger = logging.getLogger(__name__)

COLUMNS = ("open", "high", "low", "close", "volume")
"""Columns of every series, float64, in this order."""
LONG, LONG_ENOUGH = 100_000, 10_000
"""Rows above which a compiled pass looks first whether all is well: by itself, and where numba is there already."""
PIECE = 1 << 15
"""Rows that are checked at a time: what fits the cache."""


@dataclass(frozen=True)
class PriceArrays:
    """The columns of a series as contiguous arrays, for kernels and indicator libraries.

    Attributes
    ----------
    open, high, low, close, volume : ndarray of float64, shape (n_bars,)
        Prices in quote currency; volume in the source's unit, NaN where it is absent. From a frame they are read-only
        whether or not they had to be copied: kernels are compiled anew for arrays that may be written to.
    opens : ndarray of int64, shape (n_bars,), or None
        Bar opens, nanoseconds since 1970 UTC; None where the frame has no times.
    """

    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    volume: NDArray[np.float64]
    opens: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Self:
        """Return the columns of a frame.

        Parameters
        ----------
        frame : DataFrame
            Bars with the columns of `COLUMNS`.
        """
        columns = {name: np.ascontiguousarray(frame[name].to_numpy(dtype=np.float64)).view() for name in COLUMNS}
        opens = nanoseconds(frame.index).view() if isinstance(frame.index, pd.DatetimeIndex) else None
        for column in (*columns.values(), *([] if opens is None else [opens])):
            column.flags.writeable = False
        return cls(**columns, opens=opens)

    def __len__(self) -> int:
        return len(self.close)


def nanoseconds(index: pd.Index) -> NDArray[np.int64]:
    """Return the stamps of an index as int64 nanoseconds since 1970 UTC.

    Parameters
    ----------
    index : DatetimeIndex
        Aware or naive (taken as UTC), of any unit; pandas readers differ in theirs.
    """
    stamps = index if isinstance(index, pd.DatetimeIndex) else pd.DatetimeIndex(index)
    return stamps.asi8 if stamps.unit == "ns" else stamps.as_unit("ns").asi8


def close_times(index: pd.Index, timeframe: str) -> NDArray[np.int64]:
    """Return when each bar became known: its open plus the bar length.

    Parameters
    ----------
    index : DatetimeIndex
        Bar opens.
    timeframe : str
        Bar length.

    Returns
    -------
    ndarray of int64, shape (n_bars,)
        Nanoseconds UTC.
    """
    return nanoseconds(index) + bar_length(timeframe)


def check_bars(frame: pd.DataFrame, where: str, closed: bool = False) -> PriceArrays:
    """Hold a frame to the contract of a series, and return its columns.

    Parameters
    ----------
    frame : DataFrame
        Unique, increasing, UTC index ``timestamp``; float64 columns `COLUMNS`; prices finite and above 0.
        Volume may be NaN, not negative. A high or low that does not enclose open and close is usual in
        vendors' rounded files: it is logged, not refused.
    where : str
        File or argument, for messages.
    closed : bool
        Whether rows whose four prices are NaN, in which the market was closed, are allowed.

    Raises
    ------
    EmptyData
        If there is no bar.
    MalformedBars
        For the first thing that does not hold, with its row.
    """
    if list(frame.columns) != list(COLUMNS):
        raise MalformedBars(where, f"columns {', '.join(map(str, frame.columns))}", f"columns {', '.join(COLUMNS)}")
    if frame.empty:
        raise EmptyData(where)
    if not isinstance(frame.index, pd.DatetimeIndex) or str(frame.index.tz) != "UTC":
        raise MalformedBars(where, "an index that is not in UTC", "a DatetimeIndex in UTC")
    prices = PriceArrays.of(frame)
    columns = [getattr(prices, name) for name in COLUMNS]
    # Long series only: loading the kernel, and numba before it, costs more than looking at a short one.
    long = len(frame) > (LONG_ENOUGH if "numba" in sys.modules else LONG)
    if not long or not load("ktrdr_app.data.bar_kernels").all_plain(prices.opens, *columns):
        _check_stamps(frame.index, where)
        _check_prices(frame, columns, where, closed)
    return prices


def _check_stamps(index: pd.DatetimeIndex, where: str) -> None:
    stamps = nanoseconds(index)
    back = stamps[1:] <= stamps[:-1]
    if back.any():
        row = int(np.argmax(back)) + 1
        found = f"{index[row].isoformat()} after {index[row - 1].isoformat()}"
        raise MalformedBars(f"{where}, row {row + 1}", found, "bars in rising order of time, each stamp once")


def _check_prices(frame: pd.DataFrame, columns: list[NDArray[np.float64]], where: str, closed: bool) -> None:
    crossed = [
        begin + row
        for begin in range(0, len(frame), PIECE)
        for row in _check_piece(frame, [column[begin : begin + PIECE] for column in columns], where, closed, begin)
    ]
    if crossed:
        first = _row(frame, where, crossed[0])
        logger.warning("%d bars whose high and low do not enclose open and close, first: %s", len(crossed), first)


def _check_piece(
    frame: pd.DataFrame, columns: list[NDArray[np.float64]], where: str, closed: bool, begin: int
) -> list[int]:
    """Check some rows, and return those whose high and low do not enclose open and close."""
    opens, highs, lows, closes, volume = columns
    highest = np.maximum(np.maximum(opens, closes), np.maximum(highs, lows))
    lowest = np.minimum(np.minimum(opens, closes), np.minimum(highs, lows))
    # NaN spreads through both, so that a row is sound if its extremes are.
    sound = (lowest > 0) & (highest < np.inf)
    if closed and not sound.all():
        sound |= np.logical_and.reduce([np.isnan(column) for column in columns[:4]])
    if not sound.all():
        row = int(np.argmin(sound))
        prices = [column[row] for column in columns[:4]]
        name, price = next((n, p) for n, p in zip(COLUMNS, prices, strict=False) if not 0 < p < np.inf)
        raise MalformedBars(_row(frame, where, begin + row), f"{name} {price}", "prices above 0 in every row")
    if (volume < 0).any():
        row = int(np.argmax(volume < 0))
        expected = "volume of 0 or more, or an empty cell"
        raise MalformedBars(_row(frame, where, begin + row), f"volume {volume[row]}", expected)
    rows: list[int] = np.flatnonzero((highs < highest) | (lows > lowest)).tolist()
    return rows


def _row(frame: pd.DataFrame, where: str, row: int) -> str:
    return f"{where}, row {row + 1} ({frame.index[row].isoformat()})"


def fingerprint(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of a series' stamps and numbers, in hex.

    Parameters
    ----------
    frame : DataFrame
        Bars; the same bars give the same fingerprint whatever file they came from.
    """
    digest = hashlib.sha256(np.ascontiguousarray(nanoseconds(frame.index)).data)
    for name in COLUMNS:
        digest.update(np.ascontiguousarray(frame[name].to_numpy(dtype=np.float64)).data)
    return digest.hexdigest()
