"""Whether stated probabilities come true: reliability by confidence, calibration error, Brier score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 15
"""Bins of confidence, as in Guo, Pleiss, Sun and Weinberger (2017)."""


@dataclass(frozen=True)
class ReliabilityBin:
    """The rows whose answer had a probability within one bin.

    Attributes
    ----------
    low, high : float
        Ends of the bin; the upper one belongs to it.
    rows : int
        Rows in it, 1 or more.
    confidence : float
        Mean probability of the answer.
    accuracy : float
        Share of answers that were right.
    """

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float


def equal_width(bins: int = BINS) -> NDArray[np.float64]:
    """Return the inner edges of bins of one width over [0, 1].

    Parameters
    ----------
    bins : int
        How many.
    """
    return np.arange(1, bins) / bins


def equal_mass(confidence: NDArray[np.float64], bins: int = BINS) -> NDArray[np.float64]:
    """Return inner edges that leave about as many rows in each bin; equal confidences are never parted.

    Parameters
    ----------
    confidence : ndarray of float64, shape (n_rows,)
        Probability of each row's answer.
    bins : int
        Most bins; fewer where confidences repeat.
    """
    edges = np.unique(np.quantile(confidence, np.arange(1, bins) / bins, method="inverted_cdf"))
    return np.asarray(edges, dtype=np.float64)


def reliability(p: NDArray[Any], y: NDArray[Any], edges: NDArray[np.float64] | None = None) -> list[ReliabilityBin]:
    """Return the bins that hold rows, from the least confidence to the most.

    Parameters
    ----------
    p : ndarray, shape (n_rows, 3)
        Probabilities; of equal ones the first class is the answer.
    y : ndarray of int, shape (n_rows,)
        Labels 0 to 2.
    edges : ndarray of float64, optional
        Inner edges of the bins, rising; `equal_width` by default.
    """
    edges = equal_width() if edges is None else edges
    confidence = p.max(axis=1).astype(np.float64)
    place = np.searchsorted(edges, confidence, side="left")
    count = len(edges) + 1
    rows = np.bincount(place, minlength=count)
    stated = np.bincount(place, weights=confidence, minlength=count)
    right = np.bincount(place, weights=p.argmax(axis=1) == y, minlength=count)
    ends = [0.0, *edges.tolist(), 1.0]
    return [
        ReliabilityBin(ends[i], ends[i + 1], int(rows[i]), float(stated[i] / rows[i]), float(right[i] / rows[i]))
        for i in np.flatnonzero(rows).tolist()
    ]


def calibration_error(bins: list[ReliabilityBin]) -> float:
    """Return the expected calibration error: the mean gap between confidence and accuracy, by rows.

    Σ (n_b / n) |accuracy_b - confidence_b| (Naeini, Cooper and Hauskrecht 2015).

    Parameters
    ----------
    bins : list of ReliabilityBin
        What `reliability` returned.
    """
    total = sum(entry.rows for entry in bins)
    return sum(entry.rows * abs(entry.accuracy - entry.confidence) for entry in bins) / total


def brier_score(p: NDArray[Any], y: NDArray[Any]) -> float:
    """Return the mean squared distance of the probabilities from the labels, 0 to 2 (Brier 1950).

    Parameters
    ----------
    p : ndarray, shape (n_rows, 3)
        Probabilities.
    y : ndarray of int, shape (n_rows,)
        Labels 0 to 2.
    """
    given = p[np.arange(len(y)), y]
    return float(np.mean((p**2).sum(axis=1) - 2 * given + 1))
