"""Ready-made sets for an input: spread evenly, by quantiles of its values, or around the clusters they form.

Each is a Ruspini partition: triangles from peak to peak with open sides, so that the memberships of every value add
up to 1 (E. H. Ruspini, A New Approach to Clustering, Information and Control 15, 1969).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.kernels import kernel, warms_up
from ktrdr_app.strategy.schema import FuzzySet

Array = NDArray[np.float64]

SET_NAMES: dict[int, tuple[str, ...]] = {
    2: ("low", "high"),
    3: ("low", "middle", "high"),
    4: ("very_low", "low", "high", "very_high"),
    5: ("very_low", "low", "middle", "high", "very_high"),
    6: ("very_low", "low", "rather_low", "rather_high", "high", "very_high"),
    7: ("very_low", "low", "rather_low", "middle", "rather_high", "high", "very_high"),
}
"""What the sets of a preset are called, from low to high, by their number."""
TAIL = 0.05
"""Share of the values beyond the outer peaks of quantile sets: those belong to an outer set wholly."""
CELLS = 512
"""Most distinct values that clusters are made of; more are gathered into so many groups of equal count."""


def partition(peaks: Sequence[float] | Array) -> dict[str, FuzzySet]:
    """Return sets whose peaks lie at given values and whose memberships add up to 1 everywhere.

    Parameters
    ----------
    peaks : sequence of float
        2 to 7 values, rising.

    Returns
    -------
    dict of str to FuzzySet
        Triangles from peak to peak, the outer ones open, named as `SET_NAMES` has it.

    Raises
    ------
    InvalidValue
        If there are fewer or more, or they do not rise.
    """
    places = [float(value) for value in peaks]
    _check_count(len(places))
    if not all(np.isfinite(places)) or any(low >= high for low, high in itertools.pairwise(places)):
        raise InvalidValue("peaks", places, "finite numbers, each above the one before")
    left = [places[0] - (places[1] - places[0]), *places[:-1]]
    right = [*places[1:], places[-1] + (places[-1] - places[-2])]
    names = SET_NAMES[len(places)]
    shoulders = ["left", *["none"] * (len(places) - 2), "right"]
    return {
        name: FuzzySet.model_validate({"type": "triangular", "parameters": [low, peak, high], "shoulder": shoulder})
        for name, low, peak, high, shoulder in zip(names, left, places, right, shoulders, strict=True)
    }


def even_sets(low: float, high: float, count: int = 3) -> dict[str, FuzzySet]:
    """Return sets spread evenly over a range.

    Parameters
    ----------
    low, high : float
        Where the outer sets have their peaks, in the input's unit.
    count : int
        How many, 2 to 7.

    Raises
    ------
    InvalidValue
        If the range is empty or the number is outside 2 to 7.
    """
    _check_count(count)
    if not (np.isfinite([low, high]).all() and low < high):
        raise InvalidValue("range", (low, high), "two finite numbers, the lower first")
    return partition(np.linspace(low, high, count))


def quantile_sets(values: ArrayLike, count: int = 3) -> dict[str, FuzzySet]:
    """Return sets whose peaks have the same share of the values between them.

    Parameters
    ----------
    values : array_like of float
        Values of the input, of all symbols it is used on; those that are not finite are left out.
    count : int
        How many, 2 to 7.

    Returns
    -------
    dict of str to FuzzySet
        Peaks at the quantiles from `TAIL` to 1 - `TAIL` in equal steps (the median in the middle of an odd number).

    Raises
    ------
    InvalidValue
        If the number is outside 2 to 7, or too many values are equal to tell so many sets apart.
    """
    _check_count(count)
    known = _known(values, count)
    return partition(_rising(np.quantile(known, np.linspace(TAIL, 1.0 - TAIL, count)), count))


def cluster_sets(values: ArrayLike, count: int = 3) -> dict[str, FuzzySet]:
    """Return sets around the clusters of the values.

    Parameters
    ----------
    values : array_like of float
        Values of the input, of all symbols it is used on; those that are not finite are left out.
    count : int
        How many, 2 to 7.

    Returns
    -------
    dict of str to FuzzySet
        Peaks at the means of the clusters with the least sum of squared distances: k-means in one dimension, whose
        best solution dynamic programming finds (Wang and Song, Ckmeans.1d.dp, The R Journal 3/2, 2011), so that it
        depends on no seed. More than `CELLS` distinct values are first gathered into cells of equal count.

    Raises
    ------
    InvalidValue
        If the number is outside 2 to 7, or there are fewer distinct values than sets.
    """
    _check_count(count)
    known = np.sort(_known(values, count))
    points, weights = np.unique(known, return_counts=True)
    if len(points) > CELLS:
        cells = np.array_split(known, CELLS)
        points, weights = np.array([cell.mean() for cell in cells]), np.array([len(cell) for cell in cells])
    borders = _cluster_borders(points, weights.astype(np.float64), count)
    groups = list(itertools.pairwise([*borders.tolist(), len(points)]))
    means = [float(np.average(points[begin:end], weights=weights[begin:end])) for begin, end in groups]
    return partition(_rising(np.array(means), count))


PRESETS: dict[str, Callable[[ArrayLike, int], dict[str, FuzzySet]]] = {
    "quantiles": quantile_sets,
    "clusters": cluster_sets,
}
"""Presets that learn from values, by name."""


def _check_count(count: int) -> None:
    if count not in SET_NAMES:
        raise InvalidValue("number of sets", count, f"{min(SET_NAMES)} to {max(SET_NAMES)}")


def _known(values: ArrayLike, count: int) -> Array:
    found = np.asarray(values, dtype=np.float64).ravel()
    found = found[np.isfinite(found)]
    distinct = len(np.unique(found))
    if distinct < count:
        raise InvalidValue("values", f"{distinct} distinct numbers", f"at least {count}, one for each set")
    return found


def _rising(peaks: Array, count: int) -> Array:
    if (np.diff(peaks) <= 0).any():
        expected = f"values that {count} sets can tell apart, or fewer sets: too many of them are equal"
        raise InvalidValue("peaks", [float(f"{value:g}") for value in peaks], expected)
    return peaks


@kernel
def _cluster_borders(points: Array, weights: Array, count: int) -> NDArray[np.int64]:
    """Return the first point of each cluster: the least cost of the first j points in k clusters, k by k."""
    n = len(points)
    total, sums, squares = np.zeros(n + 1), np.zeros(n + 1), np.zeros(n + 1)
    middle = points[n // 2]
    for i in range(n):
        x = points[i] - middle
        total[i + 1] = total[i] + weights[i]
        sums[i + 1] = sums[i] + weights[i] * x
        squares[i + 1] = squares[i] + weights[i] * x * x
    cost = np.full((count + 1, n + 1), np.inf)
    begin = np.zeros((count + 1, n + 1), np.int64)
    cost[0, 0] = 0.0
    for k in range(1, count + 1):
        for end in range(k, n + 1):
            for start in range(k - 1, end):
                s = sums[end] - sums[start]
                spread = squares[end] - squares[start] - s * s / (total[end] - total[start])
                candidate = cost[k - 1, start] + max(spread, 0.0)
                if candidate < cost[k, end]:
                    cost[k, end] = candidate
                    begin[k, end] = start
    borders = np.empty(count, np.int64)
    end = n
    for k in range(count, 0, -1):
        end = begin[k, end]
        borders[k - 1] = end
    return borders


@warms_up
def _warm_up() -> None:
    _cluster_borders(np.arange(3.0), np.ones(3), 2)
