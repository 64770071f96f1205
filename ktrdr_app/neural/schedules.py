"""Learning rates: of each batch of an epoch, and how they follow the validation loss."""

from __future__ import annotations

import math
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
    kinds: dict[str, type[Schedule]] = {
        "constant": _Constant,
        "plateau": _Plateau,
        "cosine": _Cosine,
        "one_cycle": _OneCycle,
    }
    return kinds[settings.schedule](settings)  # type: ignore[call-arg]


class _Constant:
    """The same rate throughout."""

    def __init__(self, settings: TrainingSettings) -> None:
        self._rate = settings.learning_rate

    def rates(self, epoch: int, steps: int) -> NDArray[np.float64]:
        del epoch
        return np.full(steps, self._rate)

    def observe(self, loss: float) -> None:
        del loss


class _Plateau(_Constant):
    """Multiplied by a factor after epochs without a better validation loss (torch's ``ReduceLROnPlateau``)."""

    def __init__(self, settings: TrainingSettings) -> None:
        super().__init__(settings)
        self._factor, self._patience = settings.plateau_factor, settings.plateau_patience
        self._best, self._waited = math.inf, 0

    def observe(self, loss: float) -> None:
        if loss < self._best:
            self._best, self._waited = loss, 0
            return
        self._waited += 1
        if self._waited > self._patience:
            self._rate, self._waited = self._rate * self._factor, 0


class _ByStep:
    """A rate that depends on the share of all steps that are done."""

    def __init__(self, settings: TrainingSettings) -> None:
        self._top, self._epochs = settings.learning_rate, settings.epochs

    def rates(self, epoch: int, steps: int) -> NDArray[np.float64]:
        return self._at(np.arange((epoch - 1) * steps, epoch * steps, dtype=np.float64), self._epochs * steps)

    def observe(self, loss: float) -> None:
        del loss

    def _at(self, step: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
        raise NotImplementedError


class _Cosine(_ByStep):
    """From the top to 0 along half a cosine over all epochs (Loshchilov and Hutter 2017, without restarts)."""

    def _at(self, step: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
        return self._top * (1 + np.cos(np.pi * step / steps)) / 2


class _OneCycle(_ByStep):
    """Up to the top and down again along two half cosines (Smith and Topin 2019, as torch's ``OneCycleLR``)."""

    def _at(self, step: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
        first, turn, end = self._top / FIRST_DIVISOR, RISE * steps - 1, steps - 1
        up = _cosine(first, self._top, step / turn if turn > 0 else np.ones_like(step))
        down = _cosine(self._top, first / LAST_DIVISOR, (step - turn) / (end - turn) if end > turn else step)
        return np.where(step <= turn, up, down)


def _cosine(start: float, end: float, share: NDArray[np.float64]) -> NDArray[np.float64]:
    return end + (start - end) / 2 * (1 + np.cos(np.pi * share))
