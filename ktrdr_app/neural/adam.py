"""Adam over one flat vector, as ``torch.optim.Adam`` imports torch's compiler, which takes a second."""

from __future__ import annotations

import math

import torch

BETA_1 = 0.9
BETA_2 = 0.999
EPSILON = 1e-8


class FlatAdam:
    """Adam with L2 penalty (Kingma and Ba 2015, algorithm 1, in the order of operations of PyTorch).

    Parameters
    ----------
    weights : torch.Tensor, shape (n_weights,)
        All weights of a network in one vector; changed in place, so that views of it follow.
    learning_rate : float
        Step size.
    weight_decay : float
        Factor of the weights that is added to their gradient.
    """

    def __init__(self, weights: torch.Tensor, learning_rate: float, weight_decay: float) -> None:
        self._weights = weights
        self._learning_rate = learning_rate
        self._weight_decay = weight_decay
        self._mean = torch.zeros_like(weights)
        self._square = torch.zeros_like(weights)
        self._steps = 0

    def step(self, gradient: torch.Tensor) -> None:
        """Move the weights once.

        Parameters
        ----------
        gradient : torch.Tensor, shape (n_weights,)
            Gradient of the loss.
        """
        self._steps += 1
        with torch.no_grad():
            if self._weight_decay:
                gradient = gradient.add(self._weights, alpha=self._weight_decay)
            self._mean.lerp_(gradient, 1 - BETA_1)
            self._square.mul_(BETA_2).addcmul_(gradient, gradient, value=1 - BETA_2)
            spread = self._square.sqrt().div_(math.sqrt(1 - BETA_2**self._steps)).add_(EPSILON)
            self._weights.addcdiv_(self._mean, spread, value=-self._learning_rate / (1 - BETA_1**self._steps))
