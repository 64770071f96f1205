"""Fits the network: sliced tensors, one flat vector of weights, one thread, and no random state but its own.

Read `rows` for what it is given, `stopping` for which weights it keeps.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from ktrdr_app.core import seeds
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import TrainingFailed
from ktrdr_app.core.progress import EpochFinished, Progress, silent
from ktrdr_app.neural.adam import FlatAdam
from ktrdr_app.neural.device import configure_threads
from ktrdr_app.neural.dropout import batch_masks
from ktrdr_app.neural.mlp import build_network, linear_layers, logits_of
from ktrdr_app.neural.rows import Tensors, TrainingData, row_weights
from ktrdr_app.neural.stopping import EarlyStopping
from ktrdr_app.strategy.schema import NetworkSettings, TrainingSettings

__all__ = ["TrainedNetwork", "TrainingData", "batch_loss", "symbol_averaged_nll", "train_network"]

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor | None, tuple[torch.Tensor, ...]]
"""Rows, labels, row weights, and one dropout mask per hidden layer."""

_FUNCTIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "leaky_relu": functional.leaky_relu,
}


@dataclass(frozen=True)
class TrainedNetwork:
    """What a training gives.

    Attributes
    ----------
    network : torch.nn.Sequential
        The best epoch's weights, in evaluation mode.
    history : tuple of EpochFinished
        Every epoch that was run.
    best_epoch : int
        1-based epoch of the lowest validation loss.
    stopped_early : bool
        Whether patience ended it.
    reason : str
        Why it ended, in words.
    """

    network: nn.Sequential
    history: tuple[EpochFinished, ...]
    best_epoch: int
    stopped_early: bool
    reason: str


def train_network(
    train: TrainingData,
    validation: TrainingData,
    network: NetworkSettings,
    settings: TrainingSettings,
    seed: int,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> TrainedNetwork:
    """Fit a network by Adam on cross-entropy, stop early, and give back the best epoch's weights.

    Weights, order of rows and dropout are drawn from three generators of the run's own, so the same seed gives the
    same bytes on the same machine, whatever other threads draw or train meanwhile.

    Parameters
    ----------
    train : TrainingData
        Rows to fit.
    validation : TrainingData
        Rows that decide when to stop: their NLL, averaged over symbols so that none outweighs the others.
    network : NetworkSettings
        Hidden layers, activation, dropout.
    settings : TrainingSettings
        Epochs, batch size, learning rate, weight decay, class weights, patience.
    seed : int
        The run's seed.
    progress : Progress
        Told of every epoch.
    cancel : CancelToken, optional
        Looked at before every batch.

    Raises
    ------
    TrainingFailed
        If rows are unusable (`TrainingData.check`), the parts differ in features, or the loss is not finite.
    Cancelled
        If the token was raised.
    """
    train.check("training")
    validation.check("validation")
    if train.x.shape[1] != validation.x.shape[1]:
        found = f"training rows have {train.x.shape[1]} features, validation rows {validation.x.shape[1]}"
        raise TrainingFailed("train", found, "compute both from one feature plan")
    configure_threads()
    run = _Run(train, _untrained(train, network, seed), network, settings, seed)
    held_out = Tensors.of(validation)
    stopping = EarlyStopping(settings.patience, settings.min_delta)
    history: list[EpochFinished] = []
    stop = False
    while not stop and len(history) < settings.epochs:
        began = time.perf_counter()
        epoch = len(history) + 1
        train_loss, train_accuracy = run.epoch(epoch, cancel or CancelToken("training"))
        logits = logits_of(run.network, held_out.x)
        loss = symbol_averaged_nll(logits, held_out.y, validation.owners)
        _demand_finite(loss, epoch)
        stop = stopping.update(epoch, loss, run.weights)
        took = time.perf_counter() - began
        history.append(
            EpochFinished(
                epoch=epoch,
                epochs=settings.epochs,
                train_loss=train_loss,
                val_loss=loss,
                train_accuracy=train_accuracy,
                val_accuracy=_accuracy(logits, held_out.y),
                best_epoch=stopping.best_epoch,
                samples_per_second=run.epoch_rows / took,
            )
        )
        progress(history[-1])
    run.publish(stopping.best_weights)
    return TrainedNetwork(run.network, tuple(history), stopping.best_epoch, stop, _reason(stop, history, settings))


def batch_loss(logits: torch.Tensor, y: torch.Tensor, weight: torch.Tensor | None) -> torch.Tensor:
    """Return the mean cross-entropy of a batch, weighted by row.

    Parameters
    ----------
    logits : torch.Tensor, float32, shape (n_rows, 3)
        What the network answers.
    y : torch.Tensor, int64, shape (n_rows,)
        Labels.
    weight : torch.Tensor, float32, shape (n_rows,), or None
        Row weights; the sum is divided by their sum, as torch's ``CrossEntropyLoss(weight=...)`` does for classes.
    """
    if weight is None:
        return functional.cross_entropy(logits, y)
    return torch.dot(functional.cross_entropy(logits, y, reduction="none"), weight) / weight.sum()


def symbol_averaged_nll(logits: torch.Tensor, y: torch.Tensor, symbol_id: NDArray[np.int16]) -> float:
    """Return the mean over symbols of each symbol's mean negative log-likelihood, in nats.

    Parameters
    ----------
    logits : torch.Tensor, float32, shape (n_rows, 3)
        What the network answers; its softmax is taken in float64.
    y : torch.Tensor, int64, shape (n_rows,)
        Labels.
    symbol_id : ndarray of int, shape (n_rows,)
        Owner of each row; any numbers.
    """
    nll = functional.cross_entropy(logits.double(), y, reduction="none").numpy()
    owner = np.unique(symbol_id, return_inverse=True)[1]
    return float(np.mean(np.bincount(owner, weights=nll) / np.bincount(owner)))


class _Run:
    """The moving parts of one training."""

    def __init__(
        self, train: TrainingData, network: nn.Sequential, shape: NetworkSettings, settings: TrainingSettings, seed: int
    ) -> None:
        self.network = network.eval()
        parameters = [parameter.detach() for parameter in network.parameters()]
        self.weights = torch.cat([parameter.reshape(-1) for parameter in parameters])
        pieces = torch.split(self.weights, [parameter.numel() for parameter in parameters])
        self._leaves = [
            piece.view(parameter.shape).detach().requires_grad_()
            for piece, parameter in zip(pieces, parameters, strict=True)
        ]
        self._layers = list(zip(self._leaves[::2], self._leaves[1::2], strict=True))
        self._adam = FlatAdam(self.weights, settings.learning_rate, settings.weight_decay)
        self._rows = Tensors.of(train, row_weights(train, settings.class_weights))
        self._activation = _FUNCTIONS[shape.activation]
        self._shape = shape
        self._batch = settings.batch_size
        self.epoch_rows = train.epoch_rows or len(train)
        self._order = torch.Generator().manual_seed(seeds.integer(seed, "batches"))
        self._dropout = torch.Generator().manual_seed(seeds.integer(seed, "dropout"))

    def epoch(self, number: int, cancel: CancelToken) -> tuple[float, float]:
        """Go once over the epoch's rows in a new order; return mean NLL and accuracy as met, dropout included."""
        order = torch.randperm(len(self._rows.y), generator=self._order)
        rows = self._rows.ordered(order[: self.epoch_rows])
        answers = []
        for x, y, weight, masks in self._batches(rows):
            cancel.check()
            logits = self._forward(x, masks)
            loss = batch_loss(logits, y, weight)
            _demand_finite(loss.item(), number)
            gradients = torch.autograd.grad(loss, self._leaves)
            self._adam.step(torch.cat([gradient.reshape(-1) for gradient in gradients]))
            answers.append(logits.detach())
        self.publish(self.weights)
        logits = torch.cat(answers)
        return functional.cross_entropy(logits, rows.y).item(), _accuracy(logits, rows.y)

    def publish(self, weights: torch.Tensor) -> None:
        """Copy a flat vector of weights into the network."""
        with torch.no_grad():
            pieces = torch.split(weights, [leaf.numel() for leaf in self._leaves])
            for parameter, piece in zip(self.network.parameters(), pieces, strict=True):
                parameter.copy_(piece.view(parameter.shape))

    def _batches(self, rows: Tensors) -> Iterator[Batch]:
        """Cut an epoch's rows into batches, each with its dropout masks."""
        count, size = len(rows.y), self._batch
        masks = batch_masks(count, size, self._shape.hidden_layers, self._shape.dropout, self._dropout)
        weights = [None] * -(-count // size) if rows.weight is None else torch.split(rows.weight, size)
        yield from zip(torch.split(rows.x, size), torch.split(rows.y, size), weights, masks, strict=True)

    def _forward(self, x: torch.Tensor, masks: tuple[torch.Tensor, ...]) -> torch.Tensor:
        """Run the layers as the network would in training mode, with masks drawn by us."""
        for number, (weight, bias) in enumerate(self._layers[:-1]):
            x = self._activation(functional.linear(x, weight, bias))
            if masks:
                x = x * masks[number]
        return functional.linear(x, *self._layers[-1])


def _untrained(train: TrainingData, shape: NetworkSettings, seed: int) -> nn.Sequential:
    """Build the network; vectors of symbols begin at 0, so that a symbol differs only where its rows say so."""
    network = build_network(train.x.shape[1], shape, seed)
    if train.symbol_columns:
        with torch.no_grad():
            linear_layers(network)[0].weight[:, -train.symbol_columns :] = 0
    return network


def _accuracy(logits: torch.Tensor, y: torch.Tensor) -> float:
    return (logits.argmax(dim=1) == y).double().mean().item()


def _demand_finite(loss: float, epoch: int) -> None:
    if not math.isfinite(loss):
        raise TrainingFailed("train", f"the loss became {loss} in epoch {epoch}", "lower the learning rate")


def _reason(stopped: bool, history: list[EpochFinished], settings: TrainingSettings) -> str:
    best = history[-1].best_epoch
    if stopped:
        fell = f"the validation loss did not fall by more than {settings.min_delta:g} for {settings.patience} epochs"
        return f"stopped after epoch {len(history)}: {fell}; the weights are those of epoch {best}"
    return f"all {settings.epochs} epochs were run; the weights are those of epoch {best}"
