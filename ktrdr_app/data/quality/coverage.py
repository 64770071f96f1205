"""How complete a series is: month by month, and bar by bar for the coverage strip, which zooms into any hole."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.data.quality.context import Context

Stamps = NDArray[np.int64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Coverage:
    """Expected and present bars per calendar month (UTC) from the first bar's month to the last one's.

    Attributes
    ----------
    first : str
        First month, ``2014-05``.
    expected, present : ndarray of int64, shape (n_months,)
        Bars that the calendar expects between first and last bar, and how many of those are there.
    """

    first: str
    expected: NDArray[np.int64]
    present: NDArray[np.int64]

    @property
    def share(self) -> NDArray[np.float64]:
        """Present over expected bars, 0 to 1; NaN in months where none is expected."""
        with np.errstate(invalid="ignore"):
            return self.present / self.expected

    @property
    def months(self) -> tuple[str, ...]:
        """Months as ``2014-05``, one per entry of the arrays."""
        return tuple(str(month) for month in np.datetime64(self.first, "M") + np.arange(self.expected.size))

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form: months, expected, present, share."""
        return {"months": self.months, "expected": self.expected, "present": self.present, "share": self.share}


def coverage(context: Context) -> Coverage:
    """Count the bars of each month.

    Parameters
    ----------
    context : Context
        The series.
    """
    edges = context.bars.stamp[[0, -1]].astype("datetime64[ns]").astype("datetime64[M]").astype(np.int64)
    count = int(edges[1] - edges[0]) + 1
    month = context.expected.astype("datetime64[ns]").astype("datetime64[M]").astype(np.int64) - edges[0]
    expected = np.bincount(month, minlength=count).astype(np.int64)
    present = np.bincount(month[context.present], minlength=count).astype(np.int64)
    return Coverage(str(np.datetime64(int(edges[0]), "M")), expected, present)


@dataclass(frozen=True)
class Holes:
    """Stretches of a series in which bars are missing though the market was open, rising, one per unexpected gap.

    Attributes
    ----------
    start, end : ndarray of int64, shape (n_holes,)
        Open of the first missing bar, and open of the last one plus the bar length; nanoseconds UTC.
    missing : ndarray of int64, shape (n_holes,)
        Expected bars that are not there.
    """

    start: Stamps
    end: Stamps
    missing: Counts

    def __len__(self) -> int:
        return self.start.size


@dataclass(frozen=True)
class CoverageMap:
    """Every bar that the calendar expects of a series, and whether it is there.

    Attributes
    ----------
    symbol, timeframe : str
        The series.
    length : int
        Bar length, nanoseconds.
    opens : ndarray of int64, shape (n_expected,)
        Opens of the expected bars from the first bar to the last, nanoseconds UTC, rising.
    present : ndarray of bool, shape (n_expected,)
        Which of them are there.
    holes : Holes
        The unexpected gaps, as the quality report counts them.
    """

    symbol: str
    timeframe: str
    length: int
    opens: Stamps
    present: NDArray[np.bool_]
    holes: Holes

    @property
    def start(self) -> int:
        """Open of the first expected bar."""
        return int(self.opens[0])

    @property
    def end(self) -> int:
        """End of the last expected bar."""
        return int(self.opens[-1]) + self.length

    @property
    def missing(self) -> int:
        """Expected bars that are not there."""
        return int(self.opens.size - self._before[-1])

    @cached_property
    def _before(self) -> Counts:
        """Present bars before each expected one, and in all."""
        return np.concatenate([[0], np.cumsum(self.present)]).astype(np.int64)

    def between(self, start: Stamps, end: Stamps) -> tuple[Counts, Counts]:
        """Count the bars that share any time with each of some slots; a closed market expects none.

        Parameters
        ----------
        start, end : ndarray of int64, shape (n_slots,)
            Slots ``[start, end)``, nanoseconds UTC.

        Returns
        -------
        expected, present : ndarray of int64, shape (n_slots,)
            Bars that are expected, and those of them that are there.
        """
        first = np.searchsorted(self.opens, start - self.length, side="right")
        last = np.maximum(np.searchsorted(self.opens, end, side="left"), first)
        return last - first, self._before[last] - self._before[first]


def coverage_map(context: Context, symbol: str) -> CoverageMap:
    """Return every expected bar of a series and whether it is there.

    Parameters
    ----------
    context : Context
        The series.
    symbol : str
        Its name.
    """
    opens, present, length = context.expected, context.present, context.length
    lost = opens[~present]
    _, first, missing = np.unique(
        np.searchsorted(context.bars.stamp, lost, side="right"), return_index=True, return_counts=True
    )
    holes = Holes(lost[first], lost[first + missing - 1] + length, missing.astype(np.int64))
    return CoverageMap(symbol, context.timeframe, length, opens, present, holes)
