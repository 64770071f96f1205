"""The torch trainer: any device, any of torch's optimisers; all rows stay on the device, no DataLoader."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.neural.device import configure_threads
from ktrdr_app.neural.engine import EngineState, EpochSums
from ktrdr_app.neural.losses import row_losses
from ktrdr_app.neural.metrics import CLASSES
from ktrdr_app.neural.rows import TrainingData, class_weights
from ktrdr_app.neural.symbols import UNKNOWN
from ktrdr_app.neural.torch_draws import dropout_masks
from ktrdr_app.strategy.schema import NetworkSettings, TrainingSettings

_NUMBERS_AT_ONCE = 4_194_304
"""Most dropout numbers, or numbers of one layer's answers, computed at once."""

_FUNCTIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "leaky_relu": functional.leaky_relu,
}


class TorchEngine:
    """Fits a network with torch's autograd and optimisers; every weight is a view of one flat parameter.

    Parameters
    ----------
    train, validation : TrainingData
        Rows, checked.
    weights : ndarray of float32, shape (n_weights,)
        All weights in torch's order.
    shape : NetworkSettings
        Layers.
    settings : TrainingSettings
        Optimiser, loss, batch size.
    device : str
        ``cpu``, ``cuda`` or ``mps``.
    """

    name = "torch"

    def __init__(
        self,
        train: TrainingData,
        validation: TrainingData,
        weights: NDArray[np.float32],
        shape: NetworkSettings,
        settings: TrainingSettings,
        device: str = "cpu",
    ) -> None:
        configure_threads()
        self._settings, self._shape, self._device = settings, shape, torch.device(device)
        self._widths = [train.inputs, *shape.hidden_layers, CLASSES]
        self._flat = torch.tensor(weights, device=self._device, requires_grad=True)
        self._optimizer = _optimizer(self._flat, settings)
        self._train = _Rows(train, self._device)
        self._validation = _Rows(validation, self._device, self._train if _same_block(train, validation) else None)
        self._held_out = torch.from_numpy(np.ascontiguousarray(validation.chosen))
        by_class = class_weights(train.labels, settings)
        self._class_weights = torch.tensor(by_class, device=self._device)
        self._steps = 0

    def epoch(self, order: NDArray[np.int64], rates: NDArray[np.float64], key: int, cancel: CancelToken) -> EpochSums:
        """Go once over rows; see `engine.Engine`."""
        batch, rows = self._settings.batch_size, torch.from_numpy(order).to(self._device)
        exact = torch.float32 if self._device.type == "mps" else torch.float64
        sums, loss = torch.zeros(2, dtype=exact, device=self._device), torch.zeros(())
        widths = self._shape.hidden_layers
        block = batch * max(1, _NUMBERS_AT_ONCE // (batch * sum(widths)))
        for first in range(0, len(rows), block):
            part = rows[first : first + block]
            masks = dropout_masks(part, widths, self._shape.dropout, key) if self._shape.dropout else []
            for at in range(0, len(part), batch):
                cancel.check()
                own = [mask[at : at + batch] for mask in masks]
                loss = self._fit(part[at : at + batch], own, float(rates[(first + at) // batch]), sums)
                if self._device.type == "cpu" and not torch.isfinite(loss):
                    return EpochSums(float("nan"), float("nan"), loss.item())
        nll, right = (sums / len(order)).tolist()
        return EpochSums(nll, right, loss.item())

    def validation_logits(self) -> NDArray[np.float32]:
        """Answer the validation rows; see `engine.Engine`."""
        pieces = torch.split(self._held_out, max(1, _NUMBERS_AT_ONCE // max(self._widths)))
        with torch.no_grad():
            answers = [self._forward(self._validation.inputs(rows.to(self._device)), []).cpu() for rows in pieces]
        return torch.cat(answers).numpy()

    def weights(self) -> NDArray[np.float32]:
        """Copy the weights; see `engine.Engine`."""
        return self._flat.detach().cpu().numpy().copy()

    def state(self) -> EngineState:
        """Copy what the next epoch depends on; see `engine.Engine`."""
        held = self._optimizer.state.get(self._flat, {})
        memories = {name: value.detach().cpu().numpy().copy() for name, value in held.items() if torch.is_tensor(value)}
        return EngineState(self.weights(), self._steps, memories)

    def restore(self, state: EngineState) -> None:
        """Go on from a state; see `engine.Engine`."""
        with torch.no_grad():
            self._flat.copy_(torch.from_numpy(state.weights))
        self._steps = state.steps
        document = self._optimizer.state_dict()
        document["state"] = {0: {name: torch.from_numpy(value.copy()) for name, value in state.memories.items()}}
        self._optimizer.load_state_dict(document)

    def _fit(self, rows: torch.Tensor, masks: list[torch.Tensor], rate: float, sums: torch.Tensor) -> torch.Tensor:
        """Take one step; raise the sums by the batch's negative log-likelihood and right answers."""
        y = self._train.y[rows]
        logits = self._forward(self._train.inputs(rows), masks)
        weight = self._class_weights[y]
        losses = row_losses(logits, y, self._settings.focal_gamma, self._settings.label_smoothing)
        loss = torch.dot(losses, weight) / weight.sum()
        (self._flat.grad,) = torch.autograd.grad(loss, [self._flat])
        if self._settings.gradient_clip:
            torch.nn.utils.clip_grad_norm_([self._flat], self._settings.gradient_clip)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.step()
        self._steps += 1
        with torch.no_grad():
            sums[0] += functional.cross_entropy(logits, y, reduction="sum")
            sums[1] += (logits.argmax(dim=1) == y).sum()
        return loss.detach()

    def _forward(self, x: torch.Tensor, masks: list[torch.Tensor]) -> torch.Tensor:
        """Run the layers as the network would in training mode, with masks drawn by us."""
        taken = 0
        for number, (inputs, outputs) in enumerate(zip(self._widths[:-1], self._widths[1:], strict=True)):
            weight = self._flat[taken : taken + inputs * outputs].view(outputs, inputs)
            taken += inputs * outputs
            x = functional.linear(x, weight, self._flat[taken : taken + outputs])
            taken += outputs
            if number < len(self._widths) - 2:
                x = _FUNCTIONS[self._shape.activation](x)
                x = x * masks[number] if masks else x
        return x


def _same_block(one: TrainingData, other: TrainingData) -> bool:
    return one.x is other.x and one.y is other.y


class _Rows:
    """The arrays on the device, in one piece; features and labels are those of ``like`` where it is given."""

    def __init__(self, data: TrainingData, device: torch.device, like: _Rows | None = None) -> None:
        self.x: torch.Tensor
        self.y: torch.Tensor
        if like is None:
            self.x = torch.from_numpy(np.require(data.x, np.float32, ["C", "W"])).to(device)
            self.y = torch.from_numpy(np.asarray(data.y).astype(np.int64)).to(device)
        else:
            self.x, self.y = like.x, like.y
        codes = None if data.codes is None else torch.from_numpy(data.codes.astype(np.int64)).to(device)
        self._columns = data.symbol_columns
        self._places = None if codes is None else torch.where(codes == UNKNOWN, self._columns - 1, codes)

    def inputs(self, rows: torch.Tensor) -> torch.Tensor:
        """Return what the network sees of some rows: features, then the symbol's columns."""
        if self._places is None:
            return self.x[rows]
        symbols = functional.one_hot(self._places[rows], self._columns).to(self.x.dtype)
        return torch.cat([self.x[rows], symbols], dim=1)


def _optimizer(weights: torch.Tensor, settings: TrainingSettings) -> torch.optim.Optimizer:
    rate, decay = settings.learning_rate, settings.weight_decay
    if settings.optimizer == "sgd":
        return torch.optim.SGD([weights], rate, momentum=settings.momentum, weight_decay=decay)
    if settings.optimizer in ("adam", "adamw"):
        kind = torch.optim.Adam if settings.optimizer == "adam" else torch.optim.AdamW
        return kind([weights], rate, weight_decay=decay, fused=weights.device.type in ("cpu", "cuda"))
    others: dict[str, type[torch.optim.Optimizer]] = {
        "nadam": torch.optim.NAdam,
        "radam": torch.optim.RAdam,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adamax": torch.optim.Adamax,
    }
    return others[settings.optimizer]([weights], lr=rate, weight_decay=decay)  # type: ignore[call-arg]
