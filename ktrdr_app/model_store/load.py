"""Opens a model folder for use: checked first without torch, then the tensors alone, never a whole object."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.features.scaler import ScalerState
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.integrity import CheckedFolder
from ktrdr_app.model_store.registry import ModelInfo, info_of
from ktrdr_app.model_store.resolver import check_path
from ktrdr_app.model_store.weights import CLASSES, NetworkShape
from ktrdr_app.neural.mlp import ACTIVATIONS, MLPTradingModel

ALL_ACTIVATIONS: dict[str, type[nn.Module]] = {**ACTIVATIONS, "sigmoid": nn.Sigmoid}  # the original has sigmoid too


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
    network = empty_network(checked.shape)
    network.load_state_dict(_tensors(checked), assign=True)
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


def empty_network(shape: NetworkShape) -> nn.Sequential:
    """Return a network without memory for its weights, which are assigned later; no random number is drawn.

    Parameters
    ----------
    shape : NetworkShape
        Inputs, hidden layers, activation and dropout.
    """
    layers: list[nn.Module] = []
    width = shape.inputs
    for units in shape.hidden:
        layers += [
            nn.Linear(width, units, device="meta"),
            ALL_ACTIVATIONS[shape.activation](),
            nn.Dropout(shape.dropout),
        ]
        width = units
    return nn.Sequential(*layers, nn.Linear(width, CLASSES, device="meta"))


def _tensors(checked: CheckedFolder) -> dict[str, torch.Tensor]:
    path = checked.path / layout.WEIGHTS
    try:
        tensors: dict[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, EOFError, OSError, RuntimeError, ValueError) as error:
        raise ModelRejected(str(path), f"torch cannot read the weights ({error})") from error
    return tensors
