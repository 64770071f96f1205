"""Rows as a file has them, good or bad: read without judging, so that what is wrong can be told."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import EmptyData, FileMissing, MalformedBars, StorageProblem
from ktrdr_app.data.bars import COLUMNS, nanoseconds

PRICES = COLUMNS[:4]
_STAMP_NAMES = ("timestamp", "date", "datetime", "time")
_EARLIEST, _LATEST = pd.Timestamp("1700-01-01", tz="UTC"), pd.Timestamp("2200-01-01", tz="UTC")
"""What nanoseconds can hold; a date beyond is none."""
Rows = NDArray[np.intp]
"""Numbers of rows, rising."""
Flags = NDArray[np.bool_]
"""One flag per row."""


@dataclass(frozen=True)
class RawSeries:
    """Rows in order of time, repeated stamps and bad numbers and all.

    Attributes
    ----------
    where : str
        File or argument, for messages.
    line : ndarray of int64, shape (n_rows,)
        Line of the file that each row stands on, the header being line 1.
    stamp : ndarray of int64, shape (n_rows,)
        Bar opens, nanoseconds UTC, rising; repeated stamps in the file's order.
    prices : ndarray of float64, shape (n_rows, 4)
        open, high, low, close; NaN where a cell is empty or no number.
    volume : ndarray of float64, shape (n_rows,)
        NaN where it is absent.
    disordered : tuple of int
        Lines whose stamp is before that of the line above.
    unreadable : tuple of (int, str)
        Line and text of stamps that are no date; such rows are in no array.
    not_numbers : tuple of (int, str)
        Line, and column and text, of cells that should be numbers and are not.
    """

    where: str
    line: NDArray[np.int64]
    stamp: NDArray[np.int64]
    prices: NDArray[np.float64]
    volume: NDArray[np.float64]
    disordered: tuple[int, ...] = ()
    unreadable: tuple[tuple[int, str], ...] = ()
    not_numbers: tuple[tuple[int, str], ...] = ()

    def __len__(self) -> int:
        return self.stamp.size

    @classmethod
    def of(cls, frame: pd.DataFrame, where: str = "bars") -> RawSeries:
        """Return the rows of a frame.

        Parameters
        ----------
        frame : DataFrame
            Index of stamps (naive ones are UTC), columns open, high, low, close and perhaps volume.
        where : str
            Name for messages.
        """
        volume = frame["volume"].to_numpy(np.float64) if "volume" in frame else np.full(len(frame), np.nan)
        prices = frame[list(PRICES)].to_numpy(np.float64)
        lines = np.arange(2, len(frame) + 2, dtype=np.int64)
        return _in_order(cls(where, lines, nanoseconds(frame.index), prices, volume))

    def frame(self) -> pd.DataFrame:
        """Return the rows as a frame in order of time, unlike a series of bars not promised to be clean."""
        index = pd.DatetimeIndex(self.stamp, tz="UTC", name="timestamp")
        return pd.DataFrame(np.column_stack([self.prices, self.volume]), index=index, columns=list(COLUMNS))

    def take(self, rows: Rows | Flags) -> RawSeries:
        """Return some of the rows.

        Parameters
        ----------
        rows : ndarray of int or bool
            Which, in rising order.
        """
        return replace(
            self, line=self.line[rows], stamp=self.stamp[rows], prices=self.prices[rows], volume=self.volume[rows]
        )


def read_raw(path: Path) -> RawSeries:
    """Read a series file whatever state it is in.

    Parameters
    ----------
    path : Path
        CSV with a header; the stamps are in the column ``timestamp`` or the first one.

    Raises
    ------
    FileMissing
        If there is no such file.
    EmptyData
        If it holds no row with a readable stamp.
    MalformedBars
        If it is no table, or lacks a price column.
    StorageProblem
        If it cannot be read.
    """
    table, lines = _series_table(path)
    stamps, readable, unreadable = _stamps(table, lines)
    if not readable.any():
        raise EmptyData(path.name)
    columns, not_numbers = {}, []
    for name in COLUMNS:
        columns[name], bad = _numbers(table, name, lines)
        not_numbers += bad
    prices = np.column_stack([columns[name] for name in PRICES])
    series = RawSeries(
        path.name, lines, stamps, prices, columns["volume"], unreadable=unreadable, not_numbers=tuple(not_numbers)
    )
    return _in_order(series.take(readable))


def read_rows(path: Path) -> pd.DataFrame:
    """Read the rows of a series file in the file's own order, blank lines left out.

    Parameters
    ----------
    path : Path
        As in `read_raw`.

    Returns
    -------
    DataFrame
        Index of stamps, NaT where unreadable; float64 columns `COLUMNS`, NaN where a cell is empty or no number;
        and ``line``, int64, the header being line 1.

    Raises
    ------
    FileMissing, EmptyData, MalformedBars, StorageProblem
        As `read_raw` raises them.
    """
    table, lines = _series_table(path)
    stamps, _, _ = _stamps(table, lines)
    columns = {name: _numbers(table, name, lines)[0] for name in COLUMNS}
    index = pd.DatetimeIndex(stamps.view("datetime64[ns]"), name="timestamp").tz_localize("UTC")
    frame = pd.DataFrame(columns, index=index).assign(line=lines)
    return frame[~table.isna().all(axis=1).to_numpy()]


def _series_table(path: Path) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return the cells of a series file and the line of each row."""
    table = _table(path)
    table.columns = [str(name).strip().lower() for name in table.columns]
    if not set(PRICES) <= set(table.columns) or table.columns.has_duplicates:
        found = f"columns {', '.join(table.columns[:8])}"
        raise MalformedBars(f"{path.name}, header", found, f"one column each of {', '.join(PRICES)}")
    return table, np.arange(2, len(table) + 2, dtype=np.int64)


def _table(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise FileMissing(str(path), "a series of bars")
    try:
        # Blank lines are kept as empty rows, so that a row's number is its line in the file.
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(path, skip_blank_lines=False, low_memory=False, index_col=False)
    except pd.errors.EmptyDataError as error:
        raise EmptyData(path.name) from error
    except (pd.errors.ParserError, pd.errors.ParserWarning, UnicodeDecodeError) as error:
        raise MalformedBars(
            path.name, f"text that is no table ({str(error).strip()})", "comma-separated UTF-8 rows"
        ) from error
    except OSError as error:
        raise StorageProblem(str(path), error.strerror or str(error)) from error


def _stamps(
    table: pd.DataFrame, lines: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_], tuple[tuple[int, str], ...]]:
    named = [name for name in _STAMP_NAMES if name in table.columns]
    column = table[named[0] if named else table.columns[0]]
    text = column if pd.api.types.is_string_dtype(column) else column.astype(object).map(str, na_action="ignore")
    parsed = pd.DatetimeIndex(pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce"))
    parsed = pd.DatetimeIndex(parsed.where((parsed > _EARLIEST) & (parsed < _LATEST)))
    readable = np.asarray(parsed.notna())
    blank = table.isna().all(axis=1).to_numpy()
    bad = np.flatnonzero(~readable & ~blank)
    unreadable = tuple((int(lines[row]), str(column.iloc[row])) for row in bad)
    return nanoseconds(parsed), readable, unreadable


def _numbers(
    table: pd.DataFrame, name: str, lines: NDArray[np.int64]
) -> tuple[NDArray[np.float64], list[tuple[int, str]]]:
    if name not in table.columns:
        return np.full(len(table), np.nan), []
    column = table[name]
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(np.float64), []
    parsed = pd.to_numeric(column, errors="coerce").to_numpy(np.float64)
    bad = np.flatnonzero(np.isnan(parsed) & column.notna().to_numpy())
    return parsed, [(int(lines[row]), f"{name} {column.iloc[row]!r}") for row in bad]


def _in_order(series: RawSeries) -> RawSeries:
    backwards = np.flatnonzero(np.diff(series.stamp) < 0)
    if not backwards.size:
        return series
    lines = tuple(int(line) for line in series.line[backwards + 1])
    return replace(series.take(np.argsort(series.stamp, kind="stable")), disordered=lines)
