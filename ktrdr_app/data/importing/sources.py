"""A vendor's file as a table of cells, whatever it is written in; here the text ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from ktrdr_app.data.importing.cells import Cells, read_cells
from ktrdr_app.data.importing.columns import Columns
from ktrdr_app.data.importing.findings import Finding, finding
from ktrdr_app.data.importing.lines import split_lines
from ktrdr_app.data.importing.numbers import NumberStyle
from ktrdr_app.data.importing.raw import RawText, open_text
from ktrdr_app.data.importing.table import Layout, cut_cells, lay_out

SAMPLE = 500
"""Rows that are looked at to tell what a table holds."""


Row = tuple[int, tuple[str, ...]]
"""Line number in the file, and the cells."""


class Source(Protocol):
    """A table of bars in a file."""

    @property
    def names(self) -> tuple[str, ...]:
        """Headings; empty strings where there are none."""

    @property
    def has_header(self) -> bool:
        """Whether the file has headings."""

    @property
    def preface(self) -> tuple[str, ...]:
        """Lines before the table."""

    @property
    def ticker(self) -> str:
        """Symbol that the headings name, else empty."""

    @property
    def rows(self) -> int:
        """Rows of the table, the unusable ones counted."""

    @property
    def written_as(self) -> tuple[str, str, str]:
        """Delimiter, encoding, and how the file is packed."""

    def sample(self) -> list[list[str]]:
        """Return the first rows as text, every row as wide as the headings."""

    def figures(self, places: Sequence[int]) -> list[str]:
        """Return texts of some columns, from all over the file, that tell how it writes numbers."""

    def read(self, columns: Columns, style: NumberStyle) -> Cells:
        """Return the cells that an import reads."""

    def findings(self) -> list[Finding]:
        """Return what the user is told of the file as a table."""

    def edges(self, count: int) -> tuple[list[Row], list[Row]]:
        """Return the first and last rows as they are written; no row is in both."""

    def written_lines(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return lines of the file by number; those that it does not have are left out."""


@dataclass(frozen=True)
class TextSource:
    """A file of delimited text.

    Attributes
    ----------
    path : Path
        The file.
    raw : RawText
        Its text.
    layout : Layout
        The table in it.
    """

    path: Path
    raw: RawText
    layout: Layout

    @classmethod
    def open(cls, path: Path) -> TextSource:
        """Return the table in a file.

        Parameters
        ----------
        path : Path
            The file.

        Raises
        ------
        FileMissing, StorageProblem, EmptyData, MalformedBars
            If it holds no table; the message says what it holds.
        """
        raw = open_text(path)
        return cls(path, raw, lay_out(raw.content, path.name))

    @property
    def names(self) -> tuple[str, ...]:
        """Headings; empty strings where there are none."""
        return self.layout.names

    @property
    def has_header(self) -> bool:
        """Whether the file has headings."""
        return self.layout.has_header

    @property
    def preface(self) -> tuple[str, ...]:
        """Lines before the table."""
        return self.layout.preface

    @property
    def ticker(self) -> str:
        """Symbol that the headings name, else empty."""
        return self.layout.ticker

    @property
    def rows(self) -> int:
        """Rows of the table, the unusable ones counted."""
        return self.layout.rows

    @property
    def written_as(self) -> tuple[str, str, str]:
        """Delimiter, encoding, and how the file is packed."""
        return self.layout.delimiter, self.raw.encoding, self.raw.packed

    def sample(self) -> list[list[str]]:
        """Return the first rows as text, every row as wide as the headings."""
        width = len(self.names)
        rows = [cut_cells(line, self.layout.delimiter, self.path.name) for line in self.layout.lines.texts(0, SAMPLE)]
        return [[*row, *[""] * width][:width] for row in rows]

    def figures(self, places: Sequence[int]) -> list[str]:
        """Return texts of some columns, from all over the file, that tell how it writes numbers.

        Parameters
        ----------
        places : sequence of int
            The columns.
        """
        lines = self.layout.lines
        stride = max(len(lines) // (2 * SAMPLE), 1)
        chosen = sorted({*range(min(SAMPLE, len(lines))), *range(0, len(lines), stride)})
        rows = [cut_cells(lines.text(place), self.layout.delimiter, self.path.name) for place in chosen]
        return [row[place] for row in rows for place in places if place < len(row)]

    def read(self, columns: Columns, style: NumberStyle) -> Cells:
        """Return the cells that an import reads.

        Parameters
        ----------
        columns : Columns
            Which columns.
        style : NumberStyle
            Marks of its numbers.
        """
        return read_cells(self.layout, columns, style, self.path.name)

    def edges(self, count: int) -> tuple[list[Row], list[Row]]:
        """Return the first and last rows as they are written; no row is in both.

        Parameters
        ----------
        count : int
            Most rows at each end.
        """
        rows = len(self.layout.lines)
        head = min(count, rows)
        return self._rows(0, head), self._rows(max(rows - count, head), rows)

    def _rows(self, first: int, last: int) -> list[Row]:
        lines = self.layout.lines
        texts = [lines.text(place) for place in range(first, last)]
        cells = [tuple(cut_cells(text, self.layout.delimiter, self.path.name)) for text in texts]
        return list(zip(lines.numbers[first:last].tolist(), cells, strict=True))

    def written_lines(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return lines of the file by number; those that it does not have are left out.

        Parameters
        ----------
        numbers : sequence of int
            Counted from 1, rising.
        """
        lines = split_lines(self.raw.content)
        places = np.searchsorted(lines.numbers, numbers).tolist()
        found = [(number, place) for number, place in zip(numbers, places, strict=True) if place < len(lines)]
        return {number: lines.text(place) for number, place in found if lines.numbers[place] == number}

    def findings(self) -> list[Finding]:
        """Return what the user is told of the file as a table."""
        told, layout = [], self.layout
        if self.raw.packed and self.path.suffix.lower() not in (".gz", ".gzip", ".zip"):
            words = f"the file is packed with {self.raw.packed}, though its name does not say so"
            told.append(finding("packed", words))
        if self.raw.encoding == "cp1252":
            told.append(finding("encoding", "the text is no UTF-8; it was read as Windows-1252"))
        if len(layout.broken):
            words = f"{{n}} rows do not have {len(layout.names)} cells and were dropped"
            told.append(finding("broken_row", words, layout.broken))
        if layout.cut:
            told.append(finding("cut_row", "the last row breaks off and was dropped", [layout.cut]))
        if layout.doubtful:
            words = "the last line has no line end and its last number is shorter than all others; it may be cut"
            told.append(finding("cut_cell", words, [layout.doubtful]))
        return told
