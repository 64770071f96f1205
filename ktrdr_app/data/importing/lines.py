"""The lines of a text as positions in its bytes, with their numbers in the file; blank and comment lines left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LF, _QUOTE, _HASH = 10, 34, 35
_SPACES = (9, 11, 12, 26, 32)


@dataclass(frozen=True)
class Lines:
    """Lines that hold something.

    Attributes
    ----------
    data : ndarray of uint8
        The text, every line ended by a line feed.
    starts, ends : ndarray of int64
        Where each line begins, and where its line feed is.
    numbers : ndarray of int64
        Line numbers in the file, 1-based.
    unfinished : bool
        Whether the last line had no line end.
    quoted : bool
        Whether there is a quotation mark anywhere.
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    numbers: NDArray[np.int64]
    unfinished: bool
    quoted: bool

    def __len__(self) -> int:
        return len(self.starts)

    def text(self, place: int) -> str:
        """Return one line.

        Parameters
        ----------
        place : int
            Its place among these lines.
        """
        return bytes(self.data[self.starts[place] : self.ends[place]]).decode("utf-8", "replace")

    def texts(self, first: int, last: int) -> list[str]:
        """Return the lines of a range that is cut to what is there.

        Parameters
        ----------
        first, last : int
            Places, the last one exclusive.
        """
        return [self.text(place) for place in range(first, min(last, len(self)))]

    def select(self, kept: NDArray[np.bool_] | slice) -> Lines:
        """Return some of the lines.

        Parameters
        ----------
        kept : ndarray of bool or slice
            Which ones.
        """
        chosen = (self.starts[kept], self.ends[kept], self.numbers[kept])
        return Lines(self.data, *chosen, self.unfinished, self.quoted)

    def block(self) -> bytes:
        """Return the bytes of these lines, one after the other."""
        if not len(self):
            return b""
        first, last = int(self.starts[0]), int(self.ends[-1]) + 1
        if (self.starts[1:] == self.ends[:-1] + 1).all():
            return self.data[first:last].tobytes()
        kept = np.zeros(len(self.data) + 1, dtype=np.int8)
        kept[self.starts] = 1
        np.add.at(kept, self.ends + 1, -1)
        chosen: NDArray[np.uint8] = self.data[np.cumsum(kept[:-1], dtype=np.int8).astype(bool)]
        return chosen.tobytes()

    def marks(self, delimiter: str) -> Marks:
        """Return where the delimiters outside quotation marks are.

        Parameters
        ----------
        delimiter : str
            One ASCII sign.
        """
        marks = self.data == ord(delimiter)
        closed = np.ones(len(self), dtype=np.bool_)
        if self.quoted and len(self):
            seen = np.cumsum(self.data == _QUOTE, dtype=np.uint8)
            before = np.where(self.starts > 0, seen[self.starts - 1], 0).astype(np.uint8)
            closed = (seen[self.ends] - before) % 2 == 0
            owner = np.repeat(before, np.diff(np.append(self.starts, len(self.data))))
            offset = int(self.starts[0])
            marks[offset:] &= (seen[offset:] - owner) % 2 == 0
        empty = np.searchsorted(self.starts, np.flatnonzero(self.data == 0), "right") - 1
        closed[empty[empty >= 0]] = False
        places = np.flatnonzero(marks)
        first = np.searchsorted(places, self.starts).astype(np.int64)
        return Marks(places, first, np.searchsorted(places, self.ends) - first, closed)


@dataclass(frozen=True)
class Marks:
    """Delimiters of some lines.

    Attributes
    ----------
    places : ndarray of int64
        Where they are in the text, those of other lines among them.
    first : ndarray of int64, shape (n,)
        Which of the places is each line's first.
    count : ndarray of int64, shape (n,)
        How many each line has.
    closed : ndarray of bool, shape (n,)
        Whether each line's quotation marks are closed, and no NUL is in it.
    """

    places: NDArray[np.int64]
    first: NDArray[np.int64]
    count: NDArray[np.int64]
    closed: NDArray[np.bool_]

    def select(self, kept: NDArray[np.bool_]) -> Marks:
        """Return those of some of the lines.

        Parameters
        ----------
        kept : ndarray of bool, shape (n,)
            Which ones.
        """
        return Marks(self.places, self.first[kept], self.count[kept], self.closed[kept])

    def cells(self, lines: Lines, column: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where the cells of a column begin, and the places behind them.

        Parameters
        ----------
        lines : Lines
            The lines of these marks; each has that column.
        column : int
            0-based.
        """
        starts = lines.starts if column == 0 else self.places[self.first + column - 1] + 1
        following = np.minimum(self.first + column, len(self.places) - 1)
        return starts, np.where(self.count > column, self.places[following], lines.ends)


def split_lines(content: bytes) -> Lines:
    """Return the lines of a text, whatever ends them.

    Parameters
    ----------
    content : bytes
        UTF-8 text with LF, CRLF or CR line ends.
    """
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    unfinished = not content.endswith(b"\n")
    if unfinished:
        content += b"\n"
    data = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero(data == _LF)
    starts = np.append(0, ends[:-1] + 1)
    kept = (ends > starts) & (data[starts] != _HASH)
    for place in np.flatnonzero(kept & np.isin(data[starts], _SPACES)):
        line = content[starts[place] : ends[place]].strip(b" \t\v\f\x1a")
        kept[place] = bool(line) and not line.startswith(b"#")
    numbers = np.arange(1, len(ends) + 1)
    return Lines(data, starts[kept], ends[kept], numbers[kept], unfinished, b'"' in content)
