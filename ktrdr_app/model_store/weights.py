"""The weights file judged without torch: integrity, tensor names, shapes, and that all numbers are finite."""

from __future__ import annotations

import functools
import itertools
import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.layout import MISMATCH, UNSAFE
from ktrdr_app.model_store.pickles import Inert, read_inert

LARGEST = 1 << 30
_LARGEST_INDEX = 1 << 20
_GLOBALS = frozenset(("collections.OrderedDict", "torch.FloatStorage", "torch._utils._rebuild_tensor_v2"))
CLASSES = 3
ACTIVATIONS = ("relu", "tanh", "sigmoid", "leaky_relu")


@dataclass(frozen=True)
class NetworkShape:
    """Blocks of Linear, activation, dropout, then a last Linear to 3 logits.

    Attributes
    ----------
    inputs : int
        Features.
    hidden : tuple of int
        Units per hidden layer.
    activation : str
        One of `ACTIVATIONS`.
    dropout : float
        Share of hidden units dropped in training.
    """

    inputs: int
    hidden: tuple[int, ...]
    activation: str
    dropout: float

    def tensors(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of every tensor by its state-dict key."""
        widths = (self.inputs, *self.hidden, CLASSES)
        shapes: dict[str, tuple[int, ...]] = {}
        for block, (before, after) in enumerate(itertools.pairwise(widths)):
            shapes[f"{3 * block}.weight"] = (after, before)
            shapes[f"{3 * block}.bias"] = (after,)
        return shapes


def shape_of(config: Mapping[str, Any], inputs: int, where: str) -> NetworkShape:
    """Read the network's shape from the ``model`` section of ``config.json``.

    Parameters
    ----------
    config : mapping
        The document; ``dropout`` is 0.2 and ``activation`` relu where they are left out.
    inputs : int
        Number of features.
    where : str
        File, for messages.

    Raises
    ------
    ModelRejected
        If the section is missing, not of an MLP, or made for another number of features.
    """
    try:
        model = config["model"]
        architecture = model["architecture"]
        hidden = tuple(architecture["hidden_layers"])
        activation = str(architecture.get("activation", "relu")).lower()
        dropout = float(architecture.get("dropout", 0.2))
        kind, width = str(model.get("type", "mlp")).lower(), model.get("input_size", inputs)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise ModelRejected(where, f"its model section is not readable ({error!r})") from error
    if kind != "mlp":
        raise ModelRejected(where, f"its model is a {kind}; only mlp can be used", fault=MISMATCH)
    if not all(type(units) is int and units > 0 for units in hidden):
        raise ModelRejected(where, f"its hidden layers are {list(hidden)!r}")
    if not 0 <= dropout <= 1:
        raise ModelRejected(where, f"its dropout is {dropout!r}")
    if width != inputs:
        said = f"its network takes {width} features, but {inputs} are named"
        raise ModelRejected(where, said, fault=MISMATCH)
    return NetworkShape(inputs, hidden, activation if activation in ACTIVATIONS else "relu", dropout)


def check_weights(path: Path, shape: NetworkShape) -> None:
    """Check that the file is whole, holds nothing but tensors, and that they fit the network.

    Parameters
    ----------
    path : Path
        ``model.pt``: a zip archive as torch writes it.
    shape : NetworkShape
        What the configuration says.

    Raises
    ------
    ModelRejected
        If it is damaged, too large, unsafe, or of another shape.
    """
    for _ in _tensors(path, shape):
        pass


def read_weights(path: Path, shape: NetworkShape) -> NDArray[np.float32]:
    """Check the file as `check_weights` does, and return what it holds.

    Parameters
    ----------
    path : Path
        ``model.pt``.
    shape : NetworkShape
        What the configuration says.

    Returns
    -------
    ndarray of float32, shape (n_weights,)
        Layer after layer, weight (outputs, inputs), then bias.

    Raises
    ------
    ModelRejected
        As `check_weights` raises it.
    """
    return np.concatenate(list(_tensors(path, shape))).astype(np.float32, copy=False)


def _tensors(path: Path, shape: NetworkShape) -> Iterator[NDArray[np.float32]]:
    """Yield the numbers of each tensor, in the order of `NetworkShape.tensors`."""
    where = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = _sizes(archive, where)
            index = [name for name in sizes if name.endswith("/data.pkl") and name.count("/") == 1]
            if len(index) != 1 or sizes[index[0]] > _LARGEST_INDEX:
                raise ModelRejected(where, "the weights have no readable index")
            prefix = index[0].removesuffix("data.pkl")
            if f"{prefix}byteorder" in sizes and archive.read(f"{prefix}byteorder") != b"little":
                raise ModelRejected(where, "the weights are not stored in little-endian order")
            content = _index(archive.read(index[0]), where)
            for name, entry in _tensor_entries(content, shape, sizes, prefix, where):
                numbers = np.frombuffer(archive.read(entry), dtype="<f4")
                if not np.isfinite(numbers).all():
                    raise ModelRejected(where, f"tensor {name} holds numbers that are not finite")
                yield numbers
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        raise ModelRejected(where, f"the weights are damaged: {error}") from error


def _index(data: bytes, where: str) -> Any:
    try:
        return _index_content(data)
    except ModelRejected as error:
        raise ModelRejected(where, error.reason, fault=error.fault) from error


@functools.lru_cache(maxsize=16)
def _index_content(data: bytes) -> Any:
    """Read an index, which names shapes and no weights, so that networks of one shape have the same one."""
    return read_inert(data, _GLOBALS, layout.WEIGHTS)


def _sizes(archive: zipfile.ZipFile, where: str) -> dict[str, int]:
    entries = archive.infolist()
    sizes = {entry.filename: entry.file_size for entry in entries}
    if len(sizes) != len(entries):
        raise ModelRejected(where, "the weights hold two entries of one name", fault=UNSAFE)
    if sum(sizes.values()) > LARGEST:
        raise ModelRejected(where, f"the weights are larger than {LARGEST >> 20} MiB", fault=UNSAFE)
    return sizes


def _tensor_entries(
    content: Any, shape: NetworkShape, sizes: dict[str, int], prefix: str, where: str
) -> list[tuple[str, str]]:
    """Return name and archive entry of each tensor, once names and shapes are those of the network."""
    expected = shape.tensors()
    tensors = content.items if isinstance(content, Inert) else content
    if not isinstance(tensors, dict) or tensors.keys() != expected.keys():
        found = ", ".join(map(str, tensors)) if isinstance(tensors, dict) else type(tensors).__name__
        said = f"the tensors are {found[:200]}, expected {', '.join(expected)}"
        raise ModelRejected(where, said, fault=MISMATCH)
    entries = []
    for name, size in expected.items():
        found_size, entry = _tensor(tensors[name], prefix)
        if found_size != size or sizes.get(entry) != 4 * math.prod(size):
            said = f"tensor {name} has shape {found_size!r}, expected {size!r}"
            raise ModelRejected(where, said, fault=MISMATCH)
        entries.append((name, entry))
    return entries


def _tensor(record: Any, prefix: str) -> tuple[object, str]:
    """Return shape and archive entry of one contiguous float32 tensor; (None, "") for anything else."""
    try:
        storage, offset, size, stride = record.arguments[:4]
        if not all(type(length) is int for length in size):
            return None, ""
        word, kind, key, _, numbers = storage.arguments[0]
        dense = tuple(math.prod(size[axis + 1 :]) for axis in range(len(size)))
        plain = (word, offset, kind.name, numbers) == ("storage", 0, "torch.FloatStorage", math.prod(size))
        return (size, f"{prefix}data/{key}") if plain and stride == dense else (None, "")
    except (AttributeError, TypeError, ValueError):
        return (None, "")
