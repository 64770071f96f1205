"""Judges probabilities against labels, always beside what the class frequencies alone would have scored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ktrdr_app.core.errors import InvalidValue

CLASSES = 3
LEAST_PROBABILITY = float(np.finfo(np.float64).eps)
"""Probabilities below this count as this, as in scikit-learn's log_loss: no figure is infinite."""


@dataclass(frozen=True)
class ClassificationMetrics:
    """How well probabilities of BUY, HOLD and SELL meet the labels.

    Attributes
    ----------
    rows : int
        Rows judged.
    accuracy : float
        Share of rows whose most probable class is the label.
    majority_accuracy : float
        The same for always answering the prior's most frequent class.
    nll : float
        Mean negative log-likelihood, nats.
    prior_nll : float
        The same for always answering the prior.
    skill : float
        1 - nll/prior_nll: above 0 is better than knowing the class frequencies; 0 where prior_nll is 0.
    macro_f1, precision, recall : float
        Means over the three classes, absent ones included; a class with nothing to divide by counts 0.
    confusion : tuple of tuple of int, 3 by 3
        Rows by label (outer) and answer (inner), in the order BUY, HOLD, SELL.
    """

    rows: int
    accuracy: float
    majority_accuracy: float
    nll: float
    prior_nll: float
    skill: float
    macro_f1: float
    precision: float
    recall: float
    confusion: tuple[tuple[int, ...], ...]


def class_probabilities_nll(p: NDArray[Any], y: NDArray[Any]) -> NDArray[np.float64]:
    """Return the negative log of the probability given to each row's label.

    Parameters
    ----------
    p : ndarray, shape (n_rows, 3)
        Probabilities, rows adding up to 1; values below `LEAST_PROBABILITY` count as it.
    y : ndarray of int, shape (n_rows,)
        Labels 0 to 2.

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        Nats.

    Raises
    ------
    InvalidValue
        If shapes, labels or probabilities are not so.
    """
    _check(p, y)
    given = p[np.arange(len(y)), y].astype(np.float64)
    return np.asarray(-np.log(np.maximum(given, LEAST_PROBABILITY)), dtype=np.float64)


def classification_metrics(p: NDArray[Any], y: NDArray[Any], prior: ArrayLike) -> ClassificationMetrics:
    """Judge probabilities.

    Parameters
    ----------
    p : ndarray, shape (n_rows, 3)
        Probabilities, rows adding up to 1; of equal ones the first class is the answer.
    y : ndarray of int, shape (n_rows,)
        Labels 0 to 2.
    prior : array-like of float, shape (3,)
        Class frequencies of the training rows.

    Raises
    ------
    InvalidValue
        If there is no row, or an argument has another shape, range or sum.
    """
    if len(y) == 0:
        raise InvalidValue("rows", 0, "at least one labelled row")
    frequencies = np.asarray(prior, dtype=np.float64)
    nll = float(class_probabilities_nll(p, y).mean())
    prior_nll = float(class_probabilities_nll(np.broadcast_to(frequencies, (len(y), CLASSES)), y).mean())
    answers = p.argmax(axis=1)
    confusion = np.bincount(CLASSES * y.astype(np.intp) + answers, minlength=CLASSES**2).reshape(CLASSES, CLASSES)
    right, labelled, answered = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    return ClassificationMetrics(
        rows=len(y),
        accuracy=float(right.sum() / len(y)),
        majority_accuracy=float(np.mean(y == int(np.argmax(frequencies)))),
        nll=nll,
        prior_nll=prior_nll,
        skill=1 - nll / prior_nll if prior_nll > 0 else 0.0,
        macro_f1=_mean_ratio(2 * right, labelled + answered),
        precision=_mean_ratio(right, answered),
        recall=_mean_ratio(right, labelled),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
    )


def _mean_ratio(above: NDArray[np.intp], below: NDArray[np.intp]) -> float:
    return float(np.mean(np.divide(above, below, out=np.zeros(CLASSES), where=below > 0)))


def _check(p: NDArray[Any], y: NDArray[Any]) -> None:
    if p.shape != (len(y), CLASSES):
        raise InvalidValue("probabilities", p.shape, f"an array of shape ({len(y)}, {CLASSES})")
    if not np.issubdtype(y.dtype, np.integer) or y.ndim != 1 or ((y < 0) | (y >= CLASSES)).any():
        raise InvalidValue("labels", f"{y.dtype} {np.unique(y).tolist()}", "whole numbers 0, 1 or 2 in one dimension")
    if not ((p >= 0).all() and np.allclose(p.sum(axis=1), 1, atol=1e-4)):
        raise InvalidValue("probabilities", "a row outside [0, 1] or not adding up to 1", "probabilities")
