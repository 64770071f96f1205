"""Mean, spread and bounds of every column of chosen rows, in two passes and without copying a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up

_BLOCK = 1024
"""Rows added up on their own, so that a long column loses no digits to a large sum."""


@dataclass(frozen=True)
class ColumnFigures:
    """What is known of the columns of some rows.

    Attributes
    ----------
    rows : int
        Rows that were read.
    finite : ndarray of bool, shape (n_features,)
        Whether every value is; the other figures of a column where one is not mean nothing.
    low, high : ndarray of float64, shape (n_features,)
        Bounds.
    mean, variance : ndarray of float64, shape (n_features,)
        Of the population (divided by the number of rows).
    """

    rows: int
    finite: NDArray[np.bool_]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]

    @property
    def constant(self) -> NDArray[np.bool_]:
        """Columns that do not vary, or by no more than rounding can tell (scikit-learn's rule for a scale of 1)."""
        eps = np.finfo(np.float64).eps
        bound = self.rows * eps * self.variance + (self.rows * self.mean * eps) ** 2
        return np.asarray((self.low == self.high) | (self.variance <= bound))


def measure_columns(values: NDArray[np.float32], rows: NDArray[np.intp] | None = None) -> ColumnFigures:
    """Measure columns.

    Parameters
    ----------
    values : ndarray of float32, shape (n, n_features)
        Rows of features.
    rows : ndarray of int, shape (n_rows,), optional
        Numbers of those to read; all by default.

    Returns
    -------
    ColumnFigures
        Sums are taken in float64; the variance is that of the second pass, corrected by what the deviations add up to
        (Chan, Golub and LeVeque 1983, "Algorithms for Computing the Sample Variance", equation 1.7).
    """
    chosen = np.arange(len(values)) if rows is None else rows
    writable = np.require(values, np.float32, ["C", "W"])
    finite, low, high, mean, variance = _measured(writable, np.require(chosen, np.intp, ["C", "W"]))
    return ColumnFigures(len(chosen), finite, low, high, mean, variance)


@kernel
def _measured(values: NDArray[np.float32], rows: NDArray[np.intp]) -> tuple[NDArray[Any], ...]:
    count, columns = len(rows), values.shape[1]
    finite = np.ones(columns, np.bool_)
    low, high = np.full(columns, np.inf), np.full(columns, -np.inf)
    total, mean, drift, squares = np.zeros(columns), np.zeros(columns), np.zeros(columns), np.zeros(columns)
    part, other = np.zeros(columns), np.zeros(columns)
    for begin in range(0, count, _BLOCK):
        part[:] = 0.0
        for i in range(begin, min(begin + _BLOCK, count)):
            for column in range(columns):
                value = np.float64(values[rows[i], column])
                part[column] += value
                if value < low[column]:
                    low[column] = value
                if value > high[column]:
                    high[column] = value
        total += part
    for column in range(columns):
        finite[column] = np.isfinite(total[column])
        mean[column] = total[column] / max(count, 1)
    for begin in range(0, count, _BLOCK):
        part[:] = 0.0
        other[:] = 0.0
        for i in range(begin, min(begin + _BLOCK, count)):
            for column in range(columns):
                away = np.float64(values[rows[i], column]) - mean[column]
                part[column] += away
                other[column] += away * away
        drift += part
        squares += other
    for column in range(columns):
        squares[column] = (squares[column] - drift[column] ** 2 / max(count, 1)) / max(count, 1)
    return finite, low, high, mean, squares


@kernel
def finite_rows(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which rows hold numbers only, in one pass and without a block of truth values.

    Parameters
    ----------
    values : ndarray of float32, shape (n_rows, n_columns)
        Rows.
    """
    rows, columns = values.shape
    finite = np.ones(rows, np.bool_)
    for row in range(rows):
        for column in range(columns):
            if not np.isfinite(values[row, column]):
                finite[row] = False
                break
    return finite


@warms_up
def _warm_up() -> None:
    measure_columns(np.zeros((2, 1), np.float32))
    finite_rows(np.zeros((2, 1), np.float32))
