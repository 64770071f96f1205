"""The model that answers with three probabilities: a network with its scaler; torch is loaded where it must be."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.lazy import load
from ktrdr_app.neural.calibration import UNCALIBRATED, Calibration
from ktrdr_app.neural.dense import DenseNetwork
from ktrdr_app.neural.metrics import CLASSES
from ktrdr_app.neural.symbols import UNKNOWN, symbol_columns, with_symbols

if TYPE_CHECKING:
    import torch

PIECE = 1 << 14
"""Rows that go through scaler and network at a time: what lies between two layers then stays in the cache."""


class ScalerLike(Protocol):
    """Anything that turns raw features into what the network was trained on."""

    def transform(self, features: NDArray[Any]) -> NDArray[np.float32]:
        """Scale rows of raw features.

        Parameters
        ----------
        features : ndarray, shape (n_rows, n_features)
            Raw values.
        """
        ...


class MLPTradingModel:
    """A trained network with its scaler and the names of its features.

    Parameters
    ----------
    network : DenseNetwork or torch.nn.Sequential
        Network; its weights are taken as they are now, and dropout is off.
    scaler : ScalerLike or None
        Applied to raw features; None where they come scaled.
    feature_names : tuple of str
        Features in column order.
    embedded : tuple of str
        Symbols with a learned vector of their own; empty for a model that does not ask whose bars it sees.
    calibration : Calibration
        How logits become probabilities; may be replaced at any time, by `UNCALIBRATED` to switch it off.

    Raises
    ------
    InvalidValue
        If the network does not take these features, does not give three classes, or is not built as a strategy says.
    """

    def __init__(
        self,
        network: DenseNetwork | torch.nn.Sequential,
        scaler: ScalerLike | None,
        feature_names: tuple[str, ...],
        embedded: tuple[str, ...] = (),
        calibration: Calibration = UNCALIBRATED,
    ) -> None:
        dense = network if isinstance(network, DenseNetwork) else load("ktrdr_app.neural.mlp").dense_of(network)
        inputs = len(feature_names) + symbol_columns(embedded)
        if (dense.widths[0], dense.widths[-1]) != (inputs, CLASSES):
            expected = f"one that takes {inputs} features and gives {CLASSES} classes"
            raise InvalidValue("network", f"inputs {dense.widths[0]}, outputs {dense.widths[-1]}", expected)
        self._dense: DenseNetwork = dense
        self.scaler = scaler
        self.feature_names = feature_names
        self.embedded = embedded
        self.calibration = calibration

    @cached_property
    def network(self) -> torch.nn.Sequential:
        """A copy of the network as torch has it, in evaluation mode; what is changed in it changes no answer."""
        module: torch.nn.Sequential = load("ktrdr_app.neural.mlp").module_of(self._dense)
        return module

    def predict_proba(self, raw: NDArray[Any], symbol: str | None = None) -> NDArray[np.float64]:
        """Return the probabilities of BUY, HOLD and SELL for raw features.

        Parameters
        ----------
        raw : ndarray, shape (n_rows, n_features)
            Raw features, columns as in ``feature_names``.
        symbol : str, optional
            Whose bars they are; one that the model has no vector for counts as unknown, as None does.

        Returns
        -------
        ndarray of float64, shape (n_rows, 3)
            Rows add up to 1.

        Raises
        ------
        InvalidValue
            If the number of columns differs, or a value is not finite.
        """
        self._check_shape(raw)
        out = np.empty((len(raw), CLASSES))
        for begin in range(0, len(raw), PIECE):
            piece = raw[begin : begin + PIECE]
            self._check_finite(piece, begin)
            scaled = piece if self.scaler is None else self.scaler.transform(piece)
            out[begin : begin + PIECE] = self.predict_proba_scaled(scaled, symbol)
        return out

    def predict_proba_scaled(self, scaled: NDArray[Any], symbol: str | None = None) -> NDArray[np.float64]:
        """Return the probabilities of BUY, HOLD and SELL for features that are scaled already.

        Parameters
        ----------
        scaled : ndarray, shape (n_rows, n_features)
            Scaled features; computed on as float32.
        symbol : str, optional
            As `predict_proba` takes it.

        Returns
        -------
        ndarray of float64, shape (n_rows, 3)
            Softmax of the float32 logits after the calibration, taken in float64; rows add up to 1.

        Raises
        ------
        InvalidValue
            If the number of columns differs, or a value is not finite.
        """
        code = self.embedded.index(symbol) if symbol in self.embedded else UNKNOWN
        return self.predict_rows(scaled, np.full(len(scaled), code, dtype=np.int16))

    def predict_rows(self, scaled: NDArray[Any], codes: NDArray[np.int16]) -> NDArray[np.float64]:
        """Return the probabilities of BUY, HOLD and SELL for scaled rows of several symbols.

        Parameters
        ----------
        scaled : ndarray, shape (n_rows, n_features)
            Scaled features; computed on as float32.
        codes : ndarray of int16, shape (n_rows,)
            Position of each row's symbol in ``embedded``, or `symbols.UNKNOWN`; of no effect where that is empty.

        Returns
        -------
        ndarray of float64, shape (n_rows, 3)
            As `predict_proba_scaled` returns them.

        Raises
        ------
        InvalidValue
            If the number of columns differs, or a value is not finite.
        """
        return self.calibration.probabilities(self.logits_rows(scaled, codes))

    def logits_rows(self, scaled: NDArray[Any], codes: NDArray[np.int16]) -> NDArray[np.float32]:
        """Return what the network says before any calibration, for scaled rows of several symbols.

        Parameters
        ----------
        scaled : ndarray, shape (n_rows, n_features)
            Scaled features; computed on as float32.
        codes : ndarray of int16, shape (n_rows,)
            As `predict_rows` takes them.

        Returns
        -------
        ndarray of float32, shape (n_rows, 3), C-contiguous
            Logits of BUY, HOLD, SELL.

        Raises
        ------
        InvalidValue
            If the number of columns differs, or a value is not finite.
        """
        self._check_shape(scaled)
        self._check_finite(scaled)
        if len(scaled) == 0:
            return np.empty((0, CLASSES), dtype=np.float32)
        plain = np.asarray(scaled, dtype=np.float32)
        if self._dense.quick:
            return self._dense.logits(plain, codes)
        rows = with_symbols(plain, codes, symbol_columns(self.embedded))
        logits: NDArray[np.float32] = load("ktrdr_app.neural.mlp").logits_of(self.network, rows)
        return logits

    def state_dict(self) -> dict[str, torch.Tensor]:
        """Return the network's tensors by name."""
        return dict(self.network.state_dict())

    def _check_shape(self, features: NDArray[Any]) -> None:
        count = len(self.feature_names)
        if features.ndim != 2 or features.shape[1] != count:
            raise InvalidValue(
                "features", features.shape, f"an array of shape (rows, {count}) as the model was trained on"
            )

    def _check_finite(self, features: NDArray[Any], first: int = 0) -> None:
        if not np.isfinite(features).all():
            finite = np.isfinite(features).all(axis=0)
            column = int(np.argmin(finite))
            row = int(np.argmin(np.isfinite(features[:, column])))
            where = f"row {first + row} of feature {self.feature_names[column]}"
            raise InvalidValue(self.feature_names[column], float(features[row, column]), "finite numbers", where=where)
