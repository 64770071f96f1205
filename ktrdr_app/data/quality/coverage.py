"""How complete a series is, month by month: what the coverage strip draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.data.quality.context import Context


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
