"""Rows beside those that a model learnt from, counted piece after piece, so that no more than a piece need be held."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.kernels import ieee_kernel, warms_up
from ktrdr_app.features.coverage import CoverageReference, DistanceDrift, Drift, FeatureDrift, InputDrift
from ktrdr_app.features.neighbourhood import Neighbourhood
from ktrdr_app.features.psi import TENTHS, band, contributions
from ktrdr_app.fuzzy.activity import FAINT

MOST_ROWS = 5_000
"""Most rows whose distance is measured, spread evenly over all."""
_LINES = 1024
"""Rows of a column that are looked at together: what fits the first-level cache."""


class DriftTally:
    """Counts of rows that come in pieces, in order of time.

    Parameters
    ----------
    reference : CoverageReference
        What is kept of the training rows.
    rows : int
        How many rows will come in all.

    Raises
    ------
    InvalidValue
        If there is no row.
    """

    def __init__(self, reference: CoverageReference, rows: int) -> None:
        if rows < 1:
            raise InvalidValue("rows", rows, "at least one row")
        known = reference.distribution
        self._reference, self._rows, self._seen = reference, rows, 0
        self._edges = np.concatenate(known.edges)
        self._begins = np.array([0, *accumulate(len(edges) for edges in known.edges)])
        self._not_below = np.zeros(len(self._edges), np.int64)
        members = [known.columns_of(name) for name in known.inputs]
        self._members = np.array([column for columns in members for column in columns], dtype=np.int64)
        self._member_begins = np.array([0, *accumulate(map(len, members))])
        self._faint = np.zeros(len(members), np.int64)
        count = min(rows, MOST_ROWS)
        self._picked = np.arange(rows) if count == rows else np.linspace(0, rows - 1, count).astype(np.intp)
        self._near = np.empty((count, len(known.names)), np.float32)

    def add(self, values: NDArray[np.float32], scaled: NDArray[np.float32]) -> None:
        """Count the next rows.

        Parameters
        ----------
        values, scaled : ndarray of float32, shape (n_rows, n_features)
            Finite features, before and after the model's own scaling.

        Raises
        ------
        InvalidValue
            If their features are other ones, or there are more rows than were announced.
        """
        features, end = self._near.shape[1], self._seen + len(values)
        if values.shape != scaled.shape or values.ndim != 2 or values.shape[1] != features or end > self._rows:
            expected = f"{self._rows} rows of {features} features in all, unscaled and scaled"
            raise InvalidValue("values", f"{values.shape} and {scaled.shape}", expected)
        plain = np.require(values, np.float32, ["C", "W"])
        _count_not_below(plain, self._edges, self._begins, self._not_below)
        _count_faint(plain, self._members, self._member_begins, self._faint)
        here = slice(*np.searchsorted(self._picked, [self._seen, end]))
        self._near[here] = scaled[self._picked[here] - self._seen]
        self._seen = end

    def drift(self) -> Drift:
        """Return how the rows compare with the training rows, once all have come.

        Raises
        ------
        InvalidValue
            If some are missing.
        """
        if self._seen != self._rows:
            raise InvalidValue("rows", self._seen, f"{self._rows} rows, as announced")
        known = self._reference.distribution
        features = [self._feature(column) for column in range(len(known.names))]
        inputs = [
            InputDrift(
                name,
                faint=float(faint / self._rows),
                training_faint=float(known.faint[name].sum() / known.rows.sum()),
            )
            for name, faint in zip(known.inputs, self._faint, strict=True)
        ]
        return Drift(
            rows=self._rows,
            features=tuple(sorted(features, key=lambda found: -found.psi)),
            inputs=tuple(inputs),
            distance=_distance(self._reference.neighbourhood, self._near),
            by_chance=float((TENTHS - 1) * (1 / self._rows + 1 / known.rows.sum())),
        )

    def _feature(self, column: int) -> FeatureDrift:
        known = self._reference.distribution
        edges, counts = known.edges[column], known.counts[column]
        not_below = self._not_below[self._begins[column] : self._begins[column + 1]]
        observed = -np.diff(not_below, prepend=self._rows, append=0)
        expected = counts.sum(axis=0)
        parts = contributions(expected, observed)
        strangest = int(np.argmax(parts))
        psi = float(parts.sum())
        return FeatureDrift(
            name=known.names[column],
            psi=psi,
            band=band(psi),
            usual=_usual(counts),
            low=float(edges[strangest - 1]) if strangest else None,
            high=float(edges[strangest]) if strangest < len(edges) else None,
            share=float(observed[strangest] / observed.sum()),
            training_share=float(expected[strangest] / expected.sum()),
        )


def measure_drift(reference: CoverageReference, values: NDArray[np.float32], scaled: NDArray[np.float32]) -> Drift:
    """Compare rows with the training rows.

    Parameters
    ----------
    reference : CoverageReference
        What is kept of those.
    values, scaled : ndarray of float32, shape (n_rows, n_features)
        Finite features of the rows in order of time, before and after the model's own scaling.

    Raises
    ------
    InvalidValue
        If there is no row, or their features are other ones.
    """
    tally = DriftTally(reference, len(values))
    tally.add(values, scaled)
    return tally.drift()


def _usual(counts: NDArray[np.int64]) -> float | None:
    """Return how much the training symbol that is least like the others differs from them."""
    there = counts[counts.sum(axis=1) > 0]
    if len(there) < 2:
        return None
    return float(contributions(there.sum(axis=0) - there, there).sum(axis=1).max())


def _distance(known: Neighbourhood, scaled: NDArray[np.float32]) -> DistanceDrift | None:
    index = known.dissimilarity(scaled)
    if index is None:
        return None
    return DistanceDrift(
        rows=len(index),
        median=float(np.median(index)),
        threshold=known.threshold,
        beyond=float(np.mean(index > known.threshold)),
        training_beyond=known.beyond,
    )


@ieee_kernel
def _count_not_below(
    values: NDArray[np.float32],
    edges: NDArray[np.float32],
    begins: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> None:
    """Raise each edge's count by the values of its column that are not below it."""
    line = np.empty(_LINES, np.float32)
    for first in range(0, len(values), _LINES):
        size = min(_LINES, len(values) - first)
        for column in range(values.shape[1]):
            for row in range(size):
                line[row] = values[first + row, column]
            for edge in range(begins[column], begins[column + 1]):
                bound, found = edges[edge], 0
                for row in range(size):
                    found += line[row] >= bound
                counts[edge] += found


@ieee_kernel
def _count_faint(
    values: NDArray[np.float32],
    members: NDArray[np.int64],
    begins: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> None:
    """Raise each fuzzy input's count by the rows whose memberships add up to less than `FAINT`."""
    for row in range(len(values)):
        for place in range(len(counts)):
            total = 0.0
            for member in range(begins[place], begins[place + 1]):
                total += np.float64(values[row, members[member]])
            counts[place] += total < FAINT


@warms_up
def _warm_up() -> None:
    row, begins = np.zeros((1, 1), np.float32), np.array([0, 1])
    _count_not_below(row, np.zeros(1, np.float32), begins, np.zeros(1, np.int64))
    _count_faint(row, np.zeros(1, np.int64), begins, np.zeros(1, np.int64))
