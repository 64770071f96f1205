"""When to stop, and which weights to keep: those of the epoch that did best on the validation rows."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


class EarlyStopping:
    """Watches a validation figure that should be small and keeps a copy of the best weights.

    The weights kept are those of the lowest figure, however small the gain; patience is renewed only by a fall of
    more than ``min_delta`` below the figure that last renewed it (Prechelt 1998), so that creeping gains do not
    prolong a run for ever.

    Parameters
    ----------
    patience : int
        Epochs without such a fall before stopping.
    min_delta : float
        Least fall that renews patience, in the figure's unit.
    """

    def __init__(self, patience: int, min_delta: float) -> None:
        self.patience = patience
        self.min_delta = min_delta
        self.best_epoch = 0
        self.best_figure = math.inf
        self._renewed_epoch = 0
        self._renewed_figure = math.inf
        self.best_weights = np.empty(0, dtype=np.float32)

    def left_after(self, epoch: int, figure: float) -> int:
        """Return how many epochs without a better figure would end the training after an epoch; `update` comes later.

        Parameters
        ----------
        epoch : int
            1-based number.
        figure : float
            Its validation figure.
        """
        renewed = epoch if figure < self._renewed_figure - self.min_delta else self._renewed_epoch
        return self.patience - (epoch - renewed)

    def update(self, epoch: int, figure: float, weights: NDArray[np.float32]) -> bool:
        """Take note of an epoch; of equal figures the earlier one is kept.

        Parameters
        ----------
        epoch : int
            1-based number.
        figure : float
            Its validation figure, finite, the smaller the better.
        weights : ndarray of float32
            The network's weights after it, no longer changed by anyone; kept as ``best_weights`` if the best so far.

        Returns
        -------
        bool
            Whether to stop.
        """
        if figure < self.best_figure:
            self.best_epoch, self.best_figure, self.best_weights = epoch, figure, weights
        if figure < self._renewed_figure - self.min_delta:
            self._renewed_epoch, self._renewed_figure = epoch, figure
        return epoch - self._renewed_epoch >= self.patience
