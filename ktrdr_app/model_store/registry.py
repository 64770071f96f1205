"""Lists the models that are there, the damaged ones with what is wrong; opens nothing with torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.integrity import CheckedFolder, check_in_store
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
    test_accuracy, skill : float or None
        From its metrics, where they say.
    training_symbols : tuple of str
        Symbols it learnt from.
    look_ahead : bool
        Whether it is a model of the original, whose features use means and deviations of the whole series.
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
    look_ahead: bool = False

    @property
    def label(self) -> str:
        """The folder's name as lists show it: copies in the archive have ``legacy/`` in front."""
        return f"{layout.ARCHIVE}/{self.path.name}" if self.path.parent.name == layout.ARCHIVE else self.path.name

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return dataclasses.asdict(self) | {"path": str(self.path), "training_symbols": list(self.training_symbols)}


def list_models(models_dir: Path) -> list[ModelInfo]:
    """Return every model folder: by strategy, universal first, then symbol, time frame and highest version.

    Parameters
    ----------
    models_dir : Path
        The store; it need not exist.

    Raises
    ------
    StorageProblem
        If the store is there but cannot be read.
    """
    found = [
        _listed(path, name, models_dir, strategy.name)
        for strategy in layout.entries(models_dir)
        if strategy.is_dir() and not strategy.name.startswith(".")
        for path, name in layout.model_folders(strategy)
    ]
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


def _listed(path: Path, name: layout.FolderName, models_dir: Path, strategy_name: str) -> ModelInfo:
    try:
        return info_of(check_in_store(path, models_dir))
    except ModelRejected as error:
        return ModelInfo(
            path, name.kind, strategy_name, name.symbol, name.timeframe, name.version, problem=error.reason
        )


def info_of(checked: CheckedFolder) -> ModelInfo:
    """Return the line of a folder that passed.

    Parameters
    ----------
    checked : CheckedFolder
        What `integrity.check_folder` returned.
    """
    symbols = checked.manifest.get("training_symbols")
    own = (checked.symbol,) if checked.symbol else ()
    return ModelInfo(
        path=checked.path,
        kind=checked.kind,
        strategy_name=checked.strategy_name,
        symbol=checked.symbol,
        timeframe=checked.timeframe,
        version=checked.version,
        created_at=checked.created_at,
        complete=True,
        test_accuracy=_figure(checked.metrics, "test_accuracy"),
        skill=_figure(checked.metrics, "skill"),
        training_symbols=tuple(map(str, symbols)) if isinstance(symbols, list) else own,
        look_ahead=checked.original,
    )


def _figure(metrics: Mapping[str, Any], name: str) -> float | None:
    value = metrics.get(name)
    return float(value) if isinstance(value, (int, float)) else None


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
