"""How far a row lies from the rows that a model learnt from: the dissimilarity index.

DI = distance to the nearest training row / mean distance between training rows, Euclidean, of scaled features (Meyer
and Pebesma 2021, "Predicting into unknown space?", Methods in Ecology and Evolution 12, 1620-1633; freqtrade's FreqAI
has the same index). Here features are not weighted by importance, and a seeded sample stands for the training rows.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core import seeds
from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.core.kernels import kernel, warms_up

SAMPLE_ROWS = 500
"""Training rows that are kept; all where there are fewer."""
SPANS = 10
"""Spans of time that the sample is cut into: a row is no measure of those it shares its bars with."""


@dataclass(frozen=True)
class Neighbourhood:
    """Rows that stand for what a model learnt from.

    Attributes
    ----------
    rows : ndarray of float32, shape (n_rows, n_features)
        Scaled training rows, in the order of the block.
    mean_distance : float
        Mean distance between two of them; 0 where all are alike or there is but one, and there is no index then.
    threshold : float
        The largest index of a row of the sample that is no outlier (not above the third quartile by more than 1.5
        interquartile ranges), each row held against those of the other spans of time (Meyer and Pebesma's threshold,
        with spans of time for their folds).
    beyond : float
        Share of the sample above it.
    """

    rows: NDArray[np.float32]
    mean_distance: float
    threshold: float
    beyond: float

    @classmethod
    def of(cls, scaled: NDArray[np.float32], rows: NDArray[np.intp], close_time: NDArray[np.int64], seed: int) -> Self:
        """Draw a sample of training rows and measure it.

        Parameters
        ----------
        scaled : ndarray of float32, shape (n, n_features)
            Scaled rows.
        rows : ndarray of int
            Numbers of the training rows, at least one.
        close_time : ndarray of int64, shape (n,)
            When each row of ``scaled`` became known, nanoseconds UTC.
        seed : int
            The run's seed; the draw takes nothing from any other.
        """
        draw = seeds.generator(seed, "rows of the coverage reference")
        drawn = np.sort(draw.choice(rows, min(SAMPLE_ROWS, len(rows)), replace=False, shuffle=False))
        kept = np.ascontiguousarray(scaled[drawn])
        mean = mean_distance(kept)
        if mean == 0.0:
            return cls(kept, 0.0, 0.0, 0.0)
        index = _across_spans(kept, close_time[drawn]) / mean
        low, high = np.quantile(index, (0.25, 0.75))
        threshold = float(index[index <= high + 1.5 * (high - low)].max())
        return cls(kept, mean, threshold, float(np.mean(index > threshold)))

    def dissimilarity(self, scaled: NDArray[np.float32]) -> NDArray[np.float64] | None:
        """Return the index of each row, or None where the sample gives no scale to measure by.

        Parameters
        ----------
        scaled : ndarray of float32, shape (n_rows, n_features)
            Rows as the network takes them.
        """
        return None if self.mean_distance == 0.0 else nearest_distance(scaled, self.rows) / self.mean_distance

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form; the rows are base64 of little-endian float32, row after row."""
        return {
            "rows": len(self.rows),
            "values": base64.b64encode(self.rows.astype("<f4").tobytes()).decode("ascii"),
            "mean_distance": self.mean_distance,
            "threshold": self.threshold,
            "beyond": self.beyond,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any], features: int, where: str) -> Self:
        """Read the JSON form.

        Parameters
        ----------
        document : mapping
            What `to_document` returned.
        features : int
            Columns of a row.
        where : str
            File it came from, for messages.

        Raises
        ------
        ModelRejected
            If it is not what `to_document` makes.
        """
        try:
            packed = base64.b64decode(document["values"], validate=True)
            count = document["rows"]
            figures = [float(document[name]) for name in ("mean_distance", "threshold", "beyond")]
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise ModelRejected(where, f"the sample is not readable ({error})") from error
        if type(count) is not int or not 1 <= count <= SAMPLE_ROWS or len(packed) != 4 * count * features:
            raise ModelRejected(where, f"the sample has {len(packed)} bytes for {count!r} rows of {features} features")
        rows = np.frombuffer(packed, "<f4").astype(np.float32).reshape(count, features)
        if not (np.isfinite(rows).all() and np.isfinite(figures).all() and min(figures) >= 0):
            raise ModelRejected(where, "the sample holds numbers that are not finite or below 0")
        return cls(rows, *figures)


def nearest_distance(rows: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the Euclidean distance of each row to the nearest of others.

    Parameters
    ----------
    rows : ndarray of float32, shape (n_rows, n_features)
        Rows.
    others : ndarray of float32, shape (n_others, n_features)
        At least one.

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        Differences are squared, not multiplied out, so that equal rows have distance 0; no table of all pairs is made.
    """
    columns = np.ascontiguousarray(others.T, dtype=np.float64)
    return np.sqrt(_least_squares(np.require(rows, np.float32, ["C", "W"]), columns))


def mean_distance(rows: NDArray[np.float32]) -> float:
    """Return the mean Euclidean distance between two different ones of some rows; 0 for a single row.

    Parameters
    ----------
    rows : ndarray of float32, shape (n_rows, n_features)
        Rows.
    """
    pairs = len(rows) * (len(rows) - 1)
    columns = np.ascontiguousarray(rows.T, dtype=np.float64)
    return float(_sum_of_distances(np.require(rows, np.float32, ["C", "W"]), columns) / pairs) if pairs else 0.0


def _across_spans(rows: NDArray[np.float32], close_time: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return each row's distance to the nearest row of another span of time; to any other row if there is one span."""
    order = np.argsort(close_time, kind="stable")
    instants = close_time[order]
    cuts = instants[[len(rows) * span // SPANS for span in range(1, SPANS)]]
    span = np.searchsorted(cuts, close_time, side="right")
    out = np.empty(len(rows))
    for number in np.unique(span):
        own = span == number
        if own.all():
            return np.array([nearest_distance(rows[[i]], np.delete(rows, i, axis=0))[0] for i in range(len(rows))])
        out[own] = nearest_distance(rows[own], rows[~own])
    return out


@kernel
def _squares_to(row: NDArray[np.float32], columns: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    out[:] = 0.0
    for feature in range(len(row)):
        value = np.float64(row[feature])
        others = columns[feature]
        for other in range(len(out)):
            away = value - others[other]
            out[other] += away * away


@kernel
def _least_squares(rows: NDArray[np.float32], columns: NDArray[np.float64]) -> NDArray[np.float64]:
    least = np.empty(len(rows))
    squares = np.empty(columns.shape[1])
    for row in range(len(rows)):
        _squares_to(rows[row], columns, squares)
        least[row] = squares.min()
    return least


@kernel
def _sum_of_distances(rows: NDArray[np.float32], columns: NDArray[np.float64]) -> float:
    total = 0.0
    squares = np.empty(columns.shape[1])
    for row in range(len(rows)):
        _squares_to(rows[row], columns, squares)
        total += np.sqrt(squares).sum()
    return total


@warms_up
def _warm_up() -> None:
    rows = np.zeros((2, 1), np.float32)
    nearest_distance(rows, rows)
    mean_distance(rows)
