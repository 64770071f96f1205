"""The rows a training reads, checked once so that the loop need not look again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ktrdr_app.core.errors import TrainingFailed
from ktrdr_app.neural.mlp import CLASSES

_AT_ONCE = 65_536
"""Rows looked at together in a check."""


@dataclass(frozen=True)
class TrainingData:
    """Scaled rows with their labels and owners; all of some arrays, or those that `rows` names.

    Attributes
    ----------
    x : ndarray of float32, shape (n, n_features)
        Scaled features.
    y : ndarray of int, shape (n,)
        Labels: 0 BUY, 1 HOLD, 2 SELL.
    symbol_id : ndarray of int16, shape (n,)
        Which symbol each row belongs to.
    weight : ndarray of float32, shape (n,), optional
        Weight of each row in the loss, above 0; not used in validation.
    feature_names : tuple of str
        Names for messages; columns are numbered where it is empty.
    symbol_columns : int
        Columns at the end of ``x`` that tell the symbol (`symbols.with_symbols`).
    rows : ndarray of int, shape (n_rows,), optional
        Numbers of the rows that take part, in order, so that a large block need not be copied; all by default.
    epoch_rows : int
        Rows drawn anew for each epoch; 0 for all of them.
    """

    x: NDArray[np.float32]
    y: NDArray[Any]
    symbol_id: NDArray[np.int16]
    weight: NDArray[np.float32] | None = None
    feature_names: tuple[str, ...] = ()
    symbol_columns: int = 0
    rows: NDArray[np.intp] | None = None
    epoch_rows: int = 0

    def __len__(self) -> int:
        return len(self.y if self.rows is None else self.rows)

    @property
    def labels(self) -> NDArray[Any]:
        """Labels of the rows that take part."""
        return self.y if self.rows is None else self.y[self.rows]

    @property
    def owners(self) -> NDArray[np.int16]:
        """Symbols of the rows that take part."""
        return self.symbol_id if self.rows is None else self.symbol_id[self.rows]

    @property
    def weights(self) -> NDArray[np.float32] | None:
        """Weights of the rows that take part."""
        if self.weight is None or self.rows is None:
            return self.weight
        return self.weight[self.rows]

    def check(self, part: str) -> None:
        """Return quietly if a network can learn from these rows.

        Parameters
        ----------
        part : str
            What the rows are, for messages (``training``, ``validation``).

        Raises
        ------
        TrainingFailed
            If there are no rows, lengths differ, a row is not there, a feature is not finite, a label is none of the
            three classes, or a weight is not above 0.
        """
        if self.x.ndim != 2 or len(self.x) == 0 or self.x.shape[1] == 0 or len(self) == 0:
            raise TrainingFailed("train", f"the {part} rows have shape {self.x.shape}", "give rows and features")
        for name, values in (("labels", self.y), ("symbol ids", self.symbol_id), ("weights", self.weight)):
            if values is not None and values.shape != (len(self.x),):
                found = f"{len(self.x)} {part} rows have {name} of shape {values.shape}"
                raise TrainingFailed("train", found, f"give one of the {name} for each row")
        if self.rows is not None and not (self.rows.min() >= 0 and self.rows.max() < len(self.x)):
            found = f"the {part} rows reach from {self.rows.min()} to {self.rows.max()} of {len(self.x)}"
            raise TrainingFailed("train", found, "name rows that are there")
        self._check_features(part)
        labels, weights = self.labels, self.weights
        strange = (labels < 0) | (labels >= CLASSES)
        if strange.any():
            found = f"a label of the {part} rows is {labels[np.argmax(strange)]}"
            raise TrainingFailed("train", found, "label rows 0, 1 or 2 and leave unlabelled rows out")
        if weights is not None and not (np.isfinite(weights).all() and (weights > 0).all()):
            raise TrainingFailed("train", f"a weight of the {part} rows is not above 0", "leave such rows out")

    def _check_features(self, part: str) -> None:
        wrong = np.zeros(self.x.shape[1], dtype=np.intp)
        for first in range(0, len(self), _AT_ONCE):
            piece = slice(first, first + _AT_ONCE)
            wrong += (~np.isfinite(self.x[piece if self.rows is None else self.rows[piece]])).sum(axis=0)
        columns = np.flatnonzero(wrong)
        if len(columns) == 0:
            return
        column = int(columns[0])
        name = self.feature_names[column] if self.feature_names else f"in column {column}"
        more = f", and {len(columns) - 1} more features like it" if len(columns) > 1 else ""
        found = f"feature {name} is not finite in {wrong[column]} of {len(self)} {part} rows{more}"
        raise TrainingFailed("train", found, "look at its indicator, or drop the warm-up rows")


def row_weights(data: TrainingData, class_weights: str) -> NDArray[np.float32] | None:
    """Return what each row weighs in the loss; None where all weigh the same.

    Parameters
    ----------
    data : TrainingData
        Training rows.
    class_weights : str
        ``balanced`` multiplies by n/(3·n_class) (King and Zeng 2001; scikit-learn calls it so too); ``none`` by 1.

    Returns
    -------
    ndarray of float32, shape (n_rows,), or None
        Row weight times class weight, of the rows that take part.
    """
    own = data.weights
    if class_weights == "none":
        return own
    weights = balanced_class_weights(data.labels)[data.labels]
    return weights if own is None else np.asarray(weights * own, dtype=np.float32)


def balanced_class_weights(y: NDArray[Any]) -> NDArray[np.float32]:
    """Return n/(3·n_class) for each class, 0 for a class without rows.

    Parameters
    ----------
    y : ndarray of int, shape (n_rows,)
        Labels.

    Returns
    -------
    ndarray of float32, shape (3,)
        Weights of BUY, HOLD, SELL.
    """
    counts = np.bincount(y, minlength=CLASSES)
    weights = np.divide(len(y), CLASSES * counts, out=np.zeros(CLASSES), where=counts > 0)
    return weights.astype(np.float32)


@dataclass(frozen=True)
class Tensors:
    """The same rows as torch tensors of their own memory.

    Attributes
    ----------
    x : torch.Tensor, float32, shape (n_rows, n_features)
        Scaled features.
    y : torch.Tensor, int64, shape (n_rows,)
        Labels.
    weight : torch.Tensor, float32, shape (n_rows,), or None
        Weight of each row in the loss.
    """

    x: torch.Tensor
    y: torch.Tensor
    weight: torch.Tensor | None

    @classmethod
    def of(cls, data: TrainingData, weight: NDArray[np.float32] | None = None) -> Tensors:
        """Copy the rows that take part into tensors; aligned alike in every run, so that sums come out alike.

        Parameters
        ----------
        data : TrainingData
            Rows.
        weight : ndarray of float32, shape (n_rows,), optional
            Weight of each row that takes part.
        """
        y = torch.tensor(np.asarray(data.labels, dtype=np.int64))
        if data.rows is None:
            x = torch.tensor(np.asarray(data.x, dtype=np.float32))
        else:
            # The one place where rows that are named by number are copied out of their block.
            x = torch.from_numpy(np.require(data.x, np.float32, "W"))[torch.tensor(data.rows)]
        return cls(x, y, None if weight is None else torch.tensor(np.asarray(weight, dtype=np.float32)))

    def ordered(self, order: torch.Tensor) -> Tensors:
        """Return the rows in another order.

        Parameters
        ----------
        order : torch.Tensor, int64
            Row numbers.
        """
        weight = None if self.weight is None else self.weight[order]
        return Tensors(self.x[order], self.y[order], weight)
