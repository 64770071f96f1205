"""Makes models to save, and folders as the original program writes them, without our own saving code."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from torch import nn

from ktrdr_app.model_store.artifact import ModelArtifact
from ktrdr_app.model_store.save import save_model
from ktrdr_app.strategy.schema import Strategy

STRATEGY = "mean_reversion"
NAMES = ("rsi_low", "rsi_high", "roc_5", "volume_ratio")
HIDDEN = (6, 5)
DIGEST = "ab" * 32
_ACTIVATION = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "leaky_relu": nn.LeakyReLU}


def strategy_document() -> dict[str, Any]:
    sets = {"low": {"type": "triangular", "parameters": [0, 20, 40]}}
    return Strategy.model_validate(
        {
            "name": STRATEGY,
            "indicators": {"rsi": {"name": "rsi", "period": 14}},
            "fuzzy_sets": {"rsi": {"sets": sets}},
            "network": {"hidden_layers": list(HIDDEN)},
        }
    ).document()


def network(
    inputs: int = len(NAMES), hidden: tuple[int, ...] = HIDDEN, activation: str = "relu", seed: int = 0
) -> nn.Sequential:
    """Return a network whose weights come from NumPy, so that torch's own random state plays no part."""
    random = np.random.default_rng(seed)
    layers: list[nn.Module] = []
    for before, after in zip((inputs, *hidden), (*hidden, 3), strict=True):
        linear = nn.Linear(before, after)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(random.normal(0, 0.5, (after, before)).astype(np.float32)))
            linear.bias.copy_(torch.from_numpy(random.normal(0, 0.5, after).astype(np.float32)))
        layers += [linear, _ACTIVATION[activation](), nn.Dropout(0.1)]
    return nn.Sequential(*layers[:-2])


def raw_rows(rows: int = 40, inputs: int = len(NAMES), seed: int = 1) -> NDArray[np.float32]:
    random = np.random.default_rng(seed)
    return random.normal(5.0, [0.1, 1.0, 10.0, 100.0][:inputs], (rows, inputs)).astype(np.float32)


def forward(module: nn.Sequential, scaled: NDArray[Any]) -> NDArray[np.float64]:
    """Return probabilities of a relu network by plain NumPy, in float64."""
    values = scaled.astype(np.float64)
    linear = [layer for layer in module if isinstance(layer, nn.Linear)]
    for position, layer in enumerate(linear):
        values = values @ layer.weight.detach().numpy().astype(np.float64).T + layer.bias.detach().numpy()
        values = np.maximum(values, 0) if position < len(linear) - 1 else values
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def scaler_document(kind: str = "standard", names: tuple[str, ...] = NAMES) -> dict[str, Any]:
    rows = raw_rows(inputs=len(names)).astype(np.float64)
    document: dict[str, Any] = {"kind": kind, "feature_names": list(names)}
    if kind == "standard":
        document |= {"mean": rows.mean(axis=0).tolist(), "scale": rows.std(axis=0).tolist()}
    if kind == "minmax":
        document |= {"data_min": rows.min(axis=0).tolist(), "data_range": np.ptp(rows, axis=0).tolist()}
    return document


def scaled_by_hand(document: dict[str, Any], rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the rows scaled by the definition of each kind."""
    wide = rows.astype(np.float64)
    if document["kind"] == "standard":
        return (wide - document["mean"]) / document["scale"]
    if document["kind"] == "minmax":
        return (wide - document["data_min"]) / document["data_range"]
    return wide


def artifact(**changes: Any) -> ModelArtifact:
    """Return a universal 1h model to save; keywords replace fields, ``symbol`` makes it a legacy one."""
    symbol = changes.get("symbol")
    fields: dict[str, Any] = {
        "kind": "legacy" if symbol else "universal",
        "strategy_name": STRATEGY,
        "timeframe": "1h",
        "symbol": symbol,
        "network": network(),
        "strategy_document": strategy_document(),
        "feature_names": NAMES,
        "contract_digest": DIGEST,
        "scaler_document": scaler_document(),
        "metrics": {"test_accuracy": 0.61, "skill": 0.04, "train_accuracy": 0.7, "val_accuracy": 0.65},
        "manifest": {
            "training_symbols": [symbol] if symbol else ["AAPL", "MSFT"],
            "total_samples": 40,
            "epochs_trained": 12,
            "seed": 7,
        },
        "importance": {"rsi": 0.3, "roc_5": -0.01},
    }
    return ModelArtifact(**(fields | changes))


def save(models_dir: Path, **changes: Any) -> Path:
    return save_model(artifact(**changes), models_dir)


def write_original(
    models_dir: Path,
    symbol: str = "MSFT",
    timeframe: str = "1h",
    version: int = 1,
    strategy: str = STRATEGY,
    scaling: str = "standard",
    activation: str = "relu",
    folder: str = "",
    created_at: str = "2025-06-01T12:00:00.000001",
    module: nn.Sequential | None = None,
) -> Path:
    """Write a folder file by file as the original does: no checksums, no schema, a pickled scaler."""
    path = models_dir / strategy / folder / f"{symbol}_{timeframe}_v{version}"
    path.mkdir(parents=True)
    module = module or network(activation=activation)
    torch.save(module.state_dict(), path / "model.pt")
    torch.save(module, path / "model_full.pt")
    if scaling != "none":
        scaler = (StandardScaler() if scaling == "standard" else MinMaxScaler()).fit(raw_rows())
        (path / "scaler.pkl").write_bytes(pickle.dumps(scaler, protocol=4))
    _json(path / "config.json", original_config(strategy, scaling, activation))
    _json(path / "metrics.json", {"epochs_trained": 10, "best_val_accuracy": 0.6, "history": {"train_loss": [0.9]}})
    _json(path / "features.json", {"feature_names": list(NAMES), "feature_count": 4, "feature_importance": {}})
    metadata = {
        "strategy_name": strategy,
        "symbol": symbol,
        "timeframe": timeframe,
        "created_at": created_at,
        "model_type": "Sequential",
        "input_size": 4,
        "pytorch_version": "2.7.0",
        "training_summary": {"epochs": 10, "final_accuracy": 0.7, "best_val_accuracy": 0.6},
    }
    _json(path / "metadata.json", metadata)
    return path


def original_config(strategy: str, scaling: str, activation: str) -> dict[str, Any]:
    architecture = {"hidden_layers": list(HIDDEN), "activation": activation, "dropout": 0.1}
    features = {"scale_features": scaling != "none", "scaling_method": scaling}
    return {
        "name": strategy,
        "indicators": [{"name": "rsi", "period": 14}],
        "model": {"type": "mlp", "architecture": architecture, "features": features, "input_size": 4},
    }


def _json(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")


def edit(path: Path, change: Callable[[dict[str, Any]], Any], *, checksum: bool = True) -> None:
    """Change a JSON file in place and, as a careful attacker would, its checksum too."""
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    _json(path, document)
    if checksum:
        renew_checksum(path)


def renew_checksum(path: Path) -> None:
    listed = path.parent / "checksums.json"
    if listed.exists():
        document = json.loads(listed.read_text(encoding="utf-8"))
        document[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
        _json(listed, document)


def link_latest(folder: Path, target: str = "") -> Path:
    """Point the ``_latest`` beside a folder to it, as the original does."""
    latest = folder.with_name(folder.name.rpartition("_v")[0] + "_latest")
    latest.unlink(missing_ok=True)
    latest.symlink_to(target or folder.name)
    return latest


def pickle_calling(function: Callable[..., object], *arguments: object) -> bytes:
    """Return a pickle that calls a function when it is read by ``pickle.load``."""

    class Call:
        def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
            return function, arguments

    return pickle.dumps(Call(), protocol=4)
