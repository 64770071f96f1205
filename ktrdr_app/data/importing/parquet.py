"""A Parquet file as a table of cells: numbers and moments are taken as they are stored, never by way of text."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import EmptyData, EnvironmentProblem, MalformedBars
from ktrdr_app.data.importing.cells import Cells
from ktrdr_app.data.importing.columns import Columns
from ktrdr_app.data.importing.findings import Finding
from ktrdr_app.data.importing.numbers import NumberStyle, parse_numbers
from ktrdr_app.data.importing.raw import read_bytes
from ktrdr_app.data.importing.sources import SAMPLE, Row
from ktrdr_app.data.importing.stamps import Stamps
from ktrdr_app.data.importing.text_column import TextColumn

ENDINGS = (".parquet", ".pq")
"""File names that are read as Parquet."""


@dataclass(frozen=True)
class ParquetSource:
    """A Parquet file.

    Attributes
    ----------
    path : Path
        The file.
    frame : DataFrame
        Its table; an index that is more than a row number stands first, as columns.
    """

    path: Path
    frame: pd.DataFrame

    preface: tuple[str, ...] = ()
    ticker: str = ""
    has_header: bool = True
    written_as: tuple[str, str, str] = ("", "parquet", "")

    @classmethod
    def open(cls, path: Path) -> ParquetSource:
        """Return the table in a file.

        Parameters
        ----------
        path : Path
            The file.

        Raises
        ------
        FileMissing, StorageProblem, EmptyData, MalformedBars
            If it holds no table.
        EnvironmentProblem
            If the library that reads Parquet is not installed.
        """
        content = io.BytesIO(read_bytes(path))
        try:
            frame = pd.read_parquet(content)
        except ImportError as error:
            hint = "pip install pyarrow, or export the bars as CSV"
            raise EnvironmentProblem("Parquet", "the library pyarrow that reads it is not installed", hint) from error
        except (ValueError, OSError, KeyError, TypeError, NotImplementedError) as error:
            said = " ".join(str(error).split())[:200]
            raise MalformedBars(path.name, f"a Parquet file that cannot be read ({said})", "a Parquet table") from error
        if not isinstance(frame.index, pd.RangeIndex):
            frame = frame.reset_index()
        if frame.empty:
            raise EmptyData(path.name, "it holds no rows")
        return cls(path, frame)

    @property
    def names(self) -> tuple[str, ...]:
        """Headings."""
        return tuple(str(name) for name in self.frame.columns)

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return len(self.frame)

    def sample(self) -> list[list[str]]:
        """Return the first rows as text."""
        columns = [_texts(self.frame.iloc[:SAMPLE, place]) for place in range(self.frame.shape[1])]
        return [list(row) for row in zip(*columns, strict=True)]

    def figures(self, places: Sequence[int]) -> list[str]:
        """Return texts of columns that hold text where numbers should be.

        Parameters
        ----------
        places : sequence of int
            The columns.
        """
        columns = [self.frame.iloc[:, place] for place in places]
        return [text for column in columns if not _is_number(column) for text in _texts(column[:SAMPLE])]

    def read(self, columns: Columns, style: NumberStyle) -> Cells:
        """Return the cells that an import reads.

        Parameters
        ----------
        columns : Columns
            Which columns.
        style : NumberStyle
            Marks of numbers that are text.
        """
        figures = {place: _numbers(self.frame.iloc[:, place], style) for place in (*columns.prices, *columns.volumes)}
        prices = np.column_stack([figures[place][0] for place in columns.prices])
        unreadable = np.logical_or.reduce([figures[place][1] for place in columns.prices])
        volumes = tuple(figures[place][0] for place in columns.volumes)
        bad = figures[columns.volumes[0]][1] if columns.volumes else np.zeros(self.rows, dtype=np.bool_)
        symbols = None if columns.symbol is None else TextColumn.of(_texts(self.frame.iloc[:, columns.symbol]))
        line = np.arange(1, self.rows + 1)
        return Cells(line, self._stamps(columns.stamp), prices, volumes, unreadable, bad, symbols)

    def _stamps(self, places: Sequence[int]) -> tuple[TextColumn, ...] | Stamps:
        column = self.frame.iloc[:, places[0]]
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.astype(column.cat.categories.dtype)
        if not pd.api.types.is_datetime64_any_dtype(column) or len(places) > 1:
            return tuple(TextColumn.of(_texts(self.frame.iloc[:, place])) for place in places)
        missing = column.isna().to_numpy()
        told = np.full(self.rows, isinstance(column.dtype, pd.DatetimeTZDtype)) & ~missing
        moments = pd.DatetimeIndex(column)
        wall = _nanoseconds(moments.tz_localize(None), self.path.name)
        utc = wall if moments.tz is None else _nanoseconds(moments.tz_convert("UTC"), self.path.name)
        offset = np.where(missing, 0, wall - utc)
        form = "moments without a time zone" if moments.tz is None else "moments with a time zone"
        return Stamps(np.where(missing, 0, wall), offset, told, missing, form)

    def findings(self) -> list[Finding]:
        """Return what the user is told of the file as a table: nothing."""
        return []

    def edges(self, count: int) -> tuple[list[Row], list[Row]]:
        """Return the first and last rows as they are written; no row is in both.

        Parameters
        ----------
        count : int
            Most rows at each end.
        """
        head = min(count, self.rows)
        return self._rows(0, head), self._rows(max(self.rows - count, head), self.rows)

    def _rows(self, first: int, last: int) -> list[Row]:
        columns = [_texts(self.frame.iloc[first:last, place]) for place in range(self.frame.shape[1])]
        return list(zip(range(first + 1, last + 1), zip(*columns, strict=True), strict=True))

    def written_lines(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return rows by number, counted from 1; those that the table does not have are left out.

        Parameters
        ----------
        numbers : sequence of int
            Which rows.
        """
        there = [number for number in numbers if 1 <= number <= self.rows]
        return {number: ", ".join(self._rows(number - 1, number)[0][1]) for number in there}


def _nanoseconds(moments: pd.DatetimeIndex, where: str) -> NDArray[np.int64]:
    try:
        return moments.as_unit("ns").asi8
    except pd.errors.OutOfBoundsDatetime as error:
        raise MalformedBars(where, f"a moment far out of our time ({error})", "moments from 1678 to 2261") from error


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _numbers(column: pd.Series, style: NumberStyle) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    if _is_number(column) and column.dtype.kind != "c":
        return column.to_numpy(dtype=np.float64, na_value=np.nan), np.zeros(len(column), dtype=np.bool_)
    return parse_numbers(np.array(_texts(column), dtype=object), style)


def _texts(column: pd.Series) -> list[str]:
    missing = column.isna().tolist()
    return ["" if lost else str(value).strip() for value, lost in zip(column.tolist(), missing, strict=True)]
