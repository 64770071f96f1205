"""Where an interrupted training is kept: a folder below ``runs`` that is gone once its model is saved."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import BadInput, RunNotFound
from ktrdr_app.core.files import json_text, plain, write_bytes, write_json
from ktrdr_app.core.locks import taken
from ktrdr_app.core.paths import safe_name
from ktrdr_app.core.progress import Note, Progress
from ktrdr_app.core.protection import check_writable
from ktrdr_app.neural.checkpoint import Checkpoint, from_bytes, to_bytes
from ktrdr_app.strategy.load import LoadedStrategy
from ktrdr_app.training.process import SymbolFacts
from ktrdr_app.workflows.request_papers import request_document
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.run_folders import named_run, run_id

CHECKPOINT_FILE = "checkpoint.bin"
TRAINING_FILE = "training.json"
REQUEST_FILE = "request.json"
LOCK_FILE = "lock"
_OPEN_ENDED = ("constant", "plateau")
"""Schedules whose rates do not depend on how many epochs there will be."""


class RunCheckpoints:
    """Keeps one training's checkpoint in ``runs/<id>``, with what it must agree with to be gone on from.

    Parameters
    ----------
    request : TrainRequest
        What is trained; its ``resume`` names the run to go on from.
    training : dict
        What the numbers depend on, as `training_of` gives it.
    progress : Progress
        Told where the checkpoints lie.

    Raises
    ------
    RunNotFound
        If there is no such run to resume.
    BadInput
        If that run trained something else, which the message names, or another process is at it.
    """

    def __init__(self, request: TrainRequest, training: dict[str, Any], progress: Progress) -> None:
        self._training, self._progress = training, progress
        self._told = self._resumed = request.resume is not None
        self._workspace = request.workspace
        self._request = request_document(request)
        self._kept = False
        self._lock: int | None = None
        if request.resume is None:
            self.folder = request.workspace.runs / run_id("train", training["strategy"]["name"], request.timeframe)
        else:
            self.folder = found_run(request, request.resume)
            _demand_same(_kept(self.folder), training, self.folder)
            self._claim()

    @property
    def before(self) -> str:
        """Key of what this training is listed as so far: the model that came of it, else its kept state."""
        try:
            model = json.loads((self.folder / REQUEST_FILE).read_bytes())["model"]
        except (OSError, ValueError, LookupError, TypeError):
            model = None  # a run of an older version says nothing of a model
        return str(model or f"runs/{self.folder.name}")

    def origin(self, epochs: int, ended_by_hand: bool) -> dict[str, Any]:
        """Return what the manifest of the run's model says of it: nothing, where the run was never interrupted.

        Parameters
        ----------
        epochs : int
            Behind the model.
        ended_by_hand : bool
            Whether the run may go on.
        """
        if ended_by_hand:
            return {"partial": {"epochs": epochs, "resume": self.folder.name}}
        return {"resumed": self.folder.name} if self._resumed else {}

    def load(self) -> Checkpoint | None:
        """Return the checkpoint to go on from; None for a new run."""
        path = self.folder / CHECKPOINT_FILE
        return from_bytes(path.read_bytes(), str(path)) if path.is_file() else None

    def save(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint over the one before.

        Parameters
        ----------
        checkpoint : Checkpoint
            The state.

        Raises
        ------
        StorageProblem
            If the disk refuses; the checkpoint before is left as it was.
        """
        if not (self.folder / TRAINING_FILE).is_file():
            write_json(self.folder / TRAINING_FILE, self._training)
            write_json(self.folder / REQUEST_FILE, {"request": self._request, "model": None})
            self._claim()
        write_bytes(self.folder / CHECKPOINT_FILE, to_bytes(checkpoint))
        if self._kept:
            self._tell()
        self._kept = True

    def _tell(self) -> None:
        """Say once where checkpoints lie: with the second one, as short trainings need not hear of it, or at an end."""
        if not self._told:
            self._told = True
            place, name = self._workspace.relative(self.folder), self.folder.name
            self._progress(Note("info", f"checkpoints are kept in {place}; if it is stopped, add --resume {name}"))

    def note_model(self, model: Path) -> None:
        """Write down which model came of the run so far, so that both can be let go together.

        Parameters
        ----------
        model : Path
            Its folder.

        Raises
        ------
        StorageProblem
            If the disk refuses.
        """
        place = model.resolve().relative_to(self._workspace.root.resolve()).as_posix()
        write_json(self.folder / REQUEST_FILE, {"request": self._request, "model": place})

    def remove(self) -> None:
        """Remove the run's folder, as its model is saved; what the disk keeps is told in a note."""
        self._told = True
        self.close()
        try:
            remove_run(self.folder)
        except OSError as error:
            left = f"the model is saved, but {self._workspace.relative(self.folder)} could not be removed"
            self._progress(Note("warning", f"{left}: {error.strerror or error}"))

    def close(self) -> None:
        """Let others go on from this run, and say how, if it has not come to its end."""
        if self._kept:
            self._tell()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _claim(self) -> None:
        """Hold the run against others for as long as it is trained; a crash lets go of it."""
        handle = os.open(self.folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
        if not taken(handle):
            os.close(handle)
            message = f"run {self.folder.name} is being trained by another process"
            raise BadInput(message, hint="wait for its end, or train without --resume", where="--resume")
        self._lock = handle


def remove_run(folder: Path) -> None:
    """Remove what is kept of a run; a folder that holds more than that stays with the rest.

    Parameters
    ----------
    folder : Path
        The run's folder; nothing happens if it is not there.

    Raises
    ------
    OSError
        If the disk refuses.
    WorkspaceReadOnly
        If the workspace is only to be looked at.
    """
    check_writable(folder)
    for name in (CHECKPOINT_FILE, TRAINING_FILE, REQUEST_FILE, LOCK_FILE):
        for path in (folder / name, *folder.glob(f".{name}.*.tmp")):  # the hidden one of a write that was killed
            path.unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def training_of(request: TrainRequest, loaded: LoadedStrategy, facts: Sequence[SymbolFacts]) -> dict[str, Any]:
    """Return everything that a training's numbers depend on, as plain JSON types.

    How long it may go on is left out where rates do not depend on it, so that a run can be resumed with more epochs.

    Parameters
    ----------
    request : TrainRequest
        Symbols, dates, seed, device.
    loaded : LoadedStrategy
        The strategy with every override applied.
    facts : sequence of SymbolFacts
        The fingerprints of the bars.
    """
    strategy = loaded.strategy.document()
    for name in ("description", "decision", "backtest"):
        del strategy[name]
    for name in ("patience", "checkpoint_every"):
        del strategy["training"][name]
    if strategy["training"]["schedule"] in _OPEN_ENDED:
        del strategy["training"]["epochs"]
    document = {
        "kind": request.kind,
        "symbols": list(request.symbols),
        "timeframe": request.timeframe,
        "weights": dict(request.weights) if request.weights else None,
        "seed": request.seed,
        "device": request.device,
        "strategy": strategy,
        "data_fingerprints": {entry.symbol: entry.fingerprint for entry in facts},
    }
    return dict(json.loads(json_text(plain(document))))


def found_run(request: TrainRequest, given: str) -> Path:
    """Return the folder of an interrupted run.

    Parameters
    ----------
    request : TrainRequest
        Whose workspace it lies in.
    given : str
        Its name, or its path.

    Raises
    ------
    RunNotFound
        If there is none.
    """
    path = Path(given)
    folder = path if path.is_dir() else named_run(request.workspace, safe_name(path.name, "run"), CHECKPOINT_FILE)
    if (folder / CHECKPOINT_FILE).is_file() and (folder / TRAINING_FILE).is_file():
        return folder
    kept = sorted(entry.parent.name for entry in request.workspace.runs.glob(f"*/{CHECKPOINT_FILE}"))
    raise RunNotFound(given, kept)


def _kept(folder: Path) -> dict[str, Any]:
    path = folder / TRAINING_FILE
    try:
        return dict(json.loads(path.read_bytes()))
    except ValueError as error:
        message = "the description of the interrupted training is damaged"
        raise BadInput(message, hint="train again without --resume", where=str(path)) from error


def _demand_same(kept: dict[str, Any], asked: dict[str, Any], folder: Path) -> None:
    """Raise where the kept run differs from what is asked for, naming the first difference."""
    changed = difference(kept, asked, "")
    if changed:
        raise BadInput(
            f"run {folder.name} trained something else: {changed}",
            hint="give the options that the run began with, or train without --resume",
            where="--resume",
        )


def difference(kept: Any, asked: Any, name: str) -> str:
    """Return the first difference of two documents in words; empty if there is none.

    Parameters
    ----------
    kept, asked : object
        What was, and what is now.
    name : str
        Where both stand; empty for the whole.
    """
    if isinstance(kept, dict) and isinstance(asked, dict):
        for key in {**kept, **asked}:
            found = difference(kept.get(key), asked.get(key), f"{name}.{key}" if name else key)
            if found:
                return found
        return ""
    return "" if kept == asked else f"{name} was {kept}, now it is {asked}"
