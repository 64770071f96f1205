"""Opens a model folder for use: checked first, then the tensors alone, never a whole object, and without torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.features.scaler import ScalerState
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.integrity import CheckedFolder
from ktrdr_app.model_store.registry import ModelInfo, info_of
from ktrdr_app.model_store.resolver import check_path
from ktrdr_app.model_store.weights import CLASSES, read_weights
from ktrdr_app.neural.dense import DenseNetwork
from ktrdr_app.neural.model import MLPTradingModel


@dataclass(frozen=True)
class LoadedModel:
    """A model ready for use.

    Attributes
    ----------
    model : MLPTradingModel
        Scales raw features itself.
    info : ModelInfo
        What it is and where it lies.
    strategy_document : dict
        The strategy it was trained by; in the original's grammar for its own folders.
    manifest : dict
        How it was trained; empty for the original's folders.
    contract_digest : str
        Hash of its feature contract; empty for the original's folders.
    feature_names : tuple of str
        Input columns in order.
    scaler_document : dict
        As `ScalerState.to_document` returns it.
    metrics : dict
        Its figures.
    metadata : dict
        What its folder says of itself.
    """

    model: MLPTradingModel
    info: ModelInfo
    strategy_document: dict[str, Any]
    manifest: dict[str, Any]
    contract_digest: str
    feature_names: tuple[str, ...]
    scaler_document: dict[str, Any]
    metrics: dict[str, Any]
    metadata: dict[str, Any]


def load_model(path: Path) -> LoadedModel:
    """Check a model folder and open it.

    Parameters
    ----------
    path : Path
        The folder, or its ``_latest``.

    Raises
    ------
    ModelNotFound
        If there is no such folder.
    ModelRejected
        If a file is missing, changed, damaged or unsafe, or does not fit the others.
    """
    return open_checked(check_path(path))


def open_checked(checked: CheckedFolder) -> LoadedModel:
    """Open a folder that passed, as it was then.

    Parameters
    ----------
    checked : CheckedFolder
        What `integrity.check_folder` returned just now.

    Raises
    ------
    ModelRejected
        If its scaler or its weights cannot be used all the same.
    """
    scaler = ScalerState.from_document(checked.scaler_document, str(checked.path))
    shape = checked.shape
    weights = read_weights(checked.path / layout.WEIGHTS, shape)
    network = DenseNetwork((shape.inputs, *shape.hidden, CLASSES), shape.activation, shape.dropout, weights)
    return LoadedModel(
        model=MLPTradingModel(
            network,
            None if scaler.kind == "none" else scaler,
            checked.feature_names,
            checked.embedded,
            checked.calibration,
        ),
        info=info_of(checked),
        strategy_document=checked.strategy_document,
        manifest=checked.manifest,
        contract_digest=checked.contract_digest,
        feature_names=checked.feature_names,
        scaler_document=checked.scaler_document,
        metrics=checked.metrics,
        metadata=checked.metadata,
    )
