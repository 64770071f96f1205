"""How much of a label is its own: labels whose spans overlap share the same news, and count for less."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.labels.decided import UNLABELLED


def uniqueness(label: NDArray[np.int8], end_row: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the average uniqueness of each label (López de Prado 2018, section 4.4).

    With c(t) labels alive on bar t, the uniqueness of a label is the mean of 1 / c(t) over the bars from its own to
    the one at which it was known, both included.

    Parameters
    ----------
    label : ndarray of int8, shape (n_bars,)
        Classes, and -1 for none.
    end_row : ndarray of int64, shape (n_bars,)
        Row at whose close each label was known, not before its own.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        0 to 1, 1 for a label that overlaps with no other; NaN where there is no label.
    """
    n = len(label)
    rows = np.flatnonzero(label != UNLABELLED)
    ends = end_row[rows] + 1
    changes = np.bincount(rows, minlength=n + 1) - np.bincount(ends, minlength=n + 1)
    alive = np.cumsum(changes)[:n]
    shares = np.concatenate([[0.0], np.cumsum(1.0 / np.maximum(alive, 1))])
    found = np.full(n, np.nan)
    found[rows] = (shares[ends] - shares[rows]) / (ends - rows)
    return found
