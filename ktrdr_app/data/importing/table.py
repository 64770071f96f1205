"""How a text is a table: its delimiter, what stands before the rows, its headings, its rows."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import EmptyData, MalformedBars
from ktrdr_app.data.importing.columns import is_heading, plain_name
from ktrdr_app.data.importing.lines import Lines, Marks, split_lines
from ktrdr_app.data.importing.numbers import is_number
from ktrdr_app.data.importing.text_column import TextColumn

_SAMPLE = 120
_HEADING_WITHIN = 40
_DELIMITERS = ("\t", ";", "|", ",")
_FEWEST = 5


@dataclass(frozen=True)
class Layout:
    """A text cut into a table.

    Attributes
    ----------
    lines : Lines
        The rows that have as many cells as the table has columns.
    marks : Marks
        Their delimiters.
    delimiter : str
        What stands between cells.
    names : tuple of str
        Headings; empty strings where there are none.
    has_header : bool
        Whether the file has headings.
    preface : tuple of str
        Lines before the table.
    broken : ndarray of int64
        Line numbers of rows with another number of cells.
    cut : int
        Line number of a last row that breaks off, 0 if none does.
    rows : int
        Lines after the headings.
    ticker : str
        Symbol that a heading line names (yfinance), else empty.
    doubtful : int
        Line number of a last row whose last cell may be cut, 0 if nothing says so.
    """

    lines: Lines
    marks: Marks
    delimiter: str
    names: tuple[str, ...]
    has_header: bool
    preface: tuple[str, ...]
    broken: NDArray[np.int64]
    cut: int
    rows: int
    ticker: str = ""
    doubtful: int = 0


def lay_out(content: bytes, where: str) -> Layout:
    """Return the table that a text holds.

    Parameters
    ----------
    content : bytes
        UTF-8 text.
    where : str
        The file, for messages.

    Raises
    ------
    EmptyData
        If there are headings and no row.
    MalformedBars
        If the text is no table.
    """
    if content[:1] == b"'":
        content = content.replace(b"'", b'"')
    lines = split_lines(content)
    sample = lines.texts(0, _SAMPLE)
    delimiter = find_delimiter(sample)
    if delimiter == " ":
        lines = split_lines(re.sub(rb"[ \t]+", b"\t", re.sub(rb"(?m)^[ \t]+|[ \t]+$", b"", content)))
        sample, delimiter = lines.texts(0, _SAMPLE), "\t"
    if not delimiter:
        raise MalformedBars(where, f"text that is no table ({_shown(sample)})", "rows of cells with a delimiter")
    cells = [cut_cells(line, delimiter, where) for line in sample]
    first, names, ticker = _heading(cells)
    if first >= len(lines) and names:
        raise EmptyData(where, f"it has headings and no rows: {', '.join(names)[:100]}")
    preface = tuple(sample[: max(first - 1, 0)] if names else sample[:first])
    return _rows(lines.select(slice(first, None)), delimiter, names, preface, ticker, where)


def find_delimiter(sample: Sequence[str]) -> str:
    """Return the delimiter under which most lines have the same number of cells, or an empty string.

    A comma counts last, since it may be a decimal mark as well; spaces only where nothing else fits.

    Parameters
    ----------
    sample : sequence of str
        Lines.
    """
    if _is_spaced_with_decimal_commas(sample):
        return " "
    for delimiter in _DELIMITERS:
        found = Counter(_count(line, delimiter) for line in sample)
        width, often = max(found.items(), key=lambda entry: (entry[1], entry[0]), default=(0, 0))
        enough = often >= 0.5 * len(sample) or (width >= _FEWEST and often >= max(2, len(sample) // 3))
        if width + 1 >= _FEWEST - (delimiter != ",") and enough:
            return delimiter
    spaced = Counter(len(line.split()) for line in sample if re.search(r"\d", line))
    width, often = max(spaced.items(), key=lambda entry: entry[1], default=(0, 0))
    if width >= _FEWEST and often >= 0.6 * len(sample):
        return " "
    return next((sign for sign in _DELIMITERS if sample and all(sign in line for line in sample)), "")


def _is_spaced_with_decimal_commas(sample: Sequence[str]) -> bool:
    if any(sign in line for line in sample for sign in '\t;|"') or not any("," in line for line in sample):
        return False
    widths = Counter(len(line.split()) for line in sample)
    width, often = max(widths.items(), key=lambda entry: entry[1])
    commas = sum(line.count(",") for line in sample)
    return (
        width >= _FEWEST
        and often >= 0.9 * len(sample)
        and commas == len(re.findall(r"(?<=\d),(?=\d)", " ".join(sample)))
    )


def _count(line: str, delimiter: str) -> int:
    return line.count(delimiter) if '"' not in line else re.sub(r'"[^"]*"', "", line).count(delimiter)


def cut_cells(line: str, delimiter: str, where: str) -> list[str]:
    """Return the cells of one line, without quotation marks and outer spaces.

    Parameters
    ----------
    line : str
        The line.
    delimiter : str
        One sign.
    where : str
        The file, for messages.

    Raises
    ------
    MalformedBars
        If the line is no row of cells.
    """
    if '"' not in line:
        return [cell.strip() for cell in line.split(delimiter)]
    try:
        rows = list(csv.reader([line], delimiter=delimiter, skipinitialspace=True))
    except csv.Error as error:
        raise MalformedBars(where, f"a row that cannot be read ({error})", "rows of cells") from error
    return [cell.strip() for cell in rows[0]] if rows else [""]


def _heading(cells: Sequence[Sequence[str]]) -> tuple[int, tuple[str, ...], str]:
    """Return the place of the first row, the headings, and the symbol that they name."""
    for place, row in enumerate(cells[:_HEADING_WITHIN]):
        if is_heading(row):
            return _below(cells, place, tuple(row))
        if _is_row(row):
            break
    first = next((place for place, row in enumerate(cells) if _is_row(row)), len(cells))
    if first == len(cells):
        return (1, tuple(cells[0]), "") if cells and not any(map(is_number, cells[0])) else (0, (), "")
    before = cells[first - 1] if first else []
    if len(before) == len(cells[first]) and not any(map(is_number, before)):
        return first, tuple(before), ""
    return first, (), ""


def _below(cells: Sequence[Sequence[str]], place: int, names: tuple[str, ...]) -> tuple[int, tuple[str, ...], str]:
    """Read over the two extra heading lines of a yfinance table."""
    following = [list(row) for row in cells[place + 1 : place + 3]]
    ticker = ""
    if names[0].lower() == "price" and following and following[0][0].lower() == "ticker":
        ticker, names, place = following[0][1], ("Date", *names[1:]), place + 1
        following = following[1:]
    if following and plain_name(following[0][0]) in ("date", "datetime") and not any(following[0][1:]):
        names, place = (following[0][0], *names[1:]), place + 1
    return place + 1, names, ticker


def _is_row(row: Sequence[str]) -> bool:
    return sum(map(is_number, row)) >= 4


def _rows(
    lines: Lines, delimiter: str, names: tuple[str, ...], preface: tuple[str, ...], ticker: str, where: str
) -> Layout:
    if not len(lines):
        raise EmptyData(where, "it has headings and no rows" if names else "it holds no rows of numbers")
    marks = lines.marks(delimiter)
    count, closed = marks.count, marks.closed
    widths = np.bincount(np.minimum(count, 999)[closed]) if closed.any() else np.zeros(1, dtype=np.int64)
    width = int(widths.argmax()) + 1
    if names and width != len(names):
        names = _fitted(lines, delimiter, names, width, where)
    rows, whole = len(lines), closed & (count + 1 == width)
    doubtful = 0
    if lines.unfinished and whole[-1]:
        lacking = _last_cell(lines, marks, whole, width)
        whole[-1] &= lacking > 0
        doubtful = int(lines.numbers[-1]) if lacking == 1 else 0
    broken = lines.numbers[~whole]
    cut = int(lines.numbers[-1]) if lines.unfinished and not whole[-1] else 0
    if not whole.any():
        raise MalformedBars(
            where, f"no row that is whole ({_shown([lines.text(0)])})", "rows of cells with a delimiter"
        )
    if not whole.all():
        lines, marks = lines.select(whole), marks.select(whole)
    return Layout(
        lines,
        marks,
        delimiter,
        names or ("",) * width,
        bool(names),
        preface,
        broken[broken != cut],
        cut,
        rows,
        ticker,
        doubtful,
    )


def _last_cell(lines: Lines, marks: Marks, whole: NDArray[np.bool_], width: int) -> int:
    """Return 0 if the last cell of a file without a last line end is cut, 1 if it may be, 2 if nothing says so."""
    starts, ends = marks.select(whole).cells(lines.select(whole), width - 1)
    length = TextColumn.cut(lines.data, starts, ends, lines.quoted).lengths
    if len(length) < _FEWEST or length[-1] >= length[:-1].min():
        return 2
    return 1 if length[-1] else 0


def _fitted(lines: Lines, delimiter: str, names: tuple[str, ...], width: int, where: str) -> tuple[str, ...]:
    """Return headings for rows that have one cell more: an unnamed index in front, or a delimiter at the end."""
    row = cut_cells(lines.text(0), delimiter, where)
    if width == len(names) + 1 and len(row) == width:
        return (*names, "") if not row[-1] else ("", *names)
    if width == len(names) - 1 and not names[-1]:
        return names[:-1]
    found = f"rows of {width} cells under {len(names)} headings ({_shown([lines.text(0)])})"
    raise MalformedBars(where, found, "as many cells as headings; a decimal comma needs another delimiter than a comma")


def _shown(sample: Sequence[str]) -> str:
    return repr(sample[0][:60]) if sample else "nothing"
