"""The order of columns without headings: settled by what highs and lows must be, or left open."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.data.importing.columns import Columns, role_of
from ktrdr_app.data.importing.stamps import is_epoch, is_stamp, is_time_of_day

_ENOUGH = 0.98
"""Share of rows in which a high must enclose the others."""
_CLEARLY = 1.25
"""How many times farther from the closes before them the wrong opens must lie than the right ones."""
_FEWEST = 3
"""Rows from which an order is told."""


def by_content(
    rows: Sequence[Sequence[str]], numbers: NDArray[np.float64], newest_first: bool = False
) -> Columns | None:
    """Return the columns of a table without headings, or None where the rows leave them open.

    The first column that reads as a date is the stamp, with a time of day beside it if there is one. Of the first
    four price columns after it, the high is the one that is never below the others, the low the one never above;
    the open is the one that follows the close of the row before more closely than the other way round. A second
    group of such four (another symbol, or asks behind bids) leaves open which is meant.

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
    four = _four(numbers, after)
    if not four or _four(numbers, [place for place in after if place > max(four)]):
        return None
    prices = _arranged(_whole(numbers[::-1] if newest_first else numbers, four), four)
    if prices is None:
        return None
    others = [place for place in after if place not in prices and not _is_running(numbers[:, place])]
    rest = [place for place in others if place > max(prices)] or others
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
            follows = follows or (place + 1 < width and _are_hours(rows, place))
            return (place, place + 1) if follows and not all(is_epoch(row[place]) for row in rows) else (place,)
    return ()


def _are_hours(rows: Sequence[Sequence[str]], place: int) -> bool:
    """Return whether dates come again and again, with another hour beside them each time."""
    pairs = [(row[place], row[place + 1]) for row in rows]
    days = {date for date, _ in pairs}
    hours = all(hour.isdecimal() and len(hour) <= 2 and int(hour) < 24 for _, hour in pairs)
    return hours and len(days) < len(pairs) == len(set(pairs))


def _is_running(column: NDArray[np.float64]) -> bool:
    """Return whether a column numbers the rows or is the same in all."""
    return bool(len(column) > 1 and (np.diff(column) == column[1] - column[0]).all())


def with_its_date(stamp: tuple[int, ...], names: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Return the places of the stamps, with the date's where a column named for moments holds times of day.

    Parameters
    ----------
    stamp : tuple of int
        Places by name.
    names : sequence of str
        The headings.
    rows : sequence of sequence of str
        A sample of rows.
    """
    if len(stamp) != 1 or not all(is_time_of_day(row[stamp[0]]) for row in rows):
        return stamp
    dates = [place for place, name in enumerate(names) if role_of(name) == "date" and place != stamp[0]]
    return (dates[0], stamp[0]) if dates and all(is_stamp(row[dates[0]]) for row in rows) else stamp


def _is_empty(column: NDArray[np.float64]) -> bool:
    return bool(np.isnan(column).mean() > 0.5)


def _four(numbers: NDArray[np.float64], after: Sequence[int]) -> tuple[int, ...]:
    """Return the first four columns in a row that are prices of one thing; nothing if there are none."""
    for begin in range(max(len(after) - 3, 0)):
        four = tuple(after[begin : begin + 4])
        values = _whole(numbers, four)
        if len(values) and (values > 0).all() and np.median(values.max(axis=1) / values.min(axis=1)) < 1.5:
            return four
    return ()


def _whole(numbers: NDArray[np.float64], places: Sequence[int]) -> NDArray[np.float64]:
    values = numbers[:, list(places)]
    return values[np.isfinite(values).all(axis=1)]


def _arranged(values: NDArray[np.float64], four: Sequence[int]) -> tuple[int, int, int, int] | None:
    top, bottom = values.max(axis=1), values.min(axis=1)
    highs = [k for k in range(4) if (values[:, k] >= top).mean() >= _ENOUGH]
    lows = [k for k in range(4) if (values[:, k] <= bottom).mean() >= _ENOUGH]
    if len(highs) != 1 or len(lows) != 1 or highs == lows:
        return None
    first, last = (k for k in range(4) if k not in (highs[0], lows[0]))
    forwards, backwards = _distance(values, first, last), _distance(values, last, first)
    if (values[:, first] != values[:, last]).any() and max(forwards, backwards) < _CLEARLY * min(forwards, backwards):
        return None
    if len(values) < _FEWEST:
        return None
    opened, closed = (first, last) if forwards <= backwards else (last, first)
    return (four[opened], four[highs[0]], four[lows[0]], four[closed])


def _distance(values: NDArray[np.float64], opened: int, closed: int) -> float:
    """Return how far opens lie from the closes before them, if these columns are opens and closes."""
    return float(np.abs(values[1:, opened] - values[:-1, closed]).sum())
