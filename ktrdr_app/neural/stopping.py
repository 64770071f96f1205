"""When to stop, and which weights to keep: the epoch with the lowest validation loss."""

from __future__ import annotations

import math

import torch


class EarlyStopping:
    """Watches the validation loss and keeps a copy of the best weights.

    The weights kept are those of the lowest loss, however small the gain; patience is renewed only by a fall of
    more than ``min_delta`` below the loss that last renewed it (Prechelt 1998), so that creeping gains do not
    prolong a run for ever.

    Parameters
    ----------
    patience : int
        Epochs without such a fall before stopping.
    min_delta : float
        Least fall that renews patience, nats.
    """

    def __init__(self, patience: int, min_delta: float) -> None:
        self.patience = patience
        self.min_delta = min_delta
        self.best_epoch = 0
        self.best_loss = math.inf
        self._renewed_epoch = 0
        self._renewed_loss = math.inf
        self.best_weights = torch.empty(0)

    def update(self, epoch: int, loss: float, weights: torch.Tensor) -> bool:
        """Take note of an epoch; of equal losses the earlier one is kept.

        Parameters
        ----------
        epoch : int
            1-based number.
        loss : float
            Its validation loss, finite.
        weights : torch.Tensor
            The network's weights after it; copied into ``best_weights`` if they are the best so far.

        Returns
        -------
        bool
            Whether to stop.
        """
        if loss < self.best_loss:
            self.best_epoch, self.best_loss = epoch, loss
            self.best_weights = weights.detach().clone()
        if loss < self._renewed_loss - self.min_delta:
            self._renewed_epoch, self._renewed_loss = epoch, loss
        return epoch - self._renewed_epoch >= self.patience
