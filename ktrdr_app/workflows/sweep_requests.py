"""What a face asks for and gets back where a strategy's settings are searched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.workflows.requests import TrainRequest

OBJECTIVES = ("val_skill", "val_accuracy", "val_balanced_accuracy", "val_macro_f1", "val_mcc", "val_sharpe")
"""What trials are ranked by, all of validation rows, more is better."""
PRUNERS = ("median", "none")


@dataclass(frozen=True)
class SweepRequest:
    """Try many settings of a strategy.

    Attributes
    ----------
    training : TrainRequest
        The training that each trial is one of.
    space : Path
        YAML file of what is varied.
    trials : int
        How many are tried, those of a resumed sweep included.
    objective : str
        One of `OBJECTIVES`.
    pruner : str
        ``median`` stops a trial that is worse than half of the finished ones at the same epoch; ``none`` stops none.
    workers : int
        Trials at a time. They know nothing of each other, so that the result depends on this number, but neither on
        where they run nor on which is done first.
    resume : str, optional
        Name or path of a sweep to go on with.
    save_best : str, optional
        Name of a new strategy with the best trial's settings, which is then trained.
    """

    training: TrainRequest
    space: Path
    trials: int
    objective: str = "val_skill"
    pruner: str = "median"
    workers: int = 1
    resume: str | None = None
    save_best: str | None = None


@dataclass(frozen=True)
class SweepResult:
    """A finished sweep.

    Attributes
    ----------
    document : dict
        The JSON form that ``sweep --json`` prints: the content of ``sweep.json``, where its files lie, and what was
        saved.
    folder : Path
        Where its files lie.
    """

    document: dict[str, Any]
    folder: Path
