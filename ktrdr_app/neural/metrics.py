"""Judges probabilities against labels, always beside what the class frequencies alone would have scored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.neural.reliability import brier_score, calibration_error, equal_mass, reliability

CLASSES = 3
"""BUY, HOLD, SELL."""
CELLS = CLASSES**2
FIGURES = ("nll", "accuracy", "balanced_accuracy", "macro_f1", "mcc", "brier", "ece", "ece_equal_mass")
"""Figures that a model and its baselines are compared by."""
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
    balanced_accuracy : float
        Mean over the classes that occur of the share of their rows that are found.
    mcc : float
        Matthews correlation of answers with labels, -1 to 1 (Gorodkin 2004); 0 where either never changes.
    brier : float
        Mean squared distance of the probabilities from the labels, 0 to 2.
    ece, ece_equal_mass : float
        Expected calibration error over 15 bins of one width, and of one number of rows.
    confusion : tuple of tuple of int, 3 by 3
        Rows by label (outer) and answer (inner), in the order BUY, HOLD, SELL.
    baselines : dict of str to dict
        What ``majority`` (always the prior's most frequent class, with certainty) and ``prior`` (always its
        probabilities) score on the same rows, by the names in `FIGURES`.
    intervals : dict of str to tuple of float
        Lower and upper end of each resampled figure (`resampled_figures`), where it was asked for.
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
    balanced_accuracy: float
    mcc: float
    brier: float
    ece: float
    ece_equal_mass: float
    confusion: tuple[tuple[int, ...], ...]
    baselines: dict[str, dict[str, float]]
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)


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
    _check(frequencies[np.newaxis], y[:1])
    nll = float(class_probabilities_nll(p, y).mean())
    confusion = confusion_matrix(p, y)
    answers, counts = answer_figures(confusion), confusion.sum(axis=1)
    majority = np.eye(CLASSES)[int(np.argmax(frequencies))]
    baselines = {"majority": _constant(majority, counts), "prior": _constant(frequencies, counts)}
    prior_nll = baselines["prior"]["nll"]
    return ClassificationMetrics(
        rows=len(y),
        majority_accuracy=baselines["majority"]["accuracy"],
        nll=nll,
        prior_nll=prior_nll,
        skill=1 - nll / prior_nll if prior_nll > 0 else 0.0,
        accuracy=float(answers["accuracy"]),
        macro_f1=float(answers["macro_f1"]),
        precision=float(answers["precision"]),
        recall=float(answers["recall"]),
        balanced_accuracy=float(answers["balanced_accuracy"]),
        mcc=float(answers["mcc"]),
        brier=brier_score(p, y),
        ece=calibration_error(reliability(p, y)),
        ece_equal_mass=calibration_error(reliability(p, y, equal_mass(p.max(axis=1)))),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
        baselines=baselines,
    )


def confusion_matrix(p: NDArray[Any], y: NDArray[Any]) -> NDArray[np.intp]:
    """Count rows by label and answer.

    Parameters
    ----------
    p : ndarray, shape (n_rows, 3)
        Probabilities; of equal ones the first class is the answer.
    y : ndarray of int, shape (n_rows,)
        Labels 0 to 2.

    Returns
    -------
    ndarray of int, shape (3, 3)
        Labels down, answers across.
    """
    return np.bincount(cells(p, y), minlength=CELLS).reshape(CLASSES, CLASSES)


def cells(p: NDArray[Any], y: NDArray[Any]) -> NDArray[np.intp]:
    """Return the place of each row in a flat confusion matrix: 3 · label + answer.

    Parameters
    ----------
    p : ndarray, shape (n_rows, 3)
        Probabilities.
    y : ndarray of int, shape (n_rows,)
        Labels 0 to 2.
    """
    return np.asarray(CLASSES * y.astype(np.intp) + p.argmax(axis=1), dtype=np.intp)


def answer_figures(confusion: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
    """Return the figures that depend on answers alone, of one confusion matrix or of many at once.

    Parameters
    ----------
    confusion : ndarray, shape (..., 3, 3)
        Rows by label and answer, at least one row in each matrix.

    Returns
    -------
    dict of str to ndarray of float64, shape (...)
        ``accuracy``, ``balanced_accuracy``, ``macro_f1``, ``mcc``, ``precision``, ``recall``.
    """
    counts = np.asarray(confusion, dtype=np.float64)
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    labelled, answered = counts.sum(axis=-1), counts.sum(axis=-2)
    rows = labelled.sum(axis=-1)
    found = _ratio(right, labelled)
    together = rows * right.sum(axis=-1) - (labelled * answered).sum(axis=-1)
    alone = (rows**2 - (labelled**2).sum(axis=-1)) * (rows**2 - (answered**2).sum(axis=-1))
    return {
        "accuracy": right.sum(axis=-1) / rows,
        "balanced_accuracy": found.sum(axis=-1) / (labelled > 0).sum(axis=-1),
        "macro_f1": _ratio(2 * right, labelled + answered).mean(axis=-1),
        "mcc": _ratio(together, np.sqrt(alone)),
        "precision": _ratio(right, answered).mean(axis=-1),
        "recall": found.mean(axis=-1),
    }


def resampled_figures(sums: NDArray[np.float64], majority: int) -> dict[str, NDArray[np.float64]]:
    """Return the figures whose scatter is told, from sums over rows.

    Parameters
    ----------
    sums : ndarray of float64, shape (n, 11)
        The nine cells of a confusion matrix, the NLL and the prior's NLL, each added up over some rows.
    majority : int
        The prior's most frequent class.

    Returns
    -------
    dict of str to ndarray of float64, shape (n,)
        ``accuracy``, ``accuracy_gain`` (over the majority answer), ``balanced_accuracy``, ``macro_f1``, ``mcc``,
        ``nll`` and ``skill``.
    """
    confusion = sums[:, :CELLS].reshape(-1, CLASSES, CLASSES)
    rows = sums[:, :CELLS].sum(axis=1)
    figures = answer_figures(confusion)
    gain = figures["accuracy"] - confusion[:, majority].sum(axis=1) / rows
    skill = np.where(sums[:, CELLS + 1] > 0, 1 - _ratio(sums[:, CELLS], sums[:, CELLS + 1]), 0.0)
    kept = {name: figures[name] for name in ("accuracy", "balanced_accuracy", "macro_f1", "mcc")}
    return kept | {"accuracy_gain": gain, "nll": sums[:, CELLS] / rows, "skill": skill}


def _constant(p: NDArray[np.float64], counts: NDArray[np.intp]) -> dict[str, float]:
    """Score one answer for all rows, from the number of rows of each label."""
    confusion = np.zeros((CLASSES, CLASSES))
    confusion[:, int(np.argmax(p))] = counts
    answers = answer_figures(confusion)
    shares = counts / counts.sum()
    gap = abs(float(p.max() - answers["accuracy"]))
    return {
        "nll": float(shares @ -np.log(np.maximum(p, LEAST_PROBABILITY))),
        **{name: float(answers[name]) for name in ("accuracy", "balanced_accuracy", "macro_f1", "mcc")},
        "brier": float(shares @ ((p - np.eye(CLASSES)) ** 2).sum(axis=1)),
        "ece": gap,
        "ece_equal_mass": gap,
    }


def _ratio(above: NDArray[Any], below: NDArray[Any]) -> NDArray[np.float64]:
    out: NDArray[np.float64] = np.zeros(np.shape(below))
    np.divide(above, below, out=out, where=below > 0)
    return out


def _check(p: NDArray[Any], y: NDArray[Any]) -> None:
    if p.shape != (len(y), CLASSES):
        raise InvalidValue("probabilities", p.shape, f"an array of shape ({len(y)}, {CLASSES})")
    if not np.issubdtype(y.dtype, np.integer) or y.ndim != 1 or ((y < 0) | (y >= CLASSES)).any():
        raise InvalidValue("labels", f"{y.dtype} {np.unique(y).tolist()}", "whole numbers 0, 1 or 2 in one dimension")
    if not ((p >= 0).all() and np.allclose(p.sum(axis=1), 1, atol=1e-4)):
        raise InvalidValue("probabilities", "a row outside [0, 1] or not adding up to 1", "probabilities")
