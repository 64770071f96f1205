"""The order of columns without headings: settled by what highs and lows must be, or left open."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.data.importing.columns import Columns
from ktrdr_app.data.importing.stamps import is_epoch, is_stamp, is_time_of_day

_ENOUGH = 0.98
"""Share of rows in which a high must enclose the others."""


def by_content(
    rows: Sequence[Sequence[str]], numbers: NDArray[np.float64], newest_first: bool = False
) -> Columns | None:
    """Return the columns of a table without headings, or None where the rows leave them open.

    The first column that reads as a date is the stamp, with a time of day beside it if there is one. Of the first
    four price columns after it, the high is the one that is never below the others, the low the one never above;
    the open is the one that follows the close of the row before more closely than the other way round.

    Parameters
    ----------
    rows : sequence of sequence of str
        A sample of rows, in the file's order.
    numbers : ndarray of float64, shape (n_rows, n_columns)
        The same cells as numbers, NaN where they are none.
    newest_first : bool
        Whether time runs backwards.
    """
    stamp = stamp_columns(rows)
    if not stamp:
        return None
    after = [place for place in range(numbers.shape[1]) if place not in stamp and not _is_empty(numbers[:, place])]
    after = [place for place in after if not all(is_epoch(row[place]) for row in rows)]
    prices = _prices(numbers[::-1] if newest_first else numbers, after)
    if prices is None:
        return None
    rest = [place for place in after if place > max(prices)]
    names = [place for place in range(numbers.shape[1]) if place < min(prices) and place not in stamp]
    symbol = next((place for place in names if all(row[place][:1].isalpha() for row in rows)), None)
    return Columns(stamp, prices, tuple(rest[:1]), symbol)


def stamp_columns(rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Return the place of the stamps, or the places of date and time of day; nothing where no column has any.

    Parameters
    ----------
    rows : sequence of sequence of str
        A sample of rows.
    """
    width = len(rows[0])
    for place in range(width):
        if all(is_stamp(row[place]) for row in rows):
            follows = place + 1 < width and all(is_time_of_day(row[place + 1]) for row in rows)
            return (place, place + 1) if follows and not all(is_epoch(row[place]) for row in rows) else (place,)
    return ()


def _is_empty(column: NDArray[np.float64]) -> bool:
    return bool(np.isnan(column).mean() > 0.5)


def _prices(numbers: NDArray[np.float64], after: Sequence[int]) -> tuple[int, int, int, int] | None:
    for begin in range(max(len(after) - 3, 0)):
        four = list(after[begin : begin + 4])
        values = numbers[:, four]
        values = values[np.isfinite(values).all(axis=1)]
        if len(values) and (values > 0).all() and np.median(values.max(axis=1) / values.min(axis=1)) < 1.5:
            return _arranged(values, four)
    return None


def _arranged(values: NDArray[np.float64], four: Sequence[int]) -> tuple[int, int, int, int] | None:
    top, bottom = values.max(axis=1), values.min(axis=1)
    highs = [k for k in range(4) if (values[:, k] >= top).mean() >= _ENOUGH]
    lows = [k for k in range(4) if (values[:, k] <= bottom).mean() >= _ENOUGH]
    fits = [
        (first, high, low, last)
        for high in highs
        for low in lows
        if high != low
        for first, last in permutations([k for k in range(4) if k not in (high, low)])
    ]
    if not 1 <= len(fits) <= 2:
        return None
    best = _by_continuity(values, fits)
    return (four[best[0]], four[best[1]], four[best[2]], four[best[3]])


def _by_continuity(values: NDArray[np.float64], fits: Sequence[tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    """Return the arrangement in which opens lie nearest to the closes before; open before close where equal."""

    def distance(fit: tuple[int, int, int, int]) -> tuple[float, int]:
        return float(np.abs(values[1:, fit[0]] - values[:-1, fit[3]]).sum()), fit[0]

    return min(fits, key=distance)
