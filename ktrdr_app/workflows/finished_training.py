"""What a window needs of a training that has ended, made where the work was done: plain data that can be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ktrdr_app.workflows.models import show_model
from ktrdr_app.workflows.requests import TrainRequest, TrainResult


@dataclass(frozen=True)
class FinishedTraining:
    """A training that saved a model.

    Attributes
    ----------
    shown : dict
        What `show_model` tells of the model.
    sentences : tuple of str
        What happened, in plain words.
    epochs : int
        Epochs behind it.
    resumable : str or None
        Run to go on from, where it was ended early.
    """

    shown: dict[str, Any]
    sentences: tuple[str, ...]
    epochs: int
    resumable: str | None


def finished_training(request: TrainRequest, result: TrainResult) -> FinishedTraining:
    """Return what is told of a training that has ended.

    Parameters
    ----------
    request : TrainRequest
        What was asked for.
    result : TrainResult
        What came of it.

    Raises
    ------
    KtrdrError
        As `show_model` raises it.
    """
    shown = show_model(request.workspace, result.model_path)
    return FinishedTraining(shown, result.sentences, len(result.history), result.resumable)
