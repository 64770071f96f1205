"""From logits to probabilities, in double precision and one pass."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up


@kernel
def softmax(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Return exp(z) / sum(exp(z)) of each row, with the row's maximum taken off first so that nothing overflows.

    Parameters
    ----------
    logits : ndarray of float32 or float64, shape (n_rows, n_classes), C-contiguous
        What a network answers.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_classes)
        Rows add up to 1.
    """
    rows, classes = logits.shape
    out = np.empty((rows, classes), np.float64)
    for row in range(rows):
        top = np.float64(logits[row, 0])
        for place in range(1, classes):
            top = max(top, np.float64(logits[row, place]))
        total = 0.0
        for place in range(classes):
            power = np.exp(np.float64(logits[row, place]) - top)
            out[row, place] = power
            total += power
        for place in range(classes):
            out[row, place] /= total
    return out


@warms_up
def _warm_up() -> None:
    for kind in (np.float32, np.float64):
        softmax(np.zeros((1, 3), kind))
