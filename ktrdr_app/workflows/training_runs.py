"""Every training of a workspace: those that became a model, and those that were interrupted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ktrdr_app.core import trash
from ktrdr_app.core.errors import BadInput, InvalidValue, KtrdrError, NothingInTrash
from ktrdr_app.core.lazy import load
from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store import layout
from ktrdr_app.workflows import model_care
from ktrdr_app.workflows.models import list_models
from ktrdr_app.workflows.training_notes import TrainingRemarks, read_remarks, remark_training

FINISHED, INTERRUPTED, UNUSABLE = "finished", "interrupted", "unusable"
KIND = "training"
"""What an interrupted training is called in the trash."""

CHECKPOINT, TRAINING = "checkpoint.bin", "training.json"
"""Files of an interrupted training, as `ktrdr_app.workflows.train_checkpoints` writes them."""

_CURVES = ("train_loss", "val_loss", "train_accuracy", "val_accuracy")


@dataclass(frozen=True)
class TrainingRun:
    """One line in the list of trainings.

    Attributes
    ----------
    key : str
        Its folder below the workspace: ``models/{strategy}/{name}`` or ``runs/{id}``.
    path : Path
        The folder.
    state : str
        `FINISHED`, `INTERRUPTED`, or `UNUSABLE` for a damaged folder.
    strategy_name, timeframe : str
        What was trained.
    symbols : tuple of str
        On which symbols.
    when : str
        When it was saved, ISO UTC; empty if nobody knows.
    epochs, best_epoch : int or None
        Epochs that were run, and the best of them.
    figures : dict of str to float
        ``skill``, ``val_accuracy``, ``val_loss``, ``test_accuracy``, ``test_nll``, ``majority_accuracy``, as far as
        they are known; those of validation are of the best epoch.
    name, note : str
        What the user calls it, and wrote of it.
    star : bool
        Whether it is a favourite.
    problem : str
        Why it cannot be used; empty if it can.
    run : str
        Run whose model it is, or whose kept state, where the training was interrupted at some time; else empty.
    stopped : bool
        Whether it was ended by hand: the model is the best up to then.
    resumable : str
        Run that it can go on from; empty where it cannot.
    kept_epochs : int or None
        Epochs behind that run.
    earlier : tuple of str
        Keys of older models of the same training, which have no line of their own.
    """

    key: str
    path: Path
    state: str
    strategy_name: str
    timeframe: str
    symbols: tuple[str, ...]
    when: str
    epochs: int | None
    best_epoch: int | None
    figures: Mapping[str, float]
    name: str = ""
    note: str = ""
    star: bool = False
    problem: str = ""
    run: str = ""
    stopped: bool = False
    resumable: str = ""
    kept_epochs: int | None = None
    earlier: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What it is called: the user's name for it, else its folder's."""
        return self.name or self.path.name


@dataclass(frozen=True)
class TrainingCurves:
    """The epochs of one training.

    Attributes
    ----------
    key, label : str
        Which one, and what it is called.
    curves : dict of str to list of float
        ``train_loss``, ``val_loss``, ``train_accuracy`` and ``val_accuracy`` by epoch, from the first.
    best_epoch : int or None
        Epoch whose weights were kept.
    """

    key: str
    label: str
    curves: Mapping[str, list[float]]
    best_epoch: int | None


@dataclass(frozen=True)
class DeletedTraining:
    """A training in the trash.

    Attributes
    ----------
    key : str
        As `TrainingRun.key` named it.
    folder : Path
        The deletion; of its model, where more than one thing was deleted.
    also : tuple of str
        Keys of what went with it: its kept state, and older models of it.
    """

    key: str
    folder: Path
    also: tuple[str, ...] = ()


def list_trainings(workspace: Workspace) -> list[TrainingRun]:
    """Return every training that is over, the newest first; copies in the archive are none.

    One that was stopped with its best model kept, and one that went on since, is one line all the same: that of its
    newest model.

    Parameters
    ----------
    workspace : Workspace
        Whose models and runs are looked through.

    Raises
    ------
    StorageProblem
        If the models, or what was said of the trainings, cannot be read.
    """
    return sorted(_as_trainings(_every(workspace)), key=_age, reverse=True)


def _age(run: TrainingRun) -> tuple[str, str]:
    return run.when, run.key


def _every(workspace: Workspace) -> list[TrainingRun]:
    said = read_remarks(workspace)
    return [*_finished(workspace, said), *_interrupted(workspace, said)]


def _as_trainings(every: Sequence[TrainingRun]) -> Iterator[TrainingRun]:
    """Put the models and the kept state of each training together."""
    models: dict[str, list[TrainingRun]] = {}
    for entry in every:
        if entry.state == FINISHED and entry.run:
            models.setdefault(entry.run, []).append(entry)
    kept = {entry.run: entry for entry in every if entry.resumable and entry.run in models}
    yield from (entry for entry in every if entry.run not in models or (entry.state != FINISHED and entry.problem))
    for name, group in models.items():
        *earlier, newest = sorted(group, key=_age)
        rest = kept.get(name)
        yield replace(
            newest,
            resumable="" if rest is None else name,
            kept_epochs=None if rest is None else rest.epochs,
            earlier=tuple(entry.key for entry in earlier),
        )


def training_curves(workspace: Workspace, keys: Sequence[str]) -> tuple[TrainingCurves, ...]:
    """Return the loss and accuracy of every epoch of some trainings.

    Parameters
    ----------
    workspace : Workspace
        Whose trainings they are.
    keys : sequence of str
        As `TrainingRun.key` names them.

    Raises
    ------
    BadInput
        If one is not there, or kept no epochs.
    """
    known = {run.key: run for run in list_trainings(workspace)}
    return tuple(_curves_of(_known(known, key)) for key in keys)


def _curves_of(run: TrainingRun) -> TrainingCurves:
    if run.state == INTERRUPTED:
        history = [vars(epoch) for epoch in _checkpoint(run.path)]
        curves = {name: [float(epoch[name]) for epoch in history] for name in _CURVES}
    else:
        told = _json(run.path / "metrics.json").get("history") or {}
        curves = {name: list(map(float, told.get(name) or ())) for name in _CURVES}
    if not any(curves.values()):
        raise BadInput(f"{run.label} kept no epochs", hint="only trainings of this program do", where=run.key)
    return TrainingCurves(run.key, run.label, curves, run.best_epoch)


def _known(known: Mapping[str, TrainingRun], key: str) -> TrainingRun:
    if key not in known:
        raise BadInput(f"there is no training {key}", hint="read the list again", where=key)
    return known[key]


def find_training(workspace: Workspace, key: str) -> TrainingRun:
    """Return a training.

    Parameters
    ----------
    workspace : Workspace
        Whose training it is.
    key : str
        As `TrainingRun.key` names it.

    Raises
    ------
    BadInput
        If there is none of that key.
    """
    every = _every(workspace)
    return _known({run.key: run for run in (*every, *_as_trainings(every))}, key)


def models_of_run(workspace: Workspace, name: str) -> tuple[Path, ...]:
    """Return the models that came of an interrupted training so far, the newest first.

    Parameters
    ----------
    workspace : Workspace
        Whose models are looked through.
    name : str
        Folder of its run.
    """
    own = [entry for entry in _finished(workspace, {}) if entry.run == name]
    return tuple(entry.path for entry in sorted(own, key=_age, reverse=True))


def say_of_training(
    workspace: Workspace, key: str, name: str | None = None, star: bool | None = None, note: str | None = None
) -> TrainingRemarks:
    """Name, star or annotate a training, and return what was said before.

    Parameters
    ----------
    workspace : Workspace
        Whose training it is.
    key, name, star, note
        As `remark_training` takes them; the note of a model goes to the model.

    Raises
    ------
    KtrdrError
        As `remark_training` and `ktrdr_app.model_store.notes.annotate` raise it.
    """
    run = find_training(workspace, key)
    own = None if run.state != INTERRUPTED else note
    before = remark_training(workspace, key, name, star, own)
    if note is not None and run.state != INTERRUPTED:
        model_care.annotate_model(workspace, run.path, note)
    return TrainingRemarks(before.name, before.star, run.note)


def delete_training(workspace: Workspace, key: str) -> DeletedTraining:
    """Move a training into the workspace's trash; what is said of it stays for its return.

    Its kept state and older models of it go with it, so that nothing of it is listed any more.

    Parameters
    ----------
    workspace : Workspace
        Whose training it is.
    key : str
        As `TrainingRun.key` names it.

    Raises
    ------
    BadInput
        If it is not there, or being trained.
    StorageProblem
        If the disk refuses; nothing has moved then.
    """
    run = find_training(workspace, key)
    gone: list[str] = []
    try:
        for other in (*((f"runs/{run.resumable}",) if run.state == FINISHED and run.resumable else ()), *run.earlier):
            _put_away(workspace, find_training(workspace, other))
            gone.append(other)
        return DeletedTraining(key, _put_away(workspace, run), tuple(gone))
    except KtrdrError:
        for other in reversed(gone):
            restore_training(workspace, other)
        raise


def _put_away(workspace: Workspace, run: TrainingRun) -> Path:
    if run.state != INTERRUPTED:
        return model_care.delete_model(workspace, run.path).folder
    if _being_trained(run.path):
        raise BadInput(f"{run.label} is being trained", hint="stop it first", where=run.key)
    return trash.put_away(workspace, KIND, run.path.name, [run.path], {"key": run.key})[0]


def restore_training(workspace: Workspace, key: str) -> DeletedTraining:
    """Bring a deleted training back.

    Parameters
    ----------
    workspace : Workspace
        Whose training it is.
    key : str
        As `DeletedTraining.key` names it.

    Raises
    ------
    NothingInTrash
        If the trash does not hold it.
    InvalidValue
        If one of its name is there again.
    StorageProblem
        If the disk refuses.
    """
    place, _, rest = key.partition("/")
    if place == "models":
        return DeletedTraining(key, model_care.restore_model(workspace, rest).folder)
    held = {str(document.get("key")): folder for folder, document in reversed(list(trash.deletions(workspace, KIND)))}
    if key not in held:
        raise NothingInTrash(key, sorted(held), str(workspace.trash))
    name = Path(rest).name
    if (workspace.runs / name).exists():
        raise InvalidValue("key", key, "a training whose place is free; one of its name is there again")
    trash.take_back(held[key], [name], workspace.runs)
    return DeletedTraining(key, held[key])


def _finished(workspace: Workspace, said: Mapping[str, TrainingRemarks]) -> Iterator[TrainingRun]:
    for info in list_models(workspace):
        if info.path.parent.name == layout.ARCHIVE:
            continue
        key = f"models/{info.path.relative_to(workspace.models).as_posix()}"
        metrics = _json(info.path / "metrics.json") if info.complete else {}
        stopped, run = _origin(_json(info.path / "training_manifest.json") if info.complete else {})
        remarks = said.get(key, TrainingRemarks())
        yield TrainingRun(
            key=key,
            path=info.path,
            state=FINISHED if info.complete else UNUSABLE,
            strategy_name=info.strategy_name,
            timeframe=info.timeframe,
            symbols=info.training_symbols or ((info.symbol,) if info.symbol else ()),
            when=info.created_at,
            epochs=_whole(metrics.get("epochs_trained")),
            best_epoch=_whole(metrics.get("best_epoch")),
            figures=_model_figures(metrics),
            name=remarks.name,
            note=info.note,
            star=remarks.star,
            problem=info.problem,
            run=run,
            stopped=stopped,
        )


def _origin(manifest: Mapping[str, Any]) -> tuple[bool, str]:
    """Return whether a model's training was ended by hand, and the run that it belongs to, if it was interrupted."""
    partial = manifest.get("partial")
    if isinstance(partial, Mapping):
        return True, str(partial.get("resume") or "")
    return False, str(manifest.get("resumed") or "")


def _interrupted(workspace: Workspace, said: Mapping[str, TrainingRemarks]) -> Iterator[TrainingRun]:
    for file in workspace.runs.glob(f"*/{TRAINING}"):
        folder, key = file.parent, f"runs/{file.parent.name}"
        if _being_trained(folder):
            continue
        asked, remarks = _json(file), said.get(key, TrainingRemarks())
        strategy, symbols = asked.get("strategy"), asked.get("symbols")
        try:
            epochs, problem = _checkpoint(folder), ""
        except (KtrdrError, OSError) as error:
            epochs, problem = (), str(error)
        best = epochs[-1].best_epoch if epochs else None
        yield TrainingRun(
            key=key,
            path=folder,
            state=INTERRUPTED,
            strategy_name=str(strategy.get("name", "")) if isinstance(strategy, Mapping) else "",
            timeframe=str(asked.get("timeframe") or ""),
            symbols=tuple(map(str, symbols)) if isinstance(symbols, list) else (),
            when=_last_kept(folder),
            epochs=len(epochs) or None,
            best_epoch=best,
            figures=_best_figures(epochs, best),
            name=remarks.name,
            note=remarks.note,
            star=remarks.star,
            problem=problem,
            run=folder.name,
            resumable="" if problem else folder.name,
            kept_epochs=len(epochs) or None,
        )


def _being_trained(folder: Path) -> bool:
    return bool(load("ktrdr_app.workflows.interrupted_runs").being_trained(folder))


def _checkpoint(folder: Path) -> tuple[Any, ...]:
    """Return the epochs of an interrupted training."""
    path = folder / CHECKPOINT
    # Its module reads networks; a workspace without interrupted trainings does without it.
    return tuple(load("ktrdr_app.neural.checkpoint").from_bytes(path.read_bytes(), str(path)).history)


def _last_kept(folder: Path) -> str:
    """Return when the state of an interrupted training was kept last, ISO UTC."""
    files = [path for path in (folder / CHECKPOINT, folder / TRAINING) if path.is_file()]
    return datetime.fromtimestamp(max(path.stat().st_mtime for path in files), tz=UTC).isoformat()


def _model_figures(metrics: Mapping[str, Any]) -> dict[str, float]:
    history, best = metrics.get("history"), _whole(metrics.get("best_epoch"))
    found = {name: metrics.get(name) for name in ("skill", "test_accuracy", "test_nll", "majority_accuracy")}
    for name in ("val_loss", "val_accuracy"):
        values = history.get(name) if isinstance(history, Mapping) else None
        found[name] = values[best - 1] if isinstance(values, list) and best and best <= len(values) else None
    return {name: float(value) for name, value in found.items() if isinstance(value, (int, float))}


def _best_figures(epochs: tuple[Any, ...], best: int | None) -> dict[str, float]:
    own = [epoch for epoch in epochs if epoch.epoch == best]
    return {name: float(getattr(own[0], name)) for name in ("val_loss", "val_accuracy")} if own else {}


def _json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}  # a line without figures; the models station tells what is wrong with a folder
    return document if isinstance(document, dict) else {}


def _whole(value: object) -> int | None:
    return value if type(value) is int else None
