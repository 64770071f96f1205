"""The fused trainer: lays the network out for `fused_kernels` and takes it back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.kernels import warms_up
from ktrdr_app.neural import fused_kernels as kernels
from ktrdr_app.neural.draws import drop_limit
from ktrdr_app.neural.engine import EngineState, EpochSums
from ktrdr_app.neural.metrics import CLASSES
from ktrdr_app.neural.rows import TrainingData, class_weights
from ktrdr_app.neural.tiles import TILE
from ktrdr_app.strategy.schema import FUSED_OPTIMIZERS, NetworkSettings, TrainingSettings

ACTIVATIONS = {"relu": kernels.RELU, "tanh": kernels.TANH, "leaky_relu": kernels.LEAKY_RELU}
OPTIMIZERS = dict(zip(FUSED_OPTIMIZERS, (kernels.ADAM, kernels.ADAMW, kernels.SGD), strict=True))
LARGEST = 250_000
"""Weights up to which it is the faster trainer: beyond, they no longer stay in the cache."""

_WORK_AT_ONCE = 100_000_000
"""About how many weights times rows are fitted between two looks at the cancel token: some 20 ms."""


class FusedEngine:
    """Fits a network on the CPU without torch, one thread, the GIL released.

    Parameters
    ----------
    train, validation : TrainingData
        Rows, checked.
    weights : ndarray of float32, shape (n_weights,)
        All weights in torch's order, layer after layer: weight (outputs, inputs), then bias.
    shape : NetworkSettings
        Layers.
    settings : TrainingSettings
        Optimiser, loss, batch size.
    """

    name = "fused"

    def __init__(
        self,
        train: TrainingData,
        validation: TrainingData,
        weights: NDArray[np.float32],
        shape: NetworkSettings,
        settings: TrainingSettings,
    ) -> None:
        self._layout = Layout([train.inputs, *shape.hidden_layers, CLASSES])
        self._network, self._scratch = self._layout.network(weights), self._layout.scratch()
        self._train, self._validation = _rows_of(train, settings), _rows_of(validation, None)
        self._held_out = np.ascontiguousarray(validation.chosen)
        self._rules = _rules_of(shape, settings)
        self._batch = settings.batch_size
        self._steps = 0

    def epoch(self, order: NDArray[np.int64], rates: NDArray[np.float64], key: int, cancel: CancelToken) -> EpochSums:
        """Go once over rows; see `engine.Engine`."""
        sums, loss = np.zeros(2), 0.0
        batches = max(1, _WORK_AT_ONCE // (self._batch * len(self._network.weights)))
        for first in range(0, len(rates), batches):
            cancel.check()
            part = order[first * self._batch : (first + batches) * self._batch]
            some = rates[first : first + batches]
            loss = kernels.train_batches(
                self._train, part, self._batch, some, self._network, self._scratch, self._rules, key, self._steps, sums
            )
            self._steps += len(some)
            if not np.isfinite(loss):
                break
        return EpochSums(float(sums[0]) / len(order), float(sums[1]) / len(order), float(loss))

    def validation_logits(self) -> NDArray[np.float32]:
        """Answer the validation rows; see `engine.Engine`."""
        out = np.empty((len(self._held_out), CLASSES), dtype=np.float32)
        rules = self._rules._replace(drop_limit=0)
        kernels.answer(self._validation, self._held_out, self._network, self._scratch, rules, out)
        return out

    def weights(self) -> NDArray[np.float32]:
        """Copy the weights in torch's order; see `engine.Engine`."""
        return self._layout.flat(self._network.weights)

    def state(self) -> EngineState:
        """Copy what the next epoch depends on; see `engine.Engine`."""
        memories = {
            "first": self._layout.flat(self._network.first),
            "second": self._layout.flat(self._network.second),
        }
        return EngineState(self.weights(), self._steps, memories)

    def restore(self, state: EngineState) -> None:
        """Go on from a state; see `engine.Engine`."""
        self._network.weights[:] = self._layout.padded(state.weights)
        self._network.first[:] = self._layout.padded(state.memories["first"])
        self._network.second[:] = self._layout.padded(state.memories["second"])
        self._steps = state.steps


class Layout:
    """Where each layer lies in the kernels' padded arrays.

    Parameters
    ----------
    widths : sequence of int
        Inputs, units of each hidden layer, outputs.
    """

    def __init__(self, widths: Sequence[int]) -> None:
        self.widths = tuple(widths)
        plan = []
        weights = acts = outs = turned = units = 0
        for layer in range(len(widths) - 1):
            inputs, outputs = widths[layer : layer + 2]
            rows, columns = whole_tiles(inputs + 1), whole_tiles(outputs)
            stride = columns if layer == len(widths) - 2 else whole_tiles(outputs + 1)
            plan.append([inputs, outputs, rows, columns, stride, weights, acts, outs, turned, units])
            weights += rows * columns
            acts += kernels.BLOCK * rows
            outs += kernels.BLOCK * stride
            turned += columns * whole_tiles(inputs) if layer else 0
            units += outputs
        self.plan = np.array(plan, dtype=np.int64)
        self._sizes = weights, acts, outs, turned

    def network(self, flat: NDArray[np.float32]) -> kernels.Network:
        """Return weights laid out, and zeros for gradient and memories.

        Parameters
        ----------
        flat : ndarray of float32, shape (n_weights,)
            Weights in torch's order.
        """
        padded = self.padded(flat)
        return kernels.Network(self.plan, padded, *(np.zeros_like(padded) for _ in range(3)))

    def scratch(self) -> kernels.Scratch:
        """Return room for one block of rows, the constant inputs of the biases set."""
        _, acts, outs, turned = (np.zeros(size, dtype=np.float32) for size in self._sizes)
        for inputs, _, rows, _, _, _, at, *_ in self.plan:
            acts[at : at + kernels.BLOCK * rows].reshape(kernels.BLOCK, rows)[:, inputs] = 1
        return kernels.Scratch(acts, np.zeros_like(outs), outs, turned)

    def padded(self, flat: NDArray[np.float32]) -> NDArray[np.float32]:
        """Lay numbers in torch's order out for the kernels.

        Parameters
        ----------
        flat : ndarray of float32, shape (n_weights,)
            Layer after layer, weight (outputs, inputs) and bias.
        """
        out, taken = np.zeros(self._sizes[0], dtype=np.float32), 0
        for (inputs, outputs), matrix in zip(self._shapes(), self._matrices(out), strict=True):
            matrix[:inputs] = flat[taken : taken + inputs * outputs].reshape(outputs, inputs).T
            taken += inputs * outputs
            matrix[inputs] = flat[taken : taken + outputs]
            taken += outputs
        return out

    def flat(self, padded: NDArray[np.float32]) -> NDArray[np.float32]:
        """Undo `padded`.

        Parameters
        ----------
        padded : ndarray of float32
            Numbers as the kernels have them.
        """
        parts = []
        for (inputs, _), matrix in zip(self._shapes(), self._matrices(padded), strict=True):
            parts += [matrix[:inputs].T.reshape(-1), matrix[inputs]]
        return np.concatenate(parts)

    def _shapes(self) -> list[tuple[int, int]]:
        return list(zip(self.widths[:-1], self.widths[1:], strict=True))

    def _matrices(self, padded: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Views of each layer's weights and bias without the padding."""
        views = []
        for inputs, outputs, rows, columns, _, at, *_ in self.plan:
            views.append(padded[at : at + rows * columns].reshape(rows, columns)[: inputs + 1, :outputs])
        return views


def whole_tiles(count: int) -> int:
    """Return a number raised to a multiple of `TILE`.

    Parameters
    ----------
    count : int
        Rows or columns.
    """
    return -(-count // TILE) * TILE


def _rows_of(data: TrainingData, settings: TrainingSettings | None) -> kernels.Rows:
    """The arrays as the kernels want them; without settings, labels and weights do not count."""
    by_class = np.ones(CLASSES, dtype=np.float32)
    if settings is not None:
        by_class = class_weights(data.labels, settings)
    return kernels.Rows(
        np.asarray(data.x, dtype=np.float32),
        data.y.astype(np.int8, copy=False),
        np.empty(0, dtype=np.int16) if data.codes is None else np.asarray(data.codes, dtype=np.int16),
        by_class,
    )


def _rules_of(shape: NetworkSettings, settings: TrainingSettings) -> kernels.Rules:
    return kernels.Rules(
        activation=ACTIVATIONS[shape.activation],
        optimizer=OPTIMIZERS[settings.optimizer],
        drop_limit=drop_limit(shape.dropout),
        kept_scale=1 / (1 - shape.dropout),
        focal_gamma=settings.focal_gamma,
        label_smoothing=settings.label_smoothing,
        weight_decay=settings.weight_decay,
        momentum=settings.momentum,
        clip=settings.gradient_clip,
    )


@warms_up
def _warm_up() -> None:
    data = TrainingData(np.zeros((2, 1), np.float32), np.zeros(2, np.int8), np.zeros(2, np.int16))
    shape, settings = NetworkSettings(hidden_layers=[1]), TrainingSettings()
    engine = FusedEngine(data, data, np.zeros(8, dtype=np.float32), shape, settings)
    engine.epoch(np.arange(2), np.ones(1), 1, CancelToken("warm-up"))
    engine.validation_logits()
