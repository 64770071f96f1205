"""The cells of a table as texts and numbers: at C speed where they are plain, one by one where they are not."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import MalformedBars
from ktrdr_app.data.importing.columns import Columns
from ktrdr_app.data.importing.numbers import MISSING_SPELLINGS, NumberStyle, parse_numbers
from ktrdr_app.data.importing.stamps import Stamps
from ktrdr_app.data.importing.table import Layout
from ktrdr_app.data.importing.text_column import TextColumn


@dataclass(frozen=True)
class Cells:
    """What an import reads of a table, row by row in the file's order.

    Attributes
    ----------
    line : ndarray of int64, shape (n,)
        Line numbers, 1-based.
    stamps : tuple of TextColumn, or Stamps
        One column, or dates and times of day; or moments that the file stores as such.
    prices : ndarray of float64, shape (n, 4)
        Open, high, low, close; NaN where there is no number.
    volumes : tuple of ndarray of float64
        The columns of `Columns.volumes`.
    unreadable : ndarray of bool, shape (n,)
        Rows in which a price is text that is no number.
    bad_volume : ndarray of bool, shape (n,)
        Rows in which the first volume is.
    symbols : TextColumn or None
        The symbol column.
    """

    line: NDArray[np.int64]
    stamps: tuple[TextColumn, ...] | Stamps
    prices: NDArray[np.float64]
    volumes: tuple[NDArray[np.float64], ...]
    unreadable: NDArray[np.bool_]
    bad_volume: NDArray[np.bool_]
    symbols: TextColumn | None

    def select(self, kept: NDArray[np.bool_]) -> Cells:
        """Return some of the rows.

        Parameters
        ----------
        kept : ndarray of bool, shape (n,)
            Which ones.
        """
        texts = () if isinstance(self.stamps, Stamps) else tuple(column.select(kept) for column in self.stamps)
        stamps = self.stamps.select(kept) if isinstance(self.stamps, Stamps) else texts
        volumes = tuple(volume[kept] for volume in self.volumes)
        masks = (self.unreadable[kept], self.bad_volume[kept])
        symbols = None if self.symbols is None else self.symbols.select(kept)
        return Cells(self.line[kept], stamps, self.prices[kept], volumes, *masks, symbols)


def read_cells(layout: Layout, columns: Columns, style: NumberStyle, where: str) -> Cells:
    """Return the cells that an import reads.

    Parameters
    ----------
    layout : Layout
        The table.
    columns : Columns
        Which columns.
    style : NumberStyle
        Marks of its numbers.
    where : str
        The file, for messages.

    Raises
    ------
    MalformedBars
        If the text is no table after all.
    """
    figures = list(dict.fromkeys([*columns.prices, *columns.volumes]))
    frame = _parsed(layout, figures, style, where)
    parsed = {place: _numbers(frame[place], layout, place, style) for place in figures}
    prices = np.column_stack([parsed[place][0] for place in columns.prices])
    unreadable = np.logical_or.reduce([parsed[place][1] for place in columns.prices])
    volumes = tuple(parsed[place][0] for place in columns.volumes)
    bad = parsed[columns.volumes[0]][1] if columns.volumes else np.zeros(len(frame), dtype=np.bool_)
    stamps = tuple(_texts(layout, place) for place in columns.stamp)
    symbols = None if columns.symbol is None else _texts(layout, columns.symbol)
    return Cells(layout.lines.numbers, stamps, prices, volumes, unreadable, bad, symbols)


def _parsed(layout: Layout, figures: Sequence[int], style: NumberStyle, where: str) -> pd.DataFrame:
    settings: dict[str, Any] = {
        "sep": layout.delimiter,
        "header": None,
        "names": list(range(len(layout.names))),
        "index_col": False,
        "usecols": sorted(figures),
        "decimal": style.decimal,
        "keep_default_na": False,
        "na_values": MISSING_SPELLINGS,
        "skip_blank_lines": False,
        "skipinitialspace": True,
        "quoting": csv.QUOTE_MINIMAL if layout.lines.quoted else csv.QUOTE_NONE,
        "low_memory": False,
        "encoding_errors": "replace",
    }
    try:
        frame: pd.DataFrame = pd.read_csv(io.BytesIO(layout.lines.block()), **settings)
    except (ValueError, OverflowError, pd.errors.ParserError) as error:
        said = " ".join(str(error).split())
        raise MalformedBars(where, f"text that is no table ({said})", "rows of cells with a delimiter") from error
    if len(frame) != len(layout.lines):
        raise MalformedBars(where, "quotation marks that are not closed", "every quoted cell closed on its line")
    return frame


def _texts(layout: Layout, place: int) -> TextColumn:
    return TextColumn.cut(layout.lines.data, *layout.marks.cells(layout.lines, place), layout.lines.quoted)


def _numbers(
    column: pd.Series, layout: Layout, place: int, style: NumberStyle
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    if column.dtype.kind in "fiu":
        return column.to_numpy(dtype=np.float64), np.zeros(len(column), dtype=np.bool_)
    codes, texts = _texts(layout, place).distinct()
    values, unreadable = parse_numbers(np.array(texts, dtype=object), style)
    return values[codes], unreadable[codes]
