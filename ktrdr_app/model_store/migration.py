"""Copies folders of the original into the archive, adds our papers, and proves that both predict alike."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core import files
from ktrdr_app.core.errors import ModelRejected, StorageProblem
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.integrity import SCHEMA_VERSION
from ktrdr_app.model_store.load import LoadedModel, load_model
from ktrdr_app.model_store.migration_plan import COPY, DAMAGED, MIGRATED, Step, checksums_of, plan_step
from ktrdr_app.model_store.rollback import named_by, point_to
from ktrdr_app.model_store.samples import TOLERANCE
from ktrdr_app.model_store.versions import locked, sweep

SAMPLE_ROWS = 256
_SPREAD = 1.5
_NOT_RECORDED = ("split", "seed", "labels", "total_samples", "data_fingerprints", "test metrics")


def migrate_step(step: Step, models_dir: Path, migration: str) -> Step:
    """Carry out one step of a plan; the original is only read.

    Parameters
    ----------
    step : Step
        What `plan_migration` said; only a ``copy`` is carried out.
    models_dir : Path
        The store.
    migration : str
        Name of the migration, kept with every copy.

    Returns
    -------
    Step
        What became of it: ``migrated``, or why not.

    Raises
    ------
    StorageProblem
        If the disk refuses; nothing of this folder is left then.
    """
    if step.action != COPY:
        return step
    sweep(step.target.parent)
    try:
        with files.new_folder(step.target) as hidden:
            _copy(step, hidden)
            before = load_model(step.source)
            manifest = _manifest(step, before, models_dir, migration)
            files.write_json(hidden / layout.SCALER, before.scaler_document)
            _seal(hidden, manifest)
            difference = _difference(before, load_model(hidden))
            if not difference <= TOLERANCE:
                raise ModelRejected(str(hidden), f"its copy predicts otherwise, by up to {difference:.2g}")
            verified = {"rows": SAMPLE_ROWS, "largest_difference": difference}
            _seal(hidden, manifest | {layout.MIGRATION: manifest[layout.MIGRATION] | verified})
    except ModelRejected as error:
        return replace(step, action=DAMAGED, reason=error.reason)
    except FileExistsError:  # another process was quicker
        return plan_step(models_dir, step.source)
    return replace(step, action=MIGRATED, rows=SAMPLE_ROWS, largest_difference=difference)


def point_archive(archive: Path, stem: str, new: Collection[str] = ()) -> None:
    """Let the archive's ``_latest`` name what the original's names or, if that has no copy, the highest version.

    One that works is moved only to a copy that has just come in, so that a rollback in the archive stays.

    Parameters
    ----------
    archive : Path
        ``models/{strategy}/legacy``.
    stem : str
        As `layout.stem_of` returns it.
    new : collection of str
        Bare names of the folders that have just come in.

    Raises
    ------
    StorageProblem
        If the disk refuses.
    """
    place = archive.parent
    with locked(place):
        copies = [path.name for path in layout.versions(archive, stem)]
        ought = named_by(place, stem) or next((path.name for path in layout.versions(place, stem)), "")
        ought = ought if ought in copies else next(iter(copies), "")
        if ought in new or not named_by(archive, stem):
            point_to(archive, stem, ought)


def sample_rows(model: LoadedModel) -> NDArray[np.float32]:
    """Return rows of features that are spread about what the model learnt from, the same ones for the same scaler.

    Parameters
    ----------
    model : LoadedModel
        Its scaler says where its features lie.

    Returns
    -------
    ndarray of float32, shape (256, n_features)
        Before scaling.
    """
    drawn = np.random.default_rng(0).normal(0.0, _SPREAD, (SAMPLE_ROWS, len(model.feature_names)))
    scaler = model.scaler_document
    if scaler["kind"] == "standard":
        drawn = np.asarray(scaler["mean"]) + drawn * np.asarray(scaler["scale"])
    elif scaler["kind"] == "minmax":
        drawn = np.asarray(scaler["data_min"]) + drawn * np.asarray(scaler["data_range"])
    return np.ascontiguousarray(drawn, dtype=np.float32)


def _copy(step: Step, hidden: Path) -> None:
    try:
        for name in step.checksums:
            shutil.copyfile(step.source / name, hidden / name)
        copied, _ = checksums_of(hidden)
    except OSError as error:
        raise StorageProblem(str(step.target), error.strerror or str(error)) from error
    if copied != step.checksums:
        raise ModelRejected(str(step.source), "it changed while it was being copied; run the migration again")


def _manifest(step: Step, model: LoadedModel, models_dir: Path, migration: str) -> dict[str, Any]:
    """Return what is known of a training of the original, and say what it never recorded."""
    info = model.info
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": layout.LEGACY,
        "model_type": layout.LEGACY,
        "strategy_name": info.strategy_name,
        "symbol": info.symbol,
        "timeframe": info.timeframe,
        "version": info.version,
        "created_at": info.created_at,
        "training_symbols": list(info.training_symbols),
        "epochs_trained": model.metrics.get("epochs_trained"),
        "library_versions": {"torch": model.metadata.get("pytorch_version")},
        "not_recorded": list(_NOT_RECORDED),
        layout.MIGRATION: {
            "name": migration,
            "source": step.source.relative_to(models_dir).as_posix(),
            "source_checksums": dict(step.checksums),
            "left_out": list(step.left_out),
        },
    }


def _seal(folder: Path, manifest: dict[str, Any]) -> None:
    files.write_json(folder / layout.MANIFEST, manifest)
    sums, _ = checksums_of(folder)
    files.write_json(folder / layout.CHECKSUMS, {name: sums[name] for name in sums if name != layout.CHECKSUMS})


def _difference(before: LoadedModel, after: LoadedModel) -> float:
    if before.feature_names != after.feature_names:
        return float("inf")
    rows = sample_rows(before)
    return float(np.abs(before.model.predict_proba(rows) - after.model.predict_proba(rows)).max())
