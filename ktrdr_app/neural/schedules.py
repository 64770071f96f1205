"""Learning rates: of each batch of an epoch, and how they follow the validation loss."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.strategy.schema import TrainingSettings

RISE = 0.3
"""Share of the steps in which the one-cycle rate rises."""
FIRST_DIVISOR, LAST_DIVISOR = 25.0, 1e4
"""One-cycle: the top rate over the first, and the first over the last (torch's defaults)."""


class Schedule(Protocol):
    """Gives learning rates and hears of validation losses."""

    def rates(self, epoch: int, steps: int) -> NDArray[np.float64]:
        """Return the rate of each batch.

        Parameters
        ----------
        epoch : int
            1-based number.
        steps : int
            Batches of an epoch.
        """
        ...

    def observe(self, loss: float) -> None:
        """Take note of an epoch's validation loss.

        Parameters
        ----------
        loss : float
            Nats.
        """
        ...


def schedule_of(settings: TrainingSettings) -> Schedule:
    """Return the schedule that a strategy asks for.

    Parameters
    ----------
    settings : TrainingSettings
        ``schedule``, ``learning_rate``, ``epochs`` and the plateau's own.
    """
    if settings.schedule == "plateau":
        return _Plateau(settings)
    return _ByStep(settings, {"constant": _constant, "cosine": _cosine, "one_cycle": _one_cycle}[settings.schedule])


class _Plateau:
    """Multiplied by a factor after epochs without a better validation loss (torch's ``ReduceLROnPlateau``)."""

    def __init__(self, settings: TrainingSettings) -> None:
        self._rate = settings.learning_rate
        self._factor, self._patience = settings.plateau_factor, settings.plateau_patience
        self._best, self._waited = math.inf, 0

    def rates(self, epoch: int, steps: int) -> NDArray[np.float64]:
        del epoch
        return np.full(steps, self._rate)

    def observe(self, loss: float) -> None:
        if loss < self._best:
            self._best, self._waited = loss, 0
            return
        self._waited += 1
        if self._waited > self._patience:
            self._rate, self._waited = self._rate * self._factor, 0


class _ByStep:
    """A share of the top rate that depends on which of all steps it is."""

    def __init__(
        self, settings: TrainingSettings, share: Callable[[NDArray[np.float64], int], NDArray[np.float64]]
    ) -> None:
        self._top, self._epochs, self._share = settings.learning_rate, settings.epochs, share

    def rates(self, epoch: int, steps: int) -> NDArray[np.float64]:
        number = np.arange((epoch - 1) * steps, epoch * steps, dtype=np.float64)
        return self._top * self._share(number, self._epochs * steps)

    def observe(self, loss: float) -> None:
        del loss


def _constant(step: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    del steps
    return np.ones_like(step)


def _cosine(step: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    """From the top to 0 along half a cosine over all epochs (Loshchilov and Hutter 2017, without restarts)."""
    return _half_wave(1.0, 0.0, step / steps)


def _one_cycle(step: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    """Up to the top and down again along two half cosines (Smith and Topin 2019, as torch's ``OneCycleLR``)."""
    first, turn, end = 1 / FIRST_DIVISOR, RISE * steps - 1, steps - 1
    up = _half_wave(first, 1.0, step / turn if turn > 0 else np.ones_like(step))
    down = _half_wave(1.0, first / LAST_DIVISOR, (step - turn) / (end - turn) if end > turn else step)
    return np.where(step <= turn, up, down)


def _half_wave(start: float, end: float, share: NDArray[np.float64]) -> NDArray[np.float64]:
    return end + (start - end) / 2 * (1 + np.cos(np.pi * share))
