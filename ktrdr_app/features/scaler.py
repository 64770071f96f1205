"""Feature scaling as plain numbers: fitted by scikit-learn on training rows, kept without pickles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue, ModelRejected, TrainingFailed
from ktrdr_app.core.kernels import kernel, warms_up

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
        if features.ndim != 2 or features.shape[1] != len(self.names):
            raise InvalidValue("features", features.shape, f"an array of shape (rows, {len(self.names)})")
        return _scaled(np.require(features, requirements=["C", "W"]), self.offset, self.scale)

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
        except (KeyError, TypeError, ValueError) as error:
            raise ModelRejected(where, f"the scaler is not readable ({error})") from error
        if offset.shape != (len(names),) or scale.shape != (len(names),):
            raise ModelRejected(
                where, f"the scaler has {offset.size} and {scale.size} numbers for {len(names)} features"
            )
        if not (np.isfinite(offset).all() and np.isfinite(scale).all() and (scale > 0).all()):
            raise ModelRejected(where, "the scaler holds numbers that are not finite, or a scale of 0")
        return cls(kind, names, offset, scale)


@kernel
def _scaled(features: NDArray[Any], offset: NDArray[np.float64], scale: NDArray[np.float64]) -> NDArray[np.float32]:
    rows, columns = features.shape
    out = np.empty((rows, columns), np.float32)
    for row in range(rows):
        for column in range(columns):
            out[row, column] = (features[row, column] - offset[column]) / scale[column]
    return out


@warms_up
def _warm_up() -> None:
    for kind in (np.float32, np.float64):
        _scaled(np.zeros((1, 1), kind), np.zeros(1), np.ones(1))


def fit_scaler(kind: str, features: NDArray[np.float32], names: tuple[str, ...]) -> ScalerState:
    """Fit a scaler on training rows, and on nothing else.

    Parameters
    ----------
    kind : str
        ``standard``, ``minmax`` or ``none``.
    features : ndarray of float32, shape (n_rows, n_features)
        Training rows.
    names : tuple of str
        Feature names, in column order.

    Raises
    ------
    InvalidValue
        For another kind.
    TrainingFailed
        If a feature is not finite.
    """
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    if kind not in KINDS:
        raise InvalidValue("scaling", kind, "standard, minmax or none")
    finite = np.isfinite(features).all(axis=0)
    if not finite.all():
        bad = names[int(np.argmin(finite))]
        raise TrainingFailed("scaling", f"feature {bad} is not finite in some training row", "look at its indicator")
    if kind == "none":
        return ScalerState(kind, names, np.zeros(len(names)), np.ones(len(names)))
    rows = features.astype(np.float64)
    if kind == "minmax":
        minmax = MinMaxScaler().fit(rows)
        return ScalerState(kind, names, minmax.data_min_, 1.0 / minmax.scale_)
    standard = StandardScaler().fit(rows)
    return ScalerState(kind, names, standard.mean_, standard.scale_)
