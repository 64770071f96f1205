"""How fast a training on several symbols goes: steps, rows and learning rate of an epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ktrdr_app.strategy.schema import TrainingSettings

LARGEST_BATCH = 65_536
"""As `TrainingSettings.batch_size` has it."""


@dataclass(frozen=True)
class Pace:
    """What one epoch does.

    Attributes
    ----------
    batch_size : int
        Rows in each step.
    learning_rate : float
        Step size.
    rows_per_epoch : int
        Training rows drawn anew for each epoch; all of them where a single symbol is learnt from, or ``off``.
    """

    batch_size: int
    learning_rate: float
    rows_per_epoch: int

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one epoch."""
        return -(-self.rows_per_epoch // self.batch_size)

    def applied_to(self, settings: TrainingSettings) -> TrainingSettings:
        """Return the settings that the trainer gets.

        Parameters
        ----------
        settings : TrainingSettings
            What the strategy says.
        """
        return settings.model_copy(update={"batch_size": self.batch_size, "learning_rate": self.learning_rate})


def pace_of(settings: TrainingSettings, rows: int, symbols: int) -> Pace:
    """Settle the pace of a training.

    With n symbols ``auto`` keeps an epoch's number of steps at that of the mean symbol, whatever n is, and makes each
    step √n times as large. An epoch then costs √n times one symbol's, by rows, and no more than one symbol's where
    each step costs the same: below 2 for 3 symbols in both. The rows of an epoch are drawn without replacement, anew
    for each epoch, with the same chance for every row; epochs, patience and schedules keep their meaning in steps. A
    batch that is k times as large goes with a learning rate √k times as large, the rule for optimisers that divide
    by the gradient's size (Malladi, Lyu, Panigrahi and Arora 2022, "On the SDEs and Scaling Rules for Adaptive
    Gradient Algorithms"); ``sgd`` does not, and has it k times as large (Goyal et al. 2017).

    Parameters
    ----------
    settings : TrainingSettings
        What the strategy says.
    rows : int
        Training rows of all symbols together, after combining.
    symbols : int
        Symbols that they come from.

    Returns
    -------
    Pace
        That of ``settings`` itself for one symbol, or ``off``.
    """
    if settings.per_symbol_batches == "off" or symbols < 2:
        return Pace(settings.batch_size, settings.learning_rate, rows)
    batch = min(round(settings.batch_size * math.sqrt(symbols)), LARGEST_BATCH)
    factor = batch / settings.batch_size
    steps = math.ceil(rows / symbols / settings.batch_size)
    rise = factor if settings.optimizer == "sgd" else math.sqrt(factor)
    return Pace(batch, min(settings.learning_rate * rise, 1.0), min(steps * batch, rows))
