"""Fits the network: one loop over epochs, whichever trainer does the arithmetic.

Read `rows` for what it is given, `engine` for what it asks of a trainer, `stopping` for which weights it keeps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import TrainingFailed
from ktrdr_app.core.progress import EpochFinished, LearningStarted, Progress, silent
from ktrdr_app.neural.checkpoint import Checkpoint, Checkpoints, check_fits
from ktrdr_app.neural.device import chosen_device
from ktrdr_app.neural.draws import epoch_key, epoch_order
from ktrdr_app.neural.engine import Engine
from ktrdr_app.neural.fused import LARGEST, FusedEngine
from ktrdr_app.neural.losses import symbol_averages
from ktrdr_app.neural.metrics import CLASSES
from ktrdr_app.neural.mlp import build_network, linear_layers
from ktrdr_app.neural.rows import TrainingData
from ktrdr_app.neural.schedules import schedule_of
from ktrdr_app.neural.stopping import EarlyStopping
from ktrdr_app.neural.torch_engine import TorchEngine
from ktrdr_app.strategy.schema import FUSED_OPTIMIZERS, NetworkSettings, TrainingSettings

CHECKPOINT_SECONDS = 30.0
"""Longest work that a crash may cost, where epochs are slow."""

__all__ = ["TrainedNetwork", "TrainingData", "fits", "place_for", "train_network", "trainer_for"]


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
        1-based epoch of the best validation figure.
    stopped_early : bool
        Whether patience ended it.
    reason : str
        Why it ended, in words.
    trainer : str
        Which trainer fitted it: ``fused`` or ``torch``.
    device : str
        Where: ``cpu``, ``cuda`` or ``mps``.
    wound_up : bool
        Whether it was asked to end early: the weights are the best so far, and it could go on.
    """

    network: nn.Sequential
    history: tuple[EpochFinished, ...]
    best_epoch: int
    stopped_early: bool
    reason: str
    trainer: str
    device: str
    wound_up: bool = False


def train_network(
    train: TrainingData,
    validation: TrainingData,
    network: NetworkSettings,
    settings: TrainingSettings,
    seed: int,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    device: str = "auto",
    checkpoints: Checkpoints | None = None,
) -> TrainedNetwork:
    """Fit a network, stop early, and give back the best epoch's weights.

    Weights, order of rows and dropout depend on the seed alone, so the same seed gives the same bytes on the same
    machine, whatever other threads draw or train meanwhile, and whether or not it was interrupted.

    Parameters
    ----------
    train : TrainingData
        Rows to fit.
    validation : TrainingData
        Rows that decide when to stop: their figure, averaged over symbols so that none outweighs the others.
    network : NetworkSettings
        Hidden layers, activation, dropout.
    settings : TrainingSettings
        Trainer, optimiser, loss, schedule, epochs, patience.
    seed : int
        The run's seed.
    progress : Progress
        Told of every epoch.
    cancel : CancelToken, optional
        Looked at many times within an epoch. One that is winding up ends training after the epoch at hand, with a
        checkpoint, so that it can go on from there.
    device : str
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    checkpoints : Checkpoints, optional
        Where the state is kept, and what to go on from.

    Raises
    ------
    TrainingFailed
        If rows are unusable (`TrainingData.check`), the parts differ in features, or the loss is not finite.
    BadInput
        If there is no such device, or the checkpoint is another training's.
    Cancelled
        If the token was raised.
    """
    train.check("training")
    validation.check("validation")
    if train.inputs != validation.inputs:
        found = f"training rows have {train.inputs} features, validation rows {validation.inputs}"
        raise TrainingFailed("train", found, "compute both from one feature plan")
    untrained = _untrained(train, network, seed)
    weights = torch.cat([parameter.detach().reshape(-1) for parameter in untrained.parameters()]).numpy()
    where = place_for(settings, len(weights), device)
    trainer = trainer_for(settings, len(weights), where)
    engine = _engine(train, validation, weights, network, settings, trainer, where)
    run = _Run(engine, train, validation, settings, seed)
    if checkpoints is not None:
        run.resume(checkpoints.load())
    progress(_yardsticks(train, run))
    _go_through(run, settings.checkpoint_every, progress, cancel or CancelToken("training"), checkpoints)
    _publish(untrained, run.stopping.best_weights)
    best, history = run.stopping.best_epoch, tuple(run.history)
    reason = _reason(run, best, settings)
    return TrainedNetwork(untrained.eval(), history, best, run.stopped, reason, engine.name, where, run.wound_up)


def _go_through(
    run: _Run, every: int, progress: Progress, cancel: CancelToken, checkpoints: Checkpoints | None
) -> None:
    """Run epochs until there is none to come, or the one at hand is the last that is wanted.

    Where checkpoints are wanted, the first one is that of the first epoch.
    """
    kept = cancel.clock()
    while not run.over:
        progress(run.epoch(cancel))
        run.wound_up = cancel.winding_up and not run.over
        epochs = len(run.history)
        due = every and (epochs == 1 or epochs % every == 0 or cancel.clock() - kept >= CHECKPOINT_SECONDS)
        if checkpoints is not None and (due or run.wound_up):
            checkpoints.save(run.checkpoint())
            kept = cancel.clock()
        if run.wound_up:
            return


def _yardsticks(train: TrainingData, run: _Run) -> LearningStarted:
    """Return what knowing nothing but the class shares of the training rows reaches on the validation rows."""
    counts = np.bincount(train.labels, minlength=CLASSES) + 1.0
    logits = np.tile(np.log(counts / counts.sum()).astype(np.float32), (len(run.labels), 1))
    loss, accuracy = symbol_averages(logits, run.labels, run.owners)
    return LearningStarted(len(train), loss, accuracy, int(counts.argmax()), tuple(run.history))


def place_for(settings: TrainingSettings, weights: int, device: str) -> str:
    """Return the device that a network is fitted on.

    Parameters
    ----------
    settings : TrainingSettings
        ``trainer`` and ``optimizer``.
    weights : int
        Number of weights of the network.
    device : str
        ``auto``, ``cpu``, ``cuda`` or ``mps``.

    Raises
    ------
    InvalidValue
        If there is no such device.
    """
    return chosen_device(
        device, settings.trainer == "fused" or (settings.trainer == "auto" and fits(settings, weights))
    )


def trainer_for(settings: TrainingSettings, weights: int, device: str) -> str:
    """Return which trainer fits a network on a device: ``fused`` or ``torch``.

    Parameters
    ----------
    settings : TrainingSettings
        ``trainer`` and ``optimizer``.
    weights : int
        Number of weights of the network.
    device : str
        ``cpu``, ``cuda`` or ``mps``.

    Raises
    ------
    TrainingFailed
        If the fused trainer is asked for on another device than the CPU.
    """
    if settings.trainer == "fused" and device != "cpu":
        raise TrainingFailed("train", f"the fused trainer does not run on {device}", "use trainer: torch or device cpu")
    if settings.trainer != "auto":
        return settings.trainer
    return "fused" if device == "cpu" and fits(settings, weights) else "torch"


def fits(settings: TrainingSettings, weights: int) -> bool:
    """Return whether the fused trainer can fit a network, and is the faster one.

    Parameters
    ----------
    settings : TrainingSettings
        ``optimizer``.
    weights : int
        Number of weights of the network.
    """
    return settings.optimizer in FUSED_OPTIMIZERS and weights <= LARGEST


class _Run:
    """The moving parts of one training."""

    def __init__(
        self, engine: Engine, train: TrainingData, validation: TrainingData, settings: TrainingSettings, seed: int
    ) -> None:
        self.history: list[EpochFinished] = []
        self.stopping = EarlyStopping(settings.patience, settings.min_delta)
        self.stopped = False
        self.wound_up = False
        self._engine, self._settings, self._seed = engine, settings, seed
        self._schedule = schedule_of(settings)
        self._chosen, self._epoch_rows = train.chosen, train.epoch_rows or len(train)
        self.labels = validation.labels.astype(np.int8)
        self.owners = np.unique(validation.owners, return_inverse=True)[1]

    @property
    def over(self) -> bool:
        """Whether there is no epoch to come."""
        return self.stopped or len(self.history) >= self._settings.epochs

    def resume(self, checkpoint: Checkpoint | None) -> None:
        """Take up the state of a checkpoint; schedule and patience live through its history again."""
        if checkpoint is None:
            return
        check_fits(checkpoint, self._engine.name, len(self._engine.weights()), self._settings.epochs)
        self._engine.restore(checkpoint.state)
        for epoch in checkpoint.history:
            self._take_note(epoch, checkpoint.best_weights)
        self.stopping.best_weights = checkpoint.best_weights

    def checkpoint(self) -> Checkpoint:
        """Return the state after the last epoch."""
        state = self._engine.state()
        return Checkpoint(self._engine.name, state, self.stopping.best_weights, tuple(self.history))

    def epoch(self, cancel: CancelToken) -> EpochFinished:
        """Go once over all rows in a new order, and look at the validation rows."""
        began, number = cancel.clock(), len(self.history) + 1
        order = self._chosen[epoch_order(self._seed, number, len(self._chosen))[: self._epoch_rows]]
        rates = self._schedule.rates(number, -(-len(order) // self._settings.batch_size))
        met = self._engine.epoch(order, rates, epoch_key(self._seed, number), cancel)
        _demand_finite(met.loss, number)
        loss, accuracy = symbol_averages(self._engine.validation_logits(), self.labels, self.owners)
        _demand_finite(loss, number)
        epoch = EpochFinished(
            epoch=number,
            epochs=self._settings.epochs,
            train_loss=met.nll,
            val_loss=loss,
            train_accuracy=met.accuracy,
            val_accuracy=accuracy,
            best_epoch=self._best_after(number, loss, accuracy),
            samples_per_second=len(order) / (cancel.clock() - began),
            patience_left=self.stopping.left_after(number, self._figure(loss, accuracy)),
        )
        self._take_note(epoch, self._engine.weights())
        return epoch

    def _take_note(self, epoch: EpochFinished, weights: NDArray[np.float32]) -> None:
        self.history.append(epoch)
        self._schedule.observe(epoch.val_loss)
        self.stopped = self.stopping.update(epoch.epoch, self._figure(epoch.val_loss, epoch.val_accuracy), weights)

    def _best_after(self, number: int, loss: float, accuracy: float) -> int:
        better = self._figure(loss, accuracy) < self.stopping.best_figure
        return number if better else self.stopping.best_epoch

    def _figure(self, loss: float, accuracy: float) -> float:
        return loss if self._settings.stop_on == "nll" else -accuracy


def _engine(
    train: TrainingData,
    validation: TrainingData,
    weights: NDArray[np.float32],
    shape: NetworkSettings,
    settings: TrainingSettings,
    trainer: str,
    device: str,
) -> Engine:
    if trainer == "fused":
        return FusedEngine(train, validation, weights, shape, settings)
    return TorchEngine(train, validation, weights, shape, settings, device)


def _untrained(train: TrainingData, shape: NetworkSettings, seed: int) -> nn.Sequential:
    """Build the network; vectors of symbols begin at 0, so that a symbol differs only where its rows say so."""
    network = build_network(train.inputs, shape, seed)
    if train.symbol_columns:
        with torch.no_grad():
            linear_layers(network)[0].weight[:, -train.symbol_columns :] = 0
    return network


def _publish(network: nn.Sequential, weights: NDArray[np.float32]) -> None:
    """Copy a flat vector of weights into the network."""
    taken = 0
    with torch.no_grad():
        for parameter in network.parameters():
            piece = weights[taken : taken + parameter.numel()]
            parameter.copy_(torch.from_numpy(piece.copy()).view(parameter.shape))
            taken += parameter.numel()


def _demand_finite(loss: float, epoch: int) -> None:
    if not math.isfinite(loss):
        raise TrainingFailed("train", f"the loss became {loss} in epoch {epoch}", "lower the learning rate")


def _reason(run: _Run, best: int, settings: TrainingSettings) -> str:
    history = run.history
    if run.wound_up:
        return (
            f"was ended by hand after epoch {len(history)} of at most {settings.epochs}; "
            f"the weights are those of epoch {best}"
        )
    if run.stopped:
        what = "validation loss did not fall" if settings.stop_on == "nll" else "validation accuracy did not rise"
        since = f"the {what} by more than {settings.min_delta:g} for {settings.patience} epochs"
        return f"stopped after epoch {len(history)}: {since}; the weights are those of epoch {best}"
    return f"all {settings.epochs} epochs were run; the weights are those of epoch {best}"
