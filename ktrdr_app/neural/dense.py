"""A fitted network as plain numbers, which answers by the kernel that fits small networks: no torch is loaded for it.

Each row's sums are taken in one fixed order, so an answer does not depend on the rows that are asked together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.neural import fused_kernels as kernels
from ktrdr_app.neural.fused import ACTIVATIONS, LARGEST, Layout
from ktrdr_app.neural.metrics import CLASSES

SAME_AS_TORCH = ("relu", "leaky_relu")
"""Activations that the kernel computes as torch does; its tanh is another approximation, and it has no sigmoid."""


@dataclass(frozen=True, eq=False)
class DenseNetwork:
    """Blocks of Linear, activation, dropout, then a last Linear to three logits.

    Attributes
    ----------
    widths : tuple of int
        Inputs, units of each hidden layer, 3.
    activation : str
        ``relu``, ``leaky_relu``, ``tanh`` or ``sigmoid``.
    dropout : float
        Share of hidden units that was dropped in training.
    weights : ndarray of float32, shape (n_weights,)
        Layer after layer, weight (outputs, inputs), then bias.
    """

    widths: tuple[int, ...]
    activation: str
    dropout: float
    weights: NDArray[np.float32]

    @property
    def quick(self) -> bool:
        """Whether `logits` can be asked; beyond `fused.LARGEST` weights torch is faster, as it is for fitting."""
        return self.activation in SAME_AS_TORCH and len(self.weights) <= LARGEST

    def logits(self, scaled: NDArray[np.float32], codes: NDArray[np.int16]) -> NDArray[np.float32]:
        """Return what the network says of rows.

        Parameters
        ----------
        scaled : ndarray of float32, shape (n_rows, n_features)
            Scaled features; inputs beyond them tell the symbol.
        codes : ndarray of int16, shape (n_rows,)
            Position of each row's symbol among those with a vector, or `symbols.UNKNOWN`; of no effect where all
            inputs are features.

        Returns
        -------
        ndarray of float32, shape (n_rows, 3)
            Logits of BUY, HOLD, SELL.
        """
        told = codes if scaled.shape[1] < self.widths[0] else codes[:0]
        rows = kernels.Rows(
            np.require(scaled, np.float32, ["C", "W"]),
            np.empty(0, dtype=np.int8),
            np.require(told, np.int16, ["C", "W"]),
            np.empty(0, dtype=np.float32),
        )
        out = np.empty((len(scaled), CLASSES), dtype=np.float32)
        layout, network = self._laid_out
        kernels.answer(rows, np.arange(len(scaled)), network, layout.scratch(), self._rules, out)
        return out

    @cached_property
    def _laid_out(self) -> tuple[Layout, kernels.Network]:
        layout = Layout(self.widths)
        return layout, layout.network(self.weights)

    @cached_property
    def _rules(self) -> kernels.Rules:
        return kernels.Rules(
            activation=ACTIVATIONS[self.activation],
            optimizer=kernels.ADAM,
            drop_limit=0,
            kept_scale=1.0,
            focal_gamma=0.0,
            label_smoothing=0.0,
            weight_decay=0.0,
            momentum=0.0,
            clip=0.0,
        )
