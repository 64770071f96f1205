"""Reads series from ``{SYMBOL}_{timeframe}.csv`` files; strict, and exact to the last digit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import DataNotFound, EmptyData, MalformedBars, StorageProblem
from ktrdr_app.core.paths import safe_name
from ktrdr_app.core.timeframes import NANOSECONDS, bar_length
from ktrdr_app.data.bars import COLUMNS, check_bars
from ktrdr_app.data.ranges import time_bounds


@dataclass(frozen=True)
class SeriesInfo:
    """One series on disk, told without parsing it whole.

    Attributes
    ----------
    symbol, timeframe : str
        From the file's name.
    rows : int
        Bars, by counting lines.
    first, last : str
        Stamps of the first and last bar as the file has them; empty where the file holds no bar.
    path : Path
        The file.
    """

    symbol: str
    timeframe: str
    rows: int
    first: str
    last: str
    path: Path


class CSVDataSource:
    """Series in a folder of CSV files, columns ``timestamp,open,high,low,close[,volume]``.

    Parameters
    ----------
    data_dir : Path or str
        The folder.
    """

    def __init__(self, data_dir: Path | str) -> None:
        self.data_dir = Path(data_dir)

    def path(self, symbol: str, timeframe: str) -> Path:
        """Return the file of a series, whether it is there or not.

        Parameters
        ----------
        symbol, timeframe : str
            The series.

        Raises
        ------
        UnsafeName
            If the symbol would leave the folder.
        UnknownName
            If the time frame is none of ours.
        """
        bar_length(timeframe)
        return self.data_dir / f"{safe_name(symbol, 'symbol')}_{timeframe}.csv"

    def series(self) -> list[SeriesInfo]:
        """Return every series of the folder, by symbol, then shortest time frame first."""
        found = []
        for path in self.data_dir.glob("*.csv"):
            symbol, _, timeframe = path.stem.rpartition("_")
            if symbol and timeframe in NANOSECONDS:
                found.append(_describe(path, symbol, timeframe))
        return sorted(found, key=lambda info: (info.symbol, NANOSECONDS[info.timeframe]))

    def load(self, symbol: str, timeframe: str, start: str | None = None, end: str | None = None) -> pd.DataFrame:
        """Read a series.

        Parameters
        ----------
        symbol, timeframe : str
            The series.
        start, end : str, optional
            First and last bar open, ISO, UTC unless an offset is given; an ``end`` without a time of day
            includes that whole day.

        Returns
        -------
        DataFrame
            Bars as `ktrdr_app.data.bars.check_bars` wants them; prices exactly as written.

        Raises
        ------
        DataNotFound
            If there is no such file.
        EmptyData
            If the file, or the range, holds no bar.
        MalformedBars
            For the first row that is not a bar.
        InvalidValue
            If ``start`` or ``end`` is no date.
        """
        path = self.path(symbol, timeframe)
        if not path.is_file():
            known = sorted({info.symbol for info in self.series() if info.timeframe == timeframe})
            raise DataNotFound(symbol, timeframe, str(path), known)
        frame = read_bars(path)
        check_bars(frame, path.name)
        return select_range(frame, start, end, path.name)


def read_bars(path: Path) -> pd.DataFrame:
    """Read the columns of a series file, without judging the prices.

    Parameters
    ----------
    path : Path
        A CSV file with a header.

    Raises
    ------
    EmptyData
        If it holds no row.
    MalformedBars
        If the header or a cell is not what it must be.
    StorageProblem
        If it cannot be read.
    """
    try:
        table = pd.read_csv(path, dtype={"timestamp": str})
    except pd.errors.EmptyDataError as error:
        raise EmptyData(path.name) from error
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        raise MalformedBars(path.name, f"text that is no table ({error})", "comma-separated UTF-8 rows") from error
    except OSError as error:
        raise StorageProblem(str(path), error.strerror or str(error)) from error
    if "volume" not in table.columns:
        table["volume"] = np.nan
    missing = [name for name in ("timestamp", *COLUMNS) if name not in table.columns]
    if missing:
        found = f"columns {', '.join(map(str, table.columns[:8]))}"
        raise MalformedBars(f"{path.name}, header", found, f"columns timestamp, {', '.join(COLUMNS)}")
    if table.empty:
        raise EmptyData(path.name)
    prices = {name: _numbers(table[name], name, path) for name in COLUMNS}
    return pd.DataFrame(prices, index=_stamps(table["timestamp"], path))


def select_range(frame: pd.DataFrame, start: str | None, end: str | None, where: str) -> pd.DataFrame:
    """Return the bars between two dates.

    Parameters
    ----------
    frame : DataFrame
        Bars.
    start, end : str, optional
        First and last bar open; an ``end`` without a time of day includes that whole day.
    where : str
        Name of the series, for messages.

    Raises
    ------
    InvalidValue
        If a date is not readable.
    EmptyData
        If no bar lies in the range.
    """
    if start is None and end is None:
        return frame
    first, last = (None if at is None else pd.Timestamp(at, tz="UTC") for at in time_bounds(start, end))
    chosen = frame.loc[first:last]
    if chosen.empty:
        there = f"bars run from {frame.index[0].isoformat()} to {frame.index[-1].isoformat()}"
        raise EmptyData(f"{where}, {start or 'the beginning'} to {end or 'the end'}", there)
    return chosen


def _numbers(column: pd.Series, name: str, path: Path) -> NDArray[np.float64]:
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=np.float64)
    parsed = pd.to_numeric(column, errors="coerce")
    bad = parsed.isna() & column.notna()
    row = int(np.argmax(bad.to_numpy()))
    raise MalformedBars(f"{path.name}, row {row + 2}", f"{name} {column.iloc[row]!r}", "a number with a decimal point")


def _stamps(column: pd.Series, path: Path) -> pd.DatetimeIndex:
    parsed = pd.to_datetime(column, format="ISO8601", utc=True, errors="coerce")
    if parsed.isna().any():
        row = int(np.argmax(parsed.isna().to_numpy()))
        raise MalformedBars(
            f"{path.name}, row {row + 2}", f"timestamp {column.iloc[row]!r}", "an ISO date such as 2020-01-31T14:00:00Z"
        )
    return pd.DatetimeIndex(parsed, name="timestamp").as_unit("ns")


def _describe(path: Path, symbol: str, timeframe: str) -> SeriesInfo:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise StorageProblem(str(path), error.strerror or str(error)) from error
    rows = [line for line in lines[1:] if line.strip()]
    first, last = (_stamp_of(rows[0]), _stamp_of(rows[-1])) if rows else ("", "")
    return SeriesInfo(symbol, timeframe, len(rows), first, last, path)


def _stamp_of(line: bytes) -> str:
    return line.split(b",", 1)[0].decode("utf-8", "replace")
