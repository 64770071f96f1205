"""The text cells of a column as bytes in rows of one width, so that a million of them are read without a loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

LONGEST = 128
"""Bytes of a cell that are kept; a longer one ends in a sign that no date, time or name has."""

_WORD = 8
_CUT_OFF = 7
_MOST_BLANKS = 1000
_BLANKS = (0, 9, 11, 12, 32)
_QUOTE = 34


@dataclass(frozen=True)
class TextColumn:
    """The cells of one column.

    Attributes
    ----------
    signs : ndarray of uint8, shape (n, width)
        UTF-8, one row a cell, NUL behind its end; a byte or more wide.
    """

    signs: NDArray[np.uint8]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Return a column of texts.

        Parameters
        ----------
        texts : sequence of str
            One a row.
        """
        encoded = [text.encode("utf-8", "replace") for text in texts]
        width = max(map(len, encoded), default=0) or 1
        joined = b"".join(text.ljust(width, b"\0") for text in encoded)
        return cls(np.frombuffer(joined, dtype=np.uint8).reshape(len(encoded), width))

    @classmethod
    def cut(
        cls, data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], quoted: bool = False
    ) -> Self:
        """Return the column whose cells lie between places in a text, without the blanks around them.

        Parameters
        ----------
        data : ndarray of uint8
            The text.
        starts, ends : ndarray of int64, shape (n,)
            Where each cell begins, and the place behind it.
        quoted : bool
            Whether quotation marks around a cell are left out too.
        """
        starts, ends = _stripped(data, starts, ends, (*_BLANKS, *((_QUOTE,) if quoted else ())))
        too_long = ends - starts > LONGEST
        length = np.minimum(ends - starts, LONGEST)
        width = -(-int(length.max(initial=1)) // _WORD)
        signs = np.zeros((len(starts), width * _WORD), dtype=np.uint8)
        if len(data) >= _WORD:
            words = np.ndarray((len(data) - _WORD + 1,), dtype=np.uint64, buffer=data, strides=(1,))
            for place, column in enumerate(signs.view(np.uint64).T):
                kept = _MASKS[np.clip(length - place * _WORD, 0, _WORD)]
                column[:] = words[np.minimum(starts + place * _WORD, len(words) - 1)] & kept
        for row in np.flatnonzero(starts + width * _WORD > len(data)):
            signs[row] = 0
            signs[row, : length[row]] = data[starts[row] : starts[row] + length[row]]
        signs[too_long, LONGEST - 1 :] = _CUT_OFF
        return cls(signs)

    def __len__(self) -> int:
        return len(self.signs)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Bytes of each cell, int64 of shape (n,)."""
        return np.asarray(self.signs.shape[1] - (self.signs[:, ::-1] != 0).argmax(axis=1)) * self.signs.any(axis=1)

    def text(self, row: int) -> str:
        """Return one cell.

        Parameters
        ----------
        row : int
            Its row.
        """
        written: bytes = self.signs[row].tobytes()
        return written.rstrip(b"\0").decode("utf-8", "replace")

    def texts(self, rows: int | None = None) -> list[str]:
        """Return the cells, or the first of them.

        Parameters
        ----------
        rows : int, optional
            How many.
        """
        return [self.text(row) for row in range(len(self) if rows is None else min(rows, len(self)))]

    def distinct(self) -> tuple[NDArray[np.int64], list[str]]:
        """Return which cells are equal.

        Returns
        -------
        codes : ndarray of int64, shape (n,)
            Place of each cell's text.
        texts : list of str
            Every text once, in the order of its first row.
        """
        rows, width = self.signs.shape
        padded = np.zeros((rows, max(-(-width // _WORD), 1) * _WORD), dtype=np.uint8)
        padded[:, :width] = self.signs
        codes = np.zeros(rows, dtype=np.int64)
        for column in padded.view(np.uint64).T:
            found, seen = pd.factorize(column)
            codes = pd.factorize(codes * len(seen) + found)[0].astype(np.int64)
        first = np.empty(int(codes.max(initial=-1)) + 1, dtype=np.int64)
        first[codes[::-1]] = np.arange(rows)[::-1]
        return codes, [self.text(row) for row in first.tolist()]

    def part(self, first: int, last: int | None = None) -> TextColumn:
        """Return a part of every cell, by bytes, without blanks in front of it.

        Parameters
        ----------
        first, last : int
            Places, the last one exclusive; to the end where it is None.
        """
        found = self.signs[:, first:last]
        if found.shape[1] and (found[:, 0] == ord(" ")).any():
            return TextColumn.of([text.strip() for text in TextColumn(found).texts()])
        return TextColumn(found)

    def partition(self, sign: str) -> tuple[TextColumn, TextColumn]:
        """Return what stands before the first of a sign in every cell, and what stands behind it.

        Parameters
        ----------
        sign : str
            One ASCII sign; a cell without it is all before.
        """
        marks = self.signs == ord(sign)
        places = np.where(marks.any(axis=1), marks.argmax(axis=1), self.signs.shape[1])
        before, behind = self.signs.copy(), np.zeros_like(self.signs)
        for place in np.unique(places).tolist():
            rows = places == place
            before[rows, place:] = 0
            behind[rows, : max(self.signs.shape[1] - place - 1, 0)] = self.signs[rows, place + 1 :]
        return TextColumn(before), TextColumn(behind)

    def select(self, kept: NDArray[np.bool_]) -> TextColumn:
        """Return some of the cells.

        Parameters
        ----------
        kept : ndarray of bool, shape (n,)
            Which ones.
        """
        return TextColumn(self.signs[kept])


_MASKS = np.array([[255] * size + [0] * (_WORD - size) for size in range(_WORD + 1)], dtype=np.uint8).view(np.uint64)[
    :, 0
]
"""By the number of bytes that are kept of a word."""


def _stripped(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], blanks: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    is_blank = np.zeros(256, dtype=np.bool_)
    is_blank[list(blanks)] = True
    starts, ends = starts.copy(), ends.copy()
    for step, edge, inner in ((1, starts, 0), (-1, ends, -1)):
        rows = np.flatnonzero(starts < ends)
        for _ in range(_MOST_BLANKS):
            rows = rows[is_blank[data[edge[rows] + inner]]]
            edge[rows] += step
            rows = rows[starts[rows] < ends[rows]]
            if not len(rows):
                break
    return starts, ends
