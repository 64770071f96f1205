"""A chart as a table: the arrays behind the picture, column by column, for readers who cannot or will not see it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from ktrdr_app.gui.ui import numbers

SIGNIFICANT = 7
"""Digits of a figure in the table; what is copied has all of them."""


def chart_words(text: str) -> str:
    """Return words of the charts in the user's language.

    Parameters
    ----------
    text : str
        The words.
    """
    return QCoreApplication.translate("charts", text)


@dataclass(frozen=True)
class Series:
    """One column.

    Attributes
    ----------
    title : str
        Header.
    values : ndarray, shape (n,)
        float64 or any integers as they are, int64 nanoseconds UTC if ``times``, or texts.
    times : bool
        Whether the values are instants.
    """

    title: str
    values: NDArray[np.generic]
    times: bool = False

    def __len__(self) -> int:
        return len(self.values)

    @property
    def texts(self) -> bool:
        """Whether the values are words."""
        return self.values.dtype.kind in "OU"

    def shown(self, row: int) -> str:
        """Return what the table shows in a row; nothing below the end of a shorter column.

        Parameters
        ----------
        row : int
            Which row.
        """
        if row >= len(self.values):
            return ""
        value = self.values[row]
        if self.times:
            return numbers.moment(np.datetime64(int(value), "ns").astype("datetime64[s]").item())
        if self.texts:
            return str(value)
        return numbers.significant(float(value), SIGNIFICANT)

    def exact(self, row: int) -> str:
        """Return what is copied of a row: every digit, instants as ISO text; empty for NaN and beyond the end.

        Parameters
        ----------
        row : int
            Which row.
        """
        if row >= len(self.values):
            return ""
        value = self.values[row]
        if self.times:
            return f"{np.datetime64(int(value), 'ns').astype('datetime64[s]')}Z"
        if self.texts:
            return str(value)
        return "" if np.isnan(value) else repr(value.item())


@dataclass(frozen=True)
class Figures:
    """A whole chart as columns side by side.

    Attributes
    ----------
    title : str
        What is charted.
    columns : tuple of Series
        From left to right; shorter ones end in empty cells.
    """

    title: str
    columns: tuple[Series, ...]

    def __len__(self) -> int:
        return max((len(column) for column in self.columns), default=0)

    def csv(self) -> str:
        """Return the table as CSV with a header, fit for a spreadsheet or pandas."""
        written = io.StringIO()
        sheet = csv.writer(written, lineterminator="\n")
        sheet.writerow([column.title for column in self.columns])
        sheet.writerows([column.exact(row) for column in self.columns] for row in range(len(self)))
        return written.getvalue()


def beside(first: tuple[Series, ...], second: tuple[Series, ...]) -> tuple[Series, ...]:
    """Return the columns of two curves side by side; what both share, such as x, stands once.

    Parameters
    ----------
    first, second : tuple of Series
        The values of the second are its last column; either may be empty.
    """
    joined = list(first)
    for column in second:
        namesakes = [each for each in first if each.title == column.title]
        if any(np.array_equal(each.values, column.values) for each in namesakes):
            continue
        of = chart_words("{0} of {1}").format(column.title, second[-1].title)
        joined.append(replace(column, title=of) if namesakes and column is not second[-1] else column)
    return tuple(joined)
