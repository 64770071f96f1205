"""Makes a series of rows: what no series can hold is dropped, order and repeats are settled, and all of it is told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.data.importing.findings import Finding, finding


@dataclass(frozen=True)
class Rows:
    """Rows with their moments and line numbers.

    Attributes
    ----------
    line : ndarray of int64, shape (n,)
        Line numbers in the file.
    utc : ndarray of int64, shape (n,)
        Bar opens, nanoseconds since 1970.
    prices : ndarray of float64, shape (n, 4)
        Open, high, low, close.
    volume : ndarray of float64, shape (n,)
        NaN where it is absent.
    """

    line: NDArray[np.int64]
    utc: NDArray[np.int64]
    prices: NDArray[np.float64]
    volume: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.utc)

    def select(self, kept: NDArray[np.bool_] | NDArray[np.int64]) -> Rows:
        """Return some of the rows, or all in another order.

        Parameters
        ----------
        kept : ndarray of bool or int64
            Which ones.
        """
        return Rows(self.line[kept], self.utc[kept], self.prices[kept], self.volume[kept])


def drop_unusable(rows: Rows, unreadable: NDArray[np.bool_]) -> tuple[Rows, list[Finding]]:
    """Drop the rows whose prices no series can hold, and empty the volumes that none can.

    Parameters
    ----------
    rows : Rows
        As they were read.
    unreadable : ndarray of bool, shape (n,)
        Rows in which a price is text that is no number.
    """
    prices, told = rows.prices, []
    missing = np.isnan(prices).any(axis=1) & ~unreadable
    endless = np.isinf(prices).any(axis=1) & ~missing & ~unreadable
    low = (prices <= 0).any(axis=1) & ~missing & ~unreadable & ~endless
    for code, words, bad in (
        ("bad_number", "a price that is no number", unreadable),
        ("missing_price", "a price missing", missing),
        ("not_finite", "a price that is infinite or too large", endless),
        ("non_positive", "a price of 0 or below", low),
    ):
        if bad.any():
            told.append(finding(code, f"{{n}} rows with {words} were dropped", rows.line[bad]))
    volume = rows.volume
    wrong = (volume < 0) | np.isinf(volume)
    kept = ~(unreadable | missing | endless | low)
    if (wrong & kept).any():
        words = "{n} volumes below 0 or infinite were left empty"
        told.append(finding("bad_volume", words, rows.line[wrong & kept]))
        volume = np.where(wrong, np.nan, volume)
    cleaned = Rows(rows.line, rows.utc, prices, volume)
    return (cleaned if kept.all() else cleaned.select(kept)), told


def put_in_order(rows: Rows) -> tuple[Rows, list[Finding]]:
    """Sort the rows by time, oldest first; rows of one stamp stay in the file's order.

    Parameters
    ----------
    rows : Rows
        In the file's order.
    """
    steps = np.diff(rows.utc)
    if (steps >= 0).all():
        return rows, []
    if (steps <= 0).all():
        words = "the file runs from the newest bar to the oldest; the series runs from the oldest"
        return rows.select(np.lexsort((rows.line, rows.utc))), [finding("newest_first", words)]
    late = np.flatnonzero(rows.utc < np.maximum.accumulate(rows.utc))
    words = "{n} rows stood after a later bar; the rows were put in order of time"
    return rows.select(np.argsort(rows.utc, kind="stable")), [finding("unsorted", words, rows.line[late])]


def merge_repeats(rows: Rows) -> tuple[Rows, list[Finding]]:
    """Keep one row per stamp: identical ones are merged, of different ones the last in the file counts.

    Parameters
    ----------
    rows : Rows
        In order of time.
    """
    same = np.append(False, rows.utc[1:] == rows.utc[:-1])
    if not same.any():
        return rows, []
    order = np.lexsort((rows.line, rows.utc))
    rows = rows.select(order)
    last = np.append(~same[1:], True)
    survivor = np.flatnonzero(last)[np.cumsum(np.append(True, ~same[1:])) - 1]
    figures = np.column_stack([rows.prices, rows.volume])
    other = figures[survivor]
    equal = ((figures == other) | (np.isnan(figures) & np.isnan(other))).all(axis=1)
    identical, conflicting = ~last & equal, ~last & ~equal
    told = []
    if identical.any():
        words = "{n} rows repeat another row exactly and were merged with it"
        told.append(finding("duplicate_identical", words, rows.line[identical]))
    if conflicting.any():
        words = "{n} rows give other numbers for a stamp that comes again; the last row in the file was kept"
        told.append(finding("duplicate_conflicting", words, rows.line[conflicting]))
    return rows.select(last), told
