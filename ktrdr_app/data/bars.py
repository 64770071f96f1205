"""The contract of a series of bars, and the few ways to look at one without copying it."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import EmptyData, MalformedBars
from ktrdr_app.core.timeframes import bar_length

logger = logging.getLogger(__name__)

COLUMNS = ("open", "high", "low", "close", "volume")
"""Columns of every series, float64, in this order."""


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
    stamps = pd.DatetimeIndex(index)
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


def check_bars(frame: pd.DataFrame, where: str) -> None:
    """Hold a frame to the contract of a series.

    Parameters
    ----------
    frame : DataFrame
        Unique, increasing, UTC index ``timestamp``; float64 columns `COLUMNS`; prices finite and above 0.
        Volume may be NaN, not negative. A high or low that does not enclose open and close is usual in
        vendors' rounded files: it is logged, not refused.
    where : str
        File or argument, for messages.

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
    _check_index(frame.index, where)
    _check_prices(frame, where)


def _check_index(index: pd.Index, where: str) -> None:
    if not isinstance(index, pd.DatetimeIndex) or str(index.tz) != "UTC":
        raise MalformedBars(where, "an index that is not in UTC", "a DatetimeIndex in UTC")
    steps = np.diff(nanoseconds(index))
    if (steps <= 0).any():
        row = int(np.argmax(steps <= 0)) + 1
        found = f"{index[row].isoformat()} after {index[row - 1].isoformat()}"
        raise MalformedBars(f"{where}, row {row + 1}", found, "bars in rising order of time, each stamp once")


def _check_prices(frame: pd.DataFrame, where: str) -> None:
    prices = frame[list(COLUMNS[:4])].to_numpy()
    wrong = ~np.isfinite(prices) | (prices <= 0)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        found = f"{COLUMNS[column]} {prices[row, column]}"
        raise MalformedBars(_row(frame, where, row), found, "prices above 0 in every row")
    crossed = (prices[:, 1] < prices.max(axis=1)) | (prices[:, 2] > prices.min(axis=1))
    if crossed.any():
        first = _row(frame, where, int(np.argmax(crossed)))
        logger.warning("%d bars whose high and low do not enclose open and close, first: %s", crossed.sum(), first)
    volume = frame["volume"].to_numpy()
    if (volume < 0).any():
        row = int(np.argmax(volume < 0))
        raise MalformedBars(_row(frame, where, row), f"volume {volume[row]}", "volume of 0 or more, or an empty cell")


def _row(frame: pd.DataFrame, where: str, row: int) -> str:
    return f"{where}, row {row + 1} ({frame.index[row].isoformat()})"


def fingerprint(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of a series' stamps and numbers, in hex.

    Parameters
    ----------
    frame : DataFrame
        Bars; the same bars give the same fingerprint whatever file they came from.
    """
    digest = hashlib.sha256(nanoseconds(frame.index).tobytes())
    for name in COLUMNS:
        digest.update(np.ascontiguousarray(frame[name].to_numpy(dtype=np.float64)).tobytes())
    return digest.hexdigest()
