"""What a training makes small: cross-entropy, focal loss and label smoothing in one; and the figure to stop on."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from ktrdr_app.core.kernels import kernel, warms_up


def row_losses(logits: torch.Tensor, y: torch.Tensor, focal_gamma: float, label_smoothing: float) -> torch.Tensor:
    """Return each row's loss: the sum over classes of target * (1 - p)^gamma * -log(p).

    Cross-entropy at gamma 0, the focal loss of Lin et al. (2017) above; the target is 1 - s for the label and s/3
    for every class besides (Szegedy et al. 2016), so that s = 0 leaves the label alone.

    Parameters
    ----------
    logits : torch.Tensor, float32, shape (n_rows, 3)
        What the network answers.
    y : torch.Tensor, int64, shape (n_rows,)
        Labels.
    focal_gamma : float
        gamma, at least 0.
    label_smoothing : float
        s, at least 0 and below 1.

    Returns
    -------
    torch.Tensor, float32, shape (n_rows,)
        Nats, where gamma is 0.
    """
    if focal_gamma == 0:
        return functional.cross_entropy(logits, y, reduction="none", label_smoothing=label_smoothing)
    log_p = functional.log_softmax(logits, dim=1)
    classes = logits.shape[1]
    target = functional.one_hot(y, classes).to(logits.dtype) * (1 - label_smoothing) + label_smoothing / classes
    rest = (1 - log_p.exp()).clamp_min(torch.finfo(logits.dtype).tiny)  # at 0 a power below 1 has no slope
    return -(target * rest**focal_gamma * log_p).sum(dim=1)


def symbol_averages(logits: NDArray[np.float32], y: NDArray[np.int8], owner: NDArray[np.intp]) -> tuple[float, float]:
    """Return the means over symbols of each symbol's mean negative log-likelihood and accuracy.

    Parameters
    ----------
    logits : ndarray of float32, shape (n_rows, 3)
        What the network answers; its softmax is taken in float64.
    y : ndarray of int, shape (n_rows,)
        Labels.
    owner : ndarray of int, shape (n_rows,)
        Number of each row's symbol, counted from 0, each with a row.

    Returns
    -------
    tuple of float
        Nats, and share of right answers (of equal logits the first class is the answer).
    """
    sums = np.zeros((int(owner.max()) + 1, 3))
    _add_up(logits, y, owner, sums)
    return float(np.mean(sums[:, 0] / sums[:, 2])), float(np.mean(sums[:, 1] / sums[:, 2]))


@kernel
def _add_up(
    logits: NDArray[np.float32], y: NDArray[np.int8], owner: NDArray[np.intp], sums: NDArray[np.float64]
) -> None:
    for row in range(len(y)):
        top, best = np.float64(logits[row, 0]), 0
        for kind in range(1, logits.shape[1]):
            if logits[row, kind] > top:
                top, best = np.float64(logits[row, kind]), kind
        total = 0.0
        for kind in range(logits.shape[1]):
            total += np.exp(np.float64(logits[row, kind]) - top)
        symbol = owner[row]
        sums[symbol, 0] += np.log(total) + top - np.float64(logits[row, y[row]])
        sums[symbol, 1] += best == y[row]
        sums[symbol, 2] += 1


@warms_up
def _warm_up() -> None:
    symbol_averages(np.zeros((1, 3), np.float32), np.zeros(1, np.int8), np.zeros(1, np.intp))
