"""Searches a strategy's settings: rounds of trials, each drawn from what the rounds before have shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.cluster import executor_for
from ktrdr_app.core.compute import ordered_results
from ktrdr_app.core.errors import BadInput, InvalidValue, RunNotFound, StrategyExists, UnknownName
from ktrdr_app.core.files import write_json, write_text
from ktrdr_app.core.locks import file_lock
from ktrdr_app.core.paths import Workspace, safe_name
from ktrdr_app.core.progress import Note, Progress, TrialDone, silent, stage
from ktrdr_app.core.protection import check_writable
from ktrdr_app.strategy.load import strategy_files
from ktrdr_app.training.split import Cuts, cuts_of
from ktrdr_app.workflows.request_checks import trained_strategy
from ktrdr_app.workflows.run_folders import SWEEP_FILE, named_run, run_id
from ktrdr_app.workflows.strategy_files import create_strategy
from ktrdr_app.workflows.sweep_document import (
    TRIALS_FILE,
    asked_of,
    best_of,
    document_of,
    table_of,
)
from ktrdr_app.workflows.sweep_requests import OBJECTIVES, PRUNERS, SweepRequest, SweepResult
from ktrdr_app.workflows.sweep_space import Space, load_space
from ktrdr_app.workflows.sweep_study import STUDY_FILE, Study, library, opened
from ktrdr_app.workflows.sweep_trial import TrialOrder, TrialOutcome, carry_out
from ktrdr_app.workflows.train_checkpoints import difference
from ktrdr_app.workflows.train_run import rows_of_strategy, train
from ktrdr_app.workflows.train_symbols import shared_folder

LOCK_FILE = ".lock"
_HELD_SECONDS = 1.0


@dataclass(frozen=True)
class _Sweep:
    """What all rounds share."""

    request: SweepRequest
    space: Space
    cuts: Cuts
    asked: dict[str, Any]
    names: tuple[str, ...]
    folder: Path

    def write(self, study: Study, importances: dict[str, float]) -> dict[str, Any]:
        """Write what is known by now, whole or not at all, and return it."""
        document = document_of(self.request, self.asked, self.names, self.cuts, study.trials, importances)
        write_json(self.folder / SWEEP_FILE, document)
        return document


def sweep(
    request: SweepRequest,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    executor: Executor | None = None,
) -> SweepResult:
    """Try settings of a strategy, keep every trial on record, and save the best on request.

    Parameters
    ----------
    request : SweepRequest
        What is tried.
    progress : Progress
        Listener; told of every trial as a `TrialDone`.
    cancel : CancelToken, optional
        Stops it within a moment; trials that are over are kept, and the sweep can be resumed.
    executor : concurrent.futures.Executor, optional
        Where the trials run; all cores of this machine by default, or the cluster that the request names. The
        document does not depend on it.

    Raises
    ------
    KtrdrError
        Of the kind that fits: strategy, space, data, storage, cancelled.
    """
    token = cancel or CancelToken("the sweep")
    training = request.training
    _check(request)
    loaded = trained_strategy(training)
    space = load_space(request.space, loaded, request.objective)
    folder = None if request.resume is None else _found(training.workspace, request.resume)
    before = {} if folder is None else _kept(folder)
    names = _names(request, loaded.strategy.name, before)
    _, block, facts = rows_of_strategy(training, loaded, progress, token, {})
    cuts, asked = cuts_of(block, loaded.strategy.training.split), asked_of(request, loaded, space, facts)
    del block
    if folder is None:
        folder = training.workspace.runs / run_id("sweep", loaded.strategy.name, training.timeframe)
        progress(Note("info", f"trials are kept in {training.workspace.relative(folder)}; --resume {folder.name}"))
    elif changed := difference(before["asked"], asked, ""):
        hint = "give the options that the sweep began with, or start another one without --resume"
        raise BadInput(f"{folder.name} is a sweep of something else: {changed}", hint=hint, where="--resume")
    with file_lock(folder / LOCK_FILE, _HELD_SECONDS):
        document = _carried_out(_Sweep(request, space, cuts, asked, names, folder), progress, token, executor)
    saved = _saved(request, space, document, progress, token) if request.save_best else {}
    files = {"sweep_file": SWEEP_FILE, "trials_file": TRIALS_FILE, "study_file": STUDY_FILE}
    return SweepResult(document | {key: str(folder / name) for key, name in files.items()} | saved, folder)


def _carried_out(sweep: _Sweep, progress: Progress, token: CancelToken, executor: Executor | None) -> dict[str, Any]:
    request, space = sweep.request, sweep.space
    with ExitStack() as stack:
        pool = stack.enter_context(_pool(request, token, executor))
        own = (request.training.seed, request.workers, space.as_it_is())
        study = stack.enter_context(opened(sweep.folder, space.dimensions, *own))
        sweep.write(study, {})
        stack.enter_context(stage("trials", progress))
        while len(study.trials) < request.trials:
            values = study.draw(min(request.workers, request.trials - len(study.trials)))
            limits = study.limits() if request.pruner == "median" else ()
            orders = [_order(sweep, value, limits, token) for value in values]
            found = ordered_results(carry_out, orders, cancel=token, executor=pool, at_once=request.workers)
            for outcome in found:
                study.record(outcome, _value(outcome, request.objective))
                sweep.write(study, {})
                _tell(study, request, progress)
        document = sweep.write(study, study.importances())
        write_text(sweep.folder / TRIALS_FILE, table_of(study.trials))
    return document


def _value(outcome: TrialOutcome, objective: str) -> float | None:
    found = outcome.figures.get(objective)
    return None if found is None else float(found)


def _tell(study: Study, request: SweepRequest, progress: Progress) -> None:
    best, last = best_of(study.trials), study.trials[-1]
    value = None if best is None else best.value
    progress(TrialDone(len(study.trials), request.trials, last.outcome.state, last.value, value))


def _order(sweep: _Sweep, values: dict[str, Any], limits: tuple[float, ...], token: CancelToken) -> TrialOrder:
    training = sweep.request.training
    return TrialOrder(
        Workspace(training.workspace.root.absolute()),
        training.symbols,
        training.timeframe,
        training.start,
        training.end,
        sweep.space.content(values),
        sweep.space.where,
        sweep.cuts,
        training.seed,
        training.weights,
        training.device,
        token,
        limits,
    )


@contextmanager
def _pool(request: SweepRequest, token: CancelToken, executor: Executor | None) -> Iterator[Executor]:
    """Give where trials run; a cluster must see the workspace."""
    if executor is not None:
        yield executor
        return
    with ExitStack() as stack:
        cluster = request.training.cluster
        shared = stack.enter_context(shared_folder(request.training.workspace)) if cluster else None
        yield stack.enter_context(executor_for(cluster, cancel=token, shared=shared))


def _check(request: SweepRequest) -> None:
    if request.trials < 1:
        raise InvalidValue("trials", request.trials, "1 or more")
    if request.workers < 1:
        raise InvalidValue("workers", request.workers, "1 or more")
    if request.objective not in OBJECTIVES:
        raise UnknownName("objective", request.objective, OBJECTIVES, where="--objective")
    if request.pruner not in PRUNERS:
        raise UnknownName("pruner", request.pruner, PRUNERS, where="--pruner")
    check_writable(request.training.workspace.runs)
    library()


def _names(request: SweepRequest, name: str, before: dict[str, Any]) -> tuple[str, ...]:
    """Return the strategies that the trials are tries of; the name of a new one must be free."""
    known = tuple(before.get("names", (name,)))
    wanted = request.save_best
    if wanted is None or wanted in known[1:]:
        return known
    safe_name(wanted, "strategy")
    if wanted.casefold() in {taken.casefold() for taken in strategy_files(request.training.workspace)}:
        raise StrategyExists(wanted)
    return (*known, wanted)


def _saved(
    request: SweepRequest, space: Space, document: dict[str, Any], progress: Progress, token: CancelToken
) -> dict[str, Any]:
    """Write the best trial's strategy and train it; its test figures are the first that anybody sees."""
    name, best = str(request.save_best), document["best"]
    if best is None:
        raise BadInput("no trial could be judged, so there is none to save", hint=document["report"][-1], where=name)
    workspace = request.training.workspace
    if name not in strategy_files(workspace):
        create_strategy(workspace, name, space.written(best["values"]))
    trained = train(replace(request.training, strategy=name), progress, token)
    path = workspace.strategies / f"{name}.yaml"
    return {"saved": {"strategy_name": name, "strategy_file": str(path), "training": trained.document}}


def _found(workspace: Workspace, given: str) -> Path:
    path = Path(given)
    folder = path if path.is_dir() else named_run(workspace, safe_name(path.name, "run"), SWEEP_FILE)
    if (folder / SWEEP_FILE).is_file():
        return folder
    raise RunNotFound(given, sorted(entry.parent.name for entry in workspace.runs.glob(f"*/{SWEEP_FILE}")), "sweep")


def _kept(folder: Path) -> dict[str, Any]:
    path = folder / SWEEP_FILE
    try:
        return dict(json.loads(path.read_bytes()))
    except ValueError as error:
        raise BadInput("the record of the sweep is damaged", hint="start another sweep", where=str(path)) from error
