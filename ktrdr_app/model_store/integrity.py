"""Judges a model folder without torch: every file that would be read is there, whole, safe and fitting.

``model_full.pt`` and a universal folder's ``scaler.pkl`` are never opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.folder_files import FolderFiles
from ktrdr_app.model_store.legacy import read_scaler
from ktrdr_app.model_store.weights import NetworkShape, check_weights, shape_of
from ktrdr_app.neural.calibration import UNCALIBRATED, Calibration
from ktrdr_app.neural.symbols import symbol_columns

SCHEMA_VERSION = 1
_SCALER_KEYS = {"standard": ("mean", "scale"), "minmax": ("data_min", "data_range")}
_COMMON = (layout.WEIGHTS, layout.CONFIG, layout.FEATURES, layout.METRICS, layout.METADATA)


@dataclass(frozen=True)
class CheckedFolder:
    """The documents of a folder that passed.

    Attributes
    ----------
    path : Path
        The folder.
    kind : str
        ``universal`` or ``legacy``.
    strategy_name, timeframe : str
        As the metadata say.
    symbol : str or None
        Symbol of a legacy model.
    version : int
        From the folder's name, else from the metadata; 0 where neither says.
    created_at : str
        As the metadata say: UTC for ours, local without offset for the original's.
    shape : NetworkShape
        The network.
    feature_names : tuple of str
        Input columns in order.
    embedded : tuple of str
        Symbols with a learned vector, whose columns follow the features'.
    calibration : Calibration
        How logits become probabilities; `UNCALIBRATED` for folders from before there was any, and the original's.
    contract_digest : str
        Hash of the feature contract; empty for the original's folders.
    scaler_document : dict
        As `ScalerState.to_document` returns it.
    strategy_document : dict
        The strategy; in the original's grammar for its own folders.
    features, metrics, metadata, manifest : dict
        The other documents; the manifest is empty for the original's folders, but not for migrated copies of them.
    """

    path: Path
    kind: str
    strategy_name: str
    timeframe: str
    symbol: str | None
    version: int
    created_at: str
    shape: NetworkShape
    feature_names: tuple[str, ...]
    embedded: tuple[str, ...]
    calibration: Calibration
    contract_digest: str
    scaler_document: dict[str, Any]
    strategy_document: dict[str, Any]
    features: dict[str, Any]
    metrics: dict[str, Any]
    metadata: dict[str, Any]
    manifest: dict[str, Any]

    @property
    def original(self) -> bool:
        """Whether the original program trained it: its features look ahead, and it has no feature contract."""
        return not self.contract_digest


def check_folder(folder: Path) -> CheckedFolder:
    """Return the documents of a model folder, or say why it must not be used.

    Parameters
    ----------
    folder : Path
        The folder itself, not a ``_latest``.

    Raises
    ------
    ModelNotFound
        If there is no such folder.
    ModelRejected
        If a file is missing, a link, too large, damaged, unsafe, or does not fit the others.
    """
    return _readable(layout.existing(folder))


def check_in_store(folder: Path, models_dir: Path) -> CheckedFolder:
    """Return the documents of a folder that lies in the store, under the name that it has inside.

    Parameters
    ----------
    folder : Path
        ``models/{strategy}/[legacy/]{name}``, written as the store is.
    models_dir : Path
        The store.

    Raises
    ------
    ModelRejected
        As `check_folder`; also if links lead out of the store, or name and content disagree.
    """
    check_place(folder, models_dir)
    checked = _readable(folder)
    strategy_name = folder.relative_to(models_dir).parts[0]
    said = layout.FolderName(checked.symbol, checked.timeframe, checked.version).folder
    if said != folder.name or checked.strategy_name != strategy_name:
        reason = f"its metadata say that it is {said} of {checked.strategy_name}"
        raise ModelRejected(str(folder), reason, fault=layout.MISMATCH)
    return checked


def check_place(folder: Path, models_dir: Path) -> None:
    """Refuse a folder that is not really in the store.

    Parameters
    ----------
    folder : Path
        ``models/{strategy}/[legacy/]{name}``.
    models_dir : Path
        The store.

    Raises
    ------
    ModelRejected
        If it is a link, or one on the way to it leads out of the store.
    """
    if folder.is_symlink() or not folder.resolve().is_relative_to(models_dir.resolve()):
        reason = "it is a link, or reached by one that leads out of the models folder"
        raise ModelRejected(str(folder), reason, fault=layout.UNSAFE)


class Judge:
    """Checks folders of a store, each once, so that several questions about one moment cost one look at it.

    Parameters
    ----------
    models_dir : Path
        The store.
    """

    def __init__(self, models_dir: Path) -> None:
        self.models_dir = models_dir
        self._found: dict[Path, CheckedFolder | ModelRejected] = {}

    def check(self, folder: Path) -> CheckedFolder:
        """Return the documents of a folder as it was when it was first asked for.

        Parameters
        ----------
        folder : Path
            ``models/{strategy}/[legacy/]{name}``.

        Raises
        ------
        ModelRejected
            As `check_in_store`.
        """
        if folder not in self._found:
            try:
                self._found[folder] = check_in_store(folder, self.models_dir)
            except ModelRejected as error:
                self._found[folder] = error
        found = self._found[folder]
        if isinstance(found, ModelRejected):
            raise found
        return found


def _readable(folder: Path) -> CheckedFolder:
    try:
        return _checked(FolderFiles(folder))
    except OSError as error:
        raise ModelRejected(str(folder), f"it cannot be read ({error.strerror or error})") from error


def _checked(files: FolderFiles) -> CheckedFolder:
    folder = files.folder
    files.require(_COMMON)
    metadata = files.document(layout.METADATA)
    ours = "schema_version" in metadata
    kind = str(metadata.get("kind")) if ours else layout.LEGACY
    migrated = {} if ours else _migrated(files)
    as_json = kind == layout.UNIVERSAL or bool(migrated)
    if ours or migrated:
        _check_ours(files, metadata if ours else migrated, as_json)
    config, features = files.document(layout.CONFIG), files.document(layout.FEATURES)
    names = _feature_names(features, str(folder / layout.FEATURES))
    embedded = _embedded(features, str(folder / layout.FEATURES))
    shape = shape_of(config, len(names) + symbol_columns(embedded), str(folder / layout.CONFIG))
    strategy_name, timeframe, symbol = _identity(metadata, kind, str(folder / layout.METADATA))
    if features.get("contract_digest", "") != metadata.get("contract_digest", ""):
        reason = "the feature contract of features.json is not that of metadata.json"
        raise ModelRejected(str(folder), reason, fault=layout.MISMATCH)
    scaler = _scaler(files, as_json, config, names)
    check_weights(folder / layout.WEIGHTS, shape)
    parsed = layout.parse_folder(folder.name)
    return CheckedFolder(
        path=folder,
        kind=kind,
        strategy_name=strategy_name,
        timeframe=timeframe,
        symbol=symbol,
        version=parsed.version if parsed else _version(metadata),
        created_at=str(metadata.get("created_at", "")),
        shape=shape,
        feature_names=names,
        embedded=embedded,
        calibration=_calibration(config, ours, str(folder / layout.CONFIG)),
        contract_digest=str(features.get("contract_digest", "")),
        scaler_document=scaler,
        strategy_document={key: value for key, value in config.items() if key != "model"} if ours else config,
        features=features,
        metrics=files.document(layout.METRICS),
        metadata=metadata,
        manifest=files.document(layout.MANIFEST) if ours else migrated,
    )


def _migrated(files: FolderFiles) -> dict[str, Any]:
    """Return the manifest of a migrated copy, whose metadata are still the original's; empty for an original."""
    folder = files.folder
    if not (folder / layout.CHECKSUMS).exists() and not (folder / layout.MANIFEST).exists():
        return {}
    files.require((layout.MANIFEST,))
    manifest = files.document(layout.MANIFEST)
    if not isinstance(manifest.get(layout.MIGRATION), dict) or manifest.get("kind") != layout.LEGACY:
        raise ModelRejected(str(folder), f"{layout.METADATA} lost its schema_version", fault=layout.MISMATCH)
    return manifest


def _check_ours(files: FolderFiles, identity: Mapping[str, Any], with_scaler: bool) -> None:
    """Check what only our own folders have: schema, kind, manifest, and a checksum for every file that is read."""
    folder, kind, version = files.folder, identity.get("kind"), identity.get("schema_version")
    if version != SCHEMA_VERSION:
        hint = "update the program that opens it"
        raise ModelRejected(str(folder), f"schema_version is {version!r}", hint, fault=layout.MISMATCH)
    if kind not in layout.KINDS:
        raise ModelRejected(str(folder), f"its kind is {kind!r}", fault=layout.MISMATCH)
    own = (layout.CHECKSUMS, layout.MANIFEST, *((layout.SCALER,) if with_scaler else ()))
    files.require(own)
    checksums = files.document(layout.CHECKSUMS)
    pickled = folder / layout.SCALER_PICKLE
    read_too = (layout.SCALER_PICKLE,) if not with_scaler and pickled.exists() else ()
    files.require(read_too)
    for name in (*_COMMON, *own[1:], *read_too):
        if name not in checksums:
            raise ModelRejected(str(folder), f"{layout.CHECKSUMS} does not list {name}")
        if files.sha256(name) != checksums[name]:
            raise ModelRejected(str(folder / name), "its checksum does not match: it was changed or is damaged")


def _feature_names(features: Mapping[str, Any], where: str) -> tuple[str, ...]:
    names = features.get("feature_names")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise ModelRejected(where, "it does not name the features")
    if len(set(names)) != len(names):
        raise ModelRejected(where, "it names a feature twice")
    return tuple(names)


def _embedded(features: Mapping[str, Any], where: str) -> tuple[str, ...]:
    symbols = features.get("embedded_symbols", [])
    if not isinstance(symbols, list) or not all(isinstance(name, str) for name in symbols):
        raise ModelRejected(where, "its embedded_symbols are not a list of names")
    if len(set(symbols)) != len(symbols):
        raise ModelRejected(where, "it embeds a symbol twice")
    return tuple(symbols)


def _identity(metadata: Mapping[str, Any], kind: str, where: str) -> tuple[str, str, str | None]:
    needed = ("strategy_name", "timeframe", *(("symbol",) if kind == layout.LEGACY else ()))
    for key in needed:
        if not isinstance(metadata.get(key), str):
            raise ModelRejected(where, f"it does not say {key}")
    return metadata["strategy_name"], metadata["timeframe"], metadata["symbol"] if kind == layout.LEGACY else None


def _version(metadata: Mapping[str, Any]) -> int:
    version = metadata.get("version")
    return version if type(version) is int else 0


def _scaler(files: FolderFiles, as_json: bool, config: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Return the scaler's numbers from ``scaler.json`` or, in a legacy folder, from its pickle."""
    if as_json:
        document = files.document(layout.SCALER)
    elif _scales(config):
        files.require((layout.SCALER_PICKLE,))
        document = read_scaler(files.folder / layout.SCALER_PICKLE, names)
    else:
        document = {"kind": "none", "feature_names": list(names)}
    if document.get("feature_names") != list(names):
        reason = "the scaler was fitted on other features than features.json names"
        raise ModelRejected(str(files.folder), reason, fault=layout.MISMATCH)
    _check_numbers(document, len(names), str(files.folder))
    return document


def _check_numbers(scaler: Mapping[str, Any], count: int, where: str) -> None:
    """Refuse the numbers that `ScalerState.from_document` would, whose imports a list does without."""
    kind = str(scaler.get("kind"))
    if kind == "none":
        return
    try:
        offset, scale = (np.asarray(scaler[key], dtype=np.float64) for key in _SCALER_KEYS[kind])
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        raise ModelRejected(where, f"the scaler is not readable ({error})") from error
    if offset.shape != (count,) or scale.shape != (count,):
        reason = f"the scaler has {offset.size} and {scale.size} numbers for {count} features"
        raise ModelRejected(where, reason, fault=layout.MISMATCH)
    if not (np.isfinite(offset).all() and np.isfinite(scale).all() and (scale > 0).all()):
        raise ModelRejected(where, "the scaler holds numbers that are not finite, or a scale of 0")


def _calibration(config: Mapping[str, Any], ours: bool, where: str) -> Calibration:
    return Calibration.from_document(config["model"].get("calibration"), where) if ours else UNCALIBRATED


def _scales(config: Mapping[str, Any]) -> bool:
    features = config["model"].get("features")
    return bool(features.get("scale_features", True)) if isinstance(features, dict) else True
