"""Checks of the stamps as such: unreadable, out of order, repeated, far from all others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.data.quality.context import Context
from ktrdr_app.data.quality.findings import Finding, about_lines, finding
from ktrdr_app.data.quality.raw import RawSeries


def check_stamps(context: Context) -> list[Finding]:
    """Return what is wrong with the stamps.

    Parameters
    ----------
    context : Context
        The series.
    """
    rows = context.rows
    backwards = [(line, "earlier than the line above") for line in rows.disordered]
    same, different = repeated_rows(rows)
    differing = "the stamp of an earlier row, but other values"
    return [
        *about_lines("unreadable_stamps", "error", "the stamp is no ISO date", "row", rows.unreadable),
        *about_lines("unsorted", "warning", "earlier than the row above", "row", backwards),
        *finding("duplicates", "warning", "an earlier row again, in full", rows, same, noun="row"),
        *finding("conflicting_duplicates", "error", differing, rows, different, noun="row"),
        *finding("stray_stamps", "error", "over a year from all others", context.every_bar, context.stray),
    ]


def repeated_rows(rows: RawSeries) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which rows repeat the first row of their stamp, and which contradict it.

    Parameters
    ----------
    rows : RawSeries
        Rows in order of time.

    Returns
    -------
    same, different : ndarray of bool, shape (n_rows,)
        The first row of a stamp is in neither.
    """
    new = np.concatenate([[True], np.diff(rows.stamp) != 0])
    if new.all():
        return ~new, ~new
    first = np.flatnonzero(new)[np.cumsum(new) - 1]
    values = np.column_stack([rows.prices, rows.volume])
    same = ((values == values[first]) | (np.isnan(values) & np.isnan(values[first]))).all(axis=1)
    return ~new & same, ~new & ~same
