"""Saves a model as a folder that is whole or not there, under a number that is never used twice."""

from __future__ import annotations

import collections
import copy
import io
import platform
from datetime import UTC, datetime
from importlib import metadata as packages
from pathlib import Path
from typing import Any

import torch
from torch import nn

import ktrdr_app
from ktrdr_app.core import files
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.artifact import ModelArtifact
from ktrdr_app.model_store.integrity import SCHEMA_VERSION, check_folder
from ktrdr_app.model_store.legacy import scaler_pickle
from ktrdr_app.model_store.samples import samples_document
from ktrdr_app.model_store.versions import claim_version, point_latest, sweep
from ktrdr_app.neural.mlp import ACTIVATIONS
from ktrdr_app.neural.model import MLPTradingModel

_LIBRARIES = ("numpy", "pandas", "scikit-learn", "torch")


def save_model(artifact: ModelArtifact, models_dir: Path) -> Path:
    """Write a model into the store and point its ``_latest`` to it.

    Parameters
    ----------
    artifact : ModelArtifact
        What training made.
    models_dir : Path
        The store; it is made if it is not there.

    Returns
    -------
    Path
        The new folder.

    Raises
    ------
    UnsafeName, UnknownName, InvalidValue
        For names or a kind that cannot be right.
    ModelRejected
        If the artifact does not fit together, so that it could not be loaded again; nothing is left.
    StorageProblem
        If the disk refuses; nothing is left.
    """
    layout.checked_names(artifact.strategy_name, artifact.timeframe, artifact.symbol)
    universal = artifact.symbol is None
    if artifact.kind not in layout.KINDS or universal != (artifact.kind == layout.UNIVERSAL):
        raise InvalidValue("kind", artifact.kind, "universal without a symbol, or legacy with one")
    if "model" in artifact.strategy_document:
        raise InvalidValue("strategy_document", "model", "a strategy of ours, which has no such key")
    place = models_dir / artifact.strategy_name
    stem = layout.stem_of(artifact.symbol, artifact.timeframe)
    sweep(place)
    while True:
        final = place / f"{stem}_v{claim_version(place, stem)}"
        try:
            with files.new_folder(final) as hidden:
                _write(artifact, final.name, hidden)
                check_folder(hidden)
        except FileExistsError:
            continue
        break
    point_latest(place, stem)
    return final


def library_versions() -> dict[str, str]:
    """Return the versions of this program and of the libraries that a result depends on."""
    own = {"ktrdr_app": ktrdr_app.__version__, "python": platform.python_version()}
    return own | {name: packages.version(name) for name in _LIBRARIES}


def _write(artifact: ModelArtifact, name: str, folder: Path) -> None:
    network = copy.deepcopy(artifact.network).cpu().eval()
    tensors = collections.OrderedDict((key, tensor.detach().clone()) for key, tensor in network.state_dict().items())
    names = list(artifact.feature_names)
    scaler = {"feature_names": names} | artifact.scaler_document
    identity = _identity(artifact, name)
    files.write_bytes(folder / layout.WEIGHTS, _saved(tensors))
    files.write_bytes(folder / layout.WHOLE_OBJECT, _saved(network))
    pickled = scaler_pickle(scaler, int(artifact.manifest.get("total_samples", 0)))
    if pickled is not None:
        files.write_bytes(folder / layout.SCALER_PICKLE, pickled)
    documents: dict[str, dict[str, Any]] = {
        layout.CONFIG: artifact.strategy_document | {"model": _model_section(artifact, network, scaler["kind"])},
        layout.FEATURES: {
            "feature_names": names,
            "feature_count": len(names),
            "feature_importance": dict(artifact.importance),
            "contract_digest": artifact.contract_digest,
        }
        | ({"embedded_symbols": list(artifact.embedded)} if artifact.embedded else {}),
        layout.METRICS: dict(artifact.metrics),
        layout.MANIFEST: {"model_type": artifact.kind} | dict(artifact.manifest) | identity,
        layout.METADATA: identity | _summary(artifact),
    }
    if artifact.kind == layout.UNIVERSAL:
        documents[layout.SCALER] = scaler
    if artifact.samples is not None:
        model = MLPTradingModel(network, None, artifact.feature_names, artifact.embedded, artifact.calibration)
        documents[layout.SAMPLES] = samples_document(model, artifact.samples)
    if artifact.coverage is not None:
        documents[layout.COVERAGE] = dict(artifact.coverage)
    for file, document in documents.items():
        files.write_json(folder / file, document)
    files.write_json(folder / layout.CHECKSUMS, {path.name: files.sha256(path) for path in layout.entries(folder)})


def _identity(artifact: ModelArtifact, name: str) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": artifact.kind,
        "strategy_name": artifact.strategy_name,
        "symbol": artifact.symbol,
        "timeframe": artifact.timeframe,
        "version": int(name.rpartition("_v")[2]),
        "created_at": datetime.now(UTC).isoformat(),
        "contract_digest": artifact.contract_digest,
        "library_versions": library_versions(),
    }


def _summary(artifact: ModelArtifact) -> dict[str, Any]:
    """Return the fields that the original's metadata have besides."""
    known = {**artifact.manifest, **artifact.metrics}
    return {
        "model_type": "Sequential",
        "input_size": len(artifact.feature_names),
        "feature_count": len(artifact.feature_names),
        "pytorch_version": str(torch.__version__),
        "training_symbols": known.get("training_symbols", [artifact.symbol] if artifact.symbol else []),
        "training_summary": {
            "epochs": known.get("epochs_trained"),
            "final_accuracy": known.get("train_accuracy"),
            "best_val_accuracy": known.get("val_accuracy"),
        },
    }


def _model_section(artifact: ModelArtifact, network: nn.Sequential, scaling: str) -> dict[str, Any]:
    """Describe the network as the original's configuration does, and how its logits become probabilities."""
    linear = [layer for layer in network if isinstance(layer, nn.Linear)]
    dropout = [layer.p for layer in network if isinstance(layer, nn.Dropout)]
    named = [name for layer in network for name, kind in ACTIVATIONS.items() if type(layer) is kind]
    return {
        "type": "mlp",
        "architecture": {
            "hidden_layers": [layer.out_features for layer in linear[:-1]],
            "activation": named[0] if named else "relu",
            "output_activation": "softmax",
            "dropout": dropout[0] if dropout else 0.0,
        },
        "features": {"scale_features": scaling != "none", "scaling_method": scaling},
        "input_size": linear[0].in_features,
        "calibration": artifact.calibration.to_document(),
    }


def _saved(content: object) -> bytes:
    stream = io.BytesIO()
    torch.save(content, stream)
    return stream.getvalue()
