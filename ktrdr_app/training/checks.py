"""What rows must hold before a network may learn from them; what does not is told by name."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import NotFinite, OneClass, TrainingFailed
from ktrdr_app.core.kernels import kernel, warms_up
from ktrdr_app.features.columns import ColumnFigures
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.labels.first_touch import CLASS_NAMES


def check_finite(block: FeatureBlock) -> None:
    """Return quietly if every feature of every row is a number.

    Parameters
    ----------
    block : FeatureBlock
        Pooled rows.

    Raises
    ------
    NotFinite
        For the first feature that is not, with its symbol, how often, and when first.
    """
    row, column = _first_not_finite(block.values)
    if row < 0:
        return
    owner = int(block.symbol_id[row])
    own = block.symbol_id == owner
    wrong = int((~np.isfinite(block.values[own, column])).sum())
    first = datetime.fromtimestamp(int(block.close_time[row]) / 1e9, tz=UTC).isoformat()
    raise NotFinite(block.contract.names[column], block.symbols[owner], wrong, int(own.sum()), first)


def check_classes(block: FeatureBlock, rows: NDArray[np.intp]) -> None:
    """Return quietly if each symbol's training rows have more than one label.

    Parameters
    ----------
    block : FeatureBlock
        Pooled rows.
    rows : ndarray of int
        Numbers of the training rows.

    Raises
    ------
    OneClass
        For the first symbol whose labels are all alike.
    """
    owners, labels = block.symbol_id[rows], block.label[rows]
    counts = np.bincount(owners.astype(np.intp) * len(CLASS_NAMES) + labels, minlength=len(block.symbols) * 3)
    for symbol, own in zip(block.symbols, counts.reshape(-1, len(CLASS_NAMES)), strict=True):
        if np.count_nonzero(own) == 1:
            raise OneClass(symbol, CLASS_NAMES[int(np.argmax(own))], int(own.sum()))


def constant_features(figures: ColumnFigures, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the features that do not vary over the training rows; the scaler makes 0 of them.

    Parameters
    ----------
    figures : ColumnFigures
        Those of the training rows.
    names : tuple of str
        Features in column order.

    Raises
    ------
    TrainingFailed
        If none varies.
    """
    found = tuple(name for name, same in zip(names, figures.constant, strict=True) if same)
    if len(found) == len(names):
        hint = "look at the fuzzy sets: `ktrdr-app fuzzy check` says how each symbol uses each set"
        raise TrainingFailed("features", f"none of the {len(names)} features varies over the training rows", hint)
    return found


@kernel
def _first_not_finite(values: NDArray[np.float32]) -> tuple[int, int]:
    rows, columns = values.shape
    for row in range(rows):
        total = np.float32(0.0)
        for column in range(columns):
            total += values[row, column] * np.float32(0.0)  # 0 unless one of them is not finite
        if not np.isfinite(total):
            for column in range(columns):
                if not np.isfinite(values[row, column]):
                    return row, column
    return -1, -1


@warms_up
def _warm_up() -> None:
    _first_not_finite(np.zeros((1, 1), np.float32))
