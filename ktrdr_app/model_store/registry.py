"""Lists the models that are there, the damaged ones with what is wrong; opens nothing with torch."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.integrity import CheckedFolder, check_in_store, check_place
from ktrdr_app.model_store.known_lines import KnownLine, keep_known, read_known, state_of
from ktrdr_app.model_store.notes import read_notes
from ktrdr_app.model_store.resolver import check_path


@dataclass(frozen=True)
class ModelInfo:
    """One line in the list of models.

    Attributes
    ----------
    path : Path
        The folder.
    kind : str
        ``universal`` or ``legacy``.
    strategy_name : str
        Strategy whose models these are.
    symbol : str or None
        Symbol of a legacy model.
    timeframe : str
        Bar length.
    version : int
        From 1.
    created_at : str
        ISO date; empty for a damaged folder.
    complete : bool
        Whether it can be used.
    problem : str
        Why not.
    test_accuracy, skill, test_nll : float or None
        From its metrics, where they say.
    rows : int or None
        Rows it learnt from, where its manifest says.
    training_symbols : tuple of str
        Symbols it learnt from.
    latest : bool
        Whether its ``_latest`` names it.
    pinned : bool
        Whether it serves every request for its strategy and time frame.
    note : str
        What the user wrote of it.
    tags : tuple of str
        The user's words for it.
    look_ahead : bool
        Whether it is a model of the original, whose features use means and deviations of the whole series.
    fault : str
        Why not, in one word: ``incomplete``, ``mismatch``, ``unsafe`` or ``damaged``.
    """

    path: Path
    kind: str
    strategy_name: str
    symbol: str | None
    timeframe: str
    version: int
    created_at: str = ""
    complete: bool = False
    problem: str = ""
    test_accuracy: float | None = None
    skill: float | None = None
    training_symbols: tuple[str, ...] = ()
    test_nll: float | None = None
    rows: int | None = None
    latest: bool = False
    pinned: bool = False
    note: str = ""
    tags: tuple[str, ...] = ()
    look_ahead: bool = False
    fault: str = layout.DAMAGED

    @property
    def state(self) -> str:
        """``usable``, or what is wrong in one word: ``incomplete``, ``mismatch``, ``unsafe`` or ``damaged``."""
        return layout.USABLE if self.complete else self.fault

    @property
    def label(self) -> str:
        """The folder's name as lists show it: copies in the archive have ``legacy/`` in front."""
        return f"{layout.ARCHIVE}/{self.path.name}" if self.path.parent.name == layout.ARCHIVE else self.path.name

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        document = dataclasses.asdict(self) | {"path": str(self.path), "state": self.state}
        del document["fault"]
        return document | {"training_symbols": list(self.training_symbols), "tags": list(self.tags)}


def list_models(models_dir: Path, known: Path | None = None) -> list[ModelInfo]:
    """Return every model folder: by strategy, universal first, then symbol, time frame and highest version.

    Parameters
    ----------
    models_dir : Path
        The store; it need not exist.
    known : Path, optional
        File that remembers the lines of usable folders, so that unchanged ones are not checked again for a list;
        every folder is checked by default.

    Raises
    ------
    StorageProblem
        If the store is there but cannot be read.
    """
    before = read_known(known) if known else {}
    after: dict[str, KnownLine] = {}
    found = [
        info for strategy in layout.strategies(models_dir) for info in _of_strategy(strategy, models_dir, before, after)
    ]
    if known and after != before:
        keep_known(known, after)
    return sorted(
        found,
        key=lambda info: (
            info.strategy_name,
            info.symbol is not None,
            info.symbol or "",
            info.timeframe,
            -info.version,
            info.path,
        ),
    )


def _of_strategy(
    strategy: Path, models_dir: Path, before: Mapping[str, KnownLine], after: dict[str, KnownLine]
) -> list[ModelInfo]:
    notes = read_notes(strategy)
    latest: dict[tuple[Path, str], Path | None] = {}
    found = []
    for path, name in layout.model_folders(strategy):
        pointer = (path.parent, name.stem)
        if pointer not in latest:
            latest[pointer] = layout.read_pointer(*pointer).target
        key = path.relative_to(strategy).as_posix()
        said = notes.of(key)
        found.append(
            dataclasses.replace(
                _listed(path, name, models_dir, before, after),
                latest=latest[pointer] == path,
                pinned=notes.pins.get(name.timeframe) == key,
                note=said.note,
                tags=said.tags,
            )
        )
    return found


def _listed(
    path: Path, name: layout.FolderName, models_dir: Path, before: Mapping[str, KnownLine], after: dict[str, KnownLine]
) -> ModelInfo:
    """Return the line of a folder: as it is remembered, or checked, or with what is wrong."""
    inside = path.relative_to(models_dir)
    strategy_name, key = inside.parts[0], inside.as_posix()
    try:
        check_place(path, models_dir)
        state = state_of(path)
        line = before.get(key)
        if line is None or line.state != state:
            line = KnownLine(state, _said(check_in_store(path, models_dir)))
        after[key] = line
        return ModelInfo(path=path, strategy_name=strategy_name, complete=True, fault="", **line.fields)
    except ModelRejected as error:
        problem, fault = error.reason, error.fault
    except OSError as error:
        problem, fault = f"it cannot be read ({error.strerror or error})", layout.DAMAGED
    own = (name.symbol, name.timeframe, name.version)
    return ModelInfo(path, name.kind, strategy_name, *own, problem=problem, fault=fault)


def info_of(checked: CheckedFolder) -> ModelInfo:
    """Return the line of a folder that passed.

    Parameters
    ----------
    checked : CheckedFolder
        What `integrity.check_folder` returned.
    """
    return ModelInfo(path=checked.path, strategy_name=checked.strategy_name, complete=True, fault="", **_said(checked))


def _said(checked: CheckedFolder) -> dict[str, Any]:
    """Return the fields of a line that the folder's own files say."""
    symbols = checked.manifest.get("training_symbols")
    own = (checked.symbol,) if checked.symbol else ()
    rows = checked.manifest.get("total_samples")
    return {
        "kind": checked.kind,
        "symbol": checked.symbol,
        "timeframe": checked.timeframe,
        "version": checked.version,
        "created_at": checked.created_at,
        "test_accuracy": _figure(checked.metrics, "test_accuracy"),
        "skill": _figure(checked.metrics, "skill"),
        "training_symbols": tuple(map(str, symbols)) if isinstance(symbols, list) else own,
        "test_nll": _figure(checked.metrics, "test_nll"),
        "rows": rows if type(rows) is int else None,
        "look_ahead": checked.original,
    }


def _figure(metrics: Mapping[str, Any], name: str) -> float | None:
    value = metrics.get(name)
    try:
        return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None
    except OverflowError:  # a whole number beyond all floats
        return None


def show_model(path: Path) -> dict[str, Any]:
    """Return all that a model folder says of itself, as plain JSON types.

    Parameters
    ----------
    path : Path
        The folder, or its ``_latest``.

    Returns
    -------
    dict
        The fields of `ModelInfo`, ``network``, ``calibration``, ``feature_names``, ``contract_digest``, the documents
        ``strategy``, ``scaler``, ``metrics``, ``metadata``, ``training_manifest``, ``feature_importance``, and
        ``files`` with their sizes in bytes.

    Raises
    ------
    ModelNotFound
        If there is no such folder.
    ModelRejected
        If it must not be used.
    """
    checked = check_path(path)
    return info_of(checked).to_document() | {
        "network": dataclasses.asdict(checked.shape) | {"hidden": list(checked.shape.hidden)},
        "calibration": checked.calibration.to_document(),
        "feature_names": list(checked.feature_names),
        "contract_digest": checked.contract_digest,
        "strategy": checked.strategy_document,
        "scaler": checked.scaler_document,
        "metrics": checked.metrics,
        "metadata": checked.metadata,
        "training_manifest": checked.manifest,
        "feature_importance": checked.features.get("feature_importance", {}),
        "files": {file.name: file.stat().st_size for file in layout.entries(checked.path) if file.is_file()},
    }
