"""One model as one zip file, with checksums; what comes in is taken for hostile until all of it is checked.

The zip holds files without folders: ``ktrdr-model.json`` (whose model it is, and the SHA-256 of each file) and the
files that are read here. ``model_full.pt`` and a universal folder's ``scaler.pkl`` run what they say when they are
opened by anyone, and nothing here reads them: they neither leave nor come in.
"""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.core import files
from ktrdr_app.core.errors import FileMissing, InvalidValue, KtrdrError, ModelRejected, StorageProblem
from ktrdr_app.core.protection import check_writable
from ktrdr_app.core.sealed_zip import SealedZip, ZipRules, open_sealed, sealed
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.folder_files import largest_of, listed_checksums
from ktrdr_app.model_store.integrity import CheckedFolder, check_folder
from ktrdr_app.model_store.rollback import best_left, named_by, point_to
from ktrdr_app.model_store.versions import claim_version, locked

log = logging.getLogger(__name__)

LABEL = "ktrdr-model.json"
_FORMAT = 1
_BOTH = (layout.WEIGHTS, layout.CONFIG, layout.FEATURES, layout.METRICS, layout.METADATA)
_OURS = (layout.MANIFEST, layout.CHECKSUMS, layout.SAMPLES, layout.COVERAGE)
ALLOWED = frozenset((*_BOTH, *_OURS, layout.SCALER, layout.SCALER_PICKLE))


@dataclass(frozen=True)
class _Label:
    """What a zip says of itself: whose model it is, and the SHA-256 of each file."""

    strategy_name: str
    name: layout.FolderName
    files: Mapping[str, str]


@dataclass(frozen=True)
class Exported:
    """A model that was written as a file.

    Attributes
    ----------
    path : Path
        The model.
    file : Path
        The zip.
    files : tuple of str
        What it holds.
    left_out : tuple of str
        Files of the folder that it does not hold.
    """

    path: Path
    file: Path
    files: tuple[str, ...]
    left_out: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self) | {"path": str(self.path), "file": str(self.file)}


@dataclass(frozen=True)
class Imported:
    """A model that came in.

    Attributes
    ----------
    path : Path
        Its new folder.
    was : str
        Name of its folder where it came from.
    latest : str
        What ``_latest`` names now; it is moved only where there was no other version.
    """

    path: Path
    was: str
    latest: str

    @property
    def renumbered(self) -> bool:
        """Whether it could not keep its number."""
        return self.was != self.path.name

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self) | {"path": str(self.path), "renumbered": self.renumbered}


def export_model(path: Path, file: Path) -> Exported:
    """Write a model as one zip; the same model always gives the same bytes.

    Parameters
    ----------
    path : Path
        The folder, or its ``_latest``.
    file : Path
        The zip; it must not exist.

    Raises
    ------
    ModelNotFound
        If there is no such folder.
    ModelRejected
        If it must not be used.
    InvalidValue
        If the file is there already.
    StorageProblem
        If the disk refuses; no file is left then.
    """
    folder = layout.named_folder(path)
    checked = check_folder(folder)
    if file.exists():
        raise InvalidValue("file", str(file), "a name that is not taken")
    there = {entry.name for entry in layout.entries(folder) if entry.is_file() and not entry.is_symlink()}
    names = sorted(there & _allowed(checked))
    try:
        contents = {name: (folder / name).read_bytes() for name in names}
    except OSError as error:
        raise StorageProblem(str(folder), error.strerror or str(error)) from error
    label = {
        "strategy_name": checked.strategy_name,
        "folder": layout.FolderName(checked.symbol, checked.timeframe, checked.version or 1).folder,
    }
    files.write_bytes(file, sealed(_rules(str(file)), label, contents))
    return Exported(folder, file, tuple(names), tuple(sorted(there - set(names))))


def import_model(file: Path, models_dir: Path) -> Imported:
    """Take a model from a zip into the store: whole and checked, or not at all.

    A number that is lower than one that was ever used is not taken again: the model then gets the next free one.
    A ``_latest`` that works stays where it is, so that a model from elsewhere serves only once somebody says so.

    Parameters
    ----------
    file : Path
        As `export_model` writes it.
    models_dir : Path
        The store; it is made if it is not there.

    Raises
    ------
    FileMissing
        If there is no such file.
    ModelRejected
        If anything in it is not as `export_model` writes it, or the model must not be used; nothing is left then.
    StorageProblem
        If the disk refuses, or the workspace is open read-only; nothing is left then.
    """
    check_writable(models_dir)
    if not file.is_file():
        raise FileMissing(str(file), "a model that `ktrdr-app models export` wrote")
    where = str(file)
    with open_sealed(file, _rules(where)) as opened:
        return _unpacked(opened, _label(opened, where), models_dir, where)


def _allowed(checked: CheckedFolder) -> frozenset[str]:
    """Return the files that its model reads: a migrated copy has its scaler as JSON, as universal models have."""
    as_json = checked.kind == layout.UNIVERSAL or layout.MIGRATION in checked.manifest
    return ALLOWED - {layout.SCALER_PICKLE if as_json else layout.SCALER}


def _rules(where: str) -> ZipRules:
    """Return what a model's zip may hold; refusals name the file."""

    def refused(reason: str, hint: str) -> ModelRejected:
        return ModelRejected(where, reason, hint) if hint else ModelRejected(where, reason)

    return ZipRules(LABEL, _FORMAT, {name: largest_of(name) for name in ALLOWED}, "model", refused)


def _label(opened: SealedZip, where: str) -> _Label:
    document = opened.label
    try:
        strategy_name, name = str(document["strategy_name"]), layout.parse_folder(document["folder"])
        if name is None:
            raise ValueError("another format")
        layout.checked_names(strategy_name, name.timeframe, name.symbol)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelRejected(where, f"{LABEL} is not readable ({error})") from error
    except KtrdrError as error:
        raise ModelRejected(where, f"{LABEL} names a model that cannot be: {error.message}") from error
    return _Label(strategy_name, name, opened.files)


def _unpacked(opened: SealedZip, label: _Label, models_dir: Path, where: str) -> Imported:
    """Build the folder under a hidden name, judge it there, then number and rename it."""
    place = models_dir / label.strategy_name
    hidden = place / f".{label.name.folder}.{uuid.uuid4().hex[:8]}.part"
    try:
        hidden.mkdir(parents=True)
        for file in label.files:
            opened.unpack(file, hidden / file)
        _check(hidden, label, where)
        return _numbered(hidden, place, label.name, models_dir)
    except OSError as error:
        raise StorageProblem(str(place), error.strerror or str(error)) from error
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
        with contextlib.suppress(OSError):
            place.rmdir()  # only where it was made for this and nothing came of it


def _check(hidden: Path, label: _Label, where: str) -> None:
    try:
        checked = check_folder(hidden)
    except ModelRejected as error:
        raise ModelRejected(where, error.reason, "export it again from a model that can be used") from error
    said = (checked.strategy_name, checked.symbol, checked.timeframe)
    if said != (label.strategy_name, label.name.symbol, label.name.timeframe):
        raise ModelRejected(where, f"its metadata say that it is {said[1] or layout.UNIVERSAL}_{said[2]} of {said[0]}")
    if extra := label.files.keys() - _allowed(checked):
        raise ModelRejected(where, f"a {checked.kind} model has no {', '.join(sorted(extra))}")


def _numbered(hidden: Path, place: Path, name: layout.FolderName, models_dir: Path) -> Imported:
    before = best_left(place, name.stem, models_dir)
    while True:
        version = claim_version(place, name.stem, name.version)
        final = place / layout.FolderName(name.symbol, name.timeframe, version).folder
        _renumber(hidden, version)
        with locked(place):
            if final.exists():
                continue
            hidden.rename(final)
            files.sync_folder(place)
            try:
                if not named_by(place, name.stem):
                    point_to(place, name.stem, before or final.name)
            except StorageProblem as error:  # the model is there: only its pointer is not
                log.warning("%s%s stays as it is (%s)", name.stem, layout.LATEST, error.message)
            return Imported(final, name.folder, named_by(place, name.stem))


def _renumber(folder: Path, version: int) -> None:
    """Say the number that it got, and list the checksums of what came in."""
    listed = listed_checksums(folder)
    if not listed:
        return
    for file in (layout.METADATA, layout.MANIFEST):
        document = json.loads((folder / file).read_bytes())
        if document.get("version") != version:
            files.write_json(folder / file, document | {"version": version})
            listed[file] = files.sha256(folder / file)
    kept = {name: held for name, held in listed.items() if (folder / name).exists()}
    files.write_json(folder / layout.CHECKSUMS, kept)
