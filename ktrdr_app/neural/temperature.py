"""Makes stated probabilities mean what they say: one temperature, after the prior that class weights took away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.neural.calibration import FLATTEST, SHARPEST, UNCALIBRATED, Calibration
from ktrdr_app.neural.metrics import class_probabilities_nll
from ktrdr_app.neural.probabilities import softmax

_STEPS = 200


@dataclass(frozen=True)
class CalibrationFit:
    """A calibration and what it did to the rows it was fitted on.

    Attributes
    ----------
    calibration : Calibration
        `UNCALIBRATED` where it was not asked for or did not help.
    reason : str
        Why probabilities are left as they are, in words; empty where they are not.
    rows : int
        Validation rows.
    nll_before, nll_after : float
        Their mean negative log-likelihood, nats; equal where probabilities are left as they are.
    """

    calibration: Calibration
    reason: str
    rows: int
    nll_before: float
    nll_after: float

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        figures = {"rows": self.rows, "nll_before": self.nll_before, "nll_after": self.nll_after}
        return {**self.calibration.to_document(), "reason": self.reason, "validation": figures}


def fit_calibration(
    logits: NDArray[Any], y: NDArray[Any], class_weights: NDArray[Any], method: str = "temperature"
) -> CalibrationFit:
    """Find the temperature with the lowest NLL, after the shift that undoes the weights of the classes.

    A loss that weighs class k by w_k teaches shares in proportion to w_k times the true ones, so the shift is
    log(true / used) = -log w_k (Elkan 2001; Menon and others 2021), centred.

    Parameters
    ----------
    logits : ndarray, shape (n_rows, 3)
        What the network answers on validation rows.
    y : ndarray of int, shape (n_rows,)
        Their labels, 0 to 2.
    class_weights : ndarray, shape (3,)
        What a row of each class weighed in the training loss; 0 for a class without rows, which is not shifted.
    method : str
        ``temperature``, or ``none`` to leave the probabilities as they are.
    """
    before = _mean_nll(UNCALIBRATED, logits, y)
    if method == "none":
        return _left(before, y, "the strategy asks for none")
    if len(np.unique(y)) < 2:
        return _left(before, y, "the validation rows hold one class only")
    shift = _shift(np.asarray(class_weights, dtype=np.float64))
    found = Calibration(1 / best_sharpness(logits.astype(np.float64) + np.array(shift), y), shift)
    after = _mean_nll(found, logits, y)
    if not after < before:
        return _left(before, y, "it did not lower the validation NLL")
    return CalibrationFit(found, "", len(y), before, after)


def best_sharpness(logits: NDArray[np.float64], y: NDArray[Any]) -> float:
    """Return the factor of the logits, 1/temperature, with the lowest mean NLL.

    The NLL is convex in that factor, so its slope, mean(Σ p_k z_k - z_y), has one root: Newton's steps, and halving of
    the bracket wherever a step would leave it.

    Parameters
    ----------
    logits : ndarray of float64, shape (n_rows, 3), C-contiguous
        Logits.
    y : ndarray of int, shape (n_rows,)
        Labels.

    Returns
    -------
    float
        From 1/`FLATTEST` to 1/`SHARPEST`, whichever end is nearer where the root lies beyond it.
    """
    low, high = 1 / FLATTEST, 1 / SHARPEST
    reached = float(logits[np.arange(len(y)), y].mean())
    if _slope(logits, low)[0] >= reached:
        return low
    if _slope(logits, high)[0] <= reached:
        return high
    factor = 1.0
    for _ in range(_STEPS):
        mean, bend = _slope(logits, factor)
        low, high = (factor, high) if mean < reached else (low, factor)
        step = factor - (mean - reached) / bend if bend > 0 else low
        following = step if low < step < high else (low + high) / 2
        if abs(following - factor) <= 1e-12 * factor:
            return following
        factor = following
    return factor


def _slope(logits: NDArray[np.float64], factor: float) -> tuple[float, float]:
    """Return the mean of the expected logit under softmax(factor · logits), and of its variance."""
    shares = softmax(factor * logits)
    expected = (shares * logits).sum(axis=1)
    variance = (shares * (logits - expected[:, np.newaxis]) ** 2).sum(axis=1)
    return float(expected.mean()), float(variance.mean())


def _shift(class_weights: NDArray[np.float64]) -> tuple[float, float, float]:
    seen = class_weights > 0
    logs = np.where(seen, -np.log(np.where(seen, class_weights, 1.0)), 0.0)
    buy, hold, sell = np.where(seen, logs - logs[seen].mean() if seen.any() else 0.0, 0.0).tolist()
    return buy, hold, sell


def _mean_nll(calibration: Calibration, logits: NDArray[Any], y: NDArray[Any]) -> float:
    return float(class_probabilities_nll(calibration.probabilities(logits), y).mean())


def _left(nll: float, y: NDArray[Any], reason: str) -> CalibrationFit:
    return CalibrationFit(UNCALIBRATED, reason, len(y), nll, nll)
