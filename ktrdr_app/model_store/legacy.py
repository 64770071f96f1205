"""What only the original's folders need: their scaler, read from its pickle as plain numbers, and written so."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.core.lazy import load
from ktrdr_app.model_store.pickles import Inert, read_inert

LARGEST_SCALER = 1 << 20
_STANDARD = "sklearn.preprocessing._data.StandardScaler"
_MINMAX = "sklearn.preprocessing._data.MinMaxScaler"
_SPELLINGS = ("numpy.core.multiarray", "numpy._core.multiarray")  # before and since numpy 2
_ARRAYS = frozenset(f"{module}._reconstruct" for module in _SPELLINGS)
_SCALARS = frozenset(f"{module}.scalar" for module in _SPELLINGS)
_GLOBALS = _ARRAYS | _SCALARS | {_STANDARD, _MINMAX, "numpy.ndarray", "numpy.dtype"}


def read_scaler(path: Path, feature_names: tuple[str, ...]) -> dict[str, Any]:
    """Return the numbers of a pickled scikit-learn scaler, of any version, without scikit-learn.

    Parameters
    ----------
    path : Path
        ``scaler.pkl`` of a legacy folder.
    feature_names : tuple of str
        Features, in column order.

    Returns
    -------
    dict
        As `ScalerState.to_document` returns it.

    Raises
    ------
    ModelRejected
        If the pickle holds anything but a fitted standard or min-max scaler of so many features.
    """
    where = str(path)
    scaler = read_inert(path.read_bytes(), _GLOBALS, where)
    if not isinstance(scaler, Inert) or not isinstance(scaler.state, dict):
        raise ModelRejected(where, "the scaler is not a scikit-learn scaler")
    state = scaler.state
    document = {"kind": "standard", "feature_names": list(feature_names)}
    try:
        if scaler.name == _STANDARD:
            ones = np.ones(len(feature_names))
            mean = _array(state["mean_"]) if state["with_mean"] else 0.0 * ones
            return document | _numbers("mean", mean, "scale", _array(state["scale_"]) if state["with_std"] else ones)
        if scaler.name == _MINMAX and not state.get("clip"):
            scale = 1.0 / _array(state["scale_"])
            document["kind"] = "minmax"
            return document | _numbers("data_min", -_array(state["min_"]) * scale, "data_range", scale)
    except (AttributeError, ArithmeticError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ModelRejected(where, f"the scaler is not readable ({error!r})") from error
    raise ModelRejected(where, f"the scaler is a {scaler.name or 'plain value'} of a kind that cannot be used")


def _numbers(first: str, offset: NDArray[np.float64], second: str, scale: NDArray[np.float64]) -> dict[str, Any]:
    return {first: offset.tolist(), second: scale.tolist()}


def _array(record: Inert) -> NDArray[np.float64]:
    """Return a one-dimensional float64 array from what its pickle says of it."""
    if record.name not in _ARRAYS:
        raise ValueError(f"{record.name} is not an array")
    _, shape, kind, _, content = record.state
    width, order, (length,) = kind.arguments[0], kind.state[1], shape
    if width not in ("f4", "f8") or order not in ("<", ">") or type(length) is not int:
        raise ValueError("an array of another kind or shape")
    values = np.frombuffer(content, dtype=f"{order}{width}").astype(np.float64)
    if len(values) != length:
        raise ValueError(f"{values.size} numbers for shape ({length},)")
    return values


def scaler_pickle(document: dict[str, Any], rows: int) -> bytes | None:
    """Return the scaler as the original wants it: a fitted scikit-learn object, pickled with protocol 4.

    Parameters
    ----------
    document : dict
        As `ScalerState.to_document` returns it.
    rows : int
        Training rows it was fitted on.

    Returns
    -------
    bytes or None
        None where features are not scaled.
    """
    if document["kind"] == "none":
        return None
    scalers = load("sklearn.preprocessing")
    if document["kind"] == "minmax":
        low, extent = np.asarray(document["data_min"]), np.asarray(document["data_range"])
        scaler = scalers.MinMaxScaler()
        scaler.data_min_, scaler.data_max_, scaler.data_range_ = low, low + extent, extent
        scaler.scale_, scaler.min_ = 1.0 / extent, -low / extent
        scaler.n_samples_seen_ = rows
    else:
        scaler = scalers.StandardScaler()
        scaler.mean_, scaler.scale_ = np.asarray(document["mean"]), np.asarray(document["scale"])
        scaler.var_ = scaler.scale_**2
        scaler.n_samples_seen_ = np.int64(rows)
    scaler.n_features_in_ = len(document["feature_names"])
    return pickle.dumps(scaler, protocol=4)
