"""The classes, and what every labeler returns: a class per bar, the bar that decided it, and the return until then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue

BUY, HOLD, SELL, UNLABELLED = 0, 1, 2, -1
CLASS_NAMES = ("BUY", "HOLD", "SELL")
"""Names of the classes 0, 1, 2."""


@dataclass(frozen=True)
class Decided:
    """The labels of one series by row.

    Attributes
    ----------
    label : ndarray of int8, shape (n_bars,)
        BUY 0, HOLD 1, SELL 2, -1 where there is none.
    end_row : ndarray of int64, shape (n_bars,)
        Row at whose close the label was known; no bar after it was looked at. A bar's own row where it has no label.
    realised : ndarray of float64, shape (n_bars,)
        Return of the price, as a fraction, from the labeler's entry to its exit, before costs: below 0 after a fall,
        whatever the label. NaN where there is none.
    """

    label: NDArray[np.int8]
    end_row: NDArray[np.int64]
    realised: NDArray[np.float64]

    @classmethod
    def none(cls, n: int) -> Decided:
        """Return the labels of a series that has none, for a labeler to fill.

        Parameters
        ----------
        n : int
            Bars.
        """
        return cls(np.full(n, UNLABELLED, dtype=np.int8), np.arange(n), np.full(n, np.nan))


def labelled_rows(threshold: NDArray[np.float64], lookahead: int) -> NDArray[np.int64]:
    """Return the rows that can have a label: those with a threshold above 0 and a complete horizon.

    Parameters
    ----------
    threshold : ndarray of float64, shape (n_bars,)
        Fraction of the price; NaN before an indicator's warm-up ends.
    lookahead : int
        Bars of the horizon.

    Raises
    ------
    InvalidValue
        If ``lookahead`` is below 1.
    """
    if lookahead < 1:
        raise InvalidValue("lookahead", lookahead, "a whole number of bars, 1 or more")
    return np.flatnonzero(threshold[: max(0, len(threshold) - lookahead)] > 0.0)


def thresholds_of(threshold: float | NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Return one threshold for each bar.

    Parameters
    ----------
    threshold : float or ndarray of float64, shape (n_bars,)
        One number, or one for each bar.
    n : int
        Bars.

    Raises
    ------
    InvalidValue
        If there are neither one nor ``n``.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        Read-only; one number takes no more room than itself.
    """
    given = np.asarray(threshold, dtype=np.float64)
    if given.ndim > 0 and given.shape != (n,):
        raise InvalidValue("threshold", f"{given.shape} numbers", f"one number, or one for each of the {n} bars")
    return np.broadcast_to(given, (n,))


def read_only(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a contiguous view that cannot be written to: kernels are compiled anew for arrays that can.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Copied only where it is not contiguous.
    """
    view = np.ascontiguousarray(values, dtype=np.float64).view()
    view.flags.writeable = False
    return view
