"""Trainings that were interrupted and can go on: stopped by hand, or left by a crash."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ktrdr_app.core.errors import BadInput, KtrdrError, StorageProblem
from ktrdr_app.core.locks import taken
from ktrdr_app.core.paths import Workspace
from ktrdr_app.neural.checkpoint import from_bytes
from ktrdr_app.workflows.model_care import delete_model
from ktrdr_app.workflows.request_papers import request_of
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.train_checkpoints import (
    CHECKPOINT_FILE,
    LOCK_FILE,
    REQUEST_FILE,
    TRAINING_FILE,
    found_run,
    remove_run,
)
from ktrdr_app.workflows.training_runs import models_of_run


@dataclass(frozen=True)
class InterruptedRun:
    """A training that can go on.

    Attributes
    ----------
    name : str
        Its folder below ``runs``.
    request : TrainRequest
        What goes on with it: as it was asked for, with ``resume`` set.
    epochs : int
        Epochs behind it.
    best_epoch : int
        The best of them.
    saved : datetime
        When its state was kept last, UTC.
    model : Path or None
        The best model so far, where the training was ended by hand and the model is still there.
    older : tuple of Path
        Models that it was ended with before that.
    """

    name: str
    request: TrainRequest
    epochs: int
    best_epoch: int
    saved: datetime
    model: Path | None = None
    older: tuple[Path, ...] = ()


def list_interrupted(workspace: Workspace) -> tuple[InterruptedRun, ...]:
    """Return the trainings of a workspace that can go on, newest first.

    Those that are being trained, here or by another process, are left out, and so are those that do not say what was
    asked for or whose state is damaged: ``train --resume`` tells what is wrong with them.

    Parameters
    ----------
    workspace : Workspace
        Whose ``runs`` are looked through.
    """
    found = (_read(workspace, path.parent) for path in workspace.runs.glob(f"*/{CHECKPOINT_FILE}"))
    return tuple(sorted((run for run in found if run is not None), key=lambda run: run.saved, reverse=True))


def discard_run(workspace: Workspace, name: str) -> None:
    """Remove the kept state of an interrupted training for good, and move the models that came of it to the trash.

    Parameters
    ----------
    workspace : Workspace
        Where it lies.
    name : str
        Its folder below ``runs``.

    Raises
    ------
    RunNotFound
        If there is none.
    BadInput
        If it is being trained.
    StorageProblem
        If the disk refuses.
    """
    folder = found_run(TrainRequest(workspace, "", (), "", resume=name), name)
    if being_trained(folder):
        raise BadInput(f"run {folder.name} is being trained", hint="stop it first", where=folder.name)
    known = _read(workspace, folder)
    if known is not None and known.model is not None:
        for model in (known.model, *known.older):
            delete_model(workspace, model)
    try:
        remove_run(folder)
    except OSError as error:
        raise StorageProblem(str(folder), error.strerror or str(error)) from error


def being_trained(folder: Path) -> bool:
    """Say whether somebody is at a training, here or in another process.

    Parameters
    ----------
    folder : Path
        The run's folder.
    """
    try:
        handle = os.open(folder / LOCK_FILE, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True  # a folder that cannot be written to cannot be gone on from
    try:
        return not taken(handle)
    finally:
        os.close(handle)


def _read(workspace: Workspace, folder: Path) -> InterruptedRun | None:
    request, checkpoint = folder / REQUEST_FILE, folder / CHECKPOINT_FILE
    if not (request.is_file() and (folder / TRAINING_FILE).is_file()) or being_trained(folder):
        return None
    try:
        told = json.loads(request.read_bytes())
        asked = request_of(workspace, told["request"], folder.name)
        model = workspace.root / str(told["model"]) if told["model"] else None
        history = from_bytes(checkpoint.read_bytes(), str(checkpoint)).history
    except (KtrdrError, OSError, LookupError, ValueError, TypeError):
        return None  # told by `train --resume`
    saved = datetime.fromtimestamp(checkpoint.stat().st_mtime, tz=UTC)
    there = model if model is not None and model.is_dir() else None
    run = InterruptedRun(folder.name, asked, len(history), history[-1].best_epoch, saved, there)
    if there is None:
        return run
    others = models_of_run(workspace, folder.name)
    return replace(run, older=tuple(path for path in others if path.resolve() != there.resolve()))
