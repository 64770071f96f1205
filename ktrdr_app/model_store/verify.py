"""Puts a model folder to the test: every file, every checksum, the loading, and what it said of its samples."""

from __future__ import annotations

import contextlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import InvalidValue, ModelRejected
from ktrdr_app.core.files import sha256
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.folder_files import checked_document, listed_checksums
from ktrdr_app.model_store.integrity import CheckedFolder, check_in_store
from ktrdr_app.model_store.load import open_checked
from ktrdr_app.model_store.samples import TOLERANCE, largest_difference
from ktrdr_app.neural.model import MLPTradingModel

PASSED = "passed"
FAILED = "failed"
NOT_THERE = "not there"
"""An older folder, or one of the original's, has nothing to hold against: told, but no failure."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    name : str
        ``contents`` (every file that is read is there, safe and fits the others), ``checksums`` (of all files),
        ``load`` or ``samples``.
    result : str
        ``passed``, ``failed`` or ``not there``.
    detail : str
        What was found.
    """

    name: str
    result: str
    detail: str


@dataclass(frozen=True)
class Verification:
    """What a folder's checks gave.

    Attributes
    ----------
    path : Path
        The folder.
    checks : tuple of Check
        In order; all are told, whatever the first ones give.
    """

    path: Path
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return all(check.result != FAILED for check in self.checks)

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"path": str(self.path), "passed": self.passed, "checks": [asdict(check) for check in self.checks]}


def verify_model(path: Path, models_dir: Path | None = None) -> Verification:
    """Check a model folder as thoroughly as can be.

    Parameters
    ----------
    path : Path
        The folder, or its ``_latest``.
    models_dir : Path, optional
        The store; for a folder that does not lie in it, and by default, the one that the folder's place tells.

    Raises
    ------
    ModelNotFound
        If there is no such folder.
    """
    folder = layout.named_folder(path)
    contents, checked = _contents(folder, models_dir)
    checksums = _checksums(folder)
    load, model = _load(checked)
    return Verification(folder, (contents, checksums, load, _samples(folder, model)))


def _contents(folder: Path, models_dir: Path | None) -> tuple[Check, CheckedFolder | None]:
    try:
        checked = check_in_store(*_stored(folder, models_dir))
    except ModelRejected as error:
        return Check("contents", FAILED, error.reason), None
    return Check("contents", PASSED, f"a {checked.kind} model of {len(checked.feature_names)} features"), checked


def _stored(folder: Path, models_dir: Path | None) -> tuple[Path, Path]:
    """Return the folder as the store writes it, and the store."""
    if models_dir is not None:
        with contextlib.suppress(InvalidValue):
            return layout.in_store(folder, models_dir).folder, models_dir
    return folder.absolute(), layout.store_of(folder)


def _checksums(folder: Path) -> Check:
    """Compare every file, those too that are never read here."""
    try:
        listed = listed_checksums(folder)
        if not listed:
            return Check("checksums", NOT_THERE, "no checksums: the folder was written by the original program")
        found = {path.name: path for path in layout.entries(folder) if path.name != layout.CHECKSUMS}
        wrong = [
            *(f"{name} is missing" for name in listed if name not in found),
            *(f"{name} is not listed" for name in found if name not in listed),
            *(f"{name} is not a file" for name, file in found.items() if file.is_symlink() or not file.is_file()),
        ]
        wrong += [f"{name} was changed" for name, held in listed.items() if _differs(found.get(name), held)]
    except (ModelRejected, OSError) as error:
        return Check("checksums", FAILED, error.reason if isinstance(error, ModelRejected) else str(error))
    return Check(
        "checksums", FAILED if wrong else PASSED, "; ".join(wrong) or f"{len(listed)} files as they were saved"
    )


def _differs(file: Path | None, held: str) -> bool:
    return file is not None and file.is_file() and not file.is_symlink() and sha256(file) != held


def _load(checked: CheckedFolder | None) -> tuple[Check, MLPTradingModel | None]:
    if checked is None:
        return Check("load", FAILED, "not tried with such contents"), None
    try:
        model = open_checked(checked).model
    except ModelRejected as error:
        return Check("load", FAILED, error.reason), None
    return Check("load", PASSED, "the network takes its weights"), model


def _samples(folder: Path, model: MLPTradingModel | None) -> Check:
    try:
        held = listed_checksums(folder).get(layout.SAMPLES)
        if held is None:
            return Check("samples", NOT_THERE, "no samples: the folder is from before they were kept")
        document = checked_document(folder, layout.SAMPLES)
        if sha256(folder / layout.SAMPLES) != held:
            return Check("samples", FAILED, f"{layout.SAMPLES} was changed")
        if model is None:
            return Check("samples", FAILED, "there is no model to ask")
        rows, difference = largest_difference(model, document, str(folder / layout.SAMPLES))
    except (ModelRejected, OSError) as error:
        return Check("samples", FAILED, error.reason if isinstance(error, ModelRejected) else str(error))
    result = PASSED if difference <= TOLERANCE else FAILED
    return Check("samples", result, f"{rows} predictions, the largest difference is {difference:.1e}")
