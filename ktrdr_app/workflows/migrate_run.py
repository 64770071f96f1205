"""Migrates folders of the original into the archive, says what it did, and undoes it."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.files import write_json
from ktrdr_app.core.progress import Progress, SymbolDone, silent
from ktrdr_app.model_store import migration_undo
from ktrdr_app.model_store.migration import migrate_step, point_archive
from ktrdr_app.model_store.migration_plan import ALREADY, MIGRATED, Step, plan_migration
from ktrdr_app.workflows.model_requests import MigrateRequest, UndoMigrationRequest
from ktrdr_app.workflows.run_folders import run_id

REPORT = "migration.json"


def migrate_models(
    request: MigrateRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> dict[str, Any]:
    """Copy, verify and report; stopped or killed, it goes on where it was when it is run again.

    Stopped, or refused by the disk, it still writes the report, in which what was not reached is called ``copy``.

    Parameters
    ----------
    request : MigrateRequest
        What is migrated.
    progress : Progress
        Listener; one event per folder.
    cancel : CancelToken, optional
        Checked before each folder; those that are done stay.

    Returns
    -------
    dict
        The report: ``migration``, ``dry_run``, ``steps``, ``counts`` by action, ``seconds`` and ``report_file``, which
        is None for a dry run.

    Raises
    ------
    ModelNotFound, UnsafeName
        If there is no such strategy.
    StorageProblem
        If the disk refuses.
    Cancelled
        If it was stopped.
    """
    began, models = time.perf_counter(), request.workspace.models
    token = cancel or CancelToken("the migration")
    steps = plan_migration(models, request.strategy)
    name = run_id("migration")
    if request.dry_run:
        return _document(request, name, steps, began)
    done: list[Step] = []
    try:
        for number, step in enumerate(steps, 1):
            token.check()
            done.append(migrate_step(step, models, name))
            progress(SymbolDone(f"{step.strategy_name}/{step.source.name}", number, len(steps)))
    finally:
        try:
            _point_archives(done)
        finally:
            document = _document(request, name, [*done, *steps[len(done) :]], began)
            write_json(Path(document["report_file"]), document)
    return document


def undo_migration(
    request: UndoMigrationRequest, _progress: Progress = silent, cancel: CancelToken | None = None
) -> dict[str, Any]:
    """Move migrated copies into the trash; originals, and copies whose original is gone or changed, stay.

    Parameters
    ----------
    request : UndoMigrationRequest
        What is undone.
    _progress : Progress
        Not told anything: there is one answer at the end.
    cancel : CancelToken, optional
        Checked before anything moves.

    Returns
    -------
    dict
        ``undone``: per copy ``folder``, ``moved_to`` (None if it stays) and ``reason``.

    Raises
    ------
    ModelNotFound, UnsafeName, StorageProblem
        As `migrate_models`.
    """
    (cancel or CancelToken("the undoing")).check()
    done = migration_undo.undo_migration(request.workspace, request.strategy)
    return {"undone": [entry.to_document() for entry in done]}


def _document(request: MigrateRequest, name: str, steps: list[Step], began: float) -> dict[str, Any]:
    return {
        "migration": name,
        "dry_run": request.dry_run,
        "strategy": request.strategy,
        "steps": [step.to_document() for step in steps],
        "counts": dict(Counter(step.action for step in steps)),
        "report_file": None if request.dry_run else str(request.workspace.runs / name / REPORT),
        "seconds": time.perf_counter() - began,
    }


def _point_archives(done: list[Step]) -> None:
    """Let every archive's ``_latest`` name a copy, also where a run before was killed ahead of that."""
    new = {step.target for step in done if step.action == MIGRATED}
    for archive, stem in sorted({_stem(step.target) for step in done if step.action in (MIGRATED, ALREADY)}):
        point_archive(archive, stem, {target.name for target in new if target.parent == archive})


def _stem(target: Path) -> tuple[Path, str]:
    return target.parent, target.name.rpartition("_v")[0]
