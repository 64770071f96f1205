"""What the training loop asks of a trainer; `fused` and `torch_engine` answer it with the same weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken


class EpochSums(NamedTuple):
    """What an epoch met on the way, dropout included.

    Attributes
    ----------
    nll : float
        Mean negative log-likelihood of the rows, nats.
    accuracy : float
        Share of right answers.
    loss : float
        Loss of the last batch: not finite where the training went astray.
    """

    nll: float
    accuracy: float
    loss: float


@dataclass(frozen=True)
class EngineState:
    """All that the next epoch depends on, beside seed and rows.

    Attributes
    ----------
    weights : ndarray of float32, shape (n_weights,)
        In torch's order.
    steps : int
        Optimiser steps taken.
    memories : dict of str to ndarray of float32
        What the optimiser remembers of each weight.
    """

    weights: NDArray[np.float32]
    steps: int
    memories: dict[str, NDArray[np.float32]]


class Engine(Protocol):
    """A trainer at work on one network and one set of rows."""

    name: str

    def epoch(self, order: NDArray[np.int64], rates: NDArray[np.float64], key: int, cancel: CancelToken) -> EpochSums:
        """Go once over the rows.

        Parameters
        ----------
        order : ndarray of int64
            Row numbers, batch after batch.
        rates : ndarray of float64, shape (n_batches,)
            Learning rate of each batch.
        key : int
            The epoch's dropout key.
        cancel : CancelToken
            Looked at within the epoch.

        Returns
        -------
        EpochSums
            May end early where the loss is not finite.
        """
        ...

    def validation_logits(self) -> NDArray[np.float32]:
        """Return the logits of the validation rows, shape (n_rows, 3), nothing dropped."""
        ...

    def weights(self) -> NDArray[np.float32]:
        """Return a copy of all weights in torch's order."""
        ...

    def state(self) -> EngineState:
        """Return a copy of what the next epoch depends on."""
        ...

    def restore(self, state: EngineState) -> None:
        """Go on from a state of the same trainer.

        Parameters
        ----------
        state : EngineState
            As `state` returned it.
        """
        ...
