"""The rows a training reads, checked once so that the loop need not look again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ktrdr_app.core.errors import TrainingFailed
from ktrdr_app.neural.mlp import CLASSES


@dataclass(frozen=True)
class TrainingData:
    """Scaled rows with their labels and owners.

    Attributes
    ----------
    x : ndarray of float32, shape (n_rows, n_features)
        Scaled features.
    y : ndarray of int64, shape (n_rows,)
        Labels: 0 BUY, 1 HOLD, 2 SELL.
    symbol_id : ndarray of int16, shape (n_rows,)
        Which symbol each row belongs to.
    weight : ndarray of float32, shape (n_rows,), optional
        Weight of each row in the loss, above 0; not used in validation.
    feature_names : tuple of str
        Names for messages; columns are numbered where it is empty.
    symbol_columns : int
        Columns at the end of ``x`` that tell the symbol (`symbols.with_symbols`).
    """

    x: NDArray[np.float32]
    y: NDArray[np.int64]
    symbol_id: NDArray[np.int16]
    weight: NDArray[np.float32] | None = None
    feature_names: tuple[str, ...] = ()
    symbol_columns: int = 0

    def __len__(self) -> int:
        return len(self.y)

    def check(self, part: str) -> None:
        """Return quietly if a network can learn from these rows.

        Parameters
        ----------
        part : str
            What the rows are, for messages (``training``, ``validation``).

        Raises
        ------
        TrainingFailed
            If there are no rows, lengths differ, a feature is not finite, a label is none of the three classes, or
            a weight is not above 0.
        """
        if self.x.ndim != 2 or len(self.x) == 0 or self.x.shape[1] == 0:
            raise TrainingFailed("train", f"the {part} rows have shape {self.x.shape}", "give rows and features")
        for name, values in (("labels", self.y), ("symbol ids", self.symbol_id), ("weights", self.weight)):
            if values is not None and values.shape != (len(self.x),):
                found = f"{len(self.x)} {part} rows have {name} of shape {values.shape}"
                raise TrainingFailed("train", found, f"give one of the {name} for each row")
        self._check_features(part)
        strange = (self.y < 0) | (self.y >= CLASSES)
        if strange.any():
            found = f"a label of the {part} rows is {self.y[np.argmax(strange)]}"
            raise TrainingFailed("train", found, "label rows 0, 1 or 2 and leave unlabelled rows out")
        if self.weight is not None and not (np.isfinite(self.weight).all() and (self.weight > 0).all()):
            raise TrainingFailed("train", f"a weight of the {part} rows is not above 0", "leave such rows out")

    def _check_features(self, part: str) -> None:
        finite = np.isfinite(self.x)
        columns = np.flatnonzero(~finite.all(axis=0))
        if len(columns) == 0:
            return
        column = int(columns[0])
        name = self.feature_names[column] if self.feature_names else f"in column {column}"
        rows = int((~finite[:, column]).sum())
        more = f", and {len(columns) - 1} more features like it" if len(columns) > 1 else ""
        found = f"feature {name} is not finite in {rows} of {len(self.x)} {part} rows{more}"
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
        Row weight times class weight.
    """
    if class_weights == "none":
        return data.weight
    weights = balanced_class_weights(data.y)[data.y]
    return weights if data.weight is None else weights * data.weight


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
        """Copy rows into tensors; aligned alike in every run, so that sums come out alike.

        Parameters
        ----------
        data : TrainingData
            Rows.
        weight : ndarray of float32, shape (n_rows,), optional
            Weight of each row.
        """
        x = torch.tensor(np.asarray(data.x, dtype=np.float32))
        y = torch.tensor(np.asarray(data.y, dtype=np.int64))
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
