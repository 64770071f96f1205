"""How the values of one market use the sets of an input: the figures behind "these sets fit every symbol"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.fuzzy.shapes import membership
from ktrdr_app.strategy.schema import FuzzyInput

ACTIVE = 0.01
"""Membership from which a value counts as belonging to a set at all."""
STRONG = 0.5
"""Membership from which a value counts as mainly belonging to a set."""
FAINT = 0.2
"""Sum of all memberships below which a value is hardly described by the sets."""


@dataclass(frozen=True)
class SetActivity:
    """How one set is used.

    Attributes
    ----------
    name : str
        The set.
    active, strong : float
        Share of values with a membership of at least `ACTIVE`, of at least `STRONG`.
    mean : float
        Mean membership.
    """

    name: str
    active: float
    strong: float
    mean: float


@dataclass(frozen=True)
class InputActivity:
    """How the sets of an input are used by some values.

    Attributes
    ----------
    values : int
        Finite values looked at.
    low, median, high : float
        Their 1st, 50th and 99th percentile; NaN without values.
    sets : tuple of SetActivity
        In declared order.
    sum_mean_deviation, sum_max_deviation : float
        Mean and largest distance of the sum of memberships from 1; 0 for a partition. NaN without values.
    faint : float
        Share of values whose memberships add up to less than `FAINT`.
    uncovered : float
        Share of values that belong to no set.
    """

    values: int
    low: float
    median: float
    high: float
    sets: tuple[SetActivity, ...]
    sum_mean_deviation: float
    sum_max_deviation: float
    faint: float
    uncovered: float


def activity(fuzzy_input: FuzzyInput, values: NDArray[np.float64]) -> InputActivity:
    """Return how values use the sets of an input.

    Parameters
    ----------
    fuzzy_input : FuzzyInput
        The sets.
    values : ndarray of float64
        Values of the input, in the form the sets are written for; those that are not finite are left out.
    """
    known = np.asarray(values, dtype=np.float64).ravel()
    known = known[np.isfinite(known)]
    if not known.size:
        idle = tuple(SetActivity(name, 0.0, 0.0, 0.0) for name in fuzzy_input.sets)
        return InputActivity(0, np.nan, np.nan, np.nan, idle, np.nan, np.nan, 0.0, 0.0)
    total = np.zeros(known.size)
    found = []
    for name, entry in fuzzy_input.sets.items():
        grades = membership(entry.type, entry.parameters, known, entry.shoulder)
        total += grades
        active, strong = float(np.mean(grades >= ACTIVE)), float(np.mean(grades >= STRONG))
        found.append(SetActivity(name, active, strong, float(grades.mean())))
    deviation = np.abs(total - 1.0)
    low, median, high = (float(value) for value in np.quantile(known, (0.01, 0.5, 0.99)))
    return InputActivity(
        values=known.size,
        low=low,
        median=median,
        high=high,
        sets=tuple(found),
        sum_mean_deviation=float(deviation.mean()),
        sum_max_deviation=float(deviation.max()),
        faint=float(np.mean(total < FAINT)),
        uncovered=float(np.mean(total == 0.0)),
    )
