"""The rows a training reads, checked once so that the loop need not look again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import TrainingFailed
from ktrdr_app.neural.metrics import CLASSES
from ktrdr_app.strategy.schema import TrainingSettings

_ROWS_AT_ONCE = 65_536
"""Rows looked at together, so that a look at a large block takes little memory."""


@dataclass(frozen=True)
class TrainingData:
    """Scaled rows with their labels and owners; all of some arrays, or those that `rows` names.

    Attributes
    ----------
    x : ndarray of float32, shape (n, n_features)
        Scaled features.
    y : ndarray of int, shape (n_rows,)
        Labels: 0 BUY, 1 HOLD, 2 SELL.
    symbol_id : ndarray of int16, shape (n,)
        Which symbol each row belongs to.
    feature_names : tuple of str
        Names for messages; columns are numbered where it is empty.
    rows : ndarray of int64, shape (n_chosen,), optional
        Which rows of the arrays take part, in which order; all of them by default. Nothing is copied for it.
    codes : ndarray of int16, shape (n_rows,), optional
        Position of each row's symbol among those with a learned vector, or `symbols.UNKNOWN`.
    symbol_columns : int
        Inputs behind the features that tell the symbol (`symbols.symbol_columns`); 0 without ``codes``.
    epoch_rows : int
        Rows drawn anew for each epoch; 0 for all of them.
    """

    x: NDArray[np.float32]
    y: NDArray[np.integer[Any]]
    symbol_id: NDArray[np.int16]
    feature_names: tuple[str, ...] = ()
    rows: NDArray[np.int64] | None = None
    codes: NDArray[np.int16] | None = None
    symbol_columns: int = 0
    epoch_rows: int = 0

    def __len__(self) -> int:
        return len(self.y) if self.rows is None else len(self.rows)

    @property
    def inputs(self) -> int:
        """Width of the network's first layer."""
        return int(self.x.shape[1]) + self.symbol_columns

    @property
    def chosen(self) -> NDArray[np.int64]:
        """Numbers of the rows that take part."""
        return np.arange(len(self.y), dtype=np.int64) if self.rows is None else self.rows

    @property
    def labels(self) -> NDArray[np.integer[Any]]:
        """Labels of the rows that take part."""
        return self.y if self.rows is None else self.y[self.rows]

    @property
    def owners(self) -> NDArray[np.int16]:
        """Symbols of the rows that take part."""
        return self.symbol_id if self.rows is None else self.symbol_id[self.rows]

    def check(self, part: str) -> None:
        """Return quietly if a network can learn from these rows.

        Parameters
        ----------
        part : str
            What the rows are, for messages (``training``, ``validation``).

        Raises
        ------
        TrainingFailed
            If there are no rows, lengths differ, a row is not there, a feature is not finite, or a label is none of the
            three classes.
        """
        if self.x.ndim != 2 or len(self.x) == 0 or self.x.shape[1] == 0:
            raise TrainingFailed("train", f"the {part} rows have shape {self.x.shape}", "give rows and features")
        if len(self) == 0:
            raise TrainingFailed("train", f"no row is chosen as {part} row", "give rows and features")
        arrays: dict[str, NDArray[Any] | None]
        arrays = {"labels": self.y, "symbol ids": self.symbol_id, "symbol codes": self.codes}
        for name, values in arrays.items():
            if values is not None and values.shape != (len(self.x),):
                found = f"{len(self.x)} {part} rows have {name} of shape {values.shape}"
                raise TrainingFailed("train", found, f"give one of the {name} for each row")
        if self.rows is not None and not (self.rows.min() >= 0 and self.rows.max() < len(self.x)):
            found = f"the {part} rows reach from {self.rows.min()} to {self.rows.max()} of {len(self.x)}"
            raise TrainingFailed("train", found, "name rows that are there")
        self._check_features(part)
        labels = self.labels
        strange = (labels < 0) | (labels >= CLASSES)
        if strange.any():
            found = f"a label of the {part} rows is {labels[np.argmax(strange)]}"
            raise TrainingFailed("train", found, "label rows 0, 1 or 2 and leave unlabelled rows out")

    def _check_features(self, part: str) -> None:
        strange = np.zeros(self.x.shape[1], dtype=np.intp)
        for first in range(0, len(self), _ROWS_AT_ONCE):
            piece = slice(first, first + _ROWS_AT_ONCE)
            strange += (~np.isfinite(self.x[piece if self.rows is None else self.rows[piece]])).sum(axis=0)
        columns = np.flatnonzero(strange)
        if len(columns) == 0:
            return
        column = int(columns[0])
        name = self.feature_names[column] if self.feature_names else f"in column {column}"
        more = f", and {len(columns) - 1} more features like it" if len(columns) > 1 else ""
        found = f"feature {name} is not finite in {strange[column]} of {len(self)} {part} rows{more}"
        raise TrainingFailed("train", found, "look at its indicator, or drop the warm-up rows")


def class_weights(y: NDArray[Any], settings: TrainingSettings) -> NDArray[np.float32]:
    """Return what each class weighs in the loss.

    Parameters
    ----------
    y : ndarray of int, shape (n_rows,)
        Labels of the training rows.
    settings : TrainingSettings
        ``class_weights``: ``none`` is 1; ``balanced`` n/(k·n_class), k classes having rows (King and Zeng 2001);
        ``effective`` (1 - beta)/(1 - beta^n_class), scaled so that the rows' mean weight is 1 (Cui et al. 2019).

    Returns
    -------
    ndarray of float32, shape (3,)
        Weights of BUY, HOLD, SELL; 0 for a class without rows, but where all weigh 1.
    """
    if settings.class_weights == "none":
        return np.ones(CLASSES, dtype=np.float32)
    counts = np.bincount(y, minlength=CLASSES)
    effective: NDArray[np.float64] = counts.astype(np.float64)
    if settings.class_weights == "effective":
        effective = np.asarray((1 - settings.effective_beta**counts) / (1 - settings.effective_beta), np.float64)
    weights = np.divide(1, effective, out=np.zeros(CLASSES), where=counts > 0)
    return np.asarray(weights * len(y) / (weights * counts).sum(), dtype=np.float32)
