"""Feature scaling as plain numbers: fitted on training rows, kept without pickles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue, ModelRejected, TrainingFailed
from ktrdr_app.core.kernels import ieee_kernel, warms_up
from ktrdr_app.features.columns import ColumnFigures, measure_columns

KINDS = ("standard", "minmax", "none")


@dataclass(frozen=True)
class ScalerState:
    """An affine map per feature: ``(x - offset) / scale``.

    Attributes
    ----------
    kind : str
        ``standard`` (offset = mean, scale = population standard deviation), ``minmax``
        (offset = minimum, scale = range) or ``none``.
    names : tuple of str
        Features, in column order.
    offset, scale : ndarray of float64, shape (n_features,)
        The map; a constant feature has scale 1, as in scikit-learn.
    """

    kind: str
    names: tuple[str, ...]
    offset: NDArray[np.float64]
    scale: NDArray[np.float64]

    def transform(self, features: NDArray[Any]) -> NDArray[np.float32]:
        """Scale rows of raw features.

        Parameters
        ----------
        features : ndarray, shape (n_rows, n_features)
            Raw values, columns as in ``names``.

        Returns
        -------
        ndarray of float32, shape (n_rows, n_features)
            Computed in float64 and rounded once.

        Raises
        ------
        InvalidValue
            If the number of columns differs.
        """
        self._check(features)
        out = np.empty(features.shape, dtype=np.float32)
        _scale_into(np.require(features, requirements=["C", "W"]), self.offset, self.scale, out)
        return out

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form, at full precision."""
        names = {"standard": ("mean", "scale"), "minmax": ("data_min", "data_range")}
        document: dict[str, Any] = {"kind": self.kind, "feature_names": list(self.names)}
        if self.kind in names:
            first, second = names[self.kind]
            document |= {first: self.offset.tolist(), second: self.scale.tolist()}
        return document

    @classmethod
    def from_document(cls, document: dict[str, Any], where: str = "scaler.json") -> Self:
        """Read the JSON form.

        Parameters
        ----------
        document : dict
            What `to_document` returned.
        where : str
            File it came from, for messages.

        Raises
        ------
        ModelRejected
            If a field is missing, of the wrong length, not finite, or a scale is not above 0.
        """
        try:
            kind, names = document["kind"], tuple(document["feature_names"])
            if kind == "none":
                return cls(kind, names, np.zeros(len(names)), np.ones(len(names)))
            first, second = {"standard": ("mean", "scale"), "minmax": ("data_min", "data_range")}[kind]
            offset = np.asarray(document[first], dtype=np.float64)
            scale = np.asarray(document[second], dtype=np.float64)
        except (KeyError, OverflowError, TypeError, ValueError) as error:
            raise ModelRejected(where, f"the scaler is not readable ({error})") from error
        if offset.shape != (len(names),) or scale.shape != (len(names),):
            raise ModelRejected(
                where, f"the scaler has {offset.size} and {scale.size} numbers for {len(names)} features"
            )
        if not (np.isfinite(offset).all() and np.isfinite(scale).all() and (scale > 0).all()):
            raise ModelRejected(where, "the scaler holds numbers that are not finite, or a scale of 0")
        return cls(kind, names, offset, scale)

    def transform_in_place(self, features: NDArray[np.float32]) -> None:
        """Scale rows of raw features where they lie, so that a large block needs no second one.

        Parameters
        ----------
        features : ndarray of float32, shape (n_rows, n_features), C-contiguous
            Raw values before, scaled ones after: those that `transform` returns.

        Raises
        ------
        InvalidValue
            If the number of columns differs.
        """
        self._check(features)
        _scale_into(features, self.offset, self.scale, features)

    def _check(self, features: NDArray[Any]) -> None:
        if features.ndim != 2 or features.shape[1] != len(self.names):
            raise InvalidValue("features", features.shape, f"an array of shape (rows, {len(self.names)})")


@ieee_kernel
def _scale_into(
    features: NDArray[Any], offset: NDArray[np.float64], scale: NDArray[np.float64], out: NDArray[np.float32]
) -> None:
    rows, columns = features.shape
    for row in range(rows):
        for column in range(columns):
            out[row, column] = (features[row, column] - offset[column]) / scale[column]


@warms_up
def _warm_up() -> None:
    for kind in (np.float32, np.float64):
        _scale_into(np.zeros((1, 1), kind), np.zeros(1), np.ones(1), np.empty((1, 1), np.float32))


def fit_scaler(
    kind: str, features: NDArray[np.float32], names: tuple[str, ...], rows: NDArray[np.intp] | None = None
) -> ScalerState:
    """Fit a scaler on training rows, and on nothing else.

    Parameters
    ----------
    kind : str
        ``standard``, ``minmax`` or ``none``.
    features : ndarray of float32, shape (n_rows, n_features)
        Rows.
    names : tuple of str
        Feature names, in column order.
    rows : ndarray of int, optional
        Numbers of the training rows; all by default.

    Raises
    ------
    InvalidValue
        For another kind.
    TrainingFailed
        If a feature is not finite.
    """
    return scaler_of(kind, measure_columns(features, rows), names)


def scaler_of(kind: str, figures: ColumnFigures, names: tuple[str, ...]) -> ScalerState:
    """Return the scaler of measured columns, as scikit-learn's StandardScaler and MinMaxScaler define it.

    Parameters
    ----------
    kind : str
        ``standard``, ``minmax`` or ``none``.
    figures : ColumnFigures
        Those of the training rows.
    names : tuple of str
        Feature names, in column order.

    Raises
    ------
    InvalidValue
        For another kind.
    TrainingFailed
        If a feature is not finite.
    """
    if kind not in KINDS:
        raise InvalidValue("scaling", kind, "standard, minmax or none")
    if not figures.finite.all():
        bad = names[int(np.argmin(figures.finite))]
        raise TrainingFailed("scaling", f"feature {bad} is not finite in some training row", "look at its indicator")
    if kind == "none":
        return ScalerState(kind, names, np.zeros(len(names)), np.ones(len(names)))
    if kind == "minmax":
        span = figures.high - figures.low
        return ScalerState(kind, names, figures.low, np.where(span < 10 * np.finfo(np.float64).eps, 1.0, span))
    offset = np.where(figures.constant, figures.low, figures.mean)
    return ScalerState(kind, names, offset, np.where(figures.constant, 1.0, np.sqrt(figures.variance)))
