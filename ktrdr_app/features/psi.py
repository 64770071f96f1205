"""The population stability index: how far values have moved between the tenths of a reference.

Sources: Siddiqi, "Credit Risk Scorecards" (2006), for the index and its bands; Hyndman and Fan (1996), definition 1,
for the quantiles. Values beyond the outermost tenths count alike however far they lie:
`ktrdr_app.features.neighbourhood` tells how far.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue

TENTHS = 10
"""Bins that the reference's quantiles make of values that are all different."""
FLOOR = 1e-4
"""Share that a bin without values counts with, in the reference or in what is compared, as its logarithm is needed;
shares are not made to add up to 1 again."""
SHIFTED = 0.10
DIFFERENT = 0.25
ALIKE_BAND, SHIFTED_BAND, DIFFERENT_BAND = "alike", "shifted", "different"
"""Below `SHIFTED`, from there, from `DIFFERENT`."""


def quantile_edges(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the edges of the bins that hold a tenth of the values each, as nearly as their ties allow.

    Bins are closed on the left: k edges make k + 1 bins, from the one below the first edge to the one from the last
    edge on. A value that takes up two quantiles or more (the 0 of a membership, a flag, a constant) is a bin of its
    own: its edges are the value and the next float32 (after 0 the smallest normal one, so that no rounding of tiny
    numbers to 0 moves a row). So a constant feature has three bins, below it, it, above it.

    Parameters
    ----------
    values : ndarray of float32, shape (n_values,)
        Finite values of one feature, at least one; their order does not matter.

    Returns
    -------
    ndarray of float32, shape (n_edges,)
        Strictly increasing, 1 to 18 of them.

    Raises
    ------
    InvalidValue
        If there is no value.
    """
    if len(values) == 0:
        raise InvalidValue("values", "nothing", "at least one value")
    ranks = [-(-tenth * len(values) // TENTHS) - 1 for tenth in range(1, TENTHS)]
    cuts, times = np.unique(np.partition(values, sorted(set(ranks)))[ranks], return_counts=True)
    return np.unique(np.concatenate([cuts, ends_after(cuts[times > 1])]))


def ends_after(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the edges that make bins of their own of values.

    Parameters
    ----------
    values : ndarray of float32
        Values, each the first edge of its bin.
    """
    after = np.nextafter(values, np.float32(np.inf))
    return np.where(values == 0, np.finfo(np.float32).tiny, after).astype(np.float32)


def bin_numbers(values: NDArray[np.float32], edges: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return which bin each value falls into.

    Parameters
    ----------
    values : ndarray of float32, shape (n_values,)
        Finite values.
    edges : ndarray of float32, shape (n_edges,)
        As `quantile_edges` returns them.

    Returns
    -------
    ndarray of int, shape (n_values,)
        0 to n_edges.
    """
    return np.searchsorted(edges, values, side="right")


def contributions(expected: NDArray[np.int64], observed: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what each bin adds to the index: (o - e) ln(o / e) of its shares, none below `FLOOR`.

    Parameters
    ----------
    expected, observed : ndarray of int64, shape (..., n_bins)
        Values of the reference, and of what is compared with it, in each bin; at least one in all.

    Returns
    -------
    ndarray of float64, shape (..., n_bins)
        0 or more each; the index is their sum.

    Raises
    ------
    InvalidValue
        If one of them has no values.
    """
    totals = [counts.sum(axis=-1, keepdims=True) for counts in (expected, observed)]
    if any((total == 0).any() for total in totals):
        raise InvalidValue("counts", "no values", "at least one value")
    e = np.maximum(expected / totals[0], FLOOR)
    o = np.maximum(observed / totals[1], FLOOR)
    return np.asarray((o - e) * np.log(o / e))


def band(psi: float) -> str:
    """Return the customary word for an index: ``alike``, ``shifted`` or ``different``.

    Parameters
    ----------
    psi : float
        The index.
    """
    if psi < SHIFTED:
        return ALIKE_BAND
    return SHIFTED_BAND if psi < DIFFERENT else DIFFERENT_BAND
